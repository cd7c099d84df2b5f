# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A moment by which work must be done."""

from __future__ import annotations

import time


class Deadline:
    """A moment on the monotonic clock. Ask ``left`` before every read and write, so that a slow drip cannot beat it."""

    def __init__(self, at: float) -> None:
        self._at = at

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The moment ``seconds`` from now."""
        return cls(time.monotonic() + seconds)

    def within(self, seconds: float) -> Deadline:
        """The sooner of this moment and ``seconds`` from now."""
        return Deadline(min(self._at, time.monotonic() + seconds))

    def left(self) -> float:
        """Seconds that remain; raises TimeoutError when none do (a socket time-out of 0 would mean: do not block)."""
        remaining = self._at - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    @property
    def passed(self) -> bool:
        """Whether the moment is over."""
        return time.monotonic() >= self._at
