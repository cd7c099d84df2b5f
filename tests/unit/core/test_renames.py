# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions that got another name: what is planned, in which order, and what cannot be."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import make_plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.renames import rename_findings, with_renames
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State

OLD = {
    "name": "HQ relay", "mail_server": "smtp.example.co.za", "port": 2525, "use_tls": False, "authenticate": False,
    "username": "", "password": "unset", "timeout": 20, "bcc": "log@example.co.za",
}  # fmt: skip
NEW = {**OLD, "name": "Mail relay", "port": 587}
RENAMED = DesiredRecord(SMTP_SERVER, "Mail relay", {"port": 587}, renamed_from="hq RELAY")


def user(name, link="HQ relay"):
    return {"user": name, "smtp_server": link, "sender_name": name, "sender_email": f"{name.lower()}@example.co.za"}


def steps(state, *desired_records):
    records, found = with_renames(state, desired_records)
    assert found == []
    plan = make_plan(state, records, lambda *_place: "same")
    return plan, [
        (change.action, change.name, {item.field: item.want for item in change.fields}) for change in plan.changes
    ]


def test_the_new_definition_is_created_with_the_old_settings_then_users_are_linked_then_the_old_one_goes():
    state = State([OLD], [user("THANDI"), user("KGOSI")])
    plan, ((_create, name, values), *links, last) = steps(
        state, RENAMED, DesiredRecord(MAIL_USER, "THANDI", {"smtp_server": "Mail relay"})
    )
    assert (_create, name) == ("create", "Mail relay")
    assert values == {
        "mail_server": "smtp.example.co.za", "port": 587, "use_tls": False, "authenticate": False, "timeout": 20,
        "bcc": "log@example.co.za",
    }  # fmt: skip
    assert sorted(links, key=lambda link: link[1]) == [
        ("update", "KGOSI", {"smtp_server": "Mail relay"}),
        ("update", "THANDI", {"smtp_server": "Mail relay"}),
    ], "a user who is not declared keeps their mail as well"
    assert last[:2] == ("delete", "HQ relay")
    assert [server["name"] for server in plan.after.records(SMTP_SERVER)] == ["Mail relay"]


def test_every_user_is_linked_to_a_definition_that_exists_after_each_step():
    state = State([OLD], [user("THANDI"), user("KGOSI"), user("PIETER", "")])
    plan, made = steps(state, RENAMED, DesiredRecord(MAIL_USER, "THANDI", {"sender_name": "T"}))
    assert len(made) == 4
    for done in range(len(made) + 1):
        between = state.after(plan.changes[:done])
        links = [record["smtp_server"] for record in between.records(MAIL_USER) if record["smtp_server"]]
        assert all(between.get(SMTP_SERVER, link) for link in links), f"after {done} changes"


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_rename_that_stopped_half_way_is_finished_by_the_next_run(done):
    state = State([OLD], [user("THANDI"), user("KGOSI")])
    plan, made = steps(state, RENAMED)
    _rest, left = steps(state.after(plan.changes[:done]), RENAMED)
    assert left == made[done:]


def test_once_the_old_definition_is_gone_the_line_may_stay():
    _plan, made = steps(State([NEW], [user("THANDI", "Mail relay")]), RENAMED)
    assert made == []


def test_where_neither_is_installed_the_definition_is_new():
    desired = DesiredRecord(SMTP_SERVER, "Mail relay", {"mail_server": "m.example.co.za"}, renamed_from="HQ relay")
    _plan, ((action, name, values),) = steps(State(), desired)
    assert (action, name, values["port"]) == ("create", "Mail relay", 587)


def test_an_absent_user_is_cleared_and_not_linked_anew():
    state = State([OLD], [user("THANDI")])
    _plan, made = steps(state, RENAMED, DesiredRecord(MAIL_USER, "THANDI", present=False))
    assert [step[:2] for step in made] == [("create", "Mail relay"), ("delete", "THANDI"), ("delete", "HQ relay")]


def test_a_password_that_cannot_be_read_back_has_to_be_declared():
    state = State([{**OLD, "authenticate": True, "username": "hq", "password": "set"}])
    _records, (finding,) = with_renames(state, [RENAMED])
    assert (finding.name, finding.field) == ("Mail relay", "password")
    assert "'HQ relay', whose password cannot be read back" in finding.message
    declared = DesiredRecord(SMTP_SERVER, "Mail relay", {"password": "canary-1"}, renamed_from="HQ relay")
    records, found = with_renames(state, [declared])
    assert found == []
    assert "canary" not in repr(records)


def named(name, renamed_from="", present=True):
    return DesiredRecord(SMTP_SERVER, name, {}, present, renamed_from)


@pytest.mark.parametrize(
    ("desired_records", "words"),
    [
        ([named("HQ Relay", "HQ relay")], "is the same name, since names are compared without case"),
        ([named("New", "old"), named("Old")], "is 'Old', which is declared too"),
        ([named("New", "old"), named("Old", present=False)], "is 'Old', which is declared too"),
        ([named("C", "B"), named("B", "A")], "is 'B', which is declared too"),
        ([named("New", "Old"), named("Other", "OLD")], "is the former name of 'New' too"),
    ],
    ids=["only the case", "both declared", "the old one absent", "a chain", "two heirs"],
)
def test_a_former_name_that_makes_no_sense_is_one_finding(desired_records, words):
    (finding,) = rename_findings(desired_records)
    assert words in finding.message
    assert finding.field == "renamed_from"


def test_the_former_name_of_an_absent_definition_is_not_looked_at():
    assert rename_findings([named("New", "new", present=False), named("Old")]) == []
