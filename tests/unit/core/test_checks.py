# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of single values, and that editors are told the same."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    is_template,
    length_warning,
    may_be_empty,
    record_findings,
    value_problem,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import ERROR, WARNING
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, USER_FIELDS
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import branch_schema
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

CANARY = "canary-7Jq\x07x"
DEFINITIONS = branch_schema()["definitions"]
ROWS = [
    *(("smtp_server", row) for row in (SMTP_SERVER.key, *SMTP_SERVER.fields)),
    *(("user", row) for row in (MAIL_USER.key, *USER_FIELDS)),
]
# Text near the edges of the patterns, not only any text.
NEARLY = st.text("ab.@-_:/[]<>, \n\t\x00\x7f\u2028*\u2022é1", max_size=12)
VALUES = st.one_of(
    NEARLY,
    st.text(max_size=130),
    st.builds("{0}@{1}.za".format, NEARLY, NEARLY),
    st.booleans(),
    st.integers(-2, 70000),
    st.none(),
    st.just(0.5),
    st.lists(st.integers(), max_size=1),
)


@pytest.mark.parametrize(("definition", "row"), ROWS, ids=lambda item: getattr(item, "name", item))
def test_the_schema_and_the_check_agree_on_every_value(definition, row):
    schema = DEFINITIONS[definition]["properties"][row.name]
    # Without the template that may stand for any value.
    plain = Draft7Validator({**schema, **({"anyOf": schema["anyOf"][:1]} if "anyOf" in schema else {})})

    @settings(max_examples=60, deadline=None)
    @given(VALUES)
    def agree(value):
        assert plain.is_valid(value) == (value_problem(row, value) is None)

    agree()


@pytest.mark.parametrize("value", ["smtp.example.co.za", "10.1.2.3", "::1", "[2001:db8::1]", "mail_1", "bü.example"])
def test_a_bare_host_or_address_is_accepted(value):
    assert value_problem(SMTP_SERVER.field("mail_server"), value) is None


@pytest.mark.parametrize("value", ["", "smtp://x", "a b", "mail:25", "x/y", "a..b", "mail\n", "u@h"])
def test_what_is_not_a_bare_host_is_refused(value):
    assert value_problem(SMTP_SERVER.field("mail_server"), value)


@pytest.mark.parametrize("value", ["a@b", "two@x.za, one@y.za", "x@y.za\r\nRCPT TO:<z@y.za>", "@x.za", "Ann <a@x.za>"])
def test_what_is_not_one_address_is_refused(value):
    assert value_problem(MAIL_USER.field("sender_email"), value)


@pytest.mark.parametrize("value", [0, 65536, "587", True, 25.5])
def test_a_port_outside_its_range_or_of_another_type_is_refused_with_the_range(value):
    assert "1 to 65535" in value_problem(SMTP_SERVER.field("port"), value)


def test_a_number_names_its_unit():
    assert value_problem(SMTP_SERVER.field("timeout"), 0) == "must be a whole number from 1 to 600 seconds, not 0"


@pytest.mark.parametrize("mask", ["***", "********", "\u2022\u2022\u2022\u2022", "\u25cf\u25cf\u25cf"])
def test_a_mask_is_refused_as_a_password(mask):
    assert "is a mask" in value_problem(SMTP_SERVER.field("password"), mask)


def test_a_password_that_only_contains_stars_among_others_is_no_mask():
    assert value_problem(SMTP_SERVER.field("password"), "***a") is None


@pytest.mark.parametrize("value", [CANARY, [CANARY], {"x": CANARY}])
def test_a_faulty_password_is_never_part_of_the_sentence(value):
    problem = value_problem(SMTP_SERVER.field("password"), value)
    assert problem
    assert "canary" not in problem


def test_optional_text_may_be_cleared_and_what_is_needed_may_not():
    assert may_be_empty(SMTP_SERVER.field("bcc"))
    assert may_be_empty(SMTP_SERVER.field("password"))
    assert not may_be_empty(MAIL_USER.field("sender_email"))
    assert value_problem(MAIL_USER.field("smtp_server"), "") == "must not be empty"


def test_a_user_name_longer_than_the_inferred_limit_is_a_warning_only():
    (finding,) = record_findings(MAIL_USER, {"user": "THANDIWEN"})
    assert finding.severity == WARNING
    assert "9 characters" in finding.message
    assert length_warning(MAIL_USER.key, "THANDIWE") is None


def test_all_faults_of_a_record_are_found_at_once():
    found = record_findings(SMTP_SERVER, {"name": "HQ", "mail_server": "a b", "port": 0, "use_tls": "yes", "bcc": None})
    assert [(item.field, item.severity) for item in found] == [
        ("mail_server", ERROR),
        ("port", ERROR),
        ("use_tls", ERROR),
    ]


@pytest.mark.parametrize("value", ["{{ x }}", "{% if x %}", "$ANSIBLE_VAULT;1.1;AES256\n00"])
def test_templates_and_vault_texts_are_left_for_later(value):
    assert is_template(value)
    assert not is_template("plain")


@pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["positive", "negative"])
def test_a_number_of_thousands_of_digits_is_a_fault_and_is_not_spelt_out(number):
    assert value_problem(SMTP_SERVER.field("port"), number) == (
        "must be a whole number from 1 to 65535, not one of so many digits"
    )
    assert value_problem(SMTP_SERVER.key, number) == "must be text, not the number of so many digits; put it in quotes"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (MAIL_USER.key, "THANDI\u200b", "zero width space (U+200B) as character 7"),
        (MAIL_USER.key, "\ufeffTHANDI", "zero width no-break space (U+FEFF) as character 1"),
        (MAIL_USER.key, "THA\u00adNDI", "soft hyphen (U+00AD) as character 4"),
        (MAIL_USER.key, "THANDI\u00a0", "no-break space (U+00A0) as character 7"),
        (MAIL_USER.field("sender_email"), "\u201cx@example.co.za\u201d", "left double quotation mark (U+201C)"),
        (SMTP_SERVER.field("mail_server"), "smtp.example.co.za\u200b", "zero width space (U+200B) as character 19"),
        (SMTP_SERVER.field("mail_server"), "smtp\u2019s.za", "right single quotation mark (U+2019)"),
        (SMTP_SERVER.key, "HQ\u00a0relay", "no-break space (U+00A0) as character 3"),
        (MAIL_USER.field("sender_name"), "Thandi\u200b Nkosi", "zero width space (U+200B)"),
        (MAIL_USER.field("sender_name"), "Thandi\u202e", "right-to-left override (U+202E)"),
        (SMTP_SERVER.field("password"), "canary\u200b", "zero width space (U+200B) as character 7"),
    ],
)
def test_a_character_that_nobody_sees_is_named_with_its_place(field, value, words):
    problem = value_problem(field, value)
    assert words in problem
    assert "canary" not in problem


@pytest.mark.parametrize(
    "value", ["O\u2019Brien", "Zo\u00eb", "J\u00fcrgen \u00ab", "\u0645\u06cc\u200c\u062e", "A\u00a0B"]
)
def test_a_text_may_have_the_characters_of_its_language(value):
    assert value_problem(MAIL_USER.field("sender_name"), value) is None


@pytest.mark.parametrize(
    "field", [SMTP_SERVER.field("port"), SMTP_SERVER.field("use_tls"), MAIL_USER.field("sender_email")]
)
@pytest.mark.parametrize("value", [CANARY, [CANARY], 918273645, {"x": CANARY}])
def test_a_value_that_may_be_a_password_in_the_wrong_field_is_not_repeated(field, value):
    problem = value_problem(field, value, repeat=False)
    assert problem
    assert "canary" not in problem
    assert "918273645" not in problem


def test_vault_text_is_no_password():
    assert "!vault" in value_problem(SMTP_SERVER.field("password"), "$ANSIBLE_VAULT;1.1;AES256 3334")


@pytest.mark.parametrize(
    ("name", "value", "ends"),
    [
        ("use_tls", "true", "not text: write it without quotes"),
        ("use_tls", " No ", "not text: write it without quotes"),
        ("use_tls", "ja", "must be true or false"),
        ("port", "587", "not text: write it without quotes"),
        ("port", "smtp", "65535"),
    ],
)
def test_a_value_that_would_be_right_without_its_quotes_is_told_so(name, value, ends):
    (field,) = (field for field in SMTP_SERVER.fields if field.name == name)
    assert value_problem(field, value, False).endswith(ends)
