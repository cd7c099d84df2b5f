# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and programs read of an error by other callbacks than the usual one: its message, once."""

from __future__ import annotations

import json
import re
import textwrap
from xml.etree import ElementTree

import pytest

from .conftest import Refusal


def test_as_yaml_the_lines_of_an_error_are_lines(refusal: Refusal) -> None:
    output = refusal.run(ANSIBLE_CALLBACK_RESULT_FORMAT="yaml")
    lines = textwrap.indent(refusal.message, " " * 8)
    expected = rf"fatal: \[cape-town\]: FAILED! => ?\n    changed: false\n    msg: \|-\n{re.escape(lines)}\n"
    assert re.search(expected, output), output
    assert output.count(refusal.message.splitlines()[0]) == 1


@pytest.mark.parametrize("callback", ["minimal", "oneline"])
def test_where_whole_results_are_shown_that_of_a_failure_is_its_message(refusal: Refusal, callback: str) -> None:
    output = refusal.run(ANSIBLE_STDOUT_CALLBACK=callback)
    _before, shown = output.split("cape-town | FAILED! => ")
    result, _end = json.JSONDecoder().raw_decode(shown)
    assert result == {"changed": False, "msg": refusal.message}


def test_a_program_reads_nothing_but_json(refusal: Refusal) -> None:
    output = json.loads(refusal.run(ANSIBLE_STDOUT_CALLBACK="ansible.posix.json"))
    results = [result for play in output["plays"] for task in play["tasks"] for result in task["hosts"].values()]
    assert [result["msg"] for result in results if result.get("failed")] == [refusal.message]


def test_a_program_reads_nothing_but_lines_of_json(refusal: Refusal) -> None:
    events = [json.loads(line) for line in refusal.run(ANSIBLE_STDOUT_CALLBACK="ansible.posix.jsonl").splitlines()]
    (failed,) = [event["hosts"] for event in events if event["_event"] == "v2_runner_on_failed"]
    assert failed["cape-town"]["msg"] == refusal.message


def test_junit_has_the_error_as_that_of_its_test_case(refusal: Refusal) -> None:
    folder = refusal.site.folder / "junit"
    refusal.run(ANSIBLE_CALLBACKS_ENABLED="junit", JUNIT_OUTPUT_DIR=str(folder))
    (path,) = folder.iterdir()
    failures = ElementTree.parse(path).findall(".//failure")
    # Before Python 3.13 the file does not keep the ends of lines there.
    assert [failure.get("message", "").split() for failure in failures] == [refusal.message.split()]
    assert "c4nary" not in path.read_text("utf-8")
