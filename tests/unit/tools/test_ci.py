# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of CI runs every stage of `make test`, with every Python that each ansible-core supports."""

from __future__ import annotations

import itertools
import re

import check
import env
import pytest
import yaml
from collection import ROOT

JOBS = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]
TESTS = JOBS["tests"]["strategy"]["matrix"]


def combinations() -> set[tuple[str, str]]:
    """Each environment and Python of the unit tests."""
    left_out = [(entry["only"], entry["python"]) for entry in TESTS["exclude"]]
    return set(itertools.product(TESTS["only"], TESTS["python"])) - set(left_out)


def test_the_unit_tests_run_with_each_python_of_each_environment() -> None:
    environments = {step.environment for step in check.STAGES["unit"]}
    assert combinations() == {(name, python) for name in environments for python in env.PYTHONS[name]}


def test_every_stage_of_the_checks_has_a_job() -> None:
    (stages,) = re.findall(r"@\$\(check\) (lint .*)", (ROOT / "Makefile").read_text("utf-8"))
    jobs = [*JOBS["stages"]["strategy"]["matrix"]["stage"], *TESTS["stage"]]
    jobs += [entry["stage"] for entry in TESTS["include"]]
    assert set(" ".join(jobs).split()) == set(stages.split())


@pytest.mark.parametrize("entry", TESTS["include"], ids=lambda entry: entry["only"])
def test_the_integration_tests_that_ci_names_exist(entry: dict[str, str]) -> None:
    assert entry["python"] in env.PYTHONS[entry["only"]]
    assert [step for step in check.STAGES[entry["stage"]] if entry["only"] in step.title]
