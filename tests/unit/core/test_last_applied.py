# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a difference comes from: the files have changed since they were applied, or Fincon has."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import (
    FILES,
    FINCON,
    doubted,
    noted,
    settled,
    with_origins,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import DIFFERENT, SAME, SET
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import make_plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State


def relay(port=587, name="HQ relay", present=True, **fields):
    return DesiredRecord(SMTP_SERVER, name, {"mail_server": "smtp.example.co.za", "port": port, **fields}, present)


def user(email="t@example.co.za", name="THANDI", present=True):
    return DesiredRecord(MAIL_USER, name, {"sender_email": email, "smtp_server": "HQ relay"}, present)


def plan_of(state, *records, same=SAME):
    return make_plan(state, records, lambda *_one: same)


def applied(*records, known=None, state=None):
    """What Fincon holds and what is noted once the records are applied."""
    plan = plan_of(state or State(), *records)
    return plan.after, noted(known or {}, records, plan.after)


def origins(state, known, *records):
    """Of each difference: record, field and where it comes from."""
    values = with_origins({"changes": [change.as_dict() for change in plan_of(state, *records).changes]}, known)
    found = {}
    for change in values["changes"]:
        if change["action"] == "update":
            found.update({(change["name"], item["field"]): item.get("changed_in") for item in change["fields"]})
        else:
            found[change["name"], change["action"]] = change.get("changed_in")
    return found


def test_what_the_files_declare_anew_is_in_the_files():
    state, known = applied(relay(), user())
    changes = origins(state, known, relay(port=465), user("new@example.co.za"))
    assert changes == {("HQ relay", "port"): FILES, ("THANDI", "sender_email"): FILES}


def test_what_somebody_changed_in_fincon_is_in_fincon_also_when_the_files_have_changed_too():
    state, known = applied(relay(), user())
    state.put(SMTP_SERVER, {**state.get(SMTP_SERVER, "HQ relay"), "port": 25})
    assert origins(state, known, relay(), user()) == {("HQ relay", "port"): FINCON}
    assert origins(state, known, relay(port=465), user()) == {("HQ relay", "port"): FINCON}


def test_a_branch_at_which_nothing_was_applied_from_here_says_nothing():
    state, _known = applied(relay())
    assert origins(state, None, relay(port=465), user()) == {("HQ relay", "port"): None, ("THANDI", "create"): None}


def test_a_new_record_is_in_the_files_and_one_that_is_gone_is_in_fincon():
    state, known = applied(relay())
    assert origins(state, known, relay(), user()) == {("THANDI", "create"): FILES}
    assert origins(State(), known, relay()) == {("HQ relay", "create"): FINCON}


def test_a_record_that_is_declared_absent_is_in_the_files_and_one_that_came_back_is_in_fincon():
    state, known = applied(relay(), relay(name="Old"))
    assert origins(state, known, relay(), relay(name="Old", present=False)) == {("Old", "delete"): FILES}
    _state, known = applied(relay(), relay(name="Old", present=False), known=known, state=state)
    assert origins(state, known, relay(), relay(name="Old", present=False)) == {("Old", "delete"): FINCON}


def test_what_nobody_ever_declared_and_a_purge_removes_has_no_origin():
    state, known = applied(relay())
    state.put(SMTP_SERVER, {"name": "Found there"})
    assert origins(state, known, relay(), relay(name="Found there", present=False)) == {("Found there", "delete"): None}


def test_a_field_that_is_declared_for_the_first_time_is_in_the_files():
    state, known = applied(relay())
    assert origins(state, known, relay(username="relay")) == {("HQ relay", "username"): FILES}


def test_a_switch_tells_its_own_origin():
    on = DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": True})
    state, known = applied(relay(), user(), on)
    state.put(MAIL_USER, {**state.get(MAIL_USER, "THANDI"), "email_enabled": False})
    changes = origins(state, known, relay(), user("new@example.co.za"), on)
    assert changes == {("THANDI", "sender_email"): FILES, ("THANDI", "email_enabled"): FINCON}


@pytest.mark.parametrize("first", ["unset", "set"])
def test_a_password_is_noted_as_a_word_and_a_new_one_is_in_the_files(first):
    state = State([{"name": "HQ relay", "password": first}])
    declared = relay(password="c4nary-note-Pq8")
    plan = plan_of(state, declared, same=DIFFERENT)
    known = noted({}, [declared], plan.after)
    assert "c4nary" not in repr(known)
    held = State([{**plan.after.get(SMTP_SERVER, "HQ relay"), "password": SET}])
    changes = plan_of(held, relay(password="c4nary-next-Rs2"), same=DIFFERENT).changes
    values = with_origins({"changes": [change.as_dict() for change in changes]}, known)
    assert [item["changed_in"] for change in values["changes"] for item in change["fields"]] == [FILES]


def test_of_a_password_that_fincon_tells_nobody_knows_what_has_changed():
    state, known = applied(relay(password="c4nary-note-Pq8"))
    held = State([{**state.get(SMTP_SERVER, "HQ relay"), "password": SET}])
    changes = plan_of(held, relay(password="c4nary-next-Rs2", port=25), same=DIFFERENT).changes
    values = with_origins({"changes": [change.as_dict() for change in changes]}, known, True)
    found = {item["field"]: item.get("changed_in") for change in values["changes"] for item in change["fields"]}
    assert found == {"port": FILES, "password": None}


def test_a_run_that_does_not_end_leaves_nothing_that_would_be_wrong_later():
    state, known = applied(relay(), user())
    plan = plan_of(state, relay(port=465), user())
    doubt = doubted(known, plan.changes)
    assert origins(state, doubt, relay(port=2525), user("new@example.co.za")) == {
        ("HQ relay", "port"): None,
        ("THANDI", "sender_email"): FILES,
    }
    assert settled(doubt, known, plan.changes) == known, "certainly not made, so all is as it was"
    assert noted(doubt, [relay(port=465), user()], plan.after, plan.changes) == doubt, "perhaps made"
    fresh = plan_of(State(), relay())
    assert settled(doubted({}, fresh.changes), {}, fresh.changes) == {}


@pytest.mark.parametrize("of", ["applied", "not_known", "remaining"])
def test_a_change_is_told_in_the_same_words_in_each_list_of_a_result(of):
    change = {"resource": "smtp_server", "name": "HQ Relay", "action": "create", "fields": []}
    values = with_origins({"changes": [change], of: [change]}, {})
    assert values[of] == values["changes"] == [{**change, "changed_in": FILES}]
