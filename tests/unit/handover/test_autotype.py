# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a clerk types for an item, and what auto-type types for it."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.autotype import (
    attribute_names,
    checked_order,
    typing,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import items_of
from ansible_collections.fincon.mail.tests.unit.work_order.orders import EVERYTHING, field, item, order_of

from .handed import ORDER, PIETER_PASSWORD, RECORDS, RELAY_PASSWORD, THANDI_PASSWORD, items

BY_NUMBER = {one.number: one for one in items()}


def definition(*fields, action="update"):
    return items(order_of(item(1, "smtp_server", "HQ relay", action, *fields)))[0]


def test_an_item_is_called_by_its_work_order_its_number_and_its_record():
    assert [one.title for one in items()][:4] == [
        "SOWETO-3 / 1 HQ relay", "SOWETO-3 / 2 Old relay", "SOWETO-3 / 3 THANDI", "SOWETO-3 / 4 PIETER",
    ]  # fmt: skip


def test_only_a_password_that_is_to_be_typed_is_handed_over():
    passwords = {one.number: one.password for one in items() if one.password}
    assert passwords == {1: RELAY_PASSWORD, 3: THANDI_PASSWORD, 4: PIETER_PASSWORD}


def test_the_login_is_the_ordered_one_and_else_the_declared_one():
    assert BY_NUMBER[1].login == "relay@example.co.za"
    assert BY_NUMBER[4].login == "pieter@example.co.za"
    assert BY_NUMBER[2].login == ""


def test_no_password_is_in_what_an_item_says_of_itself():
    assert "c4n" not in repr(items())


def test_a_new_definition_is_typed_in_the_order_of_its_window_and_its_tick_boxes_are_passed_over():
    typed = typing(BY_NUMBER[1])
    assert typed.start == "Mail Server"
    assert typed.sequence == (
        "{CLEARFIELD}{S:01 Mail Server}{TAB}{TAB}{CLEARFIELD}{USERNAME}{TAB}{CLEARFIELD}{PASSWORD}"
        "{TAB}{CLEARFIELD}{S:05 Port}"
    )


def test_the_cursor_begins_at_the_first_field_that_changes_and_one_to_be_emptied_is_emptied():
    typed = typing(definition(field("port", 25, 587), field("bcc", "archive@example.co.za", "")))
    assert typed.start == "Port"
    assert typed.sequence == "{CLEARFIELD}{S:01 Port}{TAB}{TAB}{TAB}{CLEARFIELD}"


def test_the_steps_between_two_fields_are_those_of_the_records_table():
    names = [one.name for one in SMTP_SERVER.fields]
    typed = typing(definition(field("mail_server", "a.example", "b.example"), field("bcc", "", "x@example.co.za")))
    assert typed.sequence.count("{TAB}") == names.index("bcc") - names.index("mail_server")


def test_a_users_window_is_typed_into_only_once_its_order_is_entered():
    thandi = BY_NUMBER[3]
    assert typing(thandi).sequence == ""
    assert "fincon_work_order_user_order" in typing(thandi).reason
    assert typing(thandi, ORDER).sequence == (
        "{CLEARFIELD}{S:01 SMTP server settings}{TAB}{TAB}{CLEARFIELD}{PASSWORD}{TAB}{TAB}"
        "{CLEARFIELD}{S:03 Sender's name}"
    )
    assert typing(thandi, ["password"]).sequence == "", "a field without a place cannot be reached"


@pytest.mark.parametrize(("number", "why"), [(5, "tick box"), (6, "tick box"), (7, "by hand"), (8, "by hand")])
def test_what_depends_on_what_the_window_shows_is_not_typed(number, why):
    typed = typing(BY_NUMBER[number], [*ORDER, "job_title"])
    assert (typed.sequence, why in typed.reason) == ("", True)


def test_a_password_that_is_declared_nowhere_keeps_an_item_from_being_typed():
    one = items_of(EVERYTHING, "soweto", {**RECORDS, "users": []})[3]
    assert typing(one, ORDER).reason == "its password is declared nowhere"


@pytest.mark.parametrize(
    "value",
    [
        "{TITLE}",
        "a{password}b",
        "{REF:P@I:46C9B1}",
        "{S:01 Port}",
        "%AppData%",
        "{DT_SIMPLE}",
        "{t-replace-rx:/a/b/c/}",
    ],
)
def test_a_value_that_keepass_would_replace_is_not_typed_and_not_repeated(value):
    user = {"user": "PIETER", "password": f"c4n-{value}"}
    one = items(order_of(item(4, "mail_user", "PIETER", "update", field("password", "set", "set"))), users=[user])[0]
    typed = typing(one, ORDER)
    assert typed.sequence == ""
    assert "KeePass would replace" in typed.reason
    assert value not in typed.reason


@pytest.mark.parametrize("value", ["{a}", "{}", "100%", "5% + 3%", "{TAB}", "~^+()", "{{}{}}"])
def test_a_value_with_keys_in_it_is_typed_by_its_placeholder(value):
    user = {"user": "PIETER", "password": f"c4n-{value}"}
    one = items(order_of(item(4, "mail_user", "PIETER", "update", field("password", "set", "set"))), users=[user])[0]
    assert typing(one, ORDER).sequence == "{CLEARFIELD}{PASSWORD}"


def test_no_value_is_in_any_sequence():
    for one in items():
        text = re.sub(
            r"\{S:[^{}]*\}|\{(CLEARFIELD|TAB|USERNAME|PASSWORD)\}", "", typing(one, [*ORDER, "job_title"]).sequence
        )
        assert text == ""


def test_a_label_of_a_site_cannot_end_a_placeholder_or_take_the_name_of_a_field_of_keepass():
    labels = {"sender_name": 'Title {TAB} "x"', "smtp_server": "Notes"}
    names = attribute_names(items_of(EVERYTHING, "soweto", RECORDS, labels)[2].values)
    assert names == {"smtp_server": "01 Notes", "sender_name": "03 Title TAB x"}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["pasword"], "fincon_work_order_user_order: 'pasword' is not a field of a user; did you mean 'password'"),
        (["password", "password"], "fincon_work_order_user_order: 'password' appears twice"),
    ],
)
def test_an_order_that_is_none_is_refused(names, said):
    with pytest.raises(FinconError, match=re.escape(said)):
        checked_order(names)
