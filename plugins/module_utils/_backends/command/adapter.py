# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Calls of an adapter program: one process for each request, and a separate message for each kind of failure."""

from __future__ import annotations

import errno
import os
import re
import signal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.command import protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import (
    EXCESS,
    Ended,
    Limits,
    Runner,
    run,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import MASK, MAX_TEXT, clean_all

#: Exit statuses that mean that the installation was not reached: EX_UNAVAILABLE of sysexits.h, and what ssh ends with
#: when the connection fails (ssh(1), "Exit status").
UNREACHABLE_STATUSES = (69, 255)

#: A password that this side does not know, labelled as one: ``"password": "…"``, ``Password=…``.
_NAMED_SECRET = re.compile(
    r"""(passw\w*|pwd|secret)(["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|\S+)""", re.IGNORECASE
)


class RefusedError(FinconError):
    """The adapter itself answered that it did not carry out the request."""


class Adapter:
    """One adapter program.

    :param argv: the program and its arguments.
    :param limits: what one call may take.
    :param runner: runs the program; see ``process.run``.
    """

    def __init__(self, argv: Sequence[str], limits: Limits, runner: Runner = run) -> None:
        self._argv = list(argv)
        self._limits = limits
        self._runner = runner
        self._secrets: set[str] = set()

    def hide(self, secrets: Iterable[str]) -> None:
        """Remove these secrets from every text that comes from the adapter."""
        self._secrets.update(filter(None, secrets))

    def clean(self, text: str) -> str:
        """Return a text of the adapter on one line, bounded and without secrets."""
        return clean_all(_NAMED_SECRET.sub(rf"\1\2{MASK}", text), self._secrets)

    def describe(self) -> protocol.About:
        """Ask the adapter to describe itself.

        :raises FinconError: when it cannot.
        """
        answer = self.call("describe")
        try:
            about = protocol.about(answer)
        except protocol.AnswerError as exc:
            raise self.failure("describe", exc) from None
        return protocol.About(self.clean(about.name), self.clean(about.version), about.capabilities)

    def call(self, verb: str, members: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a request and return the answer to it.

        :raises UnreachableError: when the adapter could not reach the installation, or gave no answer in time.
        :raises FinconError: when there is no answer, a wrong one, or an error.
        """
        ended = self.send(verb, protocol.encode(verb, members))
        self._check_end(verb, ended)
        try:
            answer = protocol.decode(ended.stdout)
            refusal = protocol.refusal(answer)
        except protocol.AnswerError as exc:
            raise self.failure(verb, exc, ended) from None
        if refusal is not None:
            code, message = refusal
            kind = UnreachableError if code == protocol.UNREACHABLE else RefusedError
            raise kind(f"{self._where(verb)}: {self.clean(message)}")
        return answer

    def send(self, verb: str, request: bytes, limits: Limits | None = None) -> Ended:
        """Run the program with an unchanged request and return its result.

        :param verb: what to call it in messages.
        :param limits: limits that replace the usual ones.
        :raises FinconError: when it cannot be started.
        """
        try:
            return self._runner(self._argv, request, limits or self._limits)
        except OSError as exc:
            raise FinconError(f"{self._where(verb)}: {self._not_started(exc)}") from exc
        except ValueError as exc:
            raise FinconError(
                f"{self._where(verb)}: it cannot be started: installation.command holds a character that no argument "
                "can have"
            ) from exc

    def failure(self, verb: str, error: FinconError, ended: Ended | None = None) -> protocol.AnswerError:
        """Return the error about a wrong answer, with the place and what else the adapter printed."""
        note = self._stderr_note(ended) if ended is not None and ended.stderr else ""
        return protocol.AnswerError(f"{self._where(verb)}: {error}{note}")

    def _where(self, verb: str) -> str:
        # Only the program: some people put secrets into arguments, against all advice.
        return f"adapter {self._argv[0]}, {verb}"

    def _not_started(self, error: OSError) -> str:
        program = self._argv[0]
        if error.errno == errno.ENOENT and os.path.exists(program):
            return "it cannot be started: the interpreter that its first line names is not there"
        if error.errno == errno.ENOENT:
            hint = "; write the program and each argument as separate list items" if " " in program else ""
            return f"there is no such program on this machine; give its full path in installation.command{hint}"
        if error.errno == errno.EACCES:
            return "it is not executable by this user; chmod +x it, or name its interpreter before it"
        if error.errno == errno.ENOEXEC:
            return (
                "it is no program and no script with an interpreter in its first line; name its interpreter before it"
            )
        return f"it cannot be started ({error.strerror})"

    def _check_end(self, verb: str, ended: Ended) -> None:
        if ended.stopped == EXCESS:
            raise FinconError(
                f"{self._where(verb)}: it printed more than {self._limits.output} bytes (installation.output_limit) "
                f"and was stopped{self._stderr_note(ended)}"
            )
        if ended.stopped:
            raise UnreachableError(
                f"{self._where(verb)}: it did not answer within {self._limits.seconds:g} seconds "
                f"(installation.command_timeout) and was stopped{self._stderr_note(ended)}"
            )
        if ended.status < 0:
            raise FinconError(
                f"{self._where(verb)}: it was killed by {_signal_name(-ended.status)}{self._stderr_note(ended)}"
            )
        if ended.status:
            kind = UnreachableError if ended.status in UNREACHABLE_STATUSES else FinconError
            raise kind(f"{self._where(verb)}: it ended with exit status {ended.status}{self._stderr_note(ended)}")

    def _stderr_note(self, ended: Ended) -> str:
        """The end of standard error, scrubbed line by line before it is cut, so that no part of a secret is left."""
        lines = ended.stderr.decode("utf-8", "replace").splitlines()
        if ended.stderr_cut:
            lines = lines[1:]
        text = ""
        for line in reversed([self.clean(line) for line in lines if line.strip()]):
            if text and len(line) + 3 + len(text) > MAX_TEXT:
                break
            text = f"{line} / {text}" if text else line
        return f"; on standard error it said: {text}" if text else "; on standard error it said nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
