# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two states, and the sequence in which it can be changed."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.differences import diff
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State, blank

RELAY = {**blank(SMTP_SERVER, "HQ relay"), "mail_server": "smtp.example.co.za", "port": 587, "timeout": 30}
THANDI = {**blank(MAIL_USER, "THANDI"), "smtp_server": "HQ relay", "sender_name": "Thandi", "email_enabled": True}
BLANK = {**blank(MAIL_USER, "THANDI"), "email_enabled": True}


def changes(before, after):
    """Resource, action and the fields of each change from one state to another, each a pair of servers and users."""
    return [
        (change.resource, change.action, {field.field: (field.have, field.want) for field in change.fields})
        for change in diff(State(*before), State(*after))
    ]


def test_nothing_differs_between_equal_states_whatever_the_case_of_a_name():
    renamed = {**THANDI, "user": "thandi", "smtp_server": "hq RELAY"}
    assert changes(([RELAY], [THANDI]), ([{**RELAY, "name": "HQ RELAY"}], [renamed])) == []


def test_a_new_definition_states_each_flag_and_number_and_what_is_not_empty():
    assert changes(([], []), ([RELAY], [])) == [
        (
            "smtp_server",
            "create",
            {
                "mail_server": ("", "smtp.example.co.za"),
                "authenticate": (None, False),
                "port": (None, 587),
                "use_tls": (None, False),
                "timeout": (None, 30),
            },
        )
    ]


def test_a_definition_that_is_gone_is_removed_even_when_nothing_was_entered_in_it():
    assert changes(([blank(SMTP_SERVER, "A")], []), ([], [])) == [("smtp_server", "delete", {})]


def test_settings_that_come_go_or_change_are_created_deleted_and_updated():
    assert [item[:2] for item in changes(([], [BLANK]), ([], [THANDI]))] == [("mail_user", "create")]
    assert [item[:2] for item in changes(([], [THANDI]), ([], [BLANK]))] == [("mail_user", "delete")]
    assert changes(([], [THANDI]), ([], [{**THANDI, "job_title": "Clerk"}])) == [
        ("mail_user", "update", {"job_title": ("", "Clerk")})
    ]


def test_the_switch_is_a_change_of_its_own():
    assert changes(([], [THANDI]), ([], [{**THANDI, "email_enabled": False}])) == [
        ("mail_enabled", "update", {"email_enabled": (True, False)})
    ]


def test_what_the_later_state_does_not_name_is_left_alone():
    assert changes(([], [THANDI]), ([], [])) == []
    assert changes(([], [THANDI]), ([], [{"user": "THANDI", "email_enabled": None}])) == []


def test_a_password_is_a_word_and_one_that_is_replaced_differs():
    before, after = {**RELAY, "password": "set"}, {**RELAY, "password": "set, will change"}
    assert changes(([before], []), ([after], [])) == [
        ("smtp_server", "update", {"password": ("set", "set, will change")})
    ]


def test_users_are_unlinked_before_their_definition_goes_and_linked_after_it_came():
    new = {**RELAY, "name": "New"}
    moved = changes(([RELAY], [THANDI]), ([new], [{**THANDI, "smtp_server": "New"}]))
    assert [item[:2] for item in moved] == [
        ("smtp_server", "create"),
        ("mail_user", "update"),
        ("smtp_server", "delete"),
    ]
    gone = changes(([RELAY], [THANDI]), ([], [{**BLANK, "email_enabled": False}]))
    assert [item[:2] for item in gone] == [
        ("mail_enabled", "update"),
        ("mail_user", "delete"),
        ("smtp_server", "delete"),
    ]


def test_the_changes_lead_to_the_later_state():
    before, after = State([RELAY], [BLANK]), State([{**RELAY, "port": 25}], [THANDI])
    reached = before.after(diff(before, after))
    for resource in (SMTP_SERVER, MAIL_USER):
        assert reached.records(resource) == after.records(resource)
