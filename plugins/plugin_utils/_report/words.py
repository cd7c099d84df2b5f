# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a drift report, the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import FILES, FINCON
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER

#: How many branches a list names unless details are requested.
LISTED = 12

#: The field of a user that switches e-mail on and off.
MAIL_SWITCH = "email_enabled"

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
    UNREACHABLE: "unreachable",
    INVALID: "invalid",
    PENDING: "pending",
    IN_SYNC: "in sync",
}

DIFFERS = "differs"
MISSING = "missing"
UNDECLARED = "undeclared"
UNVERIFIED = "unverified"
UNKNOWN = "unknown"

#: States of a record, in order of precedence: a missing record, for example, may also have a pending order.
RECORD_STATES = {
    MISSING: "missing",
    UNDECLARED: "undeclared",
    DIFFERS: "differs",
    PENDING: "pending",
    UNVERIFIED: "unverified",
    IN_SYNC: "in sync",
    UNKNOWN: "unknown",
}

#: Where a difference comes from, if it is known what was applied last.
ORIGINS = {FILES: "not yet rolled out", FINCON: "changed in Fincon"}

#: The words for a record that is installed but not declared.
NOT_DECLARED = "is not declared"

#: The mark of each state of a record, since many people, and paper, do not show colours.
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
    if field == MAIL_SWITCH:
        return f"e-mail is {_on(have)}, declared {_on(want)}"
    return "another one is declared" if (field, want) == ("password", WILL_CHANGE) else _from_to(have, want, "declared")


def ordered_words(field: str, have: Any, want: Any) -> str:
    """Return in words what a work order asks for in a field."""
    if field == MAIL_SWITCH:
        return f"switch e-mail {_on(want)}"
    if field == "password" and want in (SET, WILL_CHANGE):
        return "a new password is ordered"
    return f"{field} {_from_to(have, want, 'ordered')}"


def seen_words(field: str, seen: Any, want: Any) -> str:
    """Return in words how an e-mail differs from what is declared."""
    if field == MAIL_SWITCH:
        return f"e-mail is {_on(seen)} according to received e-mails, declared {_on(want)}"
    return f"is {_shown(seen)} in e-mails, declared {_shown(want)}"


def _on(value: Any) -> str:
    return "not set" if value is None else "on" if value else "off"


def _from_to(have: Any, want: Any, wanted_by: str) -> str:
    return f"is {_shown(have)}, {wanted_by} {_shown(want)}"


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else "empty"


def difference_text(record: Mapping[str, Any], difference: Mapping[str, Any]) -> str:
    """Return a difference as a complete sentence; equal differences have equal sentences."""
    return f"{subject(record, difference['field'])}: {difference_words(difference)}"


def difference_words(difference: Mapping[str, Any]) -> str:
    """Return how something differs, and where the difference comes from, if known."""
    origin = ORIGINS.get(difference.get("changed_in", ""))
    return f"{difference['words']} ({origin})" if origin else str(difference["words"])


def is_only_in_files(entry: Mapping[str, Any]) -> bool:
    """Whether a branch differs, and only in what is not yet rolled out."""
    found = [item for record in entry["records"] for item in record.get("differences", ())]
    return entry["state"] == DRIFT and all(item.get("changed_in") == FILES for item in found)


def pressing(entry: Mapping[str, Any]) -> tuple[int, bool]:
    """Return the sort key of branches, the most urgent first."""
    return list(STATES).index(entry["state"]), is_only_in_files(entry)


def pending_text(record: Mapping[str, Any], item: Mapping[str, Any]) -> str:
    """Return an item of a work order as a complete sentence, the same at every branch."""
    return f"{subject(record)}: {item['words']}"


def subject(record: Mapping[str, Any], field: str = "") -> str:
    """Return the subject of a sentence: a user by the name alone, a definition with that word.

    :param field: the field that it is about, or empty.
    """
    kind = "definition " if record["resource"] == SMTP_SERVER.name else ""
    # The words about the switch already name it.
    return f"{kind}{record['name']}{f', {field}' if field and field != MAIL_SWITCH else ''}"


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
    """Return an ISO 8601 time in UTC for people: in the time zone of this machine, with the zone's name."""
    return _here(time).strftime("%Y-%m-%d %H:%M %Z") if len(time) > 10 else time


def day(time: str) -> str:
    """Return the local date of an ISO 8601 time in UTC; a date is returned unchanged."""
    return _here(time).strftime("%Y-%m-%d") if len(time) > 10 else time


def _here(time: str) -> datetime:
    return datetime.fromisoformat(time).astimezone()


def some(names: list[str], limit: int) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more:,} more" if more > 0 else "")
