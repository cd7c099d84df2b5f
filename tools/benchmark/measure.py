# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a command, measured with the system's resource usage."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

#: The unit of ru_maxrss differs: see getrusage(2) of Linux and of macOS.
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class FailedRun(Exception):
    """A run did not do the work that should be measured."""


@dataclass(frozen=True)
class Sample:
    """One run.

    :param wall: seconds from its start to its end.
    :param cpu: seconds of processor time, of the command and of every process that it started and waited for.
    :param peak: peak resident memory of the largest of those processes, in bytes. Shared pages count in each process.
    :param output: what it printed.
    """

    wall: float
    cpu: float
    peak: int
    output: str


def apart(work: Callable[[], object]) -> None:
    """Do some work in a process of its own, and wait for it.

    A process counts what the one that starts it has in memory as its own peak, so that this one must stay small.

    :raises FailedRun: when it fails.
    """
    process = get_context("fork").Process(target=work)
    process.start()
    process.join()
    if process.exitcode:
        raise FailedRun(f"a process ended with {process.exitcode}")


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path, expected: int = 0) -> Sample:
    """Run a command and measure it.

    :raises FailedRun: when its status is not the expected one.
    """
    with tempfile.TemporaryFile("w+", dir=folder) as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != expected:
        raise FailedRun(f"{' '.join(command)} ended with status {process.returncode}:\n{text[-4000:]}")
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _PEAK_UNIT, text)


def interleaved(cases: Mapping[str, Callable[[], Sample]], repeats: int) -> dict[str, list[Sample]]:
    """Run every case once, then every case again, and so on, so that disturbances of the machine affect all of them."""
    samples: dict[str, list[Sample]] = {name: [] for name in cases}
    for _round in range(repeats):
        for name, case in cases.items():
            samples[name].append(case())
    return samples


def extended(few: Sequence[Sample], more: Sequence[Sample], sizes: tuple[int, int], wanted: int) -> list[Sample]:
    """The estimated figures of a case over `wanted` branches, from its runs over two other numbers of branches.

    :param sizes: the numbers of branches of `few` and `more`.
    :return: a sample with the median times, and the memory of the larger runs.
    """
    least, most = sizes

    def at(figure: Callable[[Sample], float]) -> float:
        low, high = median(few, figure), median(more, figure)
        return high + (high - low) / (most - least) * (wanted - most)

    return [Sample(at(wall), at(cpu), int(median(more, peak)), "")]


def median(samples: Iterable[Sample], what: Callable[[Sample], float]) -> float:
    """The median of one figure of the runs."""
    return statistics.median(map(what, samples))


def wall(sample: Sample) -> float:
    """Seconds from start to end."""
    return sample.wall


def cpu(sample: Sample) -> float:
    """Seconds of processor time."""
    return sample.cpu


def peak(sample: Sample) -> float:
    """Bytes of the largest process."""
    return sample.peak
