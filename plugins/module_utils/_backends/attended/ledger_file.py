# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of a ledger: one writer at a time, replaced in one step, with one backup."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UncertainError
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks

#: A new ledger is for its owner only: anyone who can read its fingerprints can test guesses at passwords. The mode of
#: an existing ledger is kept, so that its owner grants access to others only once.
_NEW_MODE = 0o600


class LedgerFile:
    """A ledger's file and the files next to it: ``.lock``, ``.bak`` and, after a crash, ``.tmp``.

    A symbolic link is followed, so that the file and not the link is replaced, and all its names share one lock.

    :param path: the ledger as the user names it.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = os.path.realpath(path)
        self._lock: locks.Lock | None = None

    @property
    def path(self) -> str:
        """The file itself, with links resolved."""
        return self._path

    @property
    def backup(self) -> str:
        """Where the previous content is kept."""
        return f"{self.name}.bak"

    def read(self) -> bytes | None:
        """Return the content; ``None`` when there is no file.

        :raises FinconError: when it cannot be read.
        """
        try:
            return files.read(self._path)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise FinconError(f"{self.name}: the ledger cannot be read ({exc.strerror}); check its rights") from exc

    def lock(self, wait: float) -> None:
        """Keep every other writer out until :meth:`unlock`, and make the folder if needed.

        :param wait: longest wait for another writer, in seconds.
        :raises FinconError: when another writer holds the lock for longer.
        """
        holder = f"process {os.getpid()} on {os.uname().nodename}\n"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._lock = locks.acquire(f"{self._path}.lock", wait=wait, mode=0o666, holder=holder)
        except locks.Busy as exc:
            raise FinconError(
                f"{self.name}: {exc.holder or 'another run'} is still writing the ledger after {wait:g} seconds; "
                "wait until it ends, or increase installation.lock_wait"
            ) from exc
        except OSError as exc:
            raise FinconError(
                f"{self.name}: the ledger cannot be locked ({exc.strerror}); "
                "check the disk and the rights of its folder"
            ) from exc

    def unlock(self) -> None:
        """Let other writers in."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def replace(self, content: bytes, before: bytes | None) -> None:
        """Replace the old content, which becomes the backup, with the new one.

        Whenever the machine stops, either the old or the new content is complete.

        :param before: what :meth:`read` returned.
        :raises UncertainError: when the disk reported an error, but the new content is there or may be there.
        :raises FinconError: when it cannot be written; then the old content is still there.
        """
        try:
            if before is not None:
                self._put(f"{self._path}.bak", before)
            self._put(self._path, content)
        except OSError as exc:
            if self._is(before):
                raise FinconError(
                    f"{self.name}: the ledger cannot be written ({exc.strerror}) and is as it was; "
                    "check the disk and the rights"
                ) from exc
            raise UncertainError(
                f"{self.name}: the ledger may have been written, though the disk reported an error ({exc.strerror}); "
                "check the disk"
            ) from exc

    def _is(self, content: bytes | None) -> bool:
        """Whether the file holds this. A disk may report an error after a write, or when making it durable."""
        try:
            return self.read() == content
        except FinconError:
            return False

    def _put(self, target: str, content: bytes) -> None:
        # One fixed name, since the lock keeps others away: the next writer removes what a crash left there.
        files.replace(target, content, _NEW_MODE, like=self._path, temporary=f"{self._path}.tmp")
