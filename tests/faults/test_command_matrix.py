# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every call of an adapter in every operation of the command backend, judged by the adapter's store."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.command import backend as command
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import Adapter
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Ended, Limits
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import run as run_program
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SECTIONS,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, empty_value
from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.module_utils._module.reading import read
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

from .command_faults import AFTER, FAULTS, HALF, Fault
from .judge import Database, Judge, Run, attempt, missing
from .operations import INSTALLED, OPERATIONS, SECRETS, USERS, Operation

EXAMPLE = Path(__file__).parents[2] / "examples" / "adapters" / "json_file.py"
#: Seconds that a call may take: where it is the time limit that ends it, and elsewhere.
SHORT, LONG = 0.3, 30.0
#: What a call may take beyond its limit: SIGTERM is given some time, and so are pipes that a child holds.
GRACE = 5.0


def _example() -> Any:
    spec = importlib.util.spec_from_file_location("json_file_adapter", EXAMPLE)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Site:
    """One installation: the example adapter, in this process, and a program for the call that goes wrong."""

    def __init__(self, folder: Path, installed: Sequence[DesiredRecord], readback: bool, example: Any) -> None:
        folder.mkdir()
        self._store, self._folder, self._readback, self._example = folder / "site.json", folder, readback, example
        self.fingerprints = folder / "prints.json"
        self._store.write_text(json.dumps(_described(installed)))
        self._fault: Fault | None = None
        self._at = 0
        self.verbs: list[str] = []
        self.played = False

    def database(self) -> Database:
        data = json.loads(self._store.read_text())
        return {
            (section.name, normal_key(section.resource, record[section.key.name])): {
                field.name: record.get(field.name, "" if field.secret else empty_value(field))
                for field in (section.key, *section.fields)
            }
            for section in SECTIONS.values()
            for record in data[section.name]
        }

    def writes(self) -> int:
        return self.verbs.count("apply")

    def run_clean(self, desired: Sequence[DesiredRecord]) -> Run:
        return self.run(Operation(desired=tuple(desired)))

    def run(self, operation: Operation, fault: Fault | None = None, at: int = 0) -> Run:
        """Do an operation, with a fault at one call of the adapter."""
        self._fault, self._at, self.verbs, self.played = fault, at, [], False
        installation = {
            "command": ["/an/adapter", str(self._store)],
            "command_timeout": SHORT if fault is not None and fault.slow else LONG,
            "output_limit": 200_000,
            "fingerprints": str(self.fingerprints),
        }

        def call() -> ModuleResult:
            backend = command.CommandBackend(installation)
            if not operation.desired:
                return read(backend)
            return write(backend, Request(operation.desired, verify="none"), operation.check_mode)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(command, "Adapter", partial(Adapter, runner=self._called))
            return attempt(call)

    def _called(self, _argv: Sequence[str], request: bytes, limits: Limits) -> Ended:
        """One call of the adapter."""
        data = json.loads(request)
        self.verbs.append(data["verb"])
        if self._fault is None or len(self.verbs) != self._at:
            return Ended(0, json.dumps(self._answer(data)).encode())
        self.played = True
        return self._spoilt(self._fault, data, replace(limits, grace=0.2))

    def _spoilt(self, fault: Fault, data: dict[str, Any], limits: Limits) -> Ended:
        """Let the changes take effect as far as the fault says, and play it in a program."""
        kept = self._store.read_bytes()
        answer = self._answer(data)
        if fault.effect != AFTER:
            self._store.write_bytes(kept)
        if fault.effect == HALF and data["verb"] == "apply":
            self._answer({**data, "changes": data["changes"][: len(data["changes"]) // 2]})
        sent = [secret for secret in SECRETS if json.dumps(secret) in json.dumps(data)]
        printed = self._folder / "printed"
        printed.write_bytes(fault.printed(answer, sent))
        return run_program(
            ["/usr/bin/env", f"OUT={printed}", "/bin/sh", "-c", fault.script], json.dumps(data).encode(), limits
        )

    def _answer(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._example.answer(data, self._store, self._readback)


def _described(installed: Sequence[DesiredRecord]) -> dict[str, Any]:
    """The adapter's store with these records."""
    users: dict[str, dict[str, Any]] = {name: {"user": name} for name in USERS}
    servers = []
    for one in installed:
        if one.resource is SMTP_SERVER:
            servers.append({"name": one.name, **one.values})
        else:
            users[one.name].update(one.values)
    return {"smtp_servers": servers, "users": list(users.values())}


class World:
    """Makes a new installation for each cell of the matrix."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers, self._example = folder, count(1), _example()
        self.verbs = cache(self._verbs)
        site = self.site((), False)
        site.run_clean(INSTALLED)
        self._fingerprints = site.fingerprints.read_bytes()

    def site(self, installed: Sequence[DesiredRecord], readback: bool) -> Site:
        site = Site(self._folder / str(next(self._numbers)), installed, readback, self._example)
        if installed and not readback:
            site.fingerprints.write_bytes(self._fingerprints)
        return site

    def _verbs(self, operation: str, readback: bool) -> list[str]:
        """The calls of an operation without a fault."""
        doing = OPERATIONS[operation]
        site = self.site(doing.installed, readback)
        before = site.database()
        run = site.run(doing)
        judge = Judge(SECRETS)
        judge.truth(operation, run, before, site.database(), doing.desired)
        judge.wrong += missing(site.database(), doing.desired) if doing.writes else []
        assert not any(judge.found().values()), judge.found()
        return list(site.verbs)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        # What a crash of the machine leaves is not asked here, and waiting for the disk takes most of the time.
        patched.setattr(files.os, "fsync", lambda _handle: None)
        yield World(tmp_path_factory.mktemp("sites"))


def judged(site: Site, judge: Judge, where: str, operation: Operation, fault: Fault, at: int) -> None:
    """Play a fault at one call and judge what the run says."""
    before = site.database()
    run = site.run(operation, fault, at)
    judge.number += 1
    after = site.database()
    if not site.played:
        judge.wrong.append(f"{where}: the fault was not played")
    judge.truth(where, run, before, after, operation.desired)
    judge.words(where, run)
    if not operation.writes and site.writes() and (operation.check_mode or not fault.lies):
        judge.wrong.append(f"{where}: {site.writes()} writes where nothing is to be written")
    if not operation.desired and not fault.lies:
        judge.read(where, run, after)
    if run.seconds > (SHORT if fault.slow else LONG) + GRACE:
        judge.wrong.append(f"{where}: it took {run.seconds:.1f} seconds")


READBACK = pytest.mark.parametrize("readback", [False, True], ids=["write-only", "readback"])


@READBACK
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_fault_at_any_call_is_told_as_it_is_and_mended_by_the_next_run(world, tally, operation, fault, readback):
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    for at, verb in enumerate(world.verbs(operation, readback), 1):
        site = world.site(doing.installed, readback)
        where = f"command, {operation}, call {at} {verb}: {fault}"
        judged(site, judge, where, doing, FAULTS[fault], at)
        if doing.writes or site.writes():
            judge.afterwards(where, site, doing.desired)
    tally("faults", judge.number, **judge.found())


@READBACK
@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_is_declared_again_after_a_fault_and_comes_back(world, tally, fault, readback):
    operation = "apply a change"
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    for at, verb in enumerate(world.verbs(operation, readback), 1):
        site = world.site(doing.installed, readback)
        site.run(doing, FAULTS[fault], at)
        judge.number += 1
        judge.afterwards(f"command, rolled back, call {at} {verb}: {fault}", site, doing.installed)
    tally("faults", judge.number, **judge.found())
