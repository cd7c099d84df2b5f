# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""At most two connections to a host at a time, over all processes of one user on one machine.

A slot is a file with an advisory lock (flock), which the kernel releases when its holder ends, however it ends.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from ansible_collections.fincon.mail.plugins.module_utils._io import locks
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline

SLOTS = 2

#: How long a login waits for a slot: longer than any fleet needs, but not forever.
WAIT_SECONDS = 600.0

_STALE_SECONDS = 24 * 3600
_PREFIX = "run-"
#: An empty file whose time says when stale files were last removed.
_LAST_CLEANED = "cleaned"


class NoFreeSlot(Exception):
    """Other probes have held the connections to a host for WAIT_SECONDS."""


class Gate:
    """The slots of one host in one directory."""

    def __init__(self, directory: str, host: str) -> None:
        self._paths = [os.path.join(directory, f"host-{digest(host)}-{number}.lock") for number in range(SLOTS)]

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold any one slot. Raises NoFreeSlot."""
        with _acquire(*self._paths, wait=WAIT_SECONDS):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold every slot, so that no other process has a connection. Raises NoFreeSlot."""
        deadline = Deadline.after(WAIT_SECONDS)
        with ExitStack() as held:
            # Always in the same order, so that two processes that want all slots cannot block each other.
            for path in self._paths:
                held.enter_context(_acquire(path, wait=deadline.remaining()))
            yield


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock of one file. Raises NoFreeSlot."""
    with _acquire(path, wait=WAIT_SECONDS):
        yield


def shared_directory(wanted: str | None) -> str:
    """The directory of the slots, made if needed; by default one for this user below the temporary directory.

    If another user has taken that name, a new directory is used: no other user may read or fake its content.
    """
    directory = wanted or os.path.join(tempfile.gettempdir(), _own_name())
    with suppress(FileExistsError):
        os.makedirs(directory, mode=0o700)
    if wanted is None and not _is_private(directory):
        return tempfile.mkdtemp(prefix="fincon-mail-")
    _remove_stale(directory)
    return directory


def run_path(directory: str, run_id: str, name: str) -> str:
    """The path of a file that belongs to one run."""
    return os.path.join(directory, f"{_PREFIX}{digest(run_id)}-{name}")


def forget_run(directory: str, run_id: str) -> None:
    """Remove the files of a run."""
    for name in os.listdir(directory):
        if name.startswith(f"{_PREFIX}{digest(run_id)}-"):
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(directory, name))


def digest(text: str) -> str:
    """A short name for a text that may hold anything."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _own_name() -> str:
    if sys.platform == "win32":
        return "fincon-mail"  # the temporary directory is the user's own there
    return f"fincon-mail-{os.getuid()}"


def _is_private(directory: str) -> bool:
    found = os.lstat(directory)
    if not stat.S_ISDIR(found.st_mode):
        return False
    return sys.platform == "win32" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)


def _remove_stale(directory: str) -> None:
    """Remove the files of runs long ended; once a day, since each host of a run comes by, and they may be thousands."""
    last = os.path.join(directory, _LAST_CLEANED)
    with suppress(OSError):
        if time.time() - os.lstat(last).st_mtime < _STALE_SECONDS:
            return
    with suppress(OSError):
        os.close(os.open(last, os.O_WRONLY | os.O_CREAT, 0o600))
        os.utime(last)
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        with suppress(OSError):
            if name.startswith(_PREFIX) and time.time() - os.lstat(path).st_mtime > _STALE_SECONDS:
                os.unlink(path)


def _acquire(*paths: str, wait: float) -> locks.Lock:
    try:
        return locks.acquire(*paths, wait=wait)
    except locks.Busy as exc:
        raise NoFreeSlot from exc
