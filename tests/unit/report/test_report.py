# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks say at their end."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report import drift_of, drift_table, ladder, verify_table

PORT = {"field": "port", "have": 25, "want": 587}
PASSWORD = {"field": "password", "have": "set", "want": "set, will change"}


def checked(*fields, action="update", unverified=()):
    changes = [{"resource": "smtp_server", "name": "HQ", "action": action, "fields": list(fields)}] if fields else []
    return {"changed": bool(changes), "changes": changes, "unverified": list(unverified)}


def target(user, ok=True, cause="The server refuses this user name and password."):
    return {
        "ok": ok, "users": [user], "smtp_server": "HQ", "mail_server": "mail.example", "port": 587,
        "diagnosis": None if ok else {"id": "wrong_password", "cause": cause, "hint": "Check both."},
        "stages": [{"stage": "dns", "ok": True, "ms": 1}, {"stage": "auth", "ok": ok, "ms": 7}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (checked(), "in_sync"),
        (checked(PORT), "drift"),
        ({"findings": [{"message": "wrong"}], "msg": "wrong"}, "invalid"),
        ({"installation_reached": False, "msg": "no connection"}, "unreachable"),
        ({"unreachable": True, "msg": "no route"}, "unreachable"),
        ({"msg": "the server refused"}, "failed"),
        ({}, "failed"),
    ],
)
def test_the_state_of_a_branch_follows_from_its_result(result, state):
    assert drift_of(result, "durban")["state"] == state


def test_a_password_that_nobody_can_compare_is_not_drift():
    unverified = [{"resource": "smtp_server", "name": "HQ", "field": "password"}]
    alone = drift_of(checked(PASSWORD, unverified=unverified), "durban")
    assert (alone["state"], alone["unverified"]) == ("in_sync", ["HQ.password"])
    both = drift_of(checked(PASSWORD, PORT, unverified=unverified), "durban")
    assert both["differences"] == ["smtp_server HQ, port: is 25, declared 587"]


@pytest.mark.parametrize(("action", "text"), [("create", "is missing"), ("delete", "is not declared")])
def test_a_whole_record_is_one_difference(action, text):
    assert drift_of(checked(PORT, PASSWORD, action=action), "durban")["differences"] == [f"smtp_server HQ: {text}"]


def test_the_same_difference_at_many_branches_is_one_line():
    states = [drift_of(checked(PORT), f"b{number}") for number in range(3)] + [drift_of(checked(), "a")]
    lines = drift_table(states)
    assert [line for line in lines if "port" in line] == ["b0, b1, b2: smtp_server HQ, port: is 25, declared 587"]
    assert [line.split()[:2] for line in lines[1:5]] == [["a", "in_sync"], *([f"b{n}", "drift"] for n in range(3))]


def test_one_cause_at_many_branches_is_one_finding():
    found = [{"branch": f"b{n}", "verification": {"targets": [target("U", ok=False)]}} for n in range(40)]
    found.append({"branch": "a", "verification": {"targets": [target("V")]}})
    found.append({"branch": "empty", "verification": None})
    lines = verify_table(found)
    assert lines[0] == "1 of 41 logins passed"
    assert [line for line in lines if " x " in line] == ["40 x wrong_password at mail.example:587"]
    assert "b39 (U)" in " ".join(lines)


def test_the_ladder_has_a_line_for_each_login_with_its_stages_and_times():
    lines = ladder({"targets": [target("U", ok=False), {**target("V"), "stages": []}]})
    assert lines == [
        "U at mail.example:587: dns 1 ms, auth FAILED 7 ms",
        "V at mail.example:587: not tried",
    ]
    assert ladder(None) == []
