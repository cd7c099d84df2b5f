# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: each request, its client and its result. It never contains a password."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

_KEPT = 100_000


@dataclass(frozen=True)
class Entry:
    """One request. `error` is the ErrorInfo or the server's exception text, `fault` the fault that was played."""

    n: int
    time: float
    company: str
    method: str
    verb: str
    write: bool
    parameters: list[object]
    status: int
    error: str
    fault: str


@dataclass(frozen=True)
class Offence:
    """Something that no well-behaved client does."""

    n: int
    company: str
    method: str
    what: str


class RequestLog:
    """Entries in order (the newest 100,000), a count for each company, and the offences."""

    def __init__(self) -> None:
        self.offences: list[Offence] = []
        self.counts: Counter[str] = Counter()
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._next = 1

    def add(self, **fields: Any) -> Entry:
        entry = Entry(n=self._next, **fields)
        self._next += 1
        self._entries.append(entry)
        self.counts[entry.company] += 1
        return entry

    def add_offence(self, entry: Entry, what: str) -> None:
        self.offences.append(Offence(entry.n, entry.company, entry.method, what))

    def entries(
        self, company: str | None = None, method: str | None = None, writes: bool | None = None, since: int = 0
    ) -> list[Entry]:
        """The entries that meet every given condition; `since` is the number of the last entry already known."""
        return [
            entry
            for entry in self._entries
            if company in (None, entry.company)
            and method in (None, entry.method)
            and writes in (None, entry.write)
            and entry.n > since
        ]

    def clear(self) -> None:
        """Delete entries, counts and offences; the numbering continues."""
        self._entries.clear()
        self.counts.clear()
        self.offences.clear()
