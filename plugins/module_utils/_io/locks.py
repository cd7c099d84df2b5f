# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Locks between processes: advisory locks (flock) on files; on Windows, where there are none, a byte beyond the end.

The kernel releases a lock when its holder ends, however it ends. The file stays: a process that removed it could remove
a file that another process has just locked.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline

if sys.platform == "win32":
    import msvcrt

    _FLAGS = os.O_BINARY
    #: Other processes cannot read a locked byte, so it lies outside the bytes that say who holds the lock.
    _LOCKED_BYTE = 1 << 30

    def _lock(handle: int) -> None:
        """Raises BlockingIOError when another process has the lock."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as exc:
            raise BlockingIOError(exc.errno, exc.strerror) from None

else:
    import fcntl

    _FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC

    def _lock(handle: int) -> None:
        """Raises BlockingIOError when another process has the lock."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


#: How often a lock that another process holds is tried again, in seconds.
_RETRY = 0.05


class Busy(Exception):
    """Other processes held the lock for as long as the caller was willing to wait.

    :param holder: what the last of them wrote about itself; empty when it wrote nothing.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Lock:
    """A lock that this process holds until :meth:`release`, or until the end of a ``with`` block.

    :param handle: the open file.
    :param noted: whether the file says who holds it.
    """

    def __init__(self, handle: int, noted: bool) -> None:
        self._handle: int | None = handle
        self._noted = noted

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()

    def release(self) -> None:
        """Let others have the lock. Releasing it again does nothing."""
        if self._handle is None:
            return
        if self._noted:
            with suppress(OSError):
                os.ftruncate(self._handle, 0)
        # The lock ends with its last handle, and that ends whatever close reports (close(2)).
        with suppress(OSError):
            os.close(self._handle)
        self._handle = None


def acquire(*paths: str, wait: float, mode: int = 0o600, holder: str = "") -> Lock:
    """Lock the first of these files that no other process has locked. A missing file is made.

    :param paths: one or more regular files in folders that exist; a symbolic link is refused.
    :param wait: longest wait for other processes, in seconds. With 0 each file is tried once.
    :param mode: permission bits of a new file, less the umask.
    :param holder: what others may read about this process while it holds the lock.
    :raises Busy: when other processes have held all of them for so long.
    :raises OSError: when a file cannot be opened or locked.
    """
    attempts = [partial(_try, partial(_open_file, path, mode), holder) for path in paths]
    lock = _first(attempts, wait)
    if lock is None:
        raise Busy(_holder_of(paths[-1]))
    return lock


def acquire_folder(path: str, *, wait: float) -> Lock:
    """Lock a folder itself, so that no file of the lock is in it.

    :param path: a folder that exists.
    :param wait: longest wait for other processes, in seconds.
    :raises Busy: when another process has held it for so long.
    :raises OSError: when it cannot be locked, as on some network file systems.
    """
    lock = _first([partial(_try, partial(os.open, path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), "")], wait)
    if lock is None:
        raise Busy("")
    return lock


def _first(attempts: Sequence[Callable[[], Lock | None]], wait: float) -> Lock | None:
    """Return the first lock that can be had within some seconds."""
    deadline = Deadline.after(wait)
    while True:
        for attempt in attempts:
            lock = attempt()
            if lock:
                return lock
        if deadline.passed:
            return None
        time.sleep(_RETRY)


def _open_file(path: str, mode: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, mode)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return handle


def _try(opened: Callable[[], int], holder: str) -> Lock | None:
    handle = opened()
    try:
        _lock(handle)
        if holder:
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, holder.encode())
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return Lock(handle, bool(holder))


def _holder_of(path: str) -> str:
    with suppress(OSError), open(path, "rb") as file:
        return file.read(200).decode("utf-8", "replace").strip()
    return ""
