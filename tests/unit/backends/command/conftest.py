# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny adapters for the tests of the command backend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

ABOUT = {"protocol": 1, "name": "canned", "version": "7", "capabilities": {"delete": True}}
RECORDS = {
    "protocol": 1,
    "smtp_servers": [{"name": "HQ relay", "mail_server": "smtp.example.co.za", "port": 587, "password_set": True}],
    "users": [{"user": "thandi", "smtp_server": "HQ relay", "password_set": False, "email_enabled": True}],
}


@pytest.fixture
def script(tmp_path):
    """Makes an adapter of lines of sh."""

    def make(*lines, name="adapter"):
        path = tmp_path / name
        path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def canned(script, tmp_path):
    """Makes an adapter that gives the same answer to a verb every time, and keeps the last request for each.

    An answer is an object, or bytes as they stand.
    """

    def make(**answers):
        given = {"describe": ABOUT, "read": RECORDS, **answers}
        cases = []
        for verb, answer in given.items():
            raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            (tmp_path / f"{verb}.answer").write_bytes(raw)
            cases.append(f"""*'"verb": "{verb}"'*) verb={verb} ;;""")
        return script(
            "request=$(cat)", 'case $request in', *cases, "esac",
            f"""printf '%s' "$request" > {tmp_path}/$verb.request""", f"cat {tmp_path}/$verb.answer",
        )  # fmt: skip

    return make


@pytest.fixture
def request_for(tmp_path):
    """Returns the last request of a verb that a canned adapter got."""
    return lambda verb: json.loads((tmp_path / f"{verb}.request").read_text())


@pytest.fixture
def installation(tmp_path):
    """Makes the complete settings of an installation."""

    def make(*command, **settings):
        return {
            "backend": "command",
            "command": list(command),
            "command_timeout": 20.0,
            "output_limit": 1000000,
            "fingerprints": str(tmp_path / "prints.json"),
            **settings,
        }

    return make


SECRET, LATER = "canary-Pw/+1", "canary-pw-2"
EXAMPLE = Path(__file__).parents[4] / "examples" / "adapters" / "json_file.py"


def desired_records(password=SECRET, port=587):
    server = {"mail_server": "smtp.example.co.za", "port": port, "username": "hq", "password": password}
    user = {"smtp_server": "HQ relay", "sender_name": "N", "sender_email": "n@example.co.za"}
    return (
        DesiredRecord(SMTP_SERVER, "HQ relay", server),
        DesiredRecord(MAIL_USER, "THANDI", user),
        DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": True}),
    )


def go(settings, desired=None, check_mode=False, **request):
    wanted = desired_records() if desired is None else desired
    return write(backend_of(settings), Request(wanted, verify="none", **request), check_mode)


@pytest.fixture
def site(tmp_path):
    """The file of the example adapter, with one user."""
    path = tmp_path / "site.json"
    path.write_text(json.dumps({"smtp_servers": [], "users": [{"user": "THANDI"}]}))
    return path


@pytest.fixture(params=[False, True], ids=["write-only", "readback"])
def example(request, site, installation):
    """An installation with the example adapter."""
    return installation(str(EXAMPLE), str(site), *["--password-readback"] * request.param)


def stored(site):
    data = json.loads(site.read_text())
    return {one["name"]: one for one in data["smtp_servers"]}, {one["user"]: one for one in data["users"]}
