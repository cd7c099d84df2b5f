# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verify playbook says at its end."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._report.verification import verify_failure, verify_table


def target(user, ok=True, cause="The server refuses this user name and password."):
    return {
        "ok": ok, "users": [user], "smtp_server": "HQ", "mail_server": "mail.example", "port": 587,
        "code": None if ok else 535, "enhanced_code": "" if ok else "5.7.8", "server_text": "" if ok else "No",
        "diagnosis": None if ok else {"id": "wrong_password", "cause": cause, "hint": "Check both."},
        "stages": [{"stage": "dns", "ok": True, "ms": 1}, {"stage": "auth", "ok": ok, "ms": 7}],
    }  # fmt: skip


def of(*targets):
    return {"verification": {"targets": list(targets)}}


def test_one_cause_at_many_branches_is_one_finding_that_names_the_first_of_them():
    results = {f"b{n:02}": of(target("U", ok=False)) for n in range(40)}
    lines = verify_table({**results, "a": of(target("V")), "empty": {"verification": None}, "missing": {}})
    assert lines[0] == "1 of 41 logins passed at 43 branches"
    assert [line for line in lines if " x " in line] == ["40 x wrong_password at mail.example:587"]
    text = " ".join(line.strip() for line in lines)
    assert "at: b00 (U), b01 (U)" in text
    assert "b11 (U) and 28 more" in text


def test_with_details_every_branch_is_named_and_each_login_has_a_line_with_its_stages_and_times():
    results = {f"b{n}": of(target("U", ok=False)) for n in range(20)}
    results["c"] = of({**target("V"), "stages": []})
    lines = verify_table(results, verbose=True)
    assert "  b0: U at mail.example:587: dns 1 ms, auth FAILED 7 ms" in lines
    assert "  c: V at mail.example:587: not tried" in lines
    assert "b19 (U)" in " ".join(" ".join(lines).split())


def test_a_branch_fails_with_what_its_server_said_and_the_cause_is_explained_in_the_table_alone():
    results = {"a": of(target("U", ok=False), target("V")), "b": of(target("V")), "c": {"verification": None}}
    found = ["U at mail.example:587: wrong_password (535 5.7.8 No)", "", ""]
    assert [verify_failure(result) for result in results.values()] == found
    text = "\n".join(verify_table(results))
    assert text.count("The server refuses") == text.count("do: Check both.") == 1


def test_a_branch_that_could_not_be_verified_fails_with_the_reason():
    assert verify_failure({"msg": "no connection", "unreachable": True}) == "no connection"
    assert verify_failure({"unreachable": True}) == "the machine could not be reached"


def test_what_went_wrong_after_the_logins_passed_is_a_failure_too():
    assert verify_failure({**of(target("U")), "outcome": "failed", "msg": "no such mailbox"}) == "no such mailbox"
