# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Codes that are read out by telephone: what they say, and that no slip passes."""

from __future__ import annotations

from datetime import date

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import (
    LETTERS,
    Code,
    CodeError,
    check_characters,
    decode,
    encode,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 26)
EXAMPLES = [
    ("SOWETO-3", "2026-11-24", ()),
    ("SOWETO-3", "2026-11-24", (9,)),
    ("CAPE-TOWN-12", "2026-11-26", (1, 2, 12)),
    ("ZOË-100", "2025-01-31", (60,)),
]
CODES = [
    "SOWETO-3 EQSB-WDRX",
    "SOWETO-3 EQ08-500A-09",
    "CAPE-TOWN-12 ES30-2CKX-718",
    "ZOË-100 T100-0000-0000-0GX4-BCR2",
]
#: What somebody may hear or write down in place of a character.
HEARD = LETTERS + "OILU -"


def meaning(text: str) -> Code | None:
    try:
        return decode(text, TODAY)
    except CodeError:
        return None


@given(
    branch=st.from_regex(r"[A-Z0-9][A-Z0-9_.-]{0,20}", fullmatch=True),
    order=st.integers(1, 9999),
    ordered=st.dates(date(2024, 6, 1), date(2026, 11, 27)),
    not_done=st.sets(st.integers(1, 100), max_size=12),
)
def test_a_code_says_what_was_put_into_it(branch, order, ordered, not_done):
    code = encode(f"{branch}-{order}", ordered.isoformat(), not_done)
    assert decode(code, TODAY) == Code(branch, order, ordered.isoformat(), tuple(sorted(not_done)))


def test_codes_are_what_they_have_always_been():
    # A page that was printed with an earlier version is read by a later one.
    assert [encode(*example) for example in EXAMPLES] == CODES


@pytest.mark.parametrize(("name", "ordered", "not_done"), EXAMPLES)
def test_every_single_wrong_character_is_refused(name, ordered, not_done):
    code = encode(name, ordered, not_done)
    right = decode(code, TODAY)
    tried = 0
    for place in range(len(code)):
        for letter in HEARD + "ABCDEFGHIJKLMNOPQRSTUVWXYZ.":
            wrong = code[:place] + letter + code[place + 1 :]
            # Some slips are none: a small letter, O for 0, a blank for a hyphen.
            assert meaning(wrong) in (None, right), wrong
            tried += wrong != code
    assert tried > 400


@pytest.mark.parametrize(("name", "ordered", "not_done"), EXAMPLES)
def test_every_transposition_and_every_lost_or_doubled_character_is_refused(name, ordered, not_done):
    code = encode(name, ordered, not_done)
    right = decode(code, TODAY)
    for first in range(len(code)):
        for second in range(first + 1, len(code)):
            swapped = [*code]
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert meaning("".join(swapped)) in (None, right), swapped
        for wrong in (code[:first] + code[first + 1 :], code[:first] + code[first] + code[first:]):
            assert meaning(wrong) in (None, right), wrong


def test_what_people_write_down_differently_is_the_same_code():
    code = encode("SOWETO-3", "2026-11-24", (9,))
    name, letters = code.split(" ")
    loose = letters.replace("-", "").lower().replace("0", "o").replace("1", "l")
    for written in (f" soweto-3  {loose} ", f"Soweto-3: {letters}", f"{name}, {' '.join(loose)}"):
        assert decode(written, TODAY) == decode(code, TODAY)


@pytest.mark.parametrize(
    "text", ["", "SOWETO-3", "4F7K-9QM2", "SOWETO 4F7K-9QM2", "SOWETO-3 4F7K", "-3 4F7K-9QM2", "x" * 500]
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(CodeError):
        decode(text, TODAY)


def test_the_day_of_an_order_is_the_last_one_that_fits():
    code = encode("A-1", "2026-11-24", ())
    assert decode(code, date(2026, 11, 23)).ordered == "2026-11-24", "a clerk east of here"
    assert decode(code, date(2028, 1, 1)).ordered == "2026-11-24"
    assert decode(code, date(2030, 1, 1)).ordered != "2026-11-24", "the days come again after 1,024"


def test_items_that_make_a_code_too_long_to_be_read_out_are_refused():
    assert encode("A-1", "2026-11-24", (100,))
    with pytest.raises(CodeError, match="up to 100"):
        encode("A-1", "2026-11-24", (101,))


def test_check_characters_differ_for_texts_that_differ_in_any_character():
    text = "Branch: soweto\nOrder: 3 of 2026-11-24\nDone: 1-8, 10\nNot done: 9"
    wrong = {text[:place] + letter + text[place + 1 :] for place in range(len(text)) for letter in "0123456789x, -"}
    assert sum(check_characters(other) == check_characters(text) for other in wrong - {text}) == 0
