# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The header of a message, whoever wrote it: within limits, and with one sender or none."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import (
    LARGEST_HEADER,
    MOST_FIELDS,
    MOST_RECEIVED,
    MessageError,
    address_key,
    decoded,
    header_of,
    sender_of,
    spelled,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st


def sender(text: bytes) -> tuple[str, str]:
    found = sender_of(header_of(b"From: " + text + b"\n\n"))
    return found.name, found.address


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        (b"Thandi Nkosi <thandi@example.co.za>", "Thandi Nkosi", "thandi@example.co.za"),
        (b'"Nkosi, Thandi" <thandi@example.co.za>', "Nkosi, Thandi", "thandi@example.co.za"),
        (b"thandi@example.co.za", "", "thandi@example.co.za"),
        (b"=?utf-8?Q?Ren=C3=A9?= <r@example.co.za>", "René", "r@example.co.za"),
        (b"=?utf-8?B?UmVu?=\r\n =?utf-8?B?w6k=?= <r@example.co.za>", "René", "r@example.co.za"),
        ("René <r@example.co.za>".encode(), "René", "r@example.co.za"),
        (b"Ren\xe9 <r@example.co.za>", "René", "r@example.co.za"),
        (b"Rene\xcc\x81 <r@example.co.za>", "René", "r@example.co.za"),
    ],
)
def test_a_sender_has_a_name_and_an_address(text: bytes, name: str, address: str) -> None:
    assert sender(text) == (name, address)


@pytest.mark.parametrize(
    "text",
    [b"", b"Thandi", b"a@example.com, b@example.com", b"a@example.com <b@example.com> <c@example.com>", b"<a@b@c>",
     b"Group: a@example.com, b@example.com;", b"a\0b@example.com", b"(" * 3000 + b"a@example.com", b"a" * 9000,
     b"@example.com", b"a b@example.com c"],
)  # fmt: skip
def test_what_is_not_one_sender_is_none(text: bytes) -> None:
    with pytest.raises(MessageError):
        sender(text)


def test_two_from_fields_are_no_sender_and_none_is_neither() -> None:
    for content, reason in ((b"From: a@example.com\nFrom: a@example.com\n\n", "several"), (b"To: x\n\n", "no From")):
        with pytest.raises(MessageError, match=reason):
            sender_of(header_of(content))


@pytest.mark.parametrize(
    "text",
    [
        "=?no-such-charset?Q?a?=",
        "=?caf\u00e9?Q?a?=",
        "=?utf-8?B?!!!!?=",
        "=?utf-8?Q?=FF=FE?=",
        "=?zip?B?AAAA?=",
        "=?utf-7?Q?+2AA-x?=",
        "=?unicode_escape?Q?=5Cud800x?=",
        "=?utf-16?Q?a?=",
        "=?=?=",
    ],
)
def test_a_name_that_cannot_be_decoded_is_not_an_error(text: str) -> None:
    assert decoded(text) in (text, "")


def test_a_header_beyond_a_limit_proves_nothing() -> None:
    for content in (
        b"X: y\n" * MOST_FIELDS + b"From: a@example.com\n\n",
        b"Received: x\n" * (MOST_RECEIVED + 1) + b"\n",
        b"X: " + b"y" * LARGEST_HEADER,
        b"X: y\r\n " * LARGEST_HEADER,
    ):
        with pytest.raises(MessageError, match=r"more than"):
            header_of(content)


def test_the_body_is_not_read_and_what_is_no_field_is_passed_over() -> None:
    found = header_of(b"From x\nFrom: a@example.com\nnonsense\nTO : b\n\nFrom: c@example.com\n")
    assert found.fields == (("from", "a@example.com"), ("to", "b"))


def test_addresses_are_compared_without_case_and_in_one_spelling_of_their_domain() -> None:
    assert address_key("Thandi@Bücher.example") == address_key("thandi@xn--bcher-kva.example")
    # With a Cyrillic letter.
    assert address_key("thandi@ex\u0430mple.co.za") != address_key("thandi@example.co.za")


def test_letters_that_look_alike_are_told_apart() -> None:
    assert spelled("Th\u0430ndi", "Thandi") == "Th\\u0430ndi"
    assert spelled("René", "Rene") == "René"
    assert spelled("Иван", "Ивана") == "Иван"


@settings(deadline=None)
@given(st.binary(max_size=2000))
@example(b"From: " + b"(\\" * 1000)
@example(b"From: =?" + b"=?utf-8?q?" * 300)
@example(b"From: \xff\xfe\0")
@example(b"A:" * 5000)
def test_no_bytes_are_an_error_but_one_of_the_message(content: bytes) -> None:
    for text in (content, b"From: " + content):
        try:
            found = sender_of(header_of(text))
        except MessageError:
            continue
        assert "\n" not in found.name + found.address
