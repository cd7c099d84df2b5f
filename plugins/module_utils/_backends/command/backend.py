# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``command`` backend: an adapter program of the site, version 1 of the protocol in docs/command-protocol.md."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Backend,
    Description,
    Prober,
    Report,
    Snapshot,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command import probing, protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import Adapter, RefusedError
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Limits
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import FingerprintFile
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints, fingerprint
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE, Change
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target

#: Cost of a fingerprint that leaves this process as little as the password itself does: about the least of scrypt.
_IN_MEMORY = (16, 8, 1)

_UNKNOWN_EFFECT = "how far it came is not known, and the next run will see"


class CommandBackend(Backend):
    """An adapter program.

    :param installation: the settings of ``installation.py``, complete.
    :raises FinconError: when a setting cannot be used.
    """

    def __init__(self, installation: Mapping[str, Any]) -> None:
        argv = list(installation["command"])
        for name in ("command_timeout", "output_limit"):
            if not installation[name] > 0:
                raise FinconError(f"installation.{name} must be more than 0")
        self._adapter = Adapter(argv, Limits(installation["command_timeout"], installation["output_limit"]))
        self._about = protocol.About("", "", frozenset())
        self._kept = FingerprintFile(installation.get("fingerprints"), f"command/{shlex.join(argv)}")
        self.fingerprints = self._kept.fingerprints

    def describe(self) -> Description:
        return Description("command", f"{self._about.name} {self._about.version}".strip())

    def read(self, writing: bool = False) -> Snapshot:
        self._about = self._adapter.describe()
        answer = self._adapter.call("read")
        try:
            found = protocol.reading(answer, self._reads_back())
        except protocol.AnswerError as exc:
            raise self._adapter.failure("read", exc) from None
        if self._reads_back():
            self._adapter.hide(found.passwords.values())
            self.fingerprints = _in_memory(found.passwords)
        return Snapshot(found.state)

    def foretell(self, changes: Sequence[Change]) -> dict[str, Any]:
        # Here rather than in apply, so that check mode refuses what the run would refuse.
        doomed = [change for change in changes if change.action == DELETE]
        if doomed and "delete" not in self._about.capabilities:
            names = ", ".join(f"{change.resource} {change.name}" for change in doomed)
            raise FinconError(
                f"the adapter {self._about.name} has no capability delete, so it cannot remove {names}; remove it at "
                "Fincon's window, or leave it"
            )
        return {}

    def prober(self, ours: Prober) -> Prober:
        return self._probe if "probe" in self._about.capabilities else ours

    def apply(self, changes: Sequence[Change]) -> Report:
        self._adapter.hide(secret for change in changes for secret in change.secrets.values())
        known = {} if self._reads_back() else self._kept.doubt(changes)
        try:
            answer = self._adapter.call("apply", {"changes": [_item(*pair) for pair in enumerate(changes, 1)]})
            found = self._outcome(answer, changes)
        except RefusedError as exc:
            found = protocol.Outcome(0, str(exc))
        except FinconError as exc:
            return Report((), tuple(changes), f"{exc}; {_UNKNOWN_EFFECT}")
        applied, remaining = tuple(changes[: found.done]), tuple(changes[found.done :])
        try:
            self._remember(applied, remaining if found.certain else remaining[1:], known)
        except FinconError as exc:
            return Report(applied, remaining, found.reason or str(exc))
        return Report(applied, remaining, found.reason)

    def close(self) -> None:
        """Nothing is held open between two calls of an adapter."""

    def _reads_back(self) -> bool:
        return "password_readback" in self._about.capabilities

    def _outcome(self, answer: Mapping[str, Any], changes: Sequence[Change]) -> protocol.Outcome:
        """What became of the changes, with a reason that names the one that failed."""
        try:
            found = protocol.outcome(answer, range(1, len(changes) + 1))
        except protocol.AnswerError as exc:
            raise self._adapter.failure("apply", exc) from None
        if not found.reason:
            return found
        failed = [f"{change.resource} {change.name}: " for change in changes[found.done :]]
        reason = f"adapter {self._about.name}: {''.join(failed[:1])}{self._adapter.clean(found.reason)}"
        return replace(found, reason=reason)

    def _remember(self, applied: Sequence[Change], undone: Sequence[Change], known: Mapping[str, str]) -> None:
        """Keep the fingerprints of what was sent, and those of what was certainly not."""
        if not self._reads_back():
            self._kept.trust(undone, known)
            for change in applied:
                self._kept.remember(change)

    def _probe(self, targets: Sequence[Target], level: str) -> list[dict[str, Any]]:
        """Each distinct login once, in one call."""
        distinct = list(dict.fromkeys(target.settings for target in targets))
        self._adapter.hide(settings.password for settings in distinct)
        try:
            answer = self._adapter.call("probe", probing.request(distinct, level))
        except UnreachableError as exc:
            # The installation was read, so this is a failure and not a branch that cannot be reached.
            raise FinconError(str(exc)) from exc
        try:
            found = probing.verifications(answer, distinct, level, self._about.name)
        except protocol.AnswerError as exc:
            raise self._adapter.failure("probe", exc) from None
        by_settings = dict(zip(distinct, found))
        return [by_settings[target.settings] for target in targets]


def _item(number: int, change: Change) -> dict[str, Any]:
    values = {} if change.action == DELETE else change.values()
    return {
        "id": number,
        "resource": change.resource,
        "name": change.name,
        "action": change.action,
        "values": values,
    }


def _in_memory(passwords: Mapping[tuple[str, str], str]) -> Fingerprints:
    return Fingerprints(
        {
            Fingerprints.place(resource, key): fingerprint(password, cost=_IN_MEMORY)
            for (resource, key), password in passwords.items()
        }
    )
