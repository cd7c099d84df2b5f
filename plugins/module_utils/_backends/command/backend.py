# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``command`` backend: an adapter program of the site, version 1 of the protocol in docs/command-protocol.md."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Applied,
    Backend,
    Description,
    Prepared,
    Prober,
    Session,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command import probing, protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import Adapter, RefusedError
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Limits
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import Fingerprinted, FingerprintFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.sending import send_in_steps
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints, fingerprint
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE, Change
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target

#: Cost of a fingerprint that never leaves this process, like the password itself: about the minimum of scrypt.
_IN_MEMORY = (16, 8, 1)

_UNKNOWN_EFFECT = "how far it came is not known, and the next run will see"


@dataclass(frozen=True)
class CommandSession(Session):
    """The installation as an adapter program read it.

    :param adapter: the program.
    :param about: what it reports about itself.
    :param kept: the fingerprints, for an adapter that does not read passwords back.
    """

    adapter: Adapter
    about: protocol.About
    kept: Fingerprinted | None

    def tells_passwords(self) -> bool:
        return self.about.reads_back

    def unsupported(self, changes: Sequence[Change]) -> str:
        removals = [f"{change.resource} {change.name}" for change in changes if change.action == DELETE]
        if not removals or "delete" in self.about.capabilities:
            return ""
        return (
            f"the adapter {self.about.name} has no capability delete, so it cannot remove {', '.join(removals)}; "
            "remove it at Fincon's window, or leave it"
        )

    def prober(self, ours: Prober) -> Prober:
        return self._probe if "probe" in self.about.capabilities else ours

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        # All changes are one request.
        steps = [tuple(changes)] if changes else []
        return Prepared({}, partial(send_in_steps, self.kept, steps, self._send))

    def _send(self, changes: tuple[Change, ...]) -> Applied:
        self.adapter.hide(secret for change in changes for secret in change.secrets.values())
        try:
            answer = self.adapter.call("apply", {"changes": [_item(*pair) for pair in enumerate(changes, 1)]})
            found = self._progress(answer, changes)
        except RefusedError as exc:
            return Applied((), changes, str(exc))
        except FinconError as exc:
            return Applied((), (), f"{exc}; {_UNKNOWN_EFFECT}", not_known=changes)
        applied, rest = changes[: found.done], changes[found.done :]
        if found.certain:
            return Applied(applied, rest, found.reason)
        return Applied(applied, (), found.reason, not_known=rest)

    def _progress(self, answer: Mapping[str, Any], changes: Sequence[Change]) -> protocol.Progress:
        """The results of the changes, with a reason that names the change that failed."""
        try:
            found = protocol.progress(answer, range(1, len(changes) + 1))
        except protocol.AnswerError as exc:
            raise self.adapter.failure("apply", exc) from None
        if not found.reason:
            return found
        failed = [f"{change.resource} {change.name}: " for change in changes[found.done :]]
        reason = f"adapter {self.about.name}: {''.join(failed[:1])}{self.adapter.clean(found.reason)}"
        return replace(found, reason=reason)

    def _probe(self, targets: Sequence[Target], level: str) -> list[dict[str, Any]]:
        """Each distinct login once, in one call."""
        distinct = list(dict.fromkeys(target.settings for target in targets))
        self.adapter.hide(settings.password for settings in distinct)
        try:
            answer = self.adapter.call("probe", probing.request(distinct, level))
        except UnreachableError as exc:
            # The installation was read, so this is a failure and not a branch that cannot be reached.
            raise FinconError(str(exc)) from exc
        try:
            found = probing.verifications(answer, distinct, level, self.about.name)
        except protocol.AnswerError as exc:
            raise self.adapter.failure("probe", exc) from None
        by_settings = dict(zip(distinct, found))
        return [by_settings[target.settings] for target in targets]


class CommandBackend(Backend):
    """An adapter program.

    :param installation: the settings of ``installation.py``, complete.
    :raises FinconError: when a setting cannot be used.
    """

    def __init__(self, installation: Mapping[str, Any]) -> None:
        argv = list(installation["command"])
        self._adapter = Adapter(argv, Limits(installation["command_timeout"], installation["output_limit"]))
        self._kept = FingerprintFile(installation.get("fingerprints"), f"command/{shlex.join(argv)}")

    @property
    def notes(self) -> Path:
        return self._kept.path

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[CommandSession]:
        """Read the installation. Nothing is held open between two calls of an adapter."""
        about = self._adapter.describe()
        with self._fingerprints(about, writing) as kept:
            answer = self._adapter.call("read")
            try:
                found = protocol.reading(answer, about.reads_back)
            except protocol.AnswerError as exc:
                raise self._adapter.failure("read", exc) from None
            self._adapter.hide(found.passwords.values())
            fingerprints = kept.fingerprints if kept else _in_memory(found.passwords)
            description = Description("command", f"{about.name} {about.version}".strip())
            yield CommandSession(description, found.state, found.state, fingerprints, self._adapter, about, kept)

    def _fingerprints(self, about: protocol.About, writing: bool) -> AbstractContextManager[Fingerprinted | None]:
        return nullcontext() if about.reads_back else self._kept.open(writing)


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
            Fingerprints.key(resource, key): fingerprint(password, cost=_IN_MEMORY)
            for (resource, key), password in passwords.items()
        }
    )
