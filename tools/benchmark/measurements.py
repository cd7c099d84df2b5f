# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: the check of a fleet in which nothing differs, the loading of its files, and how both grow."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .figures import Figure
from .fleets import Fleet, installed, write_fleet, write_host_vars
from .lab import Lab
from .measure import Sample, cpu, interleaved, median, peak, wall
from .standin import StandIn, stand_in

_MB = 1024 * 1024

# The targets.
URI_LOOP_PART = 0.01
DEBUG_TIMES = 3.0
REQUESTS = 4
LOAD_PART = 0.25
GROWTH_SLACK = 1.1
MEMORY_TIMES = 1.5

#: Nowhere: the measurements of loading reach no server.
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    :param branches: of the check.
    :param users: of each branch, in the check and in the growth.
    :param load_branches: of the loading.
    :param load_users: of each branch, in the loading.
    :param growth: numbers of branches, growing.
    :param repeats: runs of each case.
    :param loop_repeats: runs of the loops over all users, which take minutes.
    """

    branches: int = 50
    users: int = 20
    load_branches: int = 1000
    load_users: int = 50
    growth: tuple[int, ...] = (100, 300, 1000)
    repeats: int = 3
    loop_repeats: int = 1


def check(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Compare what is declared with what is installed, where nothing differs: in one call, in loops, and not at all."""
    shared = Fleet(sizes.branches, sizes.users)
    own = Fleet(sizes.branches, sizes.users, own_logins=True, prefix="P")
    with stand_in(installed(shared, own), lab.folder) as server:
        site = _Site(lab, server, (shared, own))
        loops = interleaved(
            {"uri_loop": site.case("uri_loop", shared), "user_loop": site.case("user_loop", shared)},
            sizes.loop_repeats,
        )
        server.forget_requests()
        samples = interleaved(
            {
                "debug": site.case("debug", shared),
                "branch": site.case("branch", shared),
                "own_logins": site.case("branch", own),
            },
            sizes.repeats,
        )
        requests = max(server.requests().values()) / sizes.repeats
    for name, runs in {**loops, **samples}.items():
        yield from _times(f"check.{name}", runs)
    yield from _ratio("check.branch_to_uri_loop", samples["branch"], loops["uri_loop"], URI_LOOP_PART)
    yield from _ratio("check.branch_to_user_loop", samples["branch"], loops["user_loop"])
    yield from _ratio("check.branch_to_debug", samples["branch"], samples["debug"], DEBUG_TIMES)
    yield from _ratio("check.own_logins_to_debug", samples["own_logins"], samples["debug"])
    yield Figure("check.requests_per_branch", requests, limit=REQUESTS)
    yield from site.shares("check")


def load(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Load and check fleet files, and load the same data from host_vars."""
    fleet = Fleet(sizes.load_branches, sizes.load_users, own_logins=True)
    files = {
        "fleet": write_fleet(fleet, lab.folder / "load-fleet", _NOWHERE),
        "host_vars": write_host_vars(fleet, lab.folder / "load-host-vars", _NOWHERE),
    }
    loaded = interleaved({name: _loading(lab, file, fleet) for name, file in files.items()}, sizes.repeats)
    listed = interleaved({name: _listing(lab, file) for name, file in files.items()}, sizes.loop_repeats)
    for name, runs in loaded.items():
        yield from _times(f"load.{name}", runs)
        yield Figure(f"load.{name}.peak", median(runs, peak) / _MB, "MB")
    yield from _ratio("load.fleet_to_host_vars", loaded["fleet"], loaded["host_vars"], LOAD_PART)
    yield from _ratio("list.fleet_to_host_vars", listed["fleet"], listed["host_vars"])


def growth(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Time and memory of the check as the fleet grows, beside those of a play that only runs debug."""
    fleets = {branches: Fleet(branches, sizes.users) for branches in sizes.growth}
    with stand_in(installed(fleets[max(fleets)]), lab.folder) as server:
        site = _Site(lab, server, (fleets[max(fleets)], *fleets.values()))
        samples = interleaved(
            {
                f"{branches}.{play}": site.case(play, fleet)
                for branches, fleet in fleets.items()
                for play in ("debug", "branch")
            },
            sizes.repeats,
        )
    for name, runs in samples.items():
        yield from _times(f"growth.{name}", runs)
        yield Figure(f"growth.{name}.peak", median(runs, peak) / _MB, "MB")
    for branches in fleets:
        times = median(samples[f"{branches}.branch"], peak) / median(samples[f"{branches}.debug"], peak)
        yield Figure(f"growth.{branches}.peak_to_debug", times, limit=MEMORY_TIMES)
    least, most = min(fleets), max(fleets)
    limit = GROWTH_SLACK * most / least
    yield from _ratio(f"growth.{least}_to_{most}", samples[f"{most}.branch"], samples[f"{least}.branch"], limit)
    yield from site.shares("growth")


class _Site:
    """Fleets that declare what the stand-in has installed.

    :param fleets: to be compared; all passwords of each company are sent once, as after any first run, so that their
        fingerprints are known afterwards.
    """

    def __init__(self, lab: Lab, server: StandIn, fleets: Sequence[Fleet]) -> None:
        self._lab, self._server = lab, server
        self._shares: dict[str, list[float]] = {}
        self._files: dict[Fleet, Path] = {}
        known: set[str] = set()
        for fleet in dict.fromkeys(fleets):
            folder = lab.folder / f"{fleet.prefix}{fleet.branches}"
            self._files[fleet] = write_fleet(fleet, folder, server.url)
            if not known.issuperset(fleet.names()):
                lab.play("branch", self._files[fleet])
                known.update(fleet.names())

    def case(self, play: str, fleet: Fleet) -> Callable[[], Sample]:
        """Return what runs a play over a fleet in check mode."""

        def run() -> Sample:
            before = self._server.cpu()
            sample = self._lab.unchanged_play(play, self._files[fleet], fleet.names())
            after = self._server.cpu()
            if before is not None and after is not None:
                self._shares.setdefault(play, []).append((after - before) / (sample.cpu + after - before))
            return sample

        return run

    def shares(self, name: str) -> Iterator[Figure]:
        """What part of the processor time of both sides was the stand-in's: it must not be what is measured."""
        for play, shares in self._shares.items():
            yield Figure(f"{name}.stand_in_cpu.{play}", 100 * statistics.median(shares), "%")


def _loading(lab: Lab, inventory: Path, fleet: Fleet) -> Callable[[], Sample]:
    return lambda: lab.load(inventory, fleet.branches, fleet.users)


def _listing(lab: Lab, inventory: Path) -> Callable[[], Sample]:
    return lambda: lab.listing(inventory)


def _times(name: str, runs: Sequence[Sample]) -> Iterator[Figure]:
    yield Figure(f"{name}.wall", median(runs, wall), "s")
    yield Figure(f"{name}.cpu", median(runs, cpu), "s")


def _ratio(name: str, ours: Sequence[Sample], theirs: Sequence[Sample], limit: float | None = None) -> Iterator[Figure]:
    """How one compares with the other: by the clock, which has the target, and by the processor time."""
    yield Figure(name, median(ours, wall) / median(theirs, wall), limit=limit)
    yield Figure(f"{name}.cpu", median(ours, cpu) / median(theirs, cpu))
