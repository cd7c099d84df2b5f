# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a drift report, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, WILL_CHANGE

IN_SYNC = "in_sync"
DRIFT = "drift"
PENDING = "pending"
UNREACHABLE = "unreachable"
INVALID = "invalid"
FAILED = "failed"

#: States of a branch, the most pressing first, with the words for people.
STATES = {
    DRIFT: "drift",
    FAILED: "failed",
    UNREACHABLE: "not reached",
    INVALID: "invalid",
    PENDING: "pending",
    IN_SYNC: "in sync",
}

DIFFERS = "differs"
MISSING = "missing"
UNDECLARED = "undeclared"
UNVERIFIED = "unverified"
UNKNOWN = "unknown"

#: States of a record, the one that hides the others first: a record that is missing may have an order waiting too.
RECORD_STATES = {
    MISSING: "missing",
    UNDECLARED: "not declared",
    DIFFERS: "differs",
    PENDING: "pending",
    UNVERIFIED: "password not comparable",
    IN_SYNC: "in sync",
    UNKNOWN: "not known",
}

#: What is said of a record that is installed and declared nowhere.
NOT_DECLARED = "is not declared"

#: The mark of each state of a record, since colours alone are lost on many eyes and on paper.
MARKS = {
    MISSING: "–",
    UNDECLARED: "+",
    DIFFERS: "≠",
    PENDING: "○",
    UNVERIFIED: "?",
    IN_SYNC: "■",
    UNKNOWN: "▨",
}


def update_words(field: str, have: Any, want: Any) -> str:
    """Return in words how a field differs."""
    return "another one is declared" if (field, want) == ("password", WILL_CHANGE) else _from_to(have, want, "declared")


def ordered_words(field: str, have: Any, want: Any) -> str:
    """Return in words what a work order asks for in a field."""
    if field == "email_enabled":
        return f"switch e-mail {'on' if want else 'off'}"
    if field == "password" and want in (SET, WILL_CHANGE):
        return "a new password is ordered"
    return f"{field} {_from_to(have, want, 'ordered')}"


def _from_to(have: Any, want: Any, wanted_by: str) -> str:
    return f"is {_shown(have)}, {wanted_by} {_shown(want)}"


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else "empty"


def difference_text(record: Mapping[str, Any], difference: Mapping[str, Any]) -> str:
    """Return a difference as a sentence of its own, by which equal ones are found."""
    return f"{_subject(record, difference['field'])}: {difference['words']}"


def pending_text(record: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    """Return an item of a work order as a sentence of its own, the same at every branch."""
    return f"{_subject(record, '')}: {item['words']}"


def _subject(record: Mapping[str, Any], field: str) -> str:
    return f"{record['resource']} {record['name']}{f', {field}' if field else ''}"


def days_between(earlier: str, later: str) -> int:
    """Return how many days lie between two dates or times of ISO 8601, both in UTC; 0 when the first is the later one.

    :raises ValueError: when one of them does not begin with a date.
    """
    return max((date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days, 0)


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def age(earlier: str, later: str) -> str:
    """Return the time between two dates in words."""
    days = days_between(earlier, later)
    return count(days, "day") if days else "today"


def moment(time: str) -> str:
    """Return a time of ISO 8601 in UTC as people read it."""
    return f"{time[:10]} {time[11:16]} UTC" if len(time) > 10 else time


def some(names: list[str], limit: int) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more:,} more" if more > 0 else "")
