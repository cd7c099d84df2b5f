# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of measurements: plays over fleets that are installed as declared, and figures of their runs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .figures import Figure
from .fleets import Fleet, write_fleet
from .lab import Lab
from .measure import Sample, cpu, median, peak, wall
from .standin import StandIn

_MB = 1024 * 1024


class Site:
    """Fleets that declare what is installed in the stand-in.

    :param fleets: to compare; all passwords of each company are sent once, as in any first run, so that their
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

    def file(self, fleet: Fleet) -> Path:
        """Return the fleet file."""
        return self._files[fleet]

    def case(self, play: str, fleet: Fleet) -> Callable[[], Sample]:
        """Return a function that runs a play over a fleet in check mode."""

        def run() -> Sample:
            before = self._server.cpu()
            sample = self._lab.unchanged_play(play, self._files[fleet], fleet.names())
            after = self._server.cpu()
            if before is not None and after is not None:
                self._shares.setdefault(play, []).append((after - before) / (sample.cpu + after - before))
            return sample

        return run

    def shares(self, name: str) -> Iterator[Figure]:
        """The stand-in's share of the processor time of both sides: it must not dominate the measurement."""
        for play, shares in self._shares.items():
            yield Figure(f"{name}.stand_in_cpu.{play}", 100 * statistics.median(shares), "%")


def times(name: str, runs: Sequence[Sample]) -> Iterator[Figure]:
    """Both times of a case."""
    yield Figure(f"{name}.wall", median(runs, wall), "s")
    yield Figure(f"{name}.cpu", median(runs, cpu), "s")


def ratio(name: str, ours: Sequence[Sample], theirs: Sequence[Sample], limit: float | None = None) -> Iterator[Figure]:
    """The ratio of two cases: by the clock, which has the target, and by the processor time."""
    yield Figure(name, median(ours, wall) / median(theirs, wall), limit=limit)
    yield Figure(f"{name}.cpu", median(ours, cpu) / median(theirs, cpu))


def memory(name: str, runs: Sequence[Sample]) -> Figure:
    """The memory of the largest process of a case."""
    return Figure(name, median(runs, peak) / _MB, "MB")
