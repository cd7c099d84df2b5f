# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script for cron tells apart what the statuses of Ansible do not."""

from __future__ import annotations

import importlib.util
import json
import os
import re

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import STATES
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.status import work_order_status
from collection import ROOT

SCRIPT = ROOT / "examples" / "cron" / "exit_status.py"
SPEC = importlib.util.spec_from_file_location("exit_status", SCRIPT)
exit_status = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(exit_status)

START = 1_800_000_000


def drift(**states):
    branches = [{"branch": name, "state": state, "reason": "", "records": []} for name, state in states.items()]
    return {"version": 1, "branches": branches}


def open_order(due_days=0, problem=""):
    item = {
        "item": 1,
        "since": "2026-11-10",
        "resource": "mail_user",
        "name": "THANDI",
        "action": "update",
        "fields": [],
    }
    result = {"work_order": {"number": 3, "ordered": "2026-11-10", "items": [item]}, "last_confirmation": None}
    failed = {"failed": True, "msg": problem}
    one = {"branch": "soweto", "title": "", "page": "p", "contact": {}, "due_days": due_days}
    return work_order_status([{**one, "result": failed if problem else result}], "2026-11-24")["report"]


def waiting(*origins):
    records = [{"differences": [{"changed_in": origin} if origin else {}]} for origin in origins]
    return {"version": 1, "branches": [{"branch": "soweto", "state": "drift", "reason": "", "records": records}]}


@pytest.fixture
def run(tmp_path, capsys):
    """Writes reports, runs the script, and returns its status and lines."""

    def run(*options, drift=None, status=None, written=START):
        arguments = ["--since", str(START), *options]
        for name, report in (("drift", drift), ("status", status)):
            if report is not None:
                path = tmp_path / f"{name}.json"
                path.write_text(report if isinstance(report, str) else json.dumps(report), "utf-8")
                os.utime(path, (written, written))
                arguments += [f"--{name}", str(path)]
        ended = exit_status.main(arguments)
        return ended, capsys.readouterr().out.splitlines()

    return run


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ({"a": "in_sync", "b": "pending"}, 0),
        ({"a": "in_sync", "b": "drift"}, 10),
        ({"a": "drift", "b": "invalid"}, 12),
        ({"a": "drift", "b": "failed"}, 13),
        ({"a": "drift", "b": "unreachable"}, 13),
        ({"a": "failed", "b": "invalid"}, 12),
        ({"a": "in_sync", "b": "a state of a later version"}, 14),
        ({}, 0),
    ],
)
def test_the_most_pressing_state_of_a_branch_is_the_status(run, states, status):
    assert run(drift=drift(**states))[0] == status


def test_every_state_of_a_report_has_a_status():
    assert set(exit_status.STATES) == set(STATES)


@pytest.mark.parametrize(
    ("report", "options", "status"),
    [
        (open_order(), (), 0),
        (open_order(), ("--longest", "14"), 0),
        (open_order(), ("--longest", "13"), 11),
        (open_order(due_days=7), (), 11),
        (open_order(problem="l.yml:1:1: torn"), (), 13),
    ],
)
def test_late_orders_and_ledgers_that_cannot_be_read_are_told_apart(run, report, options, status):
    assert run(*options, drift=drift(soweto="pending"), status=report)[0] == status


def test_drift_is_more_pressing_than_a_late_order_and_both_are_named(run):
    status, lines = run(drift=drift(durban="drift"), status=open_order(due_days=7))
    assert status == 10
    assert lines == ["Fincon mail: drift", "durban: drift", "SOWETO-3: overdue since 2026-11-17, 1 items left"]


@pytest.mark.parametrize("report", ["", "{", "[]", "{}", '{"version": 2, "branches": []}', '{"version": 1}'])
def test_what_is_no_report_is_not_taken_for_a_good_one(run, report):
    assert run(drift=report)[0] == 14


def test_the_report_of_an_earlier_run_is_not_taken_for_this_one(run):
    status, lines = run(drift=drift(a="in_sync"), written=START - 1)
    assert status == 14
    assert lines[1].endswith("is of an earlier run; this one ended before it wrote its report")


def test_a_report_that_is_missing_is_not_known(capsys, tmp_path):
    assert exit_status.main(["--drift", str(tmp_path / "none.json")]) == 14
    assert "cannot be read (No such file or directory)" in capsys.readouterr().out


def test_no_control_character_of_a_reason_is_printed(run):
    report = drift(a="failed")
    report["branches"][0]["reason"] = "torn\x1b[2J\nmore"
    assert run(drift=report)[1] == ["Fincon mail: failed branches", "a: failed: torn [2J"]


def test_a_reason_that_only_announces_the_errors_is_followed_by_the_first_of_them(run):
    report = drift(a="invalid", b="invalid")
    for branch, errors in zip(report["branches"], (["a.yml:3:5: one"], ["b.yml:4:5: two", "x", "y"]), strict=True):
        branch["reason"] = "\n".join(["errors in the fleet files:", *errors])
    assert run(drift=report)[1][1:] == [
        "a: invalid: errors in the fleet files: a.yml:3:5: one",
        "b: invalid: errors in the fleet files: b.yml:4:5: two (and 2 more)",
    ]


def test_the_documentation_has_the_table_of_the_script():
    page = (ROOT / "docs" / "exit-status.md").read_text("utf-8")
    rows = {int(number): words for number, words in re.findall(r"^\| (\d+) \| ([^|]+) \|", page, re.M)}
    assert {status: rows[status] for status in exit_status.WORDS} == exit_status.WORDS


def test_what_is_only_not_yet_rolled_out_has_a_status_of_its_own(run):
    assert run(drift=waiting("files", "files")) == (
        15,
        ["Fincon mail: not yet rolled out", "soweto: not yet rolled out"],
    )
    for origins in (("files", "fincon"), ("files", ""), ()):
        assert run(drift=waiting(*origins)) == (10, ["Fincon mail: drift", "soweto: drift"])
