# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Locks between processes: advisory locks (flock) on files.

The kernel releases a lock when its holder ends, however it ends. The file stays: whoever removed it could remove the
one that another process has just locked.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from contextlib import suppress

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline

#: How often a lock that another process holds is tried again, in seconds.
_RETRY = 0.05


class Busy(Exception):
    """Other processes have held the lock for as long as the caller would wait.

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
        # The lock ends with its last handle.
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
    deadline = Deadline.after(wait)
    while True:
        for path in paths:
            lock = _try(path, mode, holder)
            if lock:
                return lock
        if deadline.passed:
            raise Busy(_holder_of(paths[-1]))
        time.sleep(_RETRY)


def _try(path: str, mode: int, holder: str) -> Lock | None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if holder:
            os.ftruncate(handle, 0)
            os.pwrite(handle, holder.encode(), 0)
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
