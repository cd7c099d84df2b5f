# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the summary of a run tells."""

from __future__ import annotations

from pathlib import Path

import check
import pytest


def report(path: Path, tests: int, failures: int, errors: int, skipped: int) -> Path:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    path.write_text(f'<?xml version="1.0"?><testsuites><testsuite name="pytest" {counts}/></testsuites>')
    return path


def step(*command: str) -> check.Step:
    return check.Step("a step", "main", command)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps run in the environment of the tests themselves: nothing is built."""
    monkeypatch.setattr(check, "interpreter", lambda name: "python")
    monkeypatch.setattr(check, "variables", lambda name: {"PATH": "/usr/bin:/bin"})


def test_counts_of_all_runs_are_added_up_and_errors_count_as_failed(tmp_path: Path) -> None:
    reports = [report(tmp_path / "a.xml", 10, 1, 1, 2), report(tmp_path / "b.xml", 5, 0, 0, 0)]
    assert check.totals(reports) == "11 passed, 2 failed, 2 skipped"


def test_a_run_without_tests_has_no_counts() -> None:
    assert check.totals([]) is None


@pytest.mark.parametrize(("command", "state"), [("true", "ok"), ("false", "FAILED")])
def test_the_exit_status_decides(command: str, state: str) -> None:
    assert check.run("lint", step(command)).state == state


def test_a_missing_interpreter_is_skipped_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise check.MissingPython("needs Python 3.98")

    monkeypatch.setattr(check, "interpreter", missing)
    outcome = check.run("unit", step("true"))
    assert (outcome.state, outcome.note) == ("skipped", "needs Python 3.98")
    assert "needs Python 3.98" in check.summary([outcome])


def test_a_failed_step_fails_the_run_and_does_not_stop_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "REPORTS", tmp_path)
    monkeypatch.setitem(check.STAGES, "lint", (step("false"), step("touch", str(tmp_path / "reached"))))
    monkeypatch.setattr("sys.argv", ["check.py", "lint"])
    assert check.main() == 1
    assert (tmp_path / "reached").exists()
    assert "FAILED" in capsys.readouterr().out
