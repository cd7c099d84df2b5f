# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the disk at every call that an operation makes, judged by what the ledger on the disk says."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_file
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    RESOURCES,
    SECTIONS,
    normal_key,
    section_of,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.reading import read
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

from .disk import FAULTS, Disk
from .judge import Database, Judge, Run, attempt, missing
from .operations import INSTALLED, OPERATIONS, SECRETS, Operation

MODULES = (files, locks, ledger_file)


def _password(stored: str) -> str:
    """The password of a fingerprint."""
    _scheme, n, r, p, salt, key = stored.split("$")
    costs = {"n": int(n), "r": int(r), "p": int(p), "salt": base64.b64decode(salt), "dklen": 32}
    matching = (one for one in SECRETS if hashlib.scrypt(one.encode(), **costs) == base64.b64decode(key))
    return next(matching, "another password")


class Site:
    """One ledger."""

    def __init__(self, folder: Path, content: bytes) -> None:
        self.ledger = folder / "deep" / "ledger.yml"
        self._before = b""
        if content:
            self.ledger.parent.mkdir(parents=True)
            self.ledger.write_bytes(content)

    def content(self) -> bytes:
        return self.ledger.read_bytes() if self.ledger.exists() else b""

    def database(self) -> Database:
        """What the ledger says that there will be, once its order is carried out."""
        data = yaml.safe_load(self.content())
        if not data:
            return {}
        order = data["ordered"] or {"items": []}
        prints = {**data["fingerprints"], **order.get("fingerprints", {})}
        records: dict[tuple[str, str], dict[str, Any]] = {}
        for section in SECTIONS.values():
            for record in data["confirmed"][section.name]:
                records[section.name, normal_key(section.resource, record[section.key.name])] = dict(record)
        for item in order["items"]:
            resource = RESOURCES[item["resource"]]
            key = section_of(resource.name).name, normal_key(resource, item["name"])
            wanted = {cell["field"]: cell["want"] for cell in item["fields"]}
            if item["action"] == "delete" and key[0] == "smtp_servers":
                records.pop(key, None)
            else:
                records.setdefault(key, {}).update(wanted)
        return {key: self._shown(key, record, prints) for key, record in records.items()}

    def _shown(self, key: tuple[str, str], record: Mapping[str, Any], prints: Mapping[str, str]) -> dict[str, Any]:
        section = SECTIONS[key[0]]
        fields = {field.name: record.get(field.name, _NOTHING.get(field.kind, "")) for field in section.fields}
        stored = prints.get(f"{section.resource.name}/{key[1]}")
        told = fields["password"]
        held = "" if told in ("", "unset") else _password(stored) if stored else "a password without a fingerprint"
        return {**fields, "password": held}

    def writes(self) -> int:
        return int(self.content() != self._before)

    def run_clean(self, desired: Sequence[DesiredRecord]) -> Run:
        return self.run(Operation(desired=tuple(desired)), Disk())

    def run(self, operation: Operation, disk: Disk) -> Run:
        """Do an operation on a disk."""
        self._before = self.content()

        def call() -> ModuleResult:
            backend = self.backend()
            if not operation.desired:
                return read(backend)
            return write(backend, Request(operation.desired, verify="none"), operation.check_mode)

        return self.attempt(call, disk)

    def backend(self) -> AttendedBackend:
        return AttendedBackend({"ledger": str(self.ledger), "lock_wait": 0.2}, lambda: "2026-11-26")

    @staticmethod
    def attempt(call: Any, disk: Disk) -> Run:
        with pytest.MonkeyPatch.context() as patched:
            disk.installed(patched, MODULES)
            return attempt(call)

    def left_over(self) -> list[str]:
        """Files that nobody will clear away."""
        known = [self.ledger.name + end for end in ("", ".lock", ".bak", ".tmp")]
        return [path.name for path in self.ledger.parent.glob("*") if path.name not in known]


_NOTHING = {"flag": None, "integer": None}


class World:
    """Makes a new ledger for each cell of the matrix."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        self.calls = cache(self._calls)
        site = self._site(b"")
        site.run_clean(INSTALLED)
        self.ordered = site.content()
        confirm_order(site.backend(), 1, None, "", False)
        self._installed = site.content()

    def site(self, installed: Sequence[DesiredRecord]) -> Site:
        return self._site(self._installed if installed else b"")

    def site_with_order(self) -> Site:
        return self._site(self.ordered)

    def _site(self, content: bytes) -> Site:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return Site(folder, content)

    def _calls(self, operation: str) -> list[str]:
        """The calls that an operation makes when nothing fails."""
        doing = OPERATIONS[operation]
        site = self.site(doing.installed)
        before = site.database()
        disk = Disk()
        run = site.run(doing, disk)
        judge = Judge(SECRETS)
        judge.truth(operation, run, before, site.database(), doing.desired)
        judge.wrong += missing(site.database(), doing.desired) if doing.writes else []
        assert not any(judge.found().values()), judge.found()
        return disk.calls


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("ledgers"))


def cells(calls: Sequence[str], fault: str) -> list[tuple[int, str]]:
    """The calls that a fault fits, with their numbers."""
    fits = FAULTS[fault][2]
    return [(at, name) for at, name in enumerate(calls, 1) if not fits or name in fits]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_fault_at_any_call_is_told_as_it_is_and_mended_by_the_next_run(world, tally, operation, fault):
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    for at, name in cells(world.calls(operation), fault):
        site = world.site(doing.installed)
        where = f"attended, {operation}, call {at} {name}: {fault}"
        before, disk = site.database(), Disk(fault, at)
        run = site.run(doing, disk)
        judge.number += 1
        if not disk.played:
            judge.wrong.append(f"{where}: the fault was not played")
        judge.truth(where, run, before, site.database(), doing.desired)
        judge.words(where, run)
        if not doing.writes and site.writes():
            judge.wrong.append(f"{where}: the ledger was written")
        if doing.writes:
            judge.afterwards(where, site, doing.desired)
        judge.wrong += [f"{where}: {name} is left over" for name in site.left_over()]
    tally("faults", judge.number, **judge.found())


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_is_declared_again_after_a_fault_and_comes_back(world, tally, fault):
    operation = "apply a change"
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    for at, name in cells(world.calls(operation), fault):
        site = world.site(doing.installed)
        site.run(doing, Disk(fault, at))
        judge.number += 1
        judge.afterwards(f"attended, rolled back, call {at} {name}: {fault}", site, doing.installed)
    tally("faults", judge.number, **judge.found())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_call_of_a_confirmation_leaves_the_order_or_its_confirmation(world, tally, fault):
    judge = Judge(SECRETS)
    learned = Disk()
    site = world.site_with_order()
    site.attempt(lambda: confirm_order(site.backend(), 1, None, "", False), learned)
    for at, name in cells(learned.calls, fault):
        cell = world.site_with_order()
        where = f"attended, confirm, call {at} {name}: {fault}"
        run = cell.attempt(lambda cell=cell: confirm_order(cell.backend(), 1, None, "", False), Disk(fault, at))
        judge.number += 1
        judge.words(where, run)
        confirmed = yaml.safe_load(cell.content())["ordered"] is None
        if run.result is None:
            judge.tracebacks.append(f"{where}: {run.traceback}")
        elif confirmed is bool(run.result.failure) and "may have been written" not in run.result.failure:
            judge.wrong.append(f"{where}: confirmed is {confirmed}, told {run.result.failure!r}")
        judge.afterwards(where, cell, INSTALLED)
    tally("faults", judge.number, **judge.found())
