# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the disk at every call for the file of fingerprints, while an adapter itself does its work."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks

from .disk import FAULTS, Disk
from .judge import Judge
from .operations import OPERATIONS, SECRETS
from .test_attended_matrix import cells
from .test_command_matrix import World

MODULES = (files, locks)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("sites"))


def run(site, doing, disk):
    with pytest.MonkeyPatch.context() as patched:
        disk.installed(patched, MODULES)
        return site.run(doing)


def learned(world, doing):
    """The calls that an operation makes when nothing fails."""
    disk = Disk()
    run(world.site(doing.installed, False), doing, disk)
    return disk.calls


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_fault_at_any_call_is_told_as_it_is_and_mended_by_the_next_run(world, tally, operation, fault):
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    for at, name in cells(learned(world, doing), fault):
        site = world.site(doing.installed, False)
        where = f"fingerprints, {operation}, call {at} {name}: {fault}"
        before, disk = site.database(), Disk(fault, at)
        said = run(site, doing, disk)
        judge.number += 1
        if not disk.played:
            judge.wrong.append(f"{where}: the fault was not played")
        judge.truth(where, said, before, site.database(), doing.desired)
        judge.words(where, said)
        if doing.writes:
            judge.afterwards(where, site, doing.desired)
    tally("faults", judge.number, **judge.found())


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_is_declared_again_after_a_fault_and_comes_back(world, tally, fault):
    doing = OPERATIONS["apply a change"]
    judge = Judge(SECRETS)
    for at, name in cells(learned(world, doing), fault):
        site = world.site(doing.installed, False)
        run(site, doing, Disk(fault, at))
        judge.number += 1
        judge.afterwards(f"fingerprints, rolled back, call {at} {name}: {fault}", site, doing.installed)
    tally("faults", judge.number, **judge.found())


def upgraded(world, doing):
    """An installation whose file of fingerprints is of a version without a combined one."""
    site = world.site(doing.installed, False)
    kept = json.loads(site.fingerprints.read_text())
    assert kept.pop("combined")
    site.fingerprints.write_text(json.dumps(kept))
    return site


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_while_passwords_are_combined_costs_the_next_run_time_and_nothing_else(world, tally, fault):
    doing = OPERATIONS["apply what is there"]
    judge = Judge(SECRETS)
    clean = Disk()
    run(upgraded(world, doing), doing, clean)
    assert "replace" in clean.calls, "the combined fingerprint is written"
    first_write = clean.calls.index("unlink")
    for at, name in cells(clean.calls, fault):
        site = upgraded(world, doing)
        where = f"combined, call {at} {name}: {fault}"
        before, disk = site.database(), Disk(fault, at)
        said = run(site, doing, disk)
        judge.number += 1
        if not disk.played:
            judge.wrong.append(f"{where}: the fault was not played")
        judge.truth(where, said, before, site.database(), doing.desired)
        judge.words(where, said)
        if at > first_write and (said.result is None or said.result.outcome != "unchanged" or said.result.warnings):
            judge.wrong.append(f"{where}: nothing was to be done, and the run is {said.result}")
        if site.writes():
            judge.wrong.append(f"{where}: {site.writes()} writes where nothing is to be written")
        judge.afterwards(where, site, doing.desired)
        if "combined" not in json.loads(site.fingerprints.read_text()):
            judge.wrong.append(f"{where}: the runs after that make no combined fingerprint")
    tally("faults", judge.number, **judge.found())


@pytest.mark.parametrize("damaged", [None, 7, "", "scrypt$", "scrypt$4096$8$1$AAAA$AAAA", {"a": "scrypt$x"}])
@pytest.mark.parametrize("operation", ["apply a change", "apply what is there", "apply a change in check mode"])
def test_a_damaged_combined_fingerprint_is_taken_for_missing(world, tally, operation, damaged):
    doing = OPERATIONS[operation]
    judge = Judge(SECRETS)
    site = world.site(doing.installed, False)
    kept = json.loads(site.fingerprints.read_text())
    site.fingerprints.write_text(json.dumps({**kept, "combined": damaged}))
    where = f"damaged combined, {operation}: {damaged!r}"
    before = site.database()
    said = site.run(doing)
    undamaged = world.site(doing.installed, False).run(doing)
    judge.number += 1
    judge.truth(where, said, before, site.database(), doing.desired)
    judge.words(where, said)
    if said.result != undamaged.result:
        judge.wrong.append(f"{where}: the run is {said.result} and not {undamaged.result}")
    judge.afterwards(where, site, doing.desired if doing.writes else doing.installed)
    tally("faults", judge.number, **judge.found())
