# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans: from what is installed and what is desired to the changes."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import duplicate_findings, make_plan, result_diff
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State

OLD, NEW = "canary-old-1", "canary-new-2"
SERVER = {
    "name": "HQ relay", "mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True,
    "username": "hq", "password": "set", "timeout": 30, "bcc": "log@example.co.za",
}  # fmt: skip
USER = {
    "user": "THANDI", "smtp_server": "HQ relay", "username": "", "password": "unset", "sender_name": "Thandi",
    "sender_email": "thandi@example.co.za", "job_title": "Manager", "email_enabled": True,
}  # fmt: skip
PIETER = {"user": "PIETER", "email_enabled": False}


def plan_of(*desired_records, compare="same", mode="on_change"):
    return make_plan(State([SERVER], [USER, PIETER]), desired_records, lambda *_place: compare, mode)


def server(name="HQ relay", **values):
    return DesiredRecord(SMTP_SERVER, name, values)


def fields_of(change):
    return {item.field: (item.have, item.want) for item in change.fields}


def test_nothing_is_planned_when_everything_is_as_desired():
    values = {name: value for name, value in SERVER.items() if name not in ("name", "password")}
    plan = plan_of(
        server("hq RELAY", **values, password=OLD), DesiredRecord(MAIL_USER, "thandi", {"smtp_server": "hq relay"})
    )
    assert plan.changes == ()
    assert result_diff(plan) == {"before": {}, "after": {}}


def test_only_the_field_that_differs_is_changed():
    (change,) = plan_of(server(port=465, timeout=30)).changes
    assert (change.action, change.name, fields_of(change)) == ("update", "HQ relay", {"port": (587, 465)})


def test_a_field_that_is_left_out_or_none_is_left_alone():
    assert plan_of(server(), server(bcc=None)).changes == ()


def test_an_empty_text_clears():
    (change,) = plan_of(server(bcc="")).changes
    assert fields_of(change) == {"bcc": ("log@example.co.za", "")}


def test_an_empty_password_clears_one_that_is_set_and_is_nothing_where_none_is():
    (change,) = plan_of(server(password="")).changes
    assert fields_of(change) == {"password": ("set", "unset")}
    assert change.values() == {"password": ""}
    assert plan_of(DesiredRecord(MAIL_USER, "THANDI", {"password": ""})).changes == ()


def test_a_new_definition_takes_the_documented_defaults_and_states_each_number_and_flag():
    (change,) = plan_of(server("Backup", mail_server="b.example.co.za", authenticate=False)).changes
    assert change.action == "create"
    assert {name: want for name, (_have, want) in fields_of(change).items()} == {
        "mail_server": "b.example.co.za", "authenticate": False, "port": 587, "use_tls": True, "timeout": 30,
    }  # fmt: skip


def test_a_new_definition_without_its_server_is_a_finding():
    (finding,) = plan_of(server("Backup")).findings
    assert (finding.name, finding.field) == ("Backup", "mail_server")


def test_a_user_without_mail_settings_is_created_and_needs_what_sending_needs():
    plan = plan_of(DesiredRecord(MAIL_USER, "pieter", {"smtp_server": "HQ relay", "sender_name": "Pieter"}))
    assert [(change.action, change.name) for change in plan.changes] == [("create", "PIETER")]
    assert [finding.field for finding in plan.findings] == ["sender_email"]


def test_a_user_that_fincon_does_not_know_is_a_finding_with_a_suggestion():
    (finding,) = plan_of(DesiredRecord(MAIL_USER, "THANDY", USER)).findings
    assert "is not a Fincon user" in finding.message
    assert "did you mean 'THANDI'?" in finding.message


def test_where_nobody_can_list_the_users_a_new_one_is_taken_on_trust():
    plan = make_plan(State([SERVER], [], False), [DesiredRecord(MAIL_USER, "NEW", USER)], lambda *_place: "same")
    assert plan.findings == ()
    assert plan.changes[0].action == "create"


def test_removing_what_is_not_there_is_no_change():
    assert (
        plan_of(
            DesiredRecord(SMTP_SERVER, "Gone", present=False), DesiredRecord(MAIL_USER, "NOBODY", present=False)
        ).changes
        == ()
    )


def test_a_definition_is_deleted_even_when_nothing_was_entered_in_it():
    plan = make_plan(
        State([{"name": "Bare"}]), [DesiredRecord(SMTP_SERVER, "bare", present=False)], lambda *_place: "same"
    )
    assert [(change.action, change.name) for change in plan.changes] == [("delete", "Bare")]
    assert plan.after.records(SMTP_SERVER) == []


def test_removing_a_user_clears_the_settings_and_leaves_the_switch():
    plan = plan_of(DesiredRecord(MAIL_USER, "THANDI", present=False))
    assert plan.changes[0].action == "delete"
    after = plan.after.get(MAIL_USER, "THANDI")
    assert (after["sender_name"], after["email_enabled"]) == ("", True)
    again = make_plan(plan.after, [DesiredRecord(MAIL_USER, "THANDI", present=False)], lambda *_place: "same")
    assert again.changes == ()


def test_the_switch_is_a_resource_of_its_own():
    (change,) = plan_of(DesiredRecord(MAIL_ENABLED, "thandi", {"email_enabled": False})).changes
    assert change.as_dict() == {
        "resource": "mail_enabled", "name": "THANDI", "action": "update",
        "fields": [{"field": "email_enabled", "have": True, "want": False}],
    }  # fmt: skip


def test_changes_come_in_the_order_in_which_they_can_be_applied():
    desired_records = [
        DesiredRecord(SMTP_SERVER, "HQ relay", present=False),
        DesiredRecord(MAIL_USER, "THANDI", present=False),
        DesiredRecord(MAIL_ENABLED, "PIETER", {"email_enabled": True}),
        DesiredRecord(MAIL_USER, "PIETER", {**USER, "smtp_server": "New"}),
        DesiredRecord(SMTP_SERVER, "New", {"mail_server": "n.example.co.za"}),
    ]
    assert [(change.resource, change.action) for change in plan_of(*desired_records).changes] == [
        ("smtp_server", "create"),
        ("mail_user", "create"),
        ("mail_enabled", "update"),
        ("mail_user", "delete"),
        ("smtp_server", "delete"),
    ]


@pytest.mark.parametrize(
    ("mode", "compare", "sent", "unverified"),
    [
        ("on_change", "same", False, False),
        ("on_change", "different", True, False),
        ("on_change", "unknown", True, True),
        ("always", "same", True, False),
        ("on_create", "different", False, False),
    ],
)
def test_a_password_that_is_set_is_sent_as_update_password_says(mode, compare, sent, unverified):
    plan = plan_of(server(password=NEW), compare=compare, mode=mode)
    assert [change.values() for change in plan.changes] == ([{"password": NEW}] if sent else [])
    assert plan.unverified == ((("smtp_server", "HQ relay", "password"),) if unverified else ())


@pytest.mark.parametrize("mode", ["on_change", "always", "on_create"])
def test_a_password_is_sent_where_none_is_set(mode):
    plan = plan_of(DesiredRecord(MAIL_USER, "THANDI", {"password": NEW}), compare="same", mode=mode)
    assert fields_of(plan.changes[0]) == {"password": ("unset", "set")}
    assert plan.unverified == ()


@pytest.mark.parametrize("compare", ["same", "different", "unknown"])
def test_no_secret_shows_in_any_form_of_a_plan(compare):
    desired = server(password=NEW)
    plan = plan_of(desired, DesiredRecord(MAIL_USER, "THANDI", {"username": "t", "password": OLD}), compare=compare)
    shown = repr(plan) + repr(desired) + repr(result_diff(plan)) + repr([change.as_dict() for change in plan.changes])
    assert "canary" not in shown


def test_the_diff_holds_the_records_that_change_and_words_for_passwords():
    shown = result_diff(plan_of(server(password=NEW), compare="different"))
    before, after = shown["before"]["smtp_servers"]["HQ relay"], shown["after"]["smtp_servers"]["HQ relay"]
    assert (before["password"], after["password"]) == ("set", "set, will change")
    assert {**before, "password": ""} == {**after, "password": ""}


def test_the_current_state_is_left_as_it_was():
    current = State([SERVER], [USER])
    make_plan(current, [server(port=25), DesiredRecord(MAIL_USER, "THANDI", present=False)], lambda *_place: "same")
    assert current.records(SMTP_SERVER) == [SERVER]
    assert current.records(MAIL_USER) == [USER]


def test_a_plan_applied_leaves_nothing_to_plan():
    desired_records = [
        server("Backup", mail_server="b.example.co.za"),
        server(port=25),
        DesiredRecord(MAIL_USER, "PIETER", USER),
    ]
    again = make_plan(plan_of(*desired_records).after, desired_records, lambda *_place: "same")
    assert again.changes == ()


def test_a_key_that_is_declared_twice_in_another_case_is_a_finding():
    (finding,) = duplicate_findings([server("HQ"), server("hq"), DesiredRecord(MAIL_USER, "HQ")])
    assert "is declared twice (as 'HQ' and 'hq')" in finding.message
