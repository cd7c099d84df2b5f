# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A moment by which work has to be done."""

from __future__ import annotations

import time


class Deadline:
    """A moment on the monotonic clock.

    Ask for the time that is left before every read and write: a limit on each of them alone never ends a slow drip.

    :param at: the moment, in seconds of :func:`time.monotonic`.
    """

    def __init__(self, at: float) -> None:
        self._at = at

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the moment so many seconds from now."""
        return cls(time.monotonic() + seconds)

    def within(self, seconds: float) -> Deadline:
        """Return the sooner of this moment and the one so many seconds from now."""
        return Deadline(min(self._at, time.monotonic() + seconds))

    def remaining(self) -> float:
        """Return the seconds that remain, 0 when the moment is over."""
        return max(self._at - time.monotonic(), 0.0)

    def left(self) -> float:
        """Return the seconds that remain, always more than 0: a socket takes a time-out of 0 for "do not block".

        :raises TimeoutError: when the moment is over.
        """
        remaining = self.remaining()
        if not remaining:
            raise TimeoutError
        return remaining

    @property
    def passed(self) -> bool:
        """Whether the moment is over."""
        return not self.remaining()
