# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Absent records, former names and undeclared ones, by the module at an attended site and at an adapter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import run_in_worker
from collection import ROOT

RELAY = {"name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": False}


def user(name: str, **fields: Any) -> dict[str, Any]:
    address = f"{name.lower()}@example.co.za"
    record = {"user": name, "smtp_server": "HQ relay", "sender_name": name, "sender_email": address}
    return {**record, "email_enabled": True, **fields}


class Branch:
    """A branch, and calls of its module: in check mode, and then in a run that tells the same."""

    def __init__(self, installation: dict[str, Any]) -> None:
        self.installation = installation

    def declare(self, users: list[dict[str, Any]], *servers: dict[str, Any], **options: Any) -> dict[str, Any]:
        arguments = {"users": users, "smtp_servers": list(servers), "verify": "none", **options}
        foretold = self._call("fincon_mail_branch", True, **arguments)
        done = self._call("fincon_mail_branch", False, **arguments)
        keys = ("changed", "diff", "changes", "undeclared", "work_order")
        assert [done.get(key) for key in keys] == [foretold.get(key) for key in keys]
        if done.get("work_order"):
            self._call("fincon_mail_confirm", False, order=done["work_order"]["number"])
        return done

    def _call(self, name: str, check_mode: bool, **arguments: Any) -> dict[str, Any]:
        arguments["installation"] = self.installation
        result, _warnings = run_in_worker(name, arguments, check_mode, name)
        assert not result.get("failed"), result
        return result


@pytest.fixture(params=["attended", "command"])
def branch(request: pytest.FixtureRequest, tmp_path: Path) -> Branch:
    """A branch at which Thandi and Pieter are as declared."""
    if request.param == "attended":
        made = Branch({"backend": "attended", "ledger": str(tmp_path / "ledger.yml")})
    else:
        store = tmp_path / "store.json"
        store.write_text(json.dumps({"smtp_servers": [], "users": [{"user": "THANDI"}, {"user": "PIETER"}]}))
        adapter = str(ROOT / "examples" / "adapters" / "json_file.py")
        prints = str(tmp_path / "prints.json")
        made = Branch({"backend": "command", "command": [adapter, str(store)], "fingerprints": prints})
    made.declare([user("THANDI"), user("PIETER")], RELAY)
    return made


def steps(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(change["resource"], change["name"], change["action"]) for change in result["changes"]]


def test_an_absent_user_is_switched_off_and_cleared_once(branch: Branch) -> None:
    users = [user("THANDI"), user("PIETER", state="absent")]
    gone = branch.declare(users, RELAY)
    assert steps(gone) == [("mail_enabled", "PIETER", "update"), ("mail_user", "PIETER", "delete")]
    assert branch.declare(users, RELAY)["changed"] is False
    assert branch.declare([user("THANDI")], RELAY)["undeclared"]["users"] == [], "nothing is left of them"


def test_a_renamed_definition_keeps_its_users_and_what_it_holds(branch: Branch) -> None:
    renamed = {"name": "Mail relay", "renamed_from": "hq relay"}
    users = [user("THANDI", smtp_server="Mail relay")]
    made = branch.declare(users, renamed)
    assert steps(made)[0] == ("smtp_server", "Mail relay", "create")
    assert sorted(steps(made)[1:-1]) == [("mail_user", "PIETER", "update"), ("mail_user", "THANDI", "update")]
    assert steps(made)[-1] == ("smtp_server", "HQ relay", "delete")
    assert made["undeclared"]["users"] == ["PIETER"]
    assert branch.declare(users, renamed)["changed"] is False


def test_what_nobody_declared_is_named_until_it_is_purged(branch: Branch) -> None:
    named = branch.declare([user("THANDI")], RELAY, undeclared="warning")
    complete = branch.installation["backend"] == "command"
    assert named["changed"] is False
    assert named["undeclared"] == {
        "counts_as": "warning", "complete": complete, "smtp_servers": [], "users": ["PIETER"],
    }  # fmt: skip
    purged = branch.declare([user("THANDI")], RELAY, purge=True)
    assert steps(purged) == [("mail_enabled", "PIETER", "update"), ("mail_user", "PIETER", "delete")]
    assert purged["undeclared"]["users"] == []
