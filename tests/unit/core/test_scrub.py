# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scrubber of texts from elsewhere, as the backends use it; tests/unit/smtp has its use in a dialogue."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import (
    MASK,
    MAX_TEXT,
    WITHHELD,
    Scrubber,
    clean_all,
)
from hypothesis import given, settings
from hypothesis import strategies as st

PASSWORD = "Skink-7 in Kiosk"


def test_every_spelling_of_a_secret_is_removed():
    secret = 'p\u00e4"ss w/ord+1'
    encoded = base64.b64encode(secret.encode()).decode()
    shown = Scrubber(password=secret).clean(
        f'{secret} | p\\u00e4\\"ss w/ord+1 | {encoded} | p%C3%A4%22ss%20w%2Ford%2B1'
    )
    assert shown == " | ".join([MASK] * 4)


def test_an_empty_secret_removes_nothing():
    assert Scrubber(password="").clean("as it is") == "as it is"


def test_a_secret_that_contains_another_is_removed_whole():
    assert clean_all("hunter22", ["hunter2", "hunter22"]) == MASK
    assert clean_all("hunter22", ["hunter22", "hunter2", ""]) == MASK


def test_a_text_that_repeats_a_very_short_secret_is_withheld():
    assert Scrubber(password="abc").clean("wrong: abc") == WITHHELD


def test_a_secret_at_the_place_where_a_long_text_is_cut_leaves_no_half():
    text = f"{'x' * (MAX_TEXT - 8)} canary-pw-2 and more"
    for login in (None, Scrubber(password="canary-pw-2")):
        shown = clean_all(text, ["another-secret", "" if login else "canary-pw-2"], login)
        assert len(shown) <= MAX_TEXT
        assert "canary" not in shown
        assert "can" not in shown


def test_of_a_long_text_only_the_beginning_is_looked_at(monkeypatch):
    looked_at = []
    real = Scrubber.mask
    monkeypatch.setattr(Scrubber, "mask", lambda self, text: looked_at.append(len(text)) or real(self, text))
    shown = clean_all("x" * 1_000_000, ["canary-pw-1"])
    assert (len(shown), shown[-1]) == (MAX_TEXT, "…")
    assert max(looked_at) < 10_000


@pytest.mark.parametrize(
    "form", [str, lambda secret: base64.b64encode(secret.encode()).decode()], ids=["plain", "base64"]
)
def test_no_part_of_a_secret_shows_where_a_long_text_is_cut(form):
    secret = "canary-pw-1"
    for blanks in range(7_970, 8_001):
        shown = clean_all(" " * blanks + form(secret) * 100, [secret])
        assert form(secret)[:3] not in shown


@pytest.mark.parametrize("around", ["", " ", ".", "5.285 ", "\u2028"])
def test_a_form_is_masked_where_it_is_all_that_a_short_text_has_room_for(around):
    token = base64.b64encode(b"\0thandi\0" + PASSWORD.encode()).decode()
    piece = base64.b64encode(PASSWORD.encode()).decode()[:8]
    for form in (PASSWORD, PASSWORD[::-1], PASSWORD.encode().hex(), token, piece):
        shown = Scrubber("thandi", PASSWORD).clean(f"{around}{form}{around}")
        assert MASK in shown, form
        assert form not in shown


def test_letters_that_are_the_same_without_case_hide_nothing():
    piece = base64.b64encode(PASSWORD.encode()).decode()[:8]
    hidden = "".join({"k": "\u212a", "s": "\u017f", "i": "\u0131"}.get(letter.lower(), letter) for letter in piece)
    assert hidden != piece, "the test needs such a letter"
    assert Scrubber("", PASSWORD).clean(hidden) == MASK


#: Of a letter that no form has.
ROOM = "\u0436" * 400
OTHER_LETTERS = st.characters(codec="utf-8", exclude_characters="\u0436\u0416")


@settings(max_examples=300)
@given(text=st.text(OTHER_LETTERS, max_size=12), password=st.text(OTHER_LETTERS, min_size=4, max_size=8))
def test_leaving_out_forms_without_room_changes_nothing(text, password):
    scrubber = Scrubber("thandi", password)
    shown = scrubber.mask(text)
    assert len(ROOM) > scrubber.longest
    assert scrubber.mask(f"{text} {ROOM}") == f"{shown} {ROOM}".strip()
