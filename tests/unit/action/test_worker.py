# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments and results of modules in the controller's worker."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import plain, run_in_worker

CANARY = "c4nary-worker"


def test_values_from_files_lose_their_tags_and_keep_their_values() -> None:
    text = "{name: HQ, port: 587, share: 0.5, tls: true, none: null, list: [a, 1], day: 2026-11-24}"
    loaded = DataLoader().load(text, file_name="/a.yml")
    cleaned = plain(loaded)
    assert cleaned == {**loaded, "day": "2026-11-24"}
    kinds = {name: type(value) for name, value in cleaned.items()}
    assert kinds == {
        "name": str, "port": int, "share": float, "tls": bool, "none": type(None), "list": list, "day": str,
    }  # fmt: skip
    assert {type(name) for name in cleaned} == {str}
    assert [type(item) for item in cleaned["list"]] == [str, int]


def test_a_moment_is_written_as_json_would_need_it() -> None:
    assert plain(datetime.datetime(2026, 11, 24, 8, 30)) == "2026-11-24T08:30:00"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {"name": "HQ", "installation": {"backend": "rest"}, "prot": 1},
            "Unsupported parameters for (fincon.mail.fincon_smtp_server) module: prot.",
        ),
        ({"name": "HQ"}, "missing required arguments: installation"),
        ({"name": "HQ", "port": [CANARY], "installation": {"backend": "rest"}}, "argument 'port' is of type"),
        ({"name": "HQ", "installation": {"backend": "fax"}}, "value of backend must be one of:"),
    ],
    ids=["unknown", "missing", "type", "choice"],
)
def test_arguments_are_refused_in_the_words_of_a_module(arguments: dict[str, object], expected: str) -> None:
    result, warnings = run_in_worker("fincon_smtp_server", arguments, True, "fincon.mail.fincon_smtp_server")
    assert result["failed"] is True
    assert expected in result["msg"]
    assert warnings == []


def applied(password: str, ledger: Path) -> tuple[dict[str, object], list[str]]:
    """What fincon_mail_branch returns for a branch whose definition has this password."""
    server = {"name": "HQ", "mail_server": "smtp.example.co.za", "port": 587, "username": "hq", "password": password}
    user = {"user": "THANDI", "smtp_server": "HQ", "sender_name": "Thandi", "sender_email": "t@example.co.za"}
    arguments = {
        "smtp_servers": [server],
        "users": [user],
        "installation": {"backend": "attended", "ledger": str(ledger)},
        "verify": "none",
    }
    return run_in_worker("fincon_mail_branch", arguments, False, "fincon.mail.fincon_mail_branch")


@pytest.mark.parametrize(
    ("password", "holder"),
    [
        ("587", "smtp_server HQ, port"),
        ("a", "smtp_server HQ, mail_server"),
        ("Thandi", "mail_user THANDI, sender_name"),
        ("HQ", "mail_user THANDI, smtp_server"),
        ("mail_user", ""),
        ("2026", ""),
        ("create", ""),
        ("set", ""),
    ],
)
def test_values_that_hold_a_password_stay_whole_and_a_warning_names_the_field(
    password: str, holder: str, tmp_path: Path
) -> None:
    result, warnings = applied(password, tmp_path / "a.yml")
    other, _none = applied(CANARY, tmp_path / "b.yml")
    assert result == other, "the password makes no difference to the result"
    assert CANARY not in str(other)
    text = f"smtp_server HQ, password: is also in {holder}, where everybody reads it; choose another"
    assert warnings == ([text] if holder else [])
