# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Progress of long work: the code that does the work counts its steps, and the caller that started it may listen.

The layers between the two have nothing to do with progress, so the listener is not passed through them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

#: ``listener(done, total, what)`` receives how many of how many steps are done, and what they are, in the plural.
Listener = Callable[[int, int, str], None]
_Item = TypeVar("_Item")


def _nobody(done: int, total: int, what: str) -> None:
    """Listen to nothing."""


_LISTENER: ContextVar[Listener] = ContextVar("listener", default=_nobody)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the steps of the work within the block to a listener. Threads that the block starts have no listener."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)


def tell(done: int, total: int, what: str) -> None:
    """Report the progress to the listener.

    :param total: 0 when it is unknown.
    """
    _LISTENER.get()(done, total, what)


def counted(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """Yield items, and report how many of them are done.

    :param what: what they are, in the plural.
    """
    for done, item in enumerate(items):
        tell(done, len(items), what)
        yield item
