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
