# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of a ledger: one writer at a time, replaced in one step, with one backup."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UncertainError
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks

#: A new ledger is for its owner only: it holds fingerprints, at which anybody who can read them can try passwords. The
#: rights of an existing one are kept, so that whoever shares a ledger grants it once.
_NEW_MODE = 0o600


class LedgerFile:
    """A ledger's file and what stands beside it: ``.lock``, ``.bak`` and, after a crash, ``.tmp``.

    A symbolic link is followed, so that the file and not the link is replaced, and all its names share one lock.

    :param path: the ledger as the user names it.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = os.path.realpath(path)
        self._lock: locks.Lock | None = None

    @property
    def backup(self) -> str:
        """Where the last content but one is kept."""
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
        """Keep every other writer out until :meth:`unlock`, and make the folder if need be.

        :param wait: longest wait for another writer, in seconds.
        :raises FinconError: when another writer holds the lock for longer.
        """
        holder = f"process {os.getpid()} on {os.uname().nodename}\n"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._lock = locks.acquire(f"{self._path}.lock", wait=wait, mode=0o666, holder=holder)
        except locks.Busy as exc:
            raise FinconError(
                f"{self.name}: the ledger is being written by {exc.holder or 'another run'}, also after {wait:g} "
                "seconds; let it end, or give installation.lock_wait more time"
            ) from exc
        except OSError as exc:
            raise FinconError(
                f"{self.name}: the ledger cannot be locked ({exc.strerror}); check the rights of its folder"
            ) from exc

    def unlock(self) -> None:
        """Let other writers in."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def replace(self, content: bytes, before: bytes | None) -> None:
        """Put new content in place of the old, which becomes the backup.

        Whenever the machine stops, the old or the new content is there in full.

        :param before: what :meth:`read` returned.
        :raises UncertainError: when the new content is there, or may be, though the disk reported an error.
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
        """Whether the file holds this. A disk may report an error of what it did, or of making it last."""
        try:
            return self.read() == content
        except FinconError:
            return False

    def _put(self, target: str, content: bytes) -> None:
        # One fixed name, since the lock keeps others away: what a crash leaves there the next writer clears away.
        files.replace(target, content, _NEW_MODE, like=self._path, temporary=f"{self._path}.tmp")
