# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The interface of a backend, the way in to one installation: describe, read, apply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, State
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target

#: ``prober(targets, level)`` returns a verification for each target.
Prober = Callable[[Sequence[Target], str], "list[dict[str, Any]]"]


@dataclass(frozen=True)
class Description:
    """What the other side says of itself.

    :param backend: name of the backend.
    :param version: its version as it tells it; empty when it does not.
    """

    backend: str
    version: str = ""


@dataclass(frozen=True)
class Snapshot:
    """What was read from an installation.

    :param state: what changes are measured against. At an attended site it holds what is ordered already.
    :param confirmed: what Fincon holds now, where that is something else.
    """

    state: State
    confirmed: State | None = None

    @property
    def installed(self) -> State:
        """What Fincon holds now."""
        return self.state if self.confirmed is None else self.confirmed


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
    def read(self, writing: bool = False) -> Snapshot:
        """Return all records.

        :param writing: whether changes may follow. What another run could change meanwhile is locked until the end.
        """

    def foretell(self, _changes: Sequence[Change]) -> dict[str, Any]:
        """Return what the result tells besides, once these changes are applied; the same when they are not applied."""
        return {}

    def prober(self, ours: Prober) -> Prober:
        """Return what verifies settings at their mail server: our own probe, unless the other side has a better place.

        :param ours: ``ours(targets, level)`` returns a verification for each target.
        """
        return ours

    @abstractmethod
    def apply(self, changes: Sequence[Change]) -> Report:
        """Apply the changes in their order and stop at the first that fails."""

    @abstractmethod
    def close(self) -> None:
        """End what is held open. Does not raise."""
