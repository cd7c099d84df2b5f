# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmarks of checking a fleet in which nothing differs, of loading its files, and of the growth of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .cases import Site, memory, ratio, times
from .figures import Figure
from .fleets import NOWHERE, Fleet, write_fleet, write_host_vars
from .lab import Lab
from .measure import Sample, cpu, extended, interleaved, median, peak, wall
from .sizes import Sizes
from .standin import stand_in

# The targets.
URI_LOOP_PART = 0.01
DEBUG_TIMES = 3.0
OWN_LOGINS_URI_LOOP_PART = 1 / 80
OWN_LOGINS_DEBUG_TIMES = 1.8
REQUESTS = 4
LOAD_PART = 0.25
GROWTH_TIMES = 1.15
MEMORY_TIMES = 1.2


def check(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Compare what is declared with what is installed, where nothing differs: in one call, in loops, and not at all."""
    shared = Fleet(sizes.branches, sizes.users)
    own = Fleet(sizes.branches, sizes.users, own_logins=True, prefix="P")
    looped = [Fleet(branches, sizes.users) for branches in sizes.loops]
    with stand_in(lab.folder, shared, own) as server:
        site = Site(lab, server, (shared, own, *looped))
        few, more = (
            interleaved({play: site.case(play, fleet) for play in ("uri_loop", "user_loop")}, sizes.slow_repeats)
            for fleet in looped
        )
        server.forget_requests()
        samples = interleaved(
            {
                "debug": site.case("debug", shared),
                "branch": site.case("branch", shared),
                "own_logins": site.case("branch", own),
                "own_rendered": site.case("rendered", own),
            },
            sizes.repeats,
        )
        requests = max(server.requests().values()) / sizes.repeats
    # The loops would take minutes over all branches. They do the same work for each.
    loops = {play: extended(few[play], more[play], sizes.loops, sizes.branches) for play in few}
    for name, runs in {**loops, **samples}.items():
        yield from times(f"check.{name}", runs)
    least, most = sizes.loops
    for play in loops:
        yield Figure(f"check.{play}_evenly", median(more[play], wall) / most / (median(few[play], wall) / least))
    yield from ratio("check.branch_to_uri_loop", samples["branch"], loops["uri_loop"], URI_LOOP_PART)
    yield from ratio("check.branch_to_user_loop", samples["branch"], loops["user_loop"])
    yield from ratio("check.branch_to_debug", samples["branch"], samples["debug"], DEBUG_TIMES)
    yield from ratio("check.own_logins_to_uri_loop", samples["own_logins"], loops["uri_loop"], OWN_LOGINS_URI_LOOP_PART)
    yield from ratio("check.own_logins_to_debug", samples["own_logins"], samples["debug"], OWN_LOGINS_DEBUG_TIMES)
    yield from ratio("check.own_logins_to_rendered", samples["own_logins"], samples["own_rendered"])
    yield Figure("check.requests_per_branch", requests, limit=REQUESTS)
    yield from site.shares("check")


def load(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Load and check fleet files, and load the same data from host_vars."""
    fleet = Fleet(sizes.load_branches, sizes.load_users, own_logins=True)
    layered = replace(fleet, layers=True)
    files = {
        "fleet": write_fleet(fleet, lab.folder / "load-fleet", NOWHERE),
        "layers": write_fleet(layered, lab.folder / "load-layers", NOWHERE),
        "host_vars": write_host_vars(fleet, lab.folder / "load-host-vars", NOWHERE),
    }
    loaded = interleaved({name: _loading(lab, file, fleet) for name, file in files.items()}, sizes.slow_repeats)
    listed = interleaved({name: _listing(lab, files[name]) for name in ("fleet", "host_vars")}, sizes.slow_repeats)
    for name, runs in loaded.items():
        yield from times(f"load.{name}", runs)
        yield memory(f"load.{name}.peak", runs)
    yield from ratio("load.fleet_to_host_vars", loaded["fleet"], loaded["host_vars"], LOAD_PART)
    yield from ratio("load.layers_to_fleet", loaded["layers"], loaded["fleet"])
    yield from ratio("list.fleet_to_host_vars", listed["fleet"], listed["host_vars"])


def growth(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Time and memory of the check and of playbooks as the fleet grows, compared with a play that only runs debug."""
    fleets = {branches: Fleet(branches, sizes.users) for branches in sizes.growth}
    with stand_in(lab.folder, fleets[max(fleets)]) as server:
        site = Site(lab, server, (fleets[max(fleets)], *fleets.values()))
        samples = _growing(fleets, ("debug", "branch"), site.case, sizes.growth_repeats)
        samples |= _growing(fleets, ("validate", "drift"), _playbooks(lab, site), sizes.slow_repeats)
    for name, runs in samples.items():
        yield from times(f"growth.{name}", runs)
        yield memory(f"growth.{name}.peak", runs)
    for branches in fleets:
        debug = samples[f"{branches}.debug"]
        part = median(samples[f"{branches}.branch"], peak) / median(debug, peak)
        yield Figure(f"growth.{branches}.peak_to_debug", part, limit=MEMORY_TIMES)
        for playbook in ("validate", "drift"):
            yield from ratio(f"growth.{branches}.{playbook}_to_debug", samples[f"{branches}.{playbook}"], debug)
    for suffix, figure, limit in (("", wall, GROWTH_TIMES), (".cpu", cpu, None)):
        least, most = (
            median(samples[f"{branches}.branch"], figure) / median(samples[f"{branches}.debug"], figure)
            for branches in sizes.growth
        )
        # Our additions to Ansible's minimum must not grow faster than that minimum.
        yield Figure(f"growth.beside_debug{suffix}", most / least, limit=limit)
    yield from site.shares("growth")


def _growing(
    fleets: Mapping[int, Fleet], names: Sequence[str], case: Callable[[str, Fleet], Callable[[], Sample]], repeats: int
) -> dict[str, list[Sample]]:
    return interleaved(
        {f"{branches}.{name}": case(name, fleet) for branches, fleet in fleets.items() for name in names}, repeats
    )


def _playbooks(lab: Lab, site: Site) -> Callable[[str, Fleet], Callable[[], Sample]]:
    """Return what makes a case of a playbook, drift with its report in all formats."""

    def case(name: str, fleet: Fleet) -> Callable[[], Sample]:
        report = f"fincon_report_dir={lab.folder / f'report-{fleet.branches}'}"
        return lambda: lab.playbook(name, site.file(fleet), "-e", report)

    return case


def _loading(lab: Lab, inventory: Path, fleet: Fleet) -> Callable[[], Sample]:
    return lambda: lab.load(inventory, fleet.branches, fleet.users)


def _listing(lab: Lab, inventory: Path) -> Callable[[], Sample]:
    return lambda: lab.listing(inventory)
