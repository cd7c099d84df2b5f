# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the collection with what it replaces, on this machine, in one run: `make bench`.

Each line is a figure: name, value, target, met or missed. docs/performance.md explains them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmark.adopting import adoption
from benchmark.confirming import confirm
from benchmark.evidence import evidence
from benchmark.figures import Figure
from benchmark.lab import Lab
from benchmark.measure import FailedRun
from benchmark.measurements import check, growth, load
from benchmark.parts import parts
from benchmark.playbooks import apply, verify
from benchmark.sizes import QUICK, Sizes

MEASUREMENTS: dict[str, Callable[[Lab, Sizes], Iterator[Figure]]] = {
    "check": check,
    "load": load,
    "growth": growth,
    "apply": apply,
    "verify": verify,
    "confirm": confirm,
    "evidence": evidence,
    "parts": parts,
    # In this process, whose memory would be counted with that of the runs after it.
    "adopt": adoption,
}


def parser() -> argparse.ArgumentParser:
    """The options of `tools/run_benchmark.py`."""
    full = Sizes()
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--only", choices=MEASUREMENTS, action="append", help="measure this only; may be repeated")
    result.add_argument("--repeats", type=int, default=full.repeats, help="runs of each case (default: %(default)s)")
    result.add_argument(
        "--slow-repeats", type=int, default=full.slow_repeats, help="runs of the slow ones (default: %(default)s)"
    )
    result.add_argument("--part", type=int, default=full.part, help="branches of each part (default: %(default)s)")
    result.add_argument("--forks", type=int, default=5, help="Ansible's forks (default: %(default)s, as in Ansible)")
    result.add_argument("--quick", action="store_true", help="tiny numbers, to test that everything runs")
    result.add_argument("--strict", action="store_true", help="end with status 1 when a target is missed")
    return result


def machine(forks: int, sizes: Sizes) -> str:
    """The conditions of the figures, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"# {cores} cores, which the stand-in server shares; Python {platform.python_version()}, "
        f"{forks} forks; {sizes.repeats} runs of each case ({sizes.slow_repeats} of the slow ones), medians"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. Return 0, even when a target is missed unless requested otherwise, and 2 when a run fails."""
    options = parser().parse_args(arguments)
    sizes = (
        QUICK if options.quick else Sizes(repeats=options.repeats, slow_repeats=options.slow_repeats, part=options.part)
    )
    missed = 0
    print(machine(options.forks, sizes), flush=True)
    try:
        for name in options.only or MEASUREMENTS:
            with tempfile.TemporaryDirectory(prefix="fincon-benchmark-") as folder:
                for figure in MEASUREMENTS[name](Lab(Path(folder), options.forks), sizes):
                    print(figure.line(), flush=True)
                    missed += figure.missed
    except FailedRun as exc:
        print(exc, file=sys.stderr)
        return 2
    print(f"# targets missed: {missed}", flush=True)
    return 1 if missed and options.strict else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
