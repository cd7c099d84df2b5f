# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._module.probing import failure_of
from ansible_collections.fincon.mail.plugins.module_utils._module.result import of_error
from ansible_collections.fincon.mail.plugins.plugin_utils._action import FinconAction
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.arrival import (
    LONGEST,
    mailbox_settings,
    with_arrivals,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.gather import find_message, mailbox_of
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain
from ansible_collections.fincon.mail.plugins.plugin_utils._report.probed import LIMIT, read_probe_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError


@dataclass(frozen=True)
class _Wait:
    """Where to wait for a test message, and for how many seconds. It holds a secret."""

    mailbox: dict[str, Any] = field(repr=False)
    seconds: int


class ActionModule(FinconAction):
    """The module of the same name. What is on the controller is done here: reading a report, waiting for a message."""

    _wait: _Wait | None = None

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Probe, on the host or here, and wait for the test message if requested."""
        try:
            self._wait = self._waiting(task_vars or {})
        except FinconError as exc:
            return of_error(exc).as_dict()
        result = super().run(tmp, task_vars)
        return self._with_arrivals(result, self._wait) if self._wait and result.get("verification") else result

    def _arguments(self, variables: dict[str, Any]) -> dict[str, Any]:
        arguments = super()._arguments(variables)
        # Only a report that was read and checked here is valid. And no host needs the password of the mailbox.
        for name in ("report_content", "mailbox", "arrival_timeout"):
            arguments.pop(name, None)
        if self._wait and not arguments.get("send_to"):
            arguments["send_to"] = self._wait.mailbox.get("address")
        name = arguments.get("report")
        return {**arguments, "report_content": _content(str(name))} if name else arguments

    def _needs_a_process(self) -> bool:
        return not self._task.args.get("report") and super()._needs_a_process()

    def _waiting(self, variables: dict[str, Any]) -> _Wait | None:
        """Return what to wait for, or ``None``.

        :raises FinconError: when waiting is not possible. Then no message is sent.
        """
        arguments = self._task.args
        seconds = _seconds(arguments.get("arrival_timeout"))
        if not seconds or variables.get("fincon_fleet_findings"):
            return None
        if arguments.get("level") != "send" or arguments.get("report") or self._task.async_val:
            raise FinconError(
                "arrival_timeout waits for a test message: it needs level: send, and neither a report nor async"
            )
        mailbox = arguments.get("mailbox") or self._templar.template(variables.get("fincon_evidence_mailbox"))
        settings = mailbox_settings(plain(mailbox), variables.get("inventory_dir"))
        mailbox_of(settings)
        return _Wait(settings, seconds)

    def _with_arrivals(self, result: dict[str, Any], wait: _Wait) -> dict[str, Any]:
        deadline = Deadline.after(wait.seconds)
        find = partial(find_message, wait.mailbox, deadline=deadline)
        try:
            verified = with_arrivals(result["verification"], wait.seconds, find)
        except FinconError as exc:
            return {**result, **of_error(exc).as_dict()}
        is_failure = boolean(self._task.args.get("fail_on_error", True)) and not result.get("failed")
        failure = failure_of(verified) if is_failure else ""
        return {**result, "verification": verified, **({"failed": True, "msg": failure} if failure else {})}


def _seconds(given: Any) -> int:
    """Return the seconds of the option, 0 when it is not given.

    :raises FinconError: when the value is not a number of seconds.
    """
    text = str(given if given is not None else 0).strip()
    if not text.isascii() or not text.isdigit() or int(text) > LONGEST:
        raise FinconError(f"arrival_timeout must be a whole number of seconds from 0 to {LONGEST}")
    return int(text)


def _content(name: str) -> dict[str, Any]:
    try:
        with Path(name).expanduser().open("rb") as stream:
            return read_probe_report(stream.read(LIMIT + 1), name)
    except OSError as exc:
        raise FinconError(f"{name}: the report cannot be read on the controller: {exc.strerror}") from exc
    except ReportError as exc:
        raise FinconError(str(exc)) from exc
