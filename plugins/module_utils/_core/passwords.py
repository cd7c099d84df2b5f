# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Passwords: the words that represent them, and the fingerprints that show whether one has changed.

Fincon's passwords can be set but not read back. A fingerprint is a salted scrypt hash (RFC 7914) of the password that
was last sent, kept by the ledger or in a file of mode 0600. It detects changes of the declared password, not changes
that a person makes in Fincon's window.

**Single and combined.** Each password has a single fingerprint. Computing twenty of them takes twenty times as long as
computing one, and usually nothing has changed. So an installation also has one combined fingerprint: scrypt, at the
same cost and with its own random salt, of all passwords that a call declares. If it matches, all are unchanged. If it
does not match, or is missing, the single ones show which password changed. Only a call knows all of its passwords, so
it declares them before it compares the first.

What is hashed is a JSON list: a word for what it is, then record, single fingerprint and password of each declared
password, sorted by record (a record has one password, so the record names the field too). Different lists give
different texts, so passwords that are swapped, left out, added or split differently make another text. It matches only
the single fingerprints that it was made for: if one of them is replaced, removed or taken from an older file, it is
void.

It reveals no more than the single ones do. An attacker who has the file can test a guess at one password against its
single fingerprint, for one scrypt, as without the combined one. A test against the combined one costs as much, and also
needs the right guess at all other passwords. The passwords are the only secrets in its text.

It is made only of passwords that are known to match their single fingerprints: compared and found the same, or sent and
confirmed by an answer. It is dropped together with any single fingerprint of its file. A salt is never used for two
texts, so a changed password costs a second scrypt when it is sent: it was compared with the old salt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import os
from collections.abc import Mapping

SET = "set"
UNSET = "unset"
WILL_CHANGE = "set, will change"

#: How a declared password compares with the one that was sent last.
SAME = "same"
DIFFERENT = "different"
UNKNOWN = "unknown"

#: Cost of scrypt: N, r and p of RFC 7914, section 2. 4 MiB and about 10 ms each, so that a branch of 50 users stays
#: quick; a fingerprint names the costs it was made with, so they can be raised later.
_COST = (4096, 8, 1)
#: The largest N * r * p of a fingerprint that is compared, 128 MiB or half a second: a damaged one may ask for more.
_MAX_COST = 2**20
_SALT_BYTES = 16
_KEY_BYTES = 32
#: The beginning of the text of a combined fingerprint, so that no other text is mistaken for one.
_COMBINED = "fincon.mail combined fingerprint 1"


def password_word(is_set: bool) -> str:
    """Return the word that represents a password in a record that was read."""
    return SET if is_set else UNSET


def fingerprint(password: str, salt: bytes | None = None, cost: tuple[int, int, int] = _COST) -> str:
    """Return ``scrypt$N$r$p$salt$hash`` for a password.

    :param salt: 16 random bytes when left out.
    """
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    n, r, p = cost
    key = hashlib.scrypt(password.encode("utf-8"), salt=salt, n=n, r=r, p=p, dklen=_KEY_BYTES, maxmem=256 * n * r)
    return f"scrypt${n}${r}${p}${_text(salt)}${_text(key)}"


def matches(password: str, stored: str) -> bool:
    """Whether the stored fingerprint was made from this password; false for a fingerprint that is not readable."""
    try:
        scheme, n, r, p, salt, key_text = stored.split("$")
        if scheme != "scrypt":
            return False
        cost = (int(n), int(r), int(p))
        if min(cost) < 1 or math.prod(cost) > _MAX_COST:
            return False
        made = fingerprint(password, base64.b64decode(salt), cost)
    except (ValueError, MemoryError):
        return False
    # As bytes, since a damaged one may hold any character.
    return hmac.compare_digest(made.rsplit("$", 1)[1].encode(), key_text.encode("utf-8", "replace"))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


class Fingerprints:
    """Fingerprints of one installation, by resource and normal key.

    :param stored: the single ones that were kept, ``{"smtp_server/hq relay": "scrypt$…"}``.
    :param combined: the combined one that was kept; empty for none. One that cannot be read counts as none.
    """

    def __init__(self, stored: Mapping[str, str] | None = None, combined: str = "") -> None:
        self.stored = dict(stored or {})
        self.combined = combined
        self._declared: dict[str, str] = {}
        #: The passwords that are known to be those of the single fingerprints.
        self._proven: dict[str, str] = {}

    @staticmethod
    def key(resource: str, key: str) -> str:
        """Return the name under which the password of a record is kept."""
        return f"{resource}/{key}"

    def declare(self, declared: Mapping[tuple[str, str], str]) -> None:
        """Set the passwords that a call declares, so that one scrypt can compare them all.

        Without it, and for a single password, the single fingerprints are compared.

        :param declared: the passwords by resource and normal key.
        """
        self._declared = {self.key(*record): password for record, password in declared.items()}

    def compare(self, resource: str, key: str, password: str) -> str:
        """Return :data:`SAME`, :data:`DIFFERENT`, or :data:`UNKNOWN` when no fingerprint is kept."""
        name = self.key(resource, key)
        kept = self.stored.get(name)
        if kept is None:
            return UNKNOWN
        self._compare_combined()
        if self._proven.get(name) == password:
            return SAME
        if not matches(password, kept):
            return DIFFERENT
        self._proven[name] = password
        return SAME

    def remember(self, resource: str, key: str, password: str) -> None:
        """Keep the fingerprint of a password that was sent; an empty one is forgotten."""
        self.forget(resource, key)
        if password:
            name = self.key(resource, key)
            self.stored[name] = fingerprint(password)
            self.combined = ""
            self._proven[name] = password

    def forget(self, resource: str, key: str) -> None:
        """Drop the fingerprint of a record that no longer has a password."""
        name = self.key(resource, key)
        if self.stored.pop(name, None) is not None:
            self.combined = ""
        self._proven.pop(name, None)

    def combine(self) -> bool:
        """Make the combined fingerprint if all declared passwords are known to be set, and return whether it is new.

        The passwords of the last call that declared several are combined.
        """
        if self.combined or not self._can_be_combined() or not self._all_proven():
            return False
        self.combined = fingerprint(self._combined_text())
        return True

    def _compare_combined(self) -> None:
        """Compare all declared passwords at once; a combined fingerprint that does not match is dropped."""
        if not self.combined or not self._can_be_combined() or self._all_proven():
            return
        if matches(self._combined_text(), self.combined):
            self._proven.update(self._declared)
        else:
            self.combined = ""

    def _all_proven(self) -> bool:
        return self._declared.items() <= self._proven.items()

    def _can_be_combined(self) -> bool:
        """Whether several passwords are declared, each with a single fingerprint. One alone needs no combined one."""
        return len(self._declared) > 1 and self._declared.keys() <= self.stored.keys()

    def _combined_text(self) -> str:
        entries = [[name, self.stored[name], password] for name, password in sorted(self._declared.items())]
        return json.dumps([_COMBINED, *entries], ensure_ascii=False)
