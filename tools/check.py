# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages of checks, every step even when one before it failed, and sum up at the end."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from collection import CACHE, COLLECTIONS, ROOT
from env import MissingPython, interpreter, variables

REPORTS = CACHE / "reports"
CORES = ("core-2.21", "core-2.19")

# Tests of code that runs on nodes and that need no ansible-core and no standin.
NODE_TESTS = (
    "tests/unit/smtp",
    "tests/unit/backends/attended",
    "tests/unit/backends/command",
    # It compares with the schemas, for which the controller's libraries are needed.
    "--ignore=tests/unit/backends/command/test_specification.py",
)


@dataclass(frozen=True)
class Step:
    """One command, in one environment. `report` is where a step that runs pytest leaves its counts."""

    title: str
    environment: str
    command: tuple[str, ...]
    directory: Path = ROOT
    report: Path | None = None


@dataclass(frozen=True)
class Outcome:
    stage: str
    step: Step
    state: str  # ok, FAILED or skipped
    note: str


def tool(title: str, *command: str, directory: Path = ROOT) -> Step:
    return Step(title, "tools", command, directory)


def pytest(name: str, environment: str, *tests: str) -> Step:
    report = REPORTS / f"{name}-{environment}.xml"
    command = ("python", "-m", "pytest", "--quiet", "--numprocesses=2", f"--junitxml={report}", *tests)
    return Step(f"pytest, {environment}", environment, command, report=report)


STAGES: dict[str, tuple[Step, ...]] = {
    "lint": (
        tool("ruff check", "ruff", "check", "."),
        tool("ruff format", "ruff", "format", "--check", "."),
        tool("yamllint", "yamllint", "--strict", "."),
        tool("ansible-lint", "ansible-lint"),
        tool(
            "mypy",
            "mypy",
            f"--config-file={ROOT / 'pyproject.toml'}",
            "--package=ansible_collections.fincon.mail.plugins.module_utils",
            "--package=ansible_collections.fincon.mail.plugins.plugin_utils",
            directory=COLLECTIONS,
        ),
        Step("generated files", "main", ("python", "tools/generate.py", "--check")),
        # It keeps a log in the home directory, and cannot be told otherwise.
        tool("documentation", "env", f"HOME={CACHE}", "antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
        tool("changelog", "antsibull-changelog", "lint"),
        tool("licences", "reuse", "lint", "--lines"),
    ),
    "sanity": tuple(Step(f"ansible-test, {core}", core, ("python", "tools/sanity.py")) for core in CORES),
    "molecule": (tool("molecule", "molecule", "test", "--all"),),
    "unit": (
        *(pytest("unit", core, "tests/unit") for core in CORES),
        pytest("unit", "node", *NODE_TESTS),
    ),
    "integration": tuple(pytest("integration", core, "tests/integration") for core in CORES),
    "next": (pytest("next", "core-2.22", "tests/unit", "tests/integration"),),
}


def run(stage: str, step: Step) -> Outcome:
    """Run one step; its output goes where ours goes."""
    started = time.monotonic()
    if step.report:
        step.report.unlink(missing_ok=True)
    try:
        print(f"\n==> {stage}: {step.title}, with {interpreter(step.environment)}", flush=True)
        environment = variables(step.environment)
        status = subprocess.run(step.command, cwd=step.directory, env=environment, check=False).returncode
    except MissingPython as missing:
        print(f"\n==> {stage}: {step.title}: skipped: {missing}", flush=True)
        return Outcome(stage, step, "skipped", str(missing))
    except subprocess.CalledProcessError as error:
        return Outcome(stage, step, "FAILED", f"its environment could not be built: {' '.join(error.cmd)}")
    return Outcome(stage, step, "FAILED" if status else "ok", f"{time.monotonic() - started:.0f} s")


def summary(outcomes: Iterable[Outcome]) -> str:
    lines = [f"  {o.state:8} {o.stage:12} {o.step.title:26} {o.note}" for o in outcomes]
    return "\n".join(["", "Summary", *lines])


def totals(reports: Iterable[Path]) -> str | None:
    """The counts of all pytest runs in one line, from their JUnit reports; None if there was none."""
    suites = [suite.attrib for report in reports for suite in ElementTree.parse(report).iter("testsuite")]
    if not suites:
        return None
    tests, failures, errors, skipped = (
        sum(int(suite[key]) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return f"{tests - failed - skipped} passed, {failed} failed, {skipped} skipped"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="+", choices=STAGES, metavar="stage", help=", ".join(STAGES))
    stages = parser.parse_args().stages
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = [run(stage, step) for stage in stages for step in STAGES[stage]]
    print(summary(outcomes))
    counts = totals(o.step.report for o in outcomes if o.step.report and o.step.report.is_file())
    if counts:
        print(f"\n{counts}", flush=True)
    return 1 if any(o.state == "FAILED" for o in outcomes) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
