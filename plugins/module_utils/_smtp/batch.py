# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Many logins, gently: each distinct one once, two connections to a host at a time, no more after two refusals."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._io.progress import tell
from ansible_collections.fincon.mail.plugins.module_utils._smtp import slots
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import not_probed, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.runnotes import MAX_REFUSALS, RunNotes
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS, ProbeSettings, reaches

_MAX_THREADS = 8
#: How often the progress of the logins is checked, in seconds.
_LOOK = 1.0
#: The stages that do not depend on the login, but on the server and its settings.
BEFORE_LOGIN = ("dns", "connect", "banner", "ehlo", "starttls", "tls", "certificate")


@dataclass(frozen=True)
class Target:
    """Settings to probe, and the users or the definition that they concern."""

    settings: ProbeSettings
    label: tuple[str, ...]


def probe_all(
    targets: Sequence[Target], level: str, slots_dir: str | None = None, run_id: str | None = None
) -> list[dict[str, Any]]:
    """Probe every target and return their verifications in the same order.

    Targets with the same settings share one probe. At most two connections to a host are open at a time, over all
    processes that share ``slots_dir`` (by default all of this user on this machine). After two consecutive refused
    logins at one server its remaining logins are not tried: their verifications have ``not_tried``. A failure
    before any login holds for every login with the same server settings.

    Processes with the same ``run_id`` also share what they learn: refusals and recent results.
    """
    shared_run = run_id is not None
    run = run_id if run_id is not None else uuid.uuid4().hex
    directory = slots.shared_directory(slots_dir)
    try:
        done = _probe_distinct(_labels(targets), level, directory, run)
    finally:
        if not shared_run:
            slots.forget_run(directory, run)
    return [done[target.settings] for target in targets]


def _labels(targets: Sequence[Target]) -> dict[ProbeSettings, tuple[str, ...]]:
    """The distinct settings, each with all users and definitions that they concern."""
    found: dict[ProbeSettings, tuple[str, ...]] = {}
    for target in targets:
        found[target.settings] = tuple(dict.fromkeys(found.get(target.settings, ()) + target.label))
    return found


def _probe_distinct(
    labels: dict[ProbeSettings, tuple[str, ...]], level: str, directory: str, run: str
) -> dict[ProbeSettings, dict[str, Any]]:
    done: dict[ProbeSettings, dict[str, Any]] = {}
    queues: dict[str, deque[ProbeSettings]] = {}
    for settings in labels:
        queues.setdefault(_host(settings), deque()).append(settings)

    def serve(host: str) -> None:
        logins = _Host(host, level, directory, run)
        queue = queues[host]
        while True:
            try:
                settings = queue.popleft()  # safe between threads
            except IndexError:
                return
            done[settings] = logins.verify(settings, labels[settings])

    with ThreadPoolExecutor(max_workers=_MAX_THREADS) as pool:
        lanes = [
            pool.submit(serve, host) for host, queue in queues.items() for _lane in range(min(slots.SLOTS, len(queue)))
        ]
        waiting = set(lanes)
        while waiting:
            _finished, waiting = wait(waiting, timeout=_LOOK)
            tell(len(done), len(labels), "logins")
    for lane in lanes:
        lane.result()
    return done


class _Host:
    """The logins at one host, admitted one by one."""

    def __init__(self, host: str, level: str, directory: str, run: str) -> None:
        self._level = level
        self._gate = slots.Gate(directory, host)
        self._notes = RunNotes(directory, run, host)
        self._probes = 0

    def verify(self, settings: ProbeSettings, label: tuple[str, ...]) -> dict[str, Any]:
        try:
            with slots.locked(self._notes.login_lock(settings, self._level)):
                return self._take_turn(settings, label)
        except slots.NoFreeSlot:
            minutes = round(slots.WAIT_SECONDS / 60)
            detail = f"other probes on this machine held both connections to the server for {minutes} minutes"
            return not_probed(settings, self._level, "no_free_slot", detail)

    def _take_turn(self, settings: ProbeSettings, label: tuple[str, ...]) -> dict[str, Any]:
        with self._gate.one():
            known = self._known(settings)
            if known is not None:
                return known
            if not (self._logs_in(settings) and self._notes.refusals()):
                return self._probe(settings, label)
        # After one refusal a login goes alone, so that the second refusal is known before a third login starts.
        with self._gate.alone():
            return self._known(settings) or self._probe(settings, label)

    def _known(self, settings: ProbeSettings) -> dict[str, Any] | None:
        """A verification that needs no probe."""
        found = self._notes.result(settings, self._level)
        if found is not None:
            return found
        refused = self._notes.refusals()
        if self._logs_in(settings) and len(refused) >= MAX_REFUSALS:
            names = " and ".join(dict.fromkeys(", ".join(label) for label in refused))
            detail = f"the server has just refused the login of {names}, and more refusals could block this machine"
            return not_probed(settings, self._level, "not_tried", detail)
        return None

    def _probe(self, settings: ProbeSettings, label: tuple[str, ...]) -> dict[str, Any]:
        # It is enough to try all addresses of the host once; after that, the first one that answers is used.
        verification = probe(settings, self._level, every_address=self._probes == 0)
        self._probes += 1
        refused = verification["failed_stage"] == "auth" and verification["code"] is not None
        if refused:
            # A server that refuses this machine may treat every further login as an attack.
            machine_refused = verification["diagnosis"]["id"] in ("auth_throttled", "blocked")
            self._notes.add_refusal(label, MAX_REFUSALS if machine_refused else 1)
        elif self._logs_in(settings) and _accepted_login(verification):
            self._notes.clear_refusals()
        self._notes.add_result(settings, self._level, verification, verification["failed_stage"] in BEFORE_LOGIN)
        return verification

    def _logs_in(self, settings: ProbeSettings) -> bool:
        return settings.authenticate and self._level in LEVELS and reaches(self._level, "auth")


def _host(settings: ProbeSettings) -> str:
    return str(settings.mail_server).strip("[]").rstrip(".").casefold()


def _accepted_login(verification: dict[str, Any]) -> bool:
    return any(stage["stage"] == "auth" and stage["ok"] for stage in verification["stages"])
