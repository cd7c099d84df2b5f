# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault of the disk at every call for the file of fingerprints, while an adapter itself does its work."""

from __future__ import annotations

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
