# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints and the words that stand for passwords."""

from __future__ import annotations

import hashlib

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


def combined(**passwords):
    """Fingerprints of these users, with a combined one, as a file would keep them."""
    made = Fingerprints()
    for name, password in passwords.items():
        made.remember("mail_user", name, password)
    made.declare(declared(**passwords))
    assert made.combine()
    return made.stored, made.combined


def declared(**passwords):
    return {("mail_user", name): password for name, password in passwords.items()}


@pytest.fixture
def scrypts(monkeypatch):
    """Counts the calls of scrypt."""
    calls, real = [], hashlib.scrypt

    def counted(text, **options):
        calls.append(text)
        return real(text, **options)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    return calls


def test_twenty_unchanged_passwords_are_compared_by_one_scrypt(scrypts):
    passwords = {f"U{number}": f"canary-{number}" for number in range(20)}
    kept = Fingerprints(*combined(**passwords))
    scrypts.clear()
    kept.declare(declared(**passwords))
    assert {kept.compare("mail_user", name, password) for name, password in passwords.items()} == {SAME}
    assert len(scrypts) == 1


def test_a_password_that_is_compared_again_costs_no_second_scrypt(scrypts):
    kept = Fingerprints(combined(A="canary-a", B="canary-b")[0])
    scrypts.clear()
    assert [kept.compare("mail_user", "A", "canary-a") for _turn in range(2)] == [SAME, SAME]
    assert len(scrypts) == 1


@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        ({"A": "1", "B": "2"}, {"A": "2", "B": "1"}, [DIFFERENT, DIFFERENT]),
        ({"A": "1", "B": "2"}, {"A": "12", "B": ""}, [DIFFERENT, DIFFERENT]),
        ({"A": "1", "B": '2", "3'}, {"A": '1", "2', "B": "3"}, [DIFFERENT, DIFFERENT]),
        ({"A": "1", "B": '2"], ["C'}, {"A": "1", "B": "2"}, [SAME, DIFFERENT]),
        ({"A": "1", "B": "2\n"}, {"A": "1", "B": "2"}, [SAME, DIFFERENT]),
        ({"A": "1", "B": "é"}, {"A": "1", "B": "\\u00e9"}, [SAME, DIFFERENT]),
        ({"A": "1", "B": "é"}, {"A": "1", "B": "e\u0301"}, [SAME, DIFFERENT]),
        ({"A": "1", "B": "2", "C": "3"}, {"A": "1", "B": "2"}, [SAME, SAME]),
        ({"A": "1", "B": "2"}, {"A": "1", "B": "2", "C": "3"}, [SAME, SAME, UNKNOWN]),
    ],
)
def test_a_list_that_only_looks_like_what_was_combined_is_told_apart(stored, wanted, expected):
    kept = Fingerprints(*combined(**stored))
    kept.declare(declared(**wanted))
    assert [kept.compare("mail_user", name, password) for name, password in wanted.items()] == expected


def test_a_combined_fingerprint_vouches_for_no_password_but_the_declared_ones():
    kept = Fingerprints(*combined(A="1", B="2"))
    kept.declare(declared(A="1", B="2"))
    assert kept.compare("mail_user", "A", "2") == DIFFERENT
    assert kept.compare("mail_user", "A", "1") == SAME
    assert kept.compare("mail_user", "C", "1") == UNKNOWN


def test_passwords_that_were_neither_compared_nor_sent_are_not_combined():
    kept = Fingerprints(combined(A="1", B="2")[0])
    kept.declare(declared(A="1", B="2"))
    assert not kept.combine()
    assert kept.compare("mail_user", "A", "1") == SAME
    assert not kept.combine()
    assert kept.compare("mail_user", "B", "2") == SAME
    assert kept.combine()
    assert not kept.combine(), "it is there already"


def test_a_password_that_is_forgotten_takes_the_combined_fingerprint_with_it():
    kept = Fingerprints(*combined(A="1", B="2"))
    kept.declare(declared(A="1", B="2"))
    assert kept.compare("mail_user", "A", "1") == SAME
    kept.forget("mail_user", "A")
    assert kept.combined == ""
    kept.stored.update(combined(A="1", B="2")[0])
    assert not kept.combine(), "what is put back is not known to be the declared one"


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_passwords_have_no_combined_fingerprint(number):
    passwords = dict(list({"A": "1"}.items())[:number])
    kept = Fingerprints()
    for name, password in passwords.items():
        kept.remember("mail_user", name, password)
    kept.declare(declared(**passwords))
    assert not kept.combine()
    assert kept.combined == ""


def test_a_combined_fingerprint_costs_a_guess_as_much_as_a_single_one():
    stored, made = combined(A="1", B="2")
    costs = {tuple(one.split("$")[:4]) for one in [made, *stored.values()]}
    assert len(costs) == 1
