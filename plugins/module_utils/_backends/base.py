# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What every backend offers: open an installation, and prepare and apply changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
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
    :param warnings: sentences for the user, the same in every call.
    """

    backend: str
    version: str = ""
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what the result tells of the backend."""
        return {"name": self.backend, "version": self.version}


@dataclass(frozen=True)
class Applied:
    """What became of the changes. Each of them is in one of the three groups.

    :param applied: those that are done, as the other side's answer shows.
    :param remaining: those that are certainly not done.
    :param error: why it stopped, in one sentence; empty when all are done.
    :param not_known: those that may be done or not.
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

    :param result: what the module's result holds besides, once they are applied. The same in check mode.
    :param apply: applies the changes in their order and stops at the first that fails. Raises nothing.
    """

    result: Mapping[str, Any]
    apply: Callable[[], Applied]


@dataclass(frozen=True)
class Session(ABC):
    """One installation as it was read, and the way to change it. The facts in it never change.

    Its methods raise :class:`FinconError` with a sentence for the user.

    :param description: what the other side says of itself.
    :param state: what changes are measured against. At an attended site it holds what is ordered already.
    :param installed: what Fincon holds now.
    :param fingerprints: those of the passwords that were sent to this installation.
    """

    description: Description
    state: State
    installed: State
    fingerprints: Fingerprints = field(repr=False)

    def further_facts(self) -> dict[str, Any]:
        """Return what else is known of the installation, as results show it."""
        return {}

    def unsupported(self, _changes: Sequence[Change]) -> str:
        """Return why changes cannot be carried out here; empty when they can. Check mode asks as well."""
        return ""

    def prober(self, ours: Prober) -> Prober:
        """Return what verifies settings at their mail server: our own probe, unless the other side has a better place.

        :param ours: ``ours(targets, level)`` returns a verification for each target.
        """
        return ours

    @abstractmethod
    def prepare(self, changes: Sequence[Change]) -> Prepared:
        """Return the changes ready to be applied. Nothing is written yet."""


class Backend(ABC):
    """The way in to one installation.

    Made from the settings of ``installation.py``; :class:`FinconError` when one of them cannot be used.
    """

    @abstractmethod
    def open(self, writing: bool = False) -> AbstractContextManager[Session]:
        """Read the installation. What is held open meanwhile (a login, a lock) ends with the block.

        :param writing: whether changes may follow. What another run could change meanwhile is locked until the end.
        :raises FinconError: when the installation cannot be read.
        """
