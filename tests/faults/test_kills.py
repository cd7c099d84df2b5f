# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed at whatever moment leaves nothing that is torn, in the way, or untrue."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.tests.faults import child
from ansible_collections.fincon.mail.tests.faults.model import (
    PASSWORDS,
    Held,
    Wish,
    a_branch,
    after_change,
    expected,
    unlike,
)
from ansible_collections.fincon.mail.tests.faults.sites import (
    AttendedSite,
    CommandSite,
    RestSite,
    left_over,
    stored_fingerprints,
    vouching,
)
from ansible_collections.fincon.mail.tests.standin import StandIn
from collection import link_collection

OLD, NEW = a_branch(PASSWORDS[0]), a_branch(PASSWORDS[1], own=PASSWORDS[0], port=25)
#: How long a run waits for the lock of one that was killed, in seconds: that it waits at all is the fault.
LOCK_WAIT = 1.0


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fingerprint", passwords.fingerprint)
    child.quick_fingerprints()


class Trigger:
    """Kills a process when the n-th request of a company arrives, when it is done, or a moment after its answer."""

    def __init__(self, standin: StandIn) -> None:
        self._world = standin._world
        self._armed: tuple[str, str, int, float] | None = None
        self._pid = 0
        self._take, self._add = self._world.faults.take, self._world.log.add
        self._world.faults.take = self._arrives
        self._world.log.add = self._is_done
        self._seen = 0

    def arm(self, company: str, moment: str, number: int, delay: float = 0) -> None:
        self._seen = 0
        self._pid = 0
        self._armed = (company, moment, number, delay)

    def aim(self, pid: int) -> None:
        self._pid = pid

    def _arrives(self, method: str, company: str) -> Any:
        if self._armed and company == self._armed[0]:
            self._seen += 1
            self._maybe("arrives")
        return self._take(method, company)

    def _is_done(self, **fields: Any) -> Any:
        if self._armed and fields["company"] == self._armed[0]:
            self._maybe("is done")
            self._maybe("is answered")
        return self._add(**fields)

    def _maybe(self, moment: str) -> None:
        _company, wanted, number, delay = self._armed or ("", "", 0, 0.0)
        if self._pid and wanted == moment and number == self._seen:
            threading.Timer(delay, self._kill).start() if delay else self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)


class Kills:
    """Kills that were tried, and what was found after them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.done = 0
        self.lost: list[str] = []
        self.wrong: list[str] = []
        self.leaked: list[str] = []

    def run(self, settings: dict[str, Any], wish: Wish = NEW, step: int = 0, **how: Any) -> None:
        """Start a run and kill it: at a step of its own, by a trigger, or after some seconds."""
        go = child.PROCESSES.Event()
        process = child.PROCESSES.Process(target=child.apply_and_die, args=(settings, wish, step, go))
        process.start()
        self._kill(process, go, **how)
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        self.done += process.exitcode != 0

    def _kill(self, process: Any, go: Any, trigger: Trigger | None = None, after: float | None = None) -> None:
        if trigger:
            trigger.aim(process.pid)
        go.set()
        if after is not None:
            process.join(after)
            process.kill()
        process.join(60)


def steps_of(settings: dict[str, Any]) -> int:
    """How many steps the run takes that is to be killed."""
    here, there = child.PROCESSES.Pipe(duplex=False)
    process = child.PROCESSES.Process(target=child.apply_and_count, args=(settings, NEW, there))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    return int(here.recv())


def prefixes(before: Held, site: RestSite | CommandSite) -> Iterator[Held]:
    """What the installation may hold when the run ends anywhere: what was done so far, each change as a whole."""
    request = Request(NEW.desired, verify="none")
    held = before
    yield held
    for change in write(site.backend(), request, check_mode=True).values["changes"]:
        held = after_change(held, change, NEW.passwords())
        yield held


def judge(kills: Kills, what: str, site: RestSite | CommandSite, allowed: list[Held], wish: Wish) -> None:
    """Look at what a kill left, and at what a clean run then makes of it."""
    held, folder = site.held(), site.fingerprints.parent
    if held not in allowed:
        kills.lost.append(f"{what}: the installation is at no step of the plan: {unlike(held, allowed[-1])}")
    for key, password in vouching(stored_fingerprints(site.fingerprints)).items():
        if held.passwords.get(key) != password:
            kills.wrong.append(
                f"{what}: the fingerprint of {key} vouches for another password than the one that is set"
            )
    for name in folder.iterdir():
        if name != getattr(site, "store", None) and b"canary" in name.read_bytes():
            kills.leaked.append(f"{what}: {name.name} holds a password")
    for one in (wish, NEW if wish is OLD else OLD):
        found = child.apply(site.settings, one, LOCK_WAIT)
        if found.failure:
            kills.wrong.append(f"{what}: the next run fails: {found.failure}")
        wanted = expected(site.held(), one, {}).held
        if unlike(site.held(), wanted):
            kills.lost.append(f"{what}: the next run ended {found.outcome}, but {unlike(site.held(), wanted)}")
    if left_over(folder):
        kills.wrong.append(f"{what}: left over: {left_over(folder)}")


def test_a_killed_run_against_a_server_leaves_nothing_untrue(tmp_path: Path, tally: Callable[..., None]) -> None:
    kills = Kills(1)
    with StandIn(max_sessions=100_000) as standin:
        trigger = Trigger(standin)

        def fresh(number: int) -> tuple[RestSite, list[Held]]:
            folder = tmp_path / str(number)
            folder.mkdir()
            site = RestSite(standin, f"K{number}", folder)
            assert not child.apply(site.settings, OLD).failure
            return site, list(prefixes(site.held(), site))

        site, _allowed = fresh(0)
        before = len(standin.requests(company=site.company))
        steps = steps_of(site.settings)
        requests = len(standin.requests(company=site.company)) - before
        moments = [
            (moment, number) for moment in ("arrives", "is done", "is answered") for number in range(1, requests + 1)
        ]
        moments += [("step", step) for step in sorted(kills.chance.sample(range(1, steps + 1), 10))]
        for number, (moment, at) in enumerate(moments, 1):
            site, allowed = fresh(number)
            if moment == "step":
                kills.run(site.settings, step=at)
            else:
                trigger.arm(site.company, moment, at, kills.chance.uniform(0.0002, 0.004) * (moment == "is answered"))
                kills.run(site.settings, trigger=trigger)
            judge(kills, f"{moment} {at}", site, allowed, (OLD, NEW)[number % 2])
    tally("kills", kills.done, lost=kills.lost, wrong=kills.wrong, leaked=kills.leaked)


def test_a_killed_run_of_an_adapter_leaves_nothing_untrue(tmp_path: Path, tally: Callable[..., None]) -> None:
    kills = Kills(2)

    def fresh(number: int) -> tuple[CommandSite, list[Held]]:
        folder = tmp_path / str(number)
        folder.mkdir()
        site = CommandSite(folder, "site", readback=False)
        write(site.backend(), Request(OLD.desired, verify="none"), check_mode=False)
        return site, list(prefixes(site.held(), site))

    site, _allowed = fresh(0)
    started = time.monotonic()
    steps = steps_of(site.settings)
    whole = time.monotonic() - started
    moments: list[tuple[int, float | None]] = [(step, None) for step in kills.chance.sample(range(1, steps + 1), 6)]
    moments += [(0, kills.chance.uniform(0, whole)) for _number in range(8)]
    for number, (step, after) in enumerate(moments, 1):
        site, allowed = fresh(number)
        kills.run(site.settings, step=step, after=after)
        wait_for_the_adapter(site.store)
        judge(kills, f"step {step}, after {after}", site, allowed, (OLD, NEW)[number % 2])
    tally("kills", kills.done, lost=kills.lost, wrong=kills.wrong, leaked=kills.leaked)


def wait_for_the_adapter(store: Path) -> None:
    """An adapter goes on when the run is killed that started it. The next call waits for its lock, and so do we."""
    with open(f"{store}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_a_killed_run_at_an_attended_site_leaves_the_old_or_the_new_ledger(
    tmp_path: Path, tally: Callable[..., None]
) -> None:
    kills = Kills(3)
    made = tmp_path / "made.yml"
    assert not child.apply(AttendedSite(made).settings, OLD).failure
    content = made.read_bytes()

    def fresh(number: int) -> AttendedSite:
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "l.yml").write_bytes(content)
        return AttendedSite(folder / "l.yml", LOCK_WAIT)

    old, site = AttendedSite(made).data(), fresh(0)
    steps = steps_of(site.settings)
    wanted = [(item["item"], item["name"], item["fields"]) for item in site.items()]
    for number, step in enumerate(kills.chance.sample(range(1, steps + 1), min(steps, 16)), 1):
        site = fresh(number)
        kills.run(site.settings, step=step)
        what, data = f"step {step} of {steps}", site.data()
        if data != old and (data["last_order"], len(site.items())) != (old["last_order"] + 1, len(wanted)):
            kills.lost.append(f"{what}: neither the old nor the new ledger")
        found = child.apply(site.settings, NEW)
        if found.failure or [(item["item"], item["name"], item["fields"]) for item in site.items()] != wanted:
            kills.wrong.append(f"{what}: the next run ended {found.outcome} {found.failure}")
        if site.data()["last_order"] != old["last_order"] + 1:
            kills.wrong.append(f"{what}: the work order has number {site.data()['last_order']}")
        if left_over(site.ledger.parent):
            kills.wrong.append(f"{what}: left over: {left_over(site.ledger.parent)}")
        leaked = [name.name for name in site.ledger.parent.iterdir() if b"canary" in name.read_bytes()]
        kills.leaked += [f"{what}: {name} holds a password" for name in leaked]
    tally("kills", kills.done, lost=kills.lost, wrong=kills.wrong, leaked=kills.leaked)


def test_a_killed_ansible_playbook_leaves_nothing_untrue(tmp_path: Path, tally: Callable[..., None]) -> None:
    kills = Kills(4)
    with StandIn(max_sessions=100_000) as standin:
        trigger = Trigger(standin)
        for number, moment in enumerate(["arrives", "is done", "is answered"], 1):
            folder = tmp_path / str(number)
            (folder / "site").mkdir(parents=True)
            site = RestSite(standin, f"P{number}", folder / "site")
            assert not child.apply(site.settings, OLD).failure
            allowed = list(prefixes(site.held(), site))
            # Login and two reads come before the writes.
            at = 3 + number
            trigger.arm(site.company, moment, at, 0.002 * (moment == "is answered"))
            kills.done += play(folder, site.settings, trigger) == -signal.SIGKILL
            judge(kills, f"ansible-playbook, {moment} {at}", site, allowed, (OLD, NEW)[number % 2])
    tally("kills", kills.done, lost=kills.lost, wrong=kills.wrong, leaked=kills.leaked)


def play(folder: Path, settings: dict[str, Any], trigger: Trigger) -> int:
    """Apply by ansible-playbook, whose whole process group the trigger kills; return its exit status."""
    module = {"installation": settings, "verify": "none", **as_branch(NEW)}
    book = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"fincon.mail.fincon_mail_branch": module}]}]
    (folder / "play.yml").write_text(json.dumps(book))
    (folder / "ansible.cfg").touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local", "play.yml"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trigger.aim(-process.pid)
    return process.wait(120)


def as_branch(wish: Wish) -> dict[str, Any]:
    """What is declared as the options of the module."""
    branch: dict[str, dict[str, Any]] = {"smtp_server": {}, "mail_user": {}}
    for one in wish.desired:
        kind, own = ("smtp_server", "name") if one.resource is SMTP_SERVER else ("mail_user", "user")
        branch[kind].setdefault(one.name, {own: one.name}).update(one.values)
    return {"smtp_servers": list(branch["smtp_server"].values()), "users": list(branch["mail_user"].values())}
