# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of Fincon users: a fixed number of slots, a time-out, and a clock that tests can advance."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

TOO_MANY = "Maximum number of sessions exceeded."
INVALID = "Invalid connect ID"


class Clock:
    """The stand-in's time, in seconds since the epoch: the machine's time plus the time that it was advanced by."""

    def __init__(self, base: Callable[[], float] = time.time):
        self._base = base
        self._offset = 0.0

    def now(self) -> float:
        return self._base() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    def set(self, moment: float) -> None:
        self._offset = moment - self._base()


@dataclass
class Session:
    """One slot in use."""

    connect_id: str
    company: str
    user: str
    last_used: float


class Sessions:
    """The slots of a server. An expired session is invalid at once, and its slot goes to the next login."""

    def __init__(self, clock: Clock, maximum: int = 20, timeout: float = 300):
        self.maximum = maximum
        self.max_used = 0
        self._clock = clock
        self._timeout = timeout
        self._slots: dict[int, Session] = {}
        self._companies: dict[str, str] = {}

    def open(self, company: str, user: str) -> str | None:
        """A new session's ConnectID, or None when every slot is taken.

        The first number is the slot. The second never repeats, so the ID of an expired session does not become valid
        again when another session gets its slot.
        """
        self._drop_expired()
        slot = next((number for number in range(self.maximum) if number not in self._slots), None)
        if slot is None:
            return None
        connect_id = f"{slot}.{len(self._companies) + 1}"
        self._companies[connect_id] = company
        self._slots[slot] = Session(connect_id, company, user, self._clock.now())
        self.max_used = max(self.max_used, len(self._slots))
        return connect_id

    def find(self, connect_id: str) -> Session | None:
        """The live session with this ID; looking does not reset its time-out."""
        slot = connect_id.partition(".")[0]
        session = self._slots.get(int(slot)) if slot.isascii() and slot.isdecimal() else None
        if session is None or session.connect_id != connect_id or self._expired(session):
            return None
        return session

    def company_of(self, connect_id: str) -> str:
        """The company of a session, even of an ended one; "" for an ID that was never issued."""
        return self._companies.get(connect_id, "")

    def use(self, session: Session) -> None:
        """A request came in: the time-out starts again."""
        session.last_used = self._clock.now()

    def close(self, connect_id: str) -> None:
        self._slots = {slot: session for slot, session in self._slots.items() if session.connect_id != connect_id}

    def close_all(self) -> None:
        self._slots.clear()

    def live(self) -> list[Session]:
        self._drop_expired()
        return list(self._slots.values())

    def _drop_expired(self) -> None:
        self._slots = {slot: session for slot, session in self._slots.items() if not self._expired(session)}

    def _expired(self, session: Session) -> bool:
        return self._clock.now() - session.last_used >= self._timeout
