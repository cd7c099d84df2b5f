# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages of checks: every step, even after a failure, with a summary at the end.

Steps that use one processor run in parallel; each prints its output when it ends. What failed is shown again at
the end.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from collection import CACHE, COLLECTIONS, ROOT
from env import MissingPython, interpreter, variables

REPORTS = CACHE / "reports"
CORES = ("core-2.21", "core-2.19", "core-2.22")
NEWEST = "core-2.22"
# Tests that depend closely on ansible-core also run with the oldest; the other slow tests only with the newest.
CLOSE_TO_ANSIBLE = (
    "tests/integration/fleet/test_faulty_branches.py::test_apply_can_set_a_faulty_branch_aside",
    "tests/integration/fleet/test_guards.py",
    "tests/integration/fleet/test_inventory.py",
    "tests/integration/test_action_groups.py",
    "tests/integration/test_modules.py",
    "tests/integration/test_output.py",
    "tests/integration/test_playbooks.py",
    "tests/integration/test_worker.py",
)
#: No secret is shown, with the oldest and the newest ansible-core. The other faults do not depend on ansible-core.
CANARIES = "tests/faults/test_canaries.py"
#: Callbacks that people install have environments of their own, with the oldest and the newest ansible-core.
CALLBACKS = "tests/integration/callbacks"
NO_TESTS = 5  # pytest's exit status when no test was chosen
SHOWN_AGAIN = 40  # lines of a failed step

# Tests of code that runs on nodes: with no ansible-core, no library of the controller, and no stand-in.
NODE_TESTS = tuple(f"tests/unit/{folder}" for folder in ("backends", "core", "io", "probe_cli", "smtp"))
NOT_ON_NODES = (
    "tests/unit/backends/command/test_specification.py",  # needs jsonschema
    "tests/unit/backends/rest",  # needs the stand-in
    "tests/unit/core/test_checks.py",  # needs jsonschema
)
# Tests that do not depend on ansible-core: once in the newest environment, and code of nodes with the oldest Python.
WITHOUT_ANSIBLE = (*NODE_TESTS, "tests/unit/standin", "tests/unit/tools")


@dataclass(frozen=True)
class Step:
    """One command, in one environment, on `paths` unless the user names others.

    `alone` means that it uses all processors, so nothing else should run at the same time.
    """

    title: str
    environment: str
    command: tuple[str, ...]
    paths: tuple[str, ...] = ()
    directory: Path = ROOT
    alone: bool = False


@dataclass(frozen=True)
class StepResult:
    stage: str
    step: Step
    state: str  # ok, FAILED or skipped
    note: str
    output: str = ""  # of a step that ran beside others


def tool(title: str, *command: str, directory: Path = ROOT) -> Step:
    return Step(title, "tools", command, directory=directory)


def pytest(name: str, environment: str, *paths: str, ignored: Iterable[str] = ()) -> Step:
    # Long tests at the end would leave one of the processes idle. The longest ones are listed.
    work = ("--numprocesses=2", "--dist=worksteal", "--durations=10", "--durations-min=20")
    options = ("--quiet", *work, f"--junitxml={REPORTS / f'{name}-{environment}.xml'}")
    ignores = (f"--ignore={path}" for path in ignored)
    command = ("python", "-m", "pytest", *options, *ignores)
    return Step(f"pytest, {environment}", environment, command, paths, alone=True)


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
        tool(
            "imports",
            "lint-imports",
            "--no-logo",
            f"--cache-dir={CACHE / 'import-linter'}",
            str(ROOT / "pyproject.toml"),
            directory=COLLECTIONS,
        ),
        Step("generated files", "main", ("python", "tools/generate.py", "--check")),
        # It keeps a log in the home directory, and has no option to change that.
        tool("documentation", "env", f"HOME={CACHE}", "antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
        Step(
            "documentation site",
            "docs",
            ("python", "tools/build_docs.py", "--no-pictures", f"--folder={CACHE / 'docs' / 'site'}"),
        ),
        tool("changelog", "antsibull-changelog", "lint"),
        tool("licences", "reuse", "lint", "--lines"),
    ),
    # Runs in parallel with slow steps that keep one processor busy. The output folder for people is not changed.
    "demo": (Step("demonstration", "main", ("python", "tools/demo.py", f"--folder={CACHE / 'demo'}")),),
    # The one of the release candidate of 2.22 takes a package from a git host, without a pinned release.
    "sanity": (
        Step("ansible-test, core-2.21", "core-2.21", ("python", "tools/sanity.py")),
        # Pylint takes half of the time, and its results do not depend on the ansible-core that runs it.
        Step("ansible-test, core-2.19", "core-2.19", ("python", "tools/sanity.py", "--skip-test", "pylint")),
    ),
    # A scenario that was already prepared would not be prepared again, although its stand-in has ended.
    "molecule": (tool("molecule", "sh", "-c", "molecule reset --all && molecule test --all"),),
    "ecosystem": (
        Step("galaxy-importer", "galaxy", ("python", "tools/galaxy.py")),
        Step("antsibull-nox", "ecosystem", ("python", "tools/nox_sessions.py")),
        tool("release, in a copy", "python", "tools/release.py", "--rehearse"),
    ),
    "unit": (
        pytest("unit", NEWEST, "tests/unit"),
        *(pytest("unit", core, "tests/unit", ignored=WITHOUT_ANSIBLE) for core in CORES if core != NEWEST),
        pytest("unit", "node", *NODE_TESTS, ignored=NOT_ON_NODES),
    ),
    "integration": (
        pytest("integration", NEWEST, "tests/integration", ignored=(CALLBACKS,)),
        pytest("integration", "core-2.19", *CLOSE_TO_ANSIBLE),
        *(pytest("integration", name, CALLBACKS) for name in ("callbacks-2.19", "callbacks-2.22")),
    ),
    "faults": (
        pytest("faults", "core-2.21", "tests/faults", ignored=(CANARIES,)),
        *(pytest("canaries", core, CANARIES) for core in ("core-2.19", NEWEST)),
    ),
}


def run_all(steps: Iterable[tuple[str, Step]], arguments: Sequence[str]) -> list[StepResult]:
    """Run steps of stages in order; steps between two that run alone run in parallel."""
    results: list[StepResult] = []
    for alone, group in itertools.groupby(steps, lambda entry: entry[1].alone):
        together = list(group)
        workers = 1 if alone else min(len(together), os.cpu_count() or 1)
        with ThreadPoolExecutor(workers) as pool:
            waiting = [pool.submit(run, stage, step, arguments, workers == 1) for stage, step in together]
        results += [future.result() for future in waiting]
    return results


def run(stage: str, step: Step, arguments: Sequence[str] = (), at_once: bool = True) -> StepResult:
    """Run one step, with further arguments; its output goes to our output, `at_once` or when it ends."""
    started = time.monotonic()
    try:
        heading = f"\n==> {stage}: {step.title}, with {interpreter(step.environment)}"
        environment = variables(step.environment)
        if at_once:
            print(heading, flush=True)
        done = subprocess.run(
            command(step, arguments),
            cwd=step.directory,
            env=environment,
            stdout=None if at_once else subprocess.PIPE,
            stderr=None if at_once else subprocess.STDOUT,
            check=False,
        )
        output = "" if at_once else done.stdout.decode(errors="replace")
        if not at_once:
            print(heading, output, sep="\n", flush=True)
    except MissingPython as exc:
        print(f"\n==> {stage}: {step.title}: skipped: {exc}", flush=True)
        return StepResult(stage, step, "skipped", str(exc))
    except subprocess.CalledProcessError as exc:
        return StepResult(stage, step, "FAILED", f"its environment could not be built: {' '.join(exc.cmd)}")
    if arguments and done.returncode == NO_TESTS:
        return StepResult(stage, step, "skipped", f"nothing to do for {shlex.join(arguments)}")
    state = "FAILED" if done.returncode else "ok"
    return StepResult(stage, step, state, f"{time.monotonic() - started:.0f} s", output)


def command(step: Step, arguments: Sequence[str]) -> list[str]:
    """The whole command; a path of a test in `arguments` replaces the paths of the step."""
    named = any(argument.startswith("tests/") for argument in arguments)
    return [*step.command, *(() if named else step.paths), *arguments]


def summary(results: Iterable[StepResult]) -> str:
    lines = [f"  {o.state:8} {o.stage:12} {o.step.title:26} {o.note}" for o in results]
    return "\n".join(["", "Summary", *lines])


def failures(results: Iterable[StepResult], reports: Iterable[Path]) -> str:
    """What failed, in a few lines: the end of each step's output, and each test with its error; empty if nothing did.

    A log is read from its end, and some places keep nothing else of it.
    """
    lines: list[str] = []
    for result in results:
        if result.state == "FAILED" and result.output.strip():
            lines += ["", f"{result.stage}: {result.step.title}:"]
            lines += [f"  {line}" for line in result.output.strip().splitlines()[-SHOWN_AGAIN:]]
    for report in sorted(reports):
        for case in ElementTree.parse(report).iter("testcase"):
            for found in (*case.iter("failure"), *case.iter("error")):
                lines += ["", f"{report.stem}: {case.get('classname')}::{case.get('name')}:"]
                lines += [f"  {line}" for line in (found.get("message") or "").splitlines()[:SHOWN_AGAIN]]
    return "\n".join(lines)


def totals(reports: Iterable[Path]) -> str | None:
    """The counts of all pytest runs in one line, from their JUnit reports; None if there was no run."""
    suites = [suite.attrib for report in reports for suite in ElementTree.parse(report).iter("testsuite")]
    if not suites:
        return None
    tests, failures, errors, skipped = (
        sum(int(suite[key]) for suite in suites) for key in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return f"{tests - failed - skipped} passed, {failed} failed, {skipped} skipped"


def tried(reports: Iterable[Path]) -> str | None:
    """A table of the faults, kills and so on that tests counted with `tally`; None if there were none."""
    columns = ("tried", "lost", "wrong", "leaked", "tracebacks")
    table: dict[str, Counter[str]] = {}
    for report in reports:
        for entry in ElementTree.parse(report).iter("property"):
            if entry.get("name") == "tried":
                counts = json.loads(entry.get("value", ""))
                table.setdefault(counts.pop("kind"), Counter()).update(counts)
    if not table:
        return None
    rows = [("", *columns), *((kind, *(table[kind][column] for column in columns)) for kind in sorted(table))]
    return "\n".join(["", "Tried", *("  {:18}{:>8}{:>8}{:>8}{:>8}{:>12}".format(*row) for row in rows)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stages", nargs="+", choices=STAGES, metavar="stage", help=", ".join(STAGES))
    parser.add_argument("--only", default="", help="run the steps with this in their title, such as core-2.19 or ruff")
    parser.add_argument("--args", default=[], type=shlex.split, help="further arguments for the command of each step")
    options = parser.parse_args()
    REPORTS.mkdir(parents=True, exist_ok=True)
    for report in REPORTS.glob("*.xml"):
        report.unlink()
    steps = [(stage, step) for stage in options.stages for step in STAGES[stage] if options.only in step.title]
    if not steps:
        parser.error(f"no step of {', '.join(options.stages)} has {options.only!r} in its title")
    results = run_all(steps, options.args)
    print(summary(results))
    table = tried(REPORTS.glob("*.xml"))
    if table:
        print(table)
    failed = failures(results, REPORTS.glob("*.xml"))
    if failed:
        print(failed)
    counts = totals(REPORTS.glob("*.xml"))
    if counts:
        print(f"\n{counts}", flush=True)
    return 1 if any(o.state == "FAILED" for o in results) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
