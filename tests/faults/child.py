# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in processes of their own, which can be killed: at a step of theirs, or from outside."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends import fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult, of_error
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.tests.faults.model import Wish

#: A process that has imported everything, and begets the others in a few milliseconds.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])

#: What Python tells of (PEP 578) that changes something outside the process, or waits for it.
_STEPS = ("open", "os.", "fcntl.", "socket.", "subprocess.")

_slow = passwords.fingerprint


def quick_fingerprints() -> None:
    """Make fingerprints of the least cost from now on."""
    passwords.fingerprint = lambda password, salt=None, cost=(16, 8, 1): _slow(password, salt, cost)


def apply(settings: Mapping[str, Any], wish: Wish, lock_wait: float = 30.0) -> ModuleResult:
    """Bring an installation to what is declared."""
    quick_fingerprints()
    fingerprints._LOCK_WAIT = lock_wait
    request = Request(wish.desired, wish.update_password, verify="none", purge=wish.purge)
    try:
        return write(backend_of(settings), request, check_mode=False)
    except FinconError as exc:
        return of_error(exc)


def confirm(settings: Mapping[str, Any], number: int, items: list[int] | None) -> ModuleResult:
    """Confirm items of a work order."""
    try:
        return confirm_order(backend_of(settings), number, items, "T. Nkosi", check_mode=False)
    except FinconError as exc:
        return of_error(exc)


def apply_and_count(settings: Mapping[str, Any], wish: Wish, told: Connection) -> None:
    """Apply, and tell how many steps that took."""
    count = _count_steps(0)
    apply(settings, wish)
    told.send(count[0])


def apply_and_die(settings: Mapping[str, Any], wish: Wish, step: int, go: Event) -> None:
    """Wait for the sign, apply, and be killed before this step; 0 for none."""
    go.wait()
    _count_steps(step)
    apply(settings, wish)


def _count_steps(last: int) -> list[int]:
    count = [0]

    def seen(event: str, _arguments: object) -> None:
        if event.startswith(_STEPS) and event != "os.kill":
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)
    return count


def report(dest: str, branch: str, generated: str) -> str:
    """Write the report of a fleet of one branch; return why that failed, empty when it did not."""
    from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import branch_entry
    from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import write_report
    from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

    result = {"outcome": "unchanged", "records": {"smtp_servers": [], "users": []}, "changes": [], "unverified": []}
    try:
        return "; ".join(write_report([branch_entry(branch, result, generated)], generated, dest).warnings)
    except ReportError as exc:
        return str(exc)
