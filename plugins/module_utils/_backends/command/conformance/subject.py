# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The adapter under test: its requests, its records, and the state before the test."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.command import protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import Adapter
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Ended, Limits, Runner, run
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, written_key

#: A change as the protocol has it, apart from its id.
Change = dict[str, Any]


class Broken(Exception):
    """A rule is broken; the text says what was seen."""


class Skipped(Exception):
    """A rule cannot be judged here; the text says why."""


@dataclass(frozen=True)
class Call:
    """One call that was made, with its result."""

    verb: str
    ended: Ended


def change(resource: str, name: str, action: str, **values: Any) -> Change:
    """Return a change."""
    return {"resource": resource, "name": name, "action": action, "values": values}


class Subject:
    """The adapter, with the kit's own records and one Fincon user to work on.

    :param argv: the adapter program and its arguments.
    :param limits: what one call may take.
    :param user: the Fincon user.
    :param runner: runs the program; see ``process.run``.
    """

    def __init__(self, argv: Sequence[str], limits: Limits, user: str, runner: Runner = run) -> None:
        # The same in every run against this adapter, so that the next run cleans up after an interrupted one.
        tag = hashlib.sha256(json.dumps(list(argv)).encode()).hexdigest()[:8]
        self.server = f"fincon-check-{tag}"
        self.second_server = f"fincon-check-{tag}-é"
        self.missing_user = f"ZQ{tag[:6].upper()}"
        self.user = written_key(MAIL_USER, user)
        self.passwords = tuple(f"Kit-{secrets.token_hex(8)}" for _number in range(2))
        self.calls: list[Call] = []
        self._runner = runner
        self._limits = limits
        self._adapter = Adapter(argv, limits, self._recorded)
        self._adapter.hide(self.passwords)
        self._verb = ""
        self._known: protocol.Reading | None = None
        self.about = protocol.About("", "", frozenset())
        self.initial: protocol.Reading | None = None

    @property
    def readback(self) -> bool:
        """Whether the adapter reads passwords back."""
        return "password_readback" in self.about.capabilities

    @property
    def deletes(self) -> bool:
        """Whether the adapter removes records."""
        return "delete" in self.about.capabilities

    @property
    def may_log_in(self) -> bool:
        """Whether the user's own login may be changed: only if its password can be restored."""
        return self.readback or self.user_record.get("password") != SET

    @property
    def user_record(self) -> Mapping[str, Any]:
        """The record of the user as it was before anything was changed."""
        return (self.initial.state.get(MAIL_USER, self.user) if self.initial else None) or {}

    def clean(self, text: str) -> str:
        """Return a text without the secrets of the kit, on one line."""
        return self._adapter.clean(text)

    def describe(self) -> protocol.About:
        """Ask the adapter to describe itself."""
        self._verb = "describe"
        self.about = self._adapter.describe()
        return self.about

    def read(self) -> protocol.Reading:
        """Read all records, unless nothing was sent since they were read."""
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> protocol.Reading:
        answer = self.raw_read()
        try:
            found = protocol.reading(answer, self.readback)
        except protocol.AnswerError as exc:
            raise Broken(f"read: {exc}") from None
        self._adapter.hide(found.passwords.values())
        return found

    def raw_read(self) -> dict[str, Any]:
        """Read all records and return the unchanged answer."""
        self._verb = "read"
        return self._adapter.call("read")

    def outcome(self, *changes: Change) -> tuple[int, str]:
        """Have changes applied; return how many are done, and why the next one is not."""
        self._verb, self._known = "apply", None
        answer = self._adapter.call("apply", {"changes": _numbered(changes)})
        found = protocol.progress(answer, range(1, len(changes) + 1))
        return found.done, self.clean(found.reason)

    def apply_all(self, *changes: Change) -> None:
        """Have changes applied.

        :raises Broken: when one of them is not done.
        """
        done, reason = self.outcome(*changes)
        if reason:
            wanted = changes[done] if done < len(changes) else changes[-1]
            raise Broken(f"{wanted['action']} {wanted['resource']} {wanted['name']}: {reason}")

    def send(self, verb: str, request: bytes, limits: Limits | None = None) -> Ended:
        """Run the adapter with an unchanged request."""
        self._verb, self._known = verb, None
        return self._adapter.send(verb, request, limits)

    def interrupt(self, changes: Sequence[Change], seconds: float) -> Ended:
        """Have changes applied, and kill the process group after so many seconds."""
        request = protocol.encode("apply", {"changes": _numbered(changes)})
        return self.send("apply", request, Limits(seconds, self._limits.output, grace=0))

    def _recorded(self, argv: Sequence[str], request: bytes, limits: Limits) -> Ended:
        ended = self._runner(argv, request, limits)
        self.calls.append(Call(self._verb, ended))
        return ended


def _numbered(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"id": number, **item} for number, item in enumerate(changes, 1)]
