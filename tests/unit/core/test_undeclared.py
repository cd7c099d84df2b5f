# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed and declared nowhere."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge, purged_records
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State, blank
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import (
    Claims,
    undeclared_result,
    unknown_protected,
)

BOTH = (SMTP_SERVER, MAIL_USER)
STATE = State(
    [blank(SMTP_SERVER, "HQ"), blank(SMTP_SERVER, "Old")],
    [
        {**blank(MAIL_USER, "THANDI"), "sender_name": "Thandi", "email_enabled": True},
        {**blank(MAIL_USER, "NOMSA"), "sender_name": "Nomsa", "email_enabled": False},
        {**blank(MAIL_USER, "KGOSI"), "email_enabled": True},
        {**blank(MAIL_USER, "PASSME"), "email_enabled": False},
    ],
)
DECLARED = (DesiredRecord(SMTP_SERVER, "hq"), DesiredRecord(MAIL_USER, "thandi"))


def found(desired_records=DECLARED, state=STATE, **claims):
    return undeclared_result(state, desired_records, Claims(**{"resources": BOTH, **claims}))


def test_a_definition_and_a_user_with_a_setting_or_with_e_mail_on_are_undeclared_and_any_other_user_is_nothing():
    assert found() == {
        "counts_as": "drift", "complete": True, "smtp_servers": ["Old"], "users": ["KGOSI", "NOMSA"],
    }  # fmt: skip


def test_nothing_is_undeclared_in_a_list_that_was_not_given_and_all_of_it_in_one_that_is_empty():
    assert found(resources=(SMTP_SERVER,))["users"] is None
    assert found(desired_records=())["users"] == ["KGOSI", "NOMSA", "THANDI"]


def test_an_absent_record_and_a_former_name_are_declared():
    desired_records = [
        DesiredRecord(SMTP_SERVER, "HQ", renamed_from="OLD"),
        *(DesiredRecord(MAIL_USER, name, present=False) for name in ("THANDI", "nomsa", "KGOSI")),
    ]
    assert found(desired_records)["smtp_servers"] == found(desired_records)["users"] == []


def test_protected_names_are_known():
    assert found(protect=("old", "kgosi"))["smtp_servers"] == []
    assert found(protect=("old", "kgosi"))["users"] == ["NOMSA"]


def test_where_nobody_can_list_the_users_the_lists_are_not_complete():
    assert found(state=State([], [], all_users_known=False)) == {
        "counts_as": "drift", "complete": False, "smtp_servers": [], "users": [],
    }  # fmt: skip


def purged(state, desired_records=DECLARED, limit=5):
    return [
        (desired.resource, desired.name)
        for desired in purged_records(state, desired_records, Purge(BOTH, limit=limit))
        if not desired.present
    ]


def test_a_purge_removes_what_is_undeclared_and_switches_e_mail_off_where_it_is_not_known_to_be():
    assert purged(STATE) == [
        (SMTP_SERVER, "Old"), (MAIL_USER, "KGOSI"), (MAIL_USER, "NOMSA"), (MAIL_ENABLED, "KGOSI"),
    ]  # fmt: skip
    ledger = State(
        STATE.records(SMTP_SERVER)[:1], [{"user": "SIPHO", "sender_name": "S", "email_enabled": None}], False
    )
    assert purged(ledger) == [(MAIL_USER, "SIPHO"), (MAIL_ENABLED, "SIPHO")]


def test_a_switch_is_not_a_record_of_its_own_to_the_limit_of_a_purge():
    assert len(purged(STATE, limit=3)) == 4


def test_a_purge_leaves_the_old_definition_to_the_rename_and_absent_users_to_their_declaration():
    desired_records = (
        DesiredRecord(SMTP_SERVER, "HQ", renamed_from="Old"),
        DesiredRecord(MAIL_USER, "THANDI"),
        DesiredRecord(MAIL_USER, "NOMSA", present=False),
        DesiredRecord(MAIL_USER, "KGOSI", present=False),
    )
    assert purged(STATE, desired_records) == []


def test_a_protected_name_that_nothing_has_is_named_with_the_likeliest():
    protect = ("old", "nomsa", "hq", "NOMSAA", "zzzz", "zzzz")
    assert unknown_protected(STATE, DECLARED, protect) == [
        "purge_protect: no definition and no user that is known has the name 'NOMSAA'; did you mean 'NOMSA'?",
        "purge_protect: no definition and no user that is known has the name 'zzzz'",
    ]


def test_where_nobody_can_list_the_users_only_a_name_close_to_a_known_one_is_named():
    state = State([], [], all_users_known=False)
    assert unknown_protected(state, DECLARED, ("FINCON", "thandy")) == [
        "purge_protect: no definition and no user that is known has the name 'thandy'; did you mean 'thandi'?"
    ]
    renamed = (
        DesiredRecord(MAIL_USER, "THANDI", renamed_from="TNKOSI"),
        DesiredRecord(MAIL_USER, "PIET", present=False),
    )
    assert unknown_protected(STATE, renamed, ("tnkosi", "piet")) == []
