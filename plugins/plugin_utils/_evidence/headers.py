# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The header of a message, which may be forged: parsed within limits. Pure.

Exceeding a limit is an error of the message: a message that is not read completely proves nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError as LibraryError
from email.header import decode_header, make_header
from email.utils import getaddresses
from functools import lru_cache

from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import ascii_address

#: Bytes of a header that are read. Headers of Exchange Online, with its anti-spam fields, have some 20,000.
LARGEST_HEADER = 64 * 1024
#: Largest number of fields in a header.
MOST_FIELDS = 500
#: Largest number of ``Received`` fields; RFC 5321 section 6.3 lets a server treat more than 100 as a loop.
MOST_RECEIVED = 100
#: Characters of a parsed field. RFC 5322 section 2.1.1 allows 998 in a line.
LONGEST_FIELD = 4096

_FIELD = re.compile(rb"^([!-9;-~]{1,76})[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")


class MessageError(Exception):
    """A message proves nothing; the text is a clause that says why, without text from the message."""


@dataclass(frozen=True)
class Sender:
    """The sender that a message names.

    :param address: as it is written.
    :param name: decoded (RFC 2047), on one line; where it cannot be decoded, as it is written.
    """

    address: str
    name: str


@dataclass(frozen=True)
class Header:
    """The fields of a message, the topmost first: their names in lower case, and their values on one line."""

    fields: tuple[tuple[str, str], ...]

    def values(self, name: str) -> Iterator[str]:
        """Yield the values of a field, each cut to :data:`LONGEST_FIELD` characters plus one."""
        return (value for found, value in self.fields if found == name)


def header_of(content: bytes) -> Header:
    """Return the header of a message.

    :param content: the message or its beginning, of at most :data:`LARGEST_HEADER` bytes plus one.
    :raises MessageError: when it exceeds the limits.
    """
    end = _END.search(content[: LARGEST_HEADER + 1])
    if end is None and len(content) > LARGEST_HEADER:
        raise MessageError(f"its header has more than {LARGEST_HEADER // 1024} KiB")
    fields: list[tuple[str, str]] = []
    received = 0
    for found in _FIELD.finditer(content, 0, end.start() if end else len(content)):
        name = found[1].decode("ascii").lower()
        received += name == "received"
        if len(fields) == MOST_FIELDS or received > MOST_RECEIVED:
            raise MessageError(f"it has more than {MOST_FIELDS} fields, or {MOST_RECEIVED} of them are Received")
        fields.append((name, _one_line(found[2])))
    return Header(tuple(fields))


def _one_line(value: bytes) -> str:
    text = value[: 4 * LONGEST_FIELD]
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    return " ".join(decoded.split())[: LONGEST_FIELD + 1]


def sender_of(header: Header) -> Sender:
    """Return the one sender of a message.

    :raises MessageError: when there is none, or more than one, or it cannot be read.
    """
    values = list(header.values("from"))
    if len(values) != 1:
        raise MessageError("it has no From field" if not values else "it has several From fields")
    value = values[0]
    if len(value) > LONGEST_FIELD or "\0" in value:
        raise MessageError("its From field cannot be read")
    try:
        found = getaddresses([value])
    except (RecursionError, ValueError, IndexError):
        found = []
    if len(found) != 1 or not address_key(found[0][1]):
        raise MessageError("its From field cannot be read, or names several senders")
    return Sender(found[0][1], decoded(found[0][0]))


# A mailbox has the same senders again and again.
@lru_cache(maxsize=4096)
def address_key(address: str) -> str:
    """Return the normal form of an address: equal for two spellings of one address; empty when it is not an address."""
    try:
        return ascii_address(address.strip()).lower()
    except ValueError:
        return ""


def decoded(text: str) -> str:
    """Return a text with its encoded words (RFC 2047) decoded, composed (NFC) and on one line.

    If that is not possible it is returned as it is written, so that it differs from every declared name.
    """
    try:
        plain = str(make_header(decode_header(text)))
        # Some encodings, such as UTF-7, can hold halves of characters, which no file and no output can.
        plain.encode("utf-8")
    except (LibraryError, LookupError, ValueError):
        plain = text
    return composed(plain)


def composed(text: str) -> str:
    """Return a name in the one form in which names are compared: composed (NFC), with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def spelled(seen: str, declared: str) -> str:
    """Return a seen text, with letters from alphabets that the declared text does not use written as numbers.

    So ``Th\\u0430ndi``, with a Cyrillic letter, does not look like ``Thandi``.
    """
    known = {_alphabet(letter) for letter in declared} | {"", "LATIN"}
    return "".join(
        letter if _alphabet(letter) in known else letter.encode("ascii", "backslashreplace").decode("ascii")
        for letter in seen
    )


def _alphabet(letter: str) -> str:
    """The alphabet of a letter, such as ``LATIN``; empty for what is not a letter, or is in ASCII."""
    if letter.isascii() or not letter.isalpha():
        return ""
    return unicodedata.name(letter, "UNNAMED").split()[0]
