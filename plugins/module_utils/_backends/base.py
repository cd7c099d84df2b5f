# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The interface of a backend, the way in to one installation: describe, read, apply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, State


@dataclass(frozen=True)
class Description:
    """What the other side says of itself.

    :param backend: name of the backend.
    :param version: its version as it tells it; empty when it does not.
    """

    backend: str
    version: str = ""


@dataclass(frozen=True)
class Report:
    """What became of the changes.

    :param applied: those that are done.
    :param remaining: those that are not, the one that failed first.
    :param error: why it stopped, in one sentence; empty when all are done.
    """

    applied: tuple[Change, ...]
    remaining: tuple[Change, ...] = ()
    error: str = ""


class Backend(ABC):
    """One installation, open for the work of one module call.

    A context manager: what it holds open (a session, a lock) ends with the block. Its methods raise
    :class:`FinconError` with a sentence for the user.
    """

    #: Fingerprints of the passwords that were sent to this installation.
    fingerprints: Fingerprints

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_exc: Any) -> None:
        self.close()

    @abstractmethod
    def describe(self) -> Description:
        """Return what the other side says of itself; valid after :meth:`read`."""

    @abstractmethod
    def read(self) -> State:
        """Return all records."""

    @abstractmethod
    def apply(self, changes: Sequence[Change]) -> Report:
        """Apply the changes in their order and stop at the first that fails."""

    @abstractmethod
    def close(self) -> None:
        """End what is held open. Does not raise."""
