# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs servers on their own event loop, in a thread, so that blocking code can start and stop them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager


class Background:
    """Holds an asynchronous context manager open in a thread from `start` to `stop`."""

    def __init__(self, name: str, serving: Callable[[], AbstractAsyncContextManager[None]]):
        self._name = name
        self._serving = serving
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._problem: Exception | None = None

    def start(self) -> None:
        """Enter the context and return; raises what entering it raised."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name=self._name, daemon=True)
        self._thread.start()
        ready.wait()
        if self._problem is not None:
            self.stop()
            raise self._problem

    def stop(self) -> None:
        """Leave the context and end the thread; harmless when nothing runs."""
        if self._thread is None:
            return
        if self._loop is not None and self._stopping is not None and self._problem is None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def _run(self, ready: threading.Event) -> None:
        try:
            asyncio.run(self._hold(ready))
        except Exception as exc:
            self._problem = exc
        finally:
            ready.set()

    async def _hold(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        async with self._serving():
            ready.set()
            await self._stopping.wait()
