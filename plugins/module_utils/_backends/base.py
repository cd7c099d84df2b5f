# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What every backend offers: open an installation, and prepare and apply changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, State
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target

#: ``prober(targets, level)`` returns a verification for each target.
Prober = Callable[[Sequence[Target], str], "list[dict[str, Any]]"]


@dataclass(frozen=True)
class Description:
    """What the other side reports about itself.

    :param backend: name of the backend.
    :param version: the version that it reports; empty when it reports none.
    :param warnings: sentences for the user, the same in every call.
    """

    backend: str
    version: str = ""
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the description of the backend for the result."""
        return {"name": self.backend, "version": self.version}


@dataclass(frozen=True)
class Applied:
    """The results of the changes. Each change is in one of the three groups.

    :param applied: those that are done, as the other side's answer shows.
    :param remaining: those that are certainly not done.
    :param error: why it stopped, in one sentence; empty when all are done.
    :param not_known: those that may or may not be done.
    :param warnings: sentences for the user.
    """

    applied: tuple[Change, ...]
    remaining: tuple[Change, ...] = ()
    error: str = ""
    not_known: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """Changes that are ready to be applied.

    :param result: what else the module's result holds once they are applied. The same in check mode.
    :param apply: applies the changes in their order and stops at the first that fails. Raises nothing.
    """

    result: Mapping[str, Any]
    apply: Callable[[], Applied]


@dataclass(frozen=True)
class Session(ABC):
    """One installation as it was read, and the way to change it. The data read never changes.

    Its methods raise :class:`FinconError` with a sentence for the user.

    :param description: what the other side reports about itself.
    :param state: the state that changes are compared with. At an attended site it includes what is already ordered.
    :param installed: what Fincon holds now.
    :param fingerprints: those of the passwords that were sent to this installation.
    """

    description: Description
    state: State
    installed: State
    fingerprints: Fingerprints = field(repr=False)

    def further_facts(self) -> dict[str, Any]:
        """Return what else is known about the installation, as results show it."""
        return {}

    def tells_passwords(self) -> bool:
        """Whether passwords can be read back, so that declared ones are compared with what is installed."""
        return False

    def unsupported(self, _changes: Sequence[Change]) -> str:
        """Return why changes cannot be carried out here; empty when they can. Check mode calls it too."""
        return ""

    def prober(self, ours: Prober) -> Prober:
        """Return what verifies settings at their mail server: our own probe, unless the other side has its own.

        :param ours: ``ours(targets, level)`` returns a verification for each target.
        """
        return ours

    @abstractmethod
    def prepare(self, changes: Sequence[Change]) -> Prepared:
        """Return the changes ready to be applied. Nothing is written yet."""


class Backend(ABC):
    """The access to one installation.

    Made from the settings of ``installation.py``; :class:`FinconError` when one of them cannot be used.
    """

    #: Name of the calling play, or empty. What one play orders at an attended site is one work order.
    run: str = ""

    @property
    def notes(self) -> Path | None:
        """The file of what this machine knows about the installation, with further notes next to it; or ``None``."""
        return None

    @abstractmethod
    def open(self, writing: bool = False) -> AbstractContextManager[Session]:
        """Read the installation. What is held open in the meantime (a login, a lock) ends with the block.

        :param writing: whether changes may follow. Then a lock keeps other runs from changing anything until the end.
        :raises FinconError: when the installation cannot be read.
        """
