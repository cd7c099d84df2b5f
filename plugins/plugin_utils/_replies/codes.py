# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code of a reply, which a clerk can read out on the telephone, and the check characters in e-mails. Pure.

A code is ``SOWETO-3 EQSB-WDRX``: the name of the work order, two characters for the day of the order, characters for
the items that are *not* done (none when all are), and six check characters. Its letters are Crockford's base 32
(https://www.crockford.com/base32.html). The check characters are the BCH code over GF(32) of BIP-173 with the final
constant of BIP-350: in up to 89 values of five bits, it detects up to four wrong ones, so every wrong character and
every transposition, also in the name. ``roles/fincon/templates/work_order_code.js`` makes the same codes in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Letters that are easily taken for a digit, as Crockford has them.
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})

_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_LAST = 0x2BC830A3
_CHECK = 6

#: The day of an order is its distance from this day, of which a code has the last ten bits. It repeats after 2.8 years.
_FIRST_DAY = date(2020, 1, 1)
_DAYS = 1024
_DAY_LENGTH = 2
#: Characters for the items that are not done, five items in each: a longer code is too long to read out.
_LONGEST_MASK = 20

_CODE = re.compile(r"\s*(?P<branch>\S.*?)-(?P<order>[0-9]{1,9})[\s:,]+(?P<letters>\S.*?)\s*$")


class CodeError(Exception):
    """The text is not the code of a reply."""


@dataclass(frozen=True)
class Code:
    """The content of a code.

    :param branch: the branch in capitals.
    :param order: number of the work order.
    :param ordered: the day of the order, ``CCYY-MM-DD``.
    :param not_done: numbers of the items that are not done.
    """

    branch: str
    order: int
    ordered: str
    not_done: tuple[int, ...]


def check_characters(text: str, values: Sequence[int] = ()) -> str:
    """Return the six characters that go with a text and with values of five bits."""
    data = text.encode("utf-8", "surrogatepass")
    all_values = [*(byte >> 5 for byte in data), 0, *(byte & 31 for byte in data), *values]
    remainder = _remainder([*all_values, *[0] * _CHECK]) ^ _LAST
    return _letters((remainder >> shift) & 31 for shift in range(5 * (_CHECK - 1), -1, -5))


def encode(name: str, ordered: str, not_done: Iterable[int]) -> str:
    """Return the code of a reply.

    :param name: of the work order, such as ``SOWETO-3``.
    :param ordered: its day, ``CCYY-MM-DD``.
    :param not_done: numbers of the items that are not done.
    :raises CodeError: when there are too many items for a code.
    """
    day = (date.fromisoformat(ordered) - _FIRST_DAY).days % _DAYS
    mask = [0] * -(-max(not_done := [*not_done], default=0) // 5)
    for item in not_done:
        mask[(item - 1) // 5] |= 1 << (item - 1) % 5
    if len(mask) > _LONGEST_MASK:
        raise CodeError(f"a code names items up to {5 * _LONGEST_MASK} only")
    values = [day >> 5, day & 31, *mask]
    letters = _letters(values) + check_characters(name, values)
    return f"{name} {'-'.join(re.findall('.{1,4}', letters))}"


def decode(text: str, today: date) -> Code:
    """Return the content of a code.

    :param text: as a person wrote it down: small letters, blanks and hyphens do not matter.
    :param today: the day of an order is the last matching day before tomorrow.
    :raises CodeError: when it is not a code, or a character is wrong.
    """
    found = _CODE.match(text)
    if not found:
        raise CodeError("is not a code, which is the name of a work order and some characters: SOWETO-3 EQSB-WDRX")
    letters = re.sub(r"[\s-]", "", found["letters"]).upper().translate(_ALIKE)
    unknown = sorted({letter for letter in letters if letter not in LETTERS})
    if unknown:
        raise CodeError(f"has {', '.join(map(repr, unknown))}, which no code has; have it read out again")
    values = [LETTERS.index(letter) for letter in letters]
    mask = values[_DAY_LENGTH:-_CHECK]
    whole = len(values) >= _DAY_LENGTH + _CHECK and len(mask) <= _LONGEST_MASK
    name = f"{found['branch'].upper()}-{found['order']}"
    if not whole or (mask and not mask[-1]) or check_characters(name, values[:-_CHECK]) != letters[-_CHECK:]:
        raise CodeError("has a wrong or a missing character, in the name or in the code; have both read out again")
    not_done = tuple(5 * place + bit + 1 for place, value in enumerate(mask) for bit in range(5) if value >> bit & 1)
    return Code(found["branch"].upper(), int(found["order"]), _last_day(values[0] << 5 | values[1], today), not_done)


def _last_day(number: int, today: date) -> str:
    # In a time zone further east, a clerk may have an order with tomorrow's date.
    latest = today + timedelta(days=1)
    return (latest - timedelta(days=((latest - _FIRST_DAY).days - number) % _DAYS)).isoformat()


def _remainder(values: Iterable[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            remainder ^= term if top >> bit & 1 else 0
    return remainder


def _letters(values: Iterable[int]) -> str:
    return "".join(LETTERS[value] for value in values)
