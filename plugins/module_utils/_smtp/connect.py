# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Connecting to the first address that answers, while learning about all of them (RFC 8305, "happy eyeballs")."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.resolve import Address

#: RFC 8305 section 5, "Connection Attempt Delay".
STAGGER_SECONDS = 0.25

#: The errors for a connection in progress, here and on Windows.
_ON_ITS_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)

#: How long the other addresses may take once one has answered: this time is only spent for a warning.
SURVEY_SECONDS = 2.0

_REFUSED = "refused"
_TIMEOUT = "timeout"
_UNREACHABLE = "unreachable"


@dataclass
class Attempt:
    """The result for one address. ``ok`` is None while it is not known; ``ms`` are milliseconds."""

    address: Address
    ok: bool | None = None
    event: str = ""
    error: str = ""
    ms: int | None = None
    started: float = 0.0

    def describe(self) -> dict[str, Any]:
        """The entry for the result."""
        return {
            "address": self.address.text,
            "family": self.address.family_name,
            "ok": self.ok,
            "ms": self.ms,
            "error": self.error,
        }

    def finish(self, number: int) -> None:
        """Record the outcome of the connect: an errno, 0 for success."""
        self.ms = round((time.monotonic() - self.started) * 1000)
        self.ok = number == 0
        self.event, self.error = ("", "") if self.ok else (_event(number), _words(number))


def connect(
    addresses: Sequence[Address], deadline: Deadline, every_address: bool = True
) -> tuple[socket.socket | None, list[Attempt]]:
    """Try the addresses, a new one every STAGGER_SECONDS or as soon as one has failed.

    Returns the first connection (in blocking mode, without time-outs) or None, and the result for each address. With
    ``every_address`` the others are tried too, for the result, and closed at once; without it, the first one is enough.
    """
    race = _Race(addresses, every_address)
    try:
        race.run(deadline)
    finally:
        race.close_losers()
    return race.winner, race.attempts


class _Race:
    def __init__(self, addresses: Sequence[Address], every_address: bool) -> None:
        self.attempts = [Attempt(address) for address in addresses]
        self.winner: socket.socket | None = None
        self._waiting = list(self.attempts)
        self._every_address = every_address
        self._selector = selectors.DefaultSelector()
        self._next_start = 0.0

    def run(self, deadline: Deadline) -> None:
        survey_end = deadline
        while not deadline.passed and not survey_end.passed and (self._waiting or self._selector.get_map()):
            if self._waiting and time.monotonic() >= self._next_start:
                self._start(self._waiting.pop(0))
            had_winner = self.winner is not None
            self._collect(survey_end)
            if self.winner is not None and not had_winner:
                if not self._every_address:
                    return
                survey_end = deadline.within(SURVEY_SECONDS)
        self._give_up()

    def _start(self, attempt: Attempt) -> None:
        attempt.started = time.monotonic()
        self._next_start = attempt.started + STAGGER_SECONDS
        try:
            sock = socket.socket(attempt.address.family, socket.SOCK_STREAM)
        except OSError as exc:
            self._lost(attempt, exc.errno or errno.EIO)
            return
        sock.setblocking(False)
        number = sock.connect_ex(attempt.address.sockaddr)
        if number in _ON_ITS_WAY:
            self._selector.register(sock, selectors.EVENT_WRITE, attempt)
        else:
            sock.close()
            self._lost(attempt, number)

    def _collect(self, until: Deadline) -> None:
        if not (self._waiting or self._selector.get_map()):
            return
        wait = until.remaining()
        if self._waiting:
            wait = min(wait, max(0.0, self._next_start - time.monotonic()))
        for key, _events in self._selector.select(wait):
            sock: Any = key.fileobj
            self._selector.unregister(sock)
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                sock.close()
                self._lost(key.data, number)
                continue
            key.data.finish(0)
            if self.winner is None:
                sock.setblocking(True)
                self.winner = sock
            else:
                sock.close()

    def _lost(self, attempt: Attempt, number: int) -> None:
        attempt.finish(number)
        self._next_start = 0.0

    def _give_up(self) -> None:
        for attempt in self.attempts:
            if attempt.ok is None and attempt.started:
                attempt.finish(errno.ETIMEDOUT)
                attempt.error = "no answer in time"

    def close_losers(self) -> None:
        for key in list(self._selector.get_map().values()):
            sock: Any = key.fileobj
            self._selector.unregister(sock)
            sock.close()
        self._selector.close()


def failure_event(attempts: Sequence[Attempt]) -> tuple[str, str]:
    """The most informative event and text when no address has answered: a refusal outranks silence."""
    for event in (_REFUSED, _TIMEOUT, _UNREACHABLE):
        failed = [attempt for attempt in attempts if attempt.event == event]
        if failed:
            only_ipv6 = all(attempt.address.family_name == "ipv6" for attempt in attempts)
            name = "ipv6_unreachable" if event == _UNREACHABLE and only_ipv6 else event
            return name, failed[0].error
    return _TIMEOUT, "no answer in time"


def failed_families(attempts: Sequence[Attempt]) -> list[str]:
    """The address families without an answer, when an address of the other family has answered."""
    answered = {attempt.address.family_name for attempt in attempts if attempt.ok}
    failed = {attempt.address.family_name for attempt in attempts if attempt.ok is False}
    return sorted(failed - answered) if answered else []


def _words(number: int) -> str:
    # Windows has its own numbers for network errors, and only this table has words for them.
    return getattr(socket, "errorTab", {}).get(number, "").rstrip(".") or os.strerror(number)


def _event(number: int) -> str:
    if number in (errno.ECONNREFUSED, errno.ECONNRESET):
        return _REFUSED
    if number == errno.ETIMEDOUT:
        return _TIMEOUT
    return _UNREACHABLE
