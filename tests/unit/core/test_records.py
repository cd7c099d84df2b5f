# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records table and how names are compared."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    SOURCES,
    USER_FIELDS,
    normal_key,
    same_value,
    written_key,
)

ROWS = [row for resource in (SMTP_SERVER, MAIL_USER, MAIL_ENABLED) for row in (resource.key, *resource.fields)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_names_its_source_and_describes_itself_in_a_sentence(row):
    assert row.source in SOURCES
    assert row.description.endswith(".")


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.name)
def test_no_two_rows_of_a_resource_share_a_name_or_a_wire_name(resource):
    rows = (resource.key, *resource.fields)
    assert len({row.name for row in rows}) == len({row.wire for row in rows}) == len(rows)


def test_only_passwords_are_secret_and_each_has_a_flag_that_says_whether_it_is_set():
    assert {row.name for row in ROWS if row.secret} == {"password"}
    assert all(row.wire_set for row in ROWS if row.secret)


def test_user_names_are_compared_and_written_in_upper_case():
    assert normal_key(MAIL_USER, " thandi ") == written_key(MAIL_USER, " thandi ") == "THANDI"


def test_definitions_are_compared_without_case_and_kept_as_written():
    assert normal_key(SMTP_SERVER, "HQ Relay") == normal_key(SMTP_SERVER, "hq relay ")
    assert written_key(SMTP_SERVER, " HQ Relay ") == "HQ Relay"


def test_a_link_to_a_definition_is_the_same_in_any_case_but_other_text_is_not():
    assert same_value(MAIL_USER.field("smtp_server"), "HQ relay", "hq RELAY")
    assert not same_value(MAIL_USER.field("sender_name"), "Thandi", "THANDI")


def test_a_field_that_does_not_exist_is_a_key_error():
    with pytest.raises(KeyError):
        SMTP_SERVER.field("colour")


def test_a_declared_user_holds_the_mail_settings_and_the_switch():
    assert [row.name for row in USER_FIELDS] == [row.name for row in (*MAIL_USER.fields, *MAIL_ENABLED.fields)]


def test_names_are_equal_however_their_accents_are_written():
    assert normal_key(MAIL_USER, "JOS\u00e9") == normal_key(MAIL_USER, "JOSE\u0301")
    assert normal_key(SMTP_SERVER, "Rel\u00e9") == normal_key(SMTP_SERVER, "rele\u0301")
    assert written_key(SMTP_SERVER, " Rele\u0301 ") == "Rel\u00e9"
    assert same_value(MAIL_USER.field("smtp_server"), "Rel\u00e9", "rele\u0301")
