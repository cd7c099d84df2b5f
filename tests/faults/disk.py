# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that fails at one of the calls to it: it stands in for `os`, `fcntl` and `open` in modules of the product."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

#: What each module calls; all else goes to the real module unseen.
_OF_OS = (
    "open", "write", "pwrite", "fsync", "replace", "unlink", "close", "fchmod", "fchown", "ftruncate", "stat", "fstat",
    "makedirs",
)  # fmt: skip
#: Those whose effect a caller cannot do without: they fail, and the effect is there.
_WITH_EFFECT = ("close", "replace", "fsync")

ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES")
#: Each fault: the error, whether the call took effect, and the calls that it fits; none for all.
FAULTS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    **{error: (error, False, ()) for error in ERRORS},
    "EIO after the effect": ("EIO", True, _WITH_EFFECT),
    "a short write": ("", True, ("write", "pwrite")),
    "a short write and ENOSPC": ("ENOSPC", True, ("write", "pwrite")),
}


@dataclass
class Disk:
    """fault: a key of FAULTS. at: the number of the call that fails, from 1; 0 for none. calls: those made so far."""

    fault: str = "EIO"
    at: int = 0
    calls: list[str] = field(default_factory=list)
    played: bool = False

    def installed(self, patched: pytest.MonkeyPatch, modules: Iterable[ModuleType]) -> None:
        """Put the disk under these modules."""
        for module in modules:
            for name, real in (("os", os), ("fcntl", fcntl)):
                if hasattr(module, name):
                    patched.setattr(module, name, _Calls(self, real))
            patched.setattr(module, "open", lambda *args, **more: self.call("read", open, *args, **more), raising=False)

    def call(self, name: str, real: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Make a call, or fail in its place."""
        self.calls.append(name)
        error, takes_effect, fits = FAULTS[self.fault]
        if len(self.calls) != self.at or (fits and name not in fits):
            return real(*args, **more)
        self.played = True
        if "short" in self.fault:
            args = (args[0], bytes(args[1])[:1], *args[2:])
        # A handle is closed whatever close says.
        made = real(*args, **more) if takes_effect or name == "close" else None
        if not error:
            return made
        raise OSError(getattr(errno, error), os.strerror(getattr(errno, error)))


class _Calls:
    """Stands in for a module."""

    def __init__(self, disk: Disk, real: ModuleType) -> None:
        self._disk, self._real = disk, real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name in _OF_OS or name == "flock":
            return lambda *args, **more: self._disk.call(name, found, *args, **more)
        return found
