# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints and the words that stand for passwords."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import (
    DIFFERENT,
    SAME,
    UNKNOWN,
    Fingerprints,
    fingerprint,
    matches,
    password_word,
)

SECRET = 'pä"ss w/ord+1'


def test_a_fingerprint_matches_its_password_only():
    kept = fingerprint(SECRET)
    assert matches(SECRET, kept)
    assert not matches(SECRET + "x", kept)


def test_two_fingerprints_of_one_password_differ_by_their_salt():
    assert fingerprint(SECRET) != fingerprint(SECRET)


def test_a_fingerprint_of_another_cost_still_matches():
    assert matches(SECRET, fingerprint(SECRET, cost=(16, 8, 1)))


@pytest.mark.parametrize(
    "stored", ["", "scrypt$x", "md5$1$1$1$AA==$AA==", "scrypt$3$8$1$AA==$A", "scrypt$a$8$1$A$A", "scrypt$16$8$1$AAAA$é"]
)
def test_an_unreadable_fingerprint_matches_nothing(stored):
    assert not matches(SECRET, stored)


def test_a_comparison_says_same_different_or_unknown():
    kept = Fingerprints()
    assert kept.compare("mail_user", "THANDI", SECRET) == UNKNOWN
    kept.remember("mail_user", "THANDI", SECRET)
    assert kept.compare("mail_user", "THANDI", SECRET) == SAME
    assert kept.compare("mail_user", "THANDI", "other") == DIFFERENT
    kept.remember("mail_user", "THANDI", "")
    assert kept.compare("mail_user", "THANDI", SECRET) == UNKNOWN


def test_the_password_itself_is_not_kept():
    kept = Fingerprints()
    kept.remember("mail_user", "THANDI", SECRET)
    assert SECRET not in str(kept.stored)


def test_the_words_say_whether_a_password_is_set():
    assert (password_word(True), password_word(False)) == ("set", "unset")


@pytest.mark.parametrize("cost", ["16$0$1", "16$8$0", "-16$8$1", "1073741824$8$1", "16$8$1000000", "16$100000000$1"])
def test_a_fingerprint_of_an_impossible_or_endless_cost_matches_nothing_at_once(cost):
    assert not matches(SECRET, f"scrypt${cost}$AAAA$AAAA")
