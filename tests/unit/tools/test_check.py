# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of stages does, and what its summary tells."""

from __future__ import annotations

from pathlib import Path

import check
import env
import pytest


def report(path: Path, tests: int, failures: int, errors: int, skipped: int) -> Path:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    path.write_text(f'<?xml version="1.0"?><testsuites><testsuite name="pytest" {counts}/></testsuites>')
    return path


def step(*command: str, paths: tuple[str, ...] = ()) -> check.Step:
    return check.Step("a step", "main", command, paths)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps run in the environment of the tests themselves: nothing is built."""
    monkeypatch.setattr(check, "interpreter", lambda name: "python")
    monkeypatch.setattr(check, "variables", lambda name: {"PATH": "/usr/bin:/bin"})


def test_counts_of_all_runs_are_added_up_and_errors_count_as_failed(tmp_path: Path) -> None:
    reports = [report(tmp_path / "a.xml", 10, 1, 1, 2), report(tmp_path / "b.xml", 5, 0, 0, 0)]
    assert check.totals(reports) == "11 passed, 2 failed, 2 skipped"


def test_what_failed_is_shown_again_at_the_end_with_its_error(tmp_path: Path) -> None:
    case = "<testcase classname='a' name='test_b'><failure message='assert 1 == 2&#10;where'/></testcase>"
    broken = "<testcase classname='a' name='test_c'><error message='no fixture'/></testcase>"
    good = "<testcase classname='a' name='test_d'/>"
    (tmp_path / "unit.xml").write_text(f"<testsuites><testsuite>{case}{broken}{good}</testsuite></testsuites>")
    steps = [check.run("lint", step("sh", "-c", f"seq 100; exit {status}"), at_once=False) for status in (0, 3)]
    lines = check.failures(steps, tmp_path.glob("*.xml")).splitlines()
    assert lines[1] == "lint: a step:"
    assert lines[2:42] == [f"  {number}" for number in range(61, 101)]
    assert [line for line in lines[42:] if line] == [
        "unit: a::test_b:",
        "  assert 1 == 2",
        "  where",
        "unit: a::test_c:",
        "  no fixture",
    ]


def test_nothing_is_shown_again_if_nothing_failed(tmp_path: Path) -> None:
    assert check.failures([check.run("lint", step("true"))], [report(tmp_path / "a.xml", 1, 0, 0, 0)]) == ""


def test_a_run_without_tests_has_no_counts() -> None:
    assert check.totals([]) is None


def test_what_tests_tried_is_a_table_over_all_runs(tmp_path: Path) -> None:
    values = ['{"kind": "kills", "tried": 47, "lost": 0}', '{"kind": "kills", "tried": 3, "lost": 1}']
    for name, value in zip(("a.xml", "b.xml"), values, strict=True):
        properties = f"<property name='tried' value='{value}'/><property name='other' value='x'/>"
        case = f"<testcase name='t'><properties>{properties}</properties></testcase>"
        (tmp_path / name).write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>")
    table = check.tried(sorted(tmp_path.glob("*.xml")))
    assert table is not None
    assert table.splitlines()[-1].split() == ["kills", "50", "1", "0", "0", "0"]


def test_a_run_in_which_nothing_was_counted_has_no_table(tmp_path: Path) -> None:
    assert check.tried([report(tmp_path / "a.xml", 1, 0, 0, 0)]) is None


def test_steps_run_side_by_side_but_for_those_that_run_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    def wait_for(name: str, other: str) -> check.Step:
        return step("sh", "-c", f"cd {tmp_path}; touch {name}; until [ -e {other} ]; do sleep 0.05; done; echo {name}!")

    alone = check.Step("alone", "main", ("sh", "-c", f"ls {tmp_path}; echo alone!"), alone=True)
    pair = [("lint", wait_for("first", "second")), ("lint", wait_for("second", "first"))]
    outcomes = check.run_all([*pair, ("unit", alone)], [])
    assert [outcome.state for outcome in outcomes] == ["ok", "ok", "ok"]
    output = capfd.readouterr().out
    assert output.index("alone!") > max(output.index("first!"), output.index("second!"))


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


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ([], ["tests/unit"]),
        (["-k", "password"], ["tests/unit", "-k", "password"]),
        (["-x", "tests/unit/core/test_plan.py::test_order"], ["-x", "tests/unit/core/test_plan.py::test_order"]),
    ],
)
def test_a_named_path_replaces_the_paths_of_a_step(arguments: list[str], paths: list[str]) -> None:
    assert check.command(step("pytest", paths=("tests/unit",)), arguments) == ["pytest", *paths]


def test_no_test_at_all_is_a_failure_unless_the_arguments_chose_none() -> None:
    assert check.run("unit", step("sh", "-c", f"exit {check.NO_TESTS}")).state == "FAILED"
    assert check.run("unit", step("sh", "-c", f"exit {check.NO_TESTS}"), ["-k", "nothing"]).state == "skipped"


def test_steps_are_chosen_by_their_title_and_get_the_arguments(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "REPORTS", tmp_path)
    steps = (check.Step("first", "main", ("false",)), check.Step("second", "main", ("touch",)))
    monkeypatch.setitem(check.STAGES, "unit", steps)
    monkeypatch.setattr("sys.argv", ["check.py", "unit", "--only=second", f"--args='{tmp_path}/with space'"])
    assert check.main() == 0
    assert (tmp_path / "with space").exists()

    monkeypatch.setattr("sys.argv", ["check.py", "unit", "--only=third"])
    with pytest.raises(SystemExit, match="2"):
        check.main()
    assert "no step of unit has 'third' in its title" in capsys.readouterr().err


def test_callbacks_that_people_install_are_tested_where_they_are_installed_and_nowhere_else() -> None:
    where = {step.environment for step in check.STAGES["integration"] if check.CALLBACKS in step.paths}
    assert where == {name for name in env.PYTHONS if name.startswith("callbacks-")}
    (elsewhere,) = [step for step in check.STAGES["integration"] if "tests/integration" in step.paths]
    assert f"--ignore={check.CALLBACKS}" in elsewhere.command


def test_the_paths_of_every_step_exist() -> None:
    named = {path for steps in check.STAGES.values() for step in steps for path in step.paths}
    for path in (*named, *check.NOT_ON_NODES):
        file, _separator, test = path.partition("::")
        assert (check.ROOT / file).exists(), path
        assert not test or f"def {test}(" in (check.ROOT / file).read_text("utf-8"), path
