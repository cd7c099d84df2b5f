# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Passwords: the words that stand for them, and the fingerprints that tell whether one has changed.

Fincon's passwords can be set but not read back. A fingerprint is a salted scrypt hash (RFC 7914) of the password that
was last sent, kept by the ledger or in a file of mode 0600. It detects changes of the declared password, not changes
that somebody makes at the window.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
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
#: The greatest N * r * p of a fingerprint that is compared, 128 MiB or half a second: a damaged one asks for any cost.
_MAX_COST = 2**20
_SALT_BYTES = 16
_KEY_BYTES = 32


def password_word(is_set: bool) -> str:
    """Return the word that stands for a password in a record that was read."""
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

    :param stored: what was kept, ``{"smtp_server/hq relay": "scrypt$…"}``.
    """

    def __init__(self, stored: Mapping[str, str] | None = None) -> None:
        self.stored = dict(stored or {})

    @staticmethod
    def key(resource: str, key: str) -> str:
        """Return the name under which the password of a record is kept."""
        return f"{resource}/{key}"

    def compare(self, resource: str, key: str, password: str) -> str:
        """Return :data:`SAME`, :data:`DIFFERENT`, or :data:`UNKNOWN` when no fingerprint is kept."""
        kept = self.stored.get(self.key(resource, key))
        if kept is None:
            return UNKNOWN
        return SAME if matches(password, kept) else DIFFERENT

    def remember(self, resource: str, key: str, password: str) -> None:
        """Keep the fingerprint of a password that was sent; an empty one is forgotten."""
        if password:
            self.stored[self.key(resource, key)] = fingerprint(password)
        else:
            self.forget(resource, key)

    def forget(self, resource: str, key: str) -> None:
        """Drop the fingerprint of a record that no longer has a password."""
        self.stored.pop(self.key(resource, key), None)
