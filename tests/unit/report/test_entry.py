# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the result of a branch to its entry in the report."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import combined


def records(entry):
    return {record["name"]: record["state"] for record in entry["records"]}


def differences(entry):
    return [
        (record["name"], item["field"], item["words"])
        for record in entry["records"]
        for item in record.get("differences", ())
    ]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"outcome": "unchanged", "changes": [], "unverified": []}, "in_sync"),
        ({"outcome": "invalid", "findings": [{"message": "wrong"}], "msg": "wrong"}, "invalid"),
        ({"outcome": "unreachable", "msg": "no connection"}, "unreachable"),
        ({"unreachable": True, "msg": "no route"}, "unreachable"),
        ({"outcome": "failed", "msg": "the server refused"}, "failed"),
        ({"msg": "Unsupported parameters"}, "failed"),
        ({}, "failed"),
    ],
)
def test_the_state_of_a_branch_follows_from_its_result(results, told, state):
    entry = results.entry(told)
    assert entry["state"] == state
    assert entry["reason"] == ("" if state == "in_sync" else told.get("msg", "there is no result"))


def test_each_declared_record_is_a_cell_definitions_first(results):
    assert records(results.entry(results.read())) == {"HQ": "in_sync", "THANDI": "in_sync", "PIETER": "in_sync"}


def test_a_branch_that_was_not_read_shows_its_declared_records_as_not_known(results):
    told = {"outcome": "unreachable", "msg": "no", "records": {"smtp_servers": ["HQ"], "users": ["THANDI"]}}
    assert records(results.entry(told)) == {"HQ": "unknown", "THANDI": "unknown"}


def test_what_differs_is_told_in_words(results):
    changes = [
        results.change(results.port, {"field": "bcc", "have": "", "want": "a@b.example"}),
        results.change(results.switch, resource="mail_enabled", name="THANDI"),
        results.change({"field": "timeout", "have": None, "want": 30}),
    ]
    entry = results.entry(results.read(*changes))
    assert entry["state"] == "drift"
    assert differences(entry) == [
        ("HQ", "port", "is 25, declared 587"),
        ("HQ", "bcc", "is empty, declared a@b.example"),
        ("HQ", "timeout", "is not set, declared 30"),
        ("THANDI", "email_enabled", "e-mail is off, declared on"),
    ]


@pytest.mark.parametrize(
    ("action", "state", "words"), [("create", "missing", "is missing"), ("delete", "undeclared", "is not declared")]
)
def test_a_whole_record_is_one_difference(results, action, state, words):
    entry = results.entry(results.read(results.change(results.port, results.password, name="Old", action=action)))
    assert records(entry)["Old"] == state
    assert differences(entry) == [("Old", "", words)]


def test_the_mail_settings_and_the_switch_of_a_user_are_one_cell(results):
    changes = [
        results.change({"field": "sender_name", "have": "", "want": "Thandi"}, resource="mail_user", name="thandi"),
        results.change(results.switch, resource="mail_enabled", name="THANDI"),
    ]
    entry = results.entry(results.read(*changes))
    assert [record["resource"] for record in entry["records"]] == ["smtp_server", "mail_user", "mail_user"]
    assert [field for _name, field, _words in differences(entry)] == ["sender_name", "email_enabled"]


def test_a_name_in_another_case_is_the_same_record(results):
    assert records(results.entry(results.read(results.change(results.port, name="hq")))) == {
        "HQ": "differs", "THANDI": "in_sync", "PIETER": "in_sync",
    }  # fmt: skip


def test_a_password_that_nobody_can_compare_is_not_drift(results):
    unverified = [{"resource": "smtp_server", "name": "HQ", "field": "password"}]
    alone = results.entry(results.read(results.change(results.password), unverified=unverified))
    assert (alone["state"], records(alone)["HQ"]) == ("in_sync", "unverified")
    assert alone["records"][0]["unverified"] == ["password"]
    both = results.entry(results.read(results.change(results.password, results.port), unverified=unverified))
    assert (both["state"], records(both)["HQ"]) == ("drift", "differs")
    assert [field for _name, field, _words in differences(both)] == ["port"]


def test_an_order_that_waits_is_pending_and_has_an_age(results):
    entry = results.entry(results.read(pending=[results.waiting()], work_order=None))
    assert (entry["state"], records(entry)["HQ"]) == ("pending", "pending")
    item = entry["records"][0]["pending"][0]
    assert (item["order"], item["days"], item["words"]) == (3, 3, "port is 25, ordered 587")


@pytest.mark.parametrize(("action", "words"), [("create", "is ordered"), ("delete", "its removal is ordered")])
def test_a_whole_record_can_wait_in_an_order(results, action, words):
    entry = results.entry(results.read(pending=[{**results.waiting(), "action": action, "name": "New"}]))
    assert records(entry)["New"] == "pending"
    assert entry["records"][1]["pending"][0]["words"] == words


def test_a_branch_with_both_is_drift_and_shows_its_pending_items(results):
    entry = results.entry(results.read(results.change(results.port), pending=[results.waiting()]))
    assert (entry["state"], records(entry)["HQ"]) == ("drift", "differs")
    assert len(entry["records"][0]["pending"]) == 1


def test_what_a_run_has_changed_is_no_drift(results):
    unverified = [{"resource": "smtp_server", "name": "HQ", "field": "password"}]
    entry = results.entry(results.read(results.change(results.port), outcome="applied", unverified=unverified))
    assert entry["state"] == "in_sync"
    assert set(records(entry).values()) == {"in_sync"}


def test_what_a_run_has_ordered_waits_for_a_person(results):
    order = {
        "number": 4,
        "ordered": "2026-11-23",
        "items": [{"item": 1, "since": "2026-11-23", **results.change(results.port)}],
    }
    told = results.read(results.change(results.port), pending=[results.waiting()], work_order=order, outcome="applied")
    entry = results.entry(told)
    assert entry["state"] == "pending"
    assert [item["order"] for item in entry["records"][0]["pending"]] == [4]
    assert results.entry({**told, "work_order": None})["state"] == "in_sync"


@pytest.mark.parametrize("outcome", ["partly_applied", "failed", "refused"])
def test_a_call_that_failed_reports_what_it_left_undone(results, outcome):
    both = [results.change(results.port), results.change(results.switch, resource="mail_enabled", name="THANDI")]
    told = results.read(*both, applied=both[:1], remaining=both[1:], failed=True, msg="Disk full", outcome=outcome)
    entry = results.entry(told)
    assert (entry["state"], entry["reason"]) == ("failed", "Disk full")
    assert differences(entry) == [("THANDI", "email_enabled", "e-mail is off, declared on")]


def test_a_failure_that_the_task_hides_is_a_failure_all_the_same(results):
    told = results.read(
        results.change(results.port), applied=[], remaining=[results.change(results.port)], msg="535", outcome="refused"
    )
    assert results.entry({**told, "failed": False, "failed_when_result": False})["state"] == "failed"


def test_a_result_that_no_log_hides_says_what_to_do(results):
    entry = results.entry({"censored": "the output has been hidden", "changed": False})
    assert entry["state"] == "failed"
    assert "no_log" in entry["reason"]


def test_a_reason_of_any_length_stays_short(results):
    reason = results.entry({"msg": "x" * 5000, "findings": [1]})["reason"]
    assert len(reason) < 2100
    assert reason.endswith("(and 3,000 characters more)")


def test_a_later_call_of_the_whole_branch_replaces_the_one_before(results):
    checked = results.entry(results.read(results.change(results.port)))
    applied = results.entry(results.read(results.change(results.port), outcome="applied"))
    assert combined(checked, applied) == applied


def test_calls_that_name_different_records_are_put_together(results):
    servers = {**results.read(results.change(results.port)), "records": {"smtp_servers": ["HQ"], "users": []}}
    users = {**results.read(), "records": {"smtp_servers": [], "users": ["THANDI"]}}
    for first, second in ((servers, users), (users, servers)):
        entry = combined(results.entry(first), results.entry(second))
        assert entry["state"] == "drift"
        assert list(records(entry).items()) == [("HQ", "differs"), ("THANDI", "in_sync")]


@pytest.mark.parametrize("mark", ["\x1b[2J", "\x00", "\u202e", "\n"])
def test_nothing_from_outside_acts_where_the_entry_is_read(results, mark):
    change = results.change({"field": "bcc", "have": f"a{mark}", "want": "b"}, name=f"HQ{mark}")
    entry = results.entry(results.read(change, pending=[{**results.waiting(), "name": f"HQ{mark}"}]), branch=f"x{mark}")
    assert mark not in json.dumps(entry, ensure_ascii=False).replace("\\\\", "")
    for text in (entry["branch"], *records(entry), *(item[2] for item in differences(entry))):
        assert mark not in text


@pytest.mark.parametrize("applied", [True, False])
def test_a_branch_with_something_held_back_is_failed_and_shows_what_still_differs(results, applied):
    change = results.change(results.port)
    told = {
        **results.read(),
        "outcome": "held_back",
        "msg": "held back, and not applied or ordered:\nSMTP definition HQ: no",
        "applied": [results.change(results.switch, resource="mail_enabled", name="THANDI")] if applied else [],
        "remaining": [change],
    }
    entry = results.entry(told)
    assert (entry["state"], entry["reason"]) == ("failed", told["msg"])
    assert [name for name, _field, _words in differences(entry)] == ["HQ"]
