# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines between the results of Ansible are for people, and few."""

from __future__ import annotations

import pytest
from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.utils.context_objects import CLIArgs
from ansible_collections.fincon.mail.plugins.module_utils._smtp import batch
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from ansible_collections.fincon.mail.plugins.plugin_utils import _output
from ansible_collections.fincon.mail.plugins.plugin_utils._output import Failure, Progress, end_run, is_for_people, show


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def progress(clock, said):
    return Progress("cape-town", clock, said.extend)


def test_quick_work_says_nothing(clock, said, progress):
    for done in range(100):
        clock.time += 0.04
        progress(done, 100, "logins")
    assert said == []


def test_work_whose_end_nobody_knows_says_what_is_done(clock, said, progress):
    clock.time += 6
    progress(12_000, 0, "messages")
    assert said == ["cape-town: 12,000 messages"]


def test_long_work_says_a_line_a_while_how_far_it_is(clock, said, progress):
    for second in range(60):
        progress(second * 20, 1200, "logins")
        clock.time += 1
    assert said == [f"cape-town: {done} of 1,200 logins" for done in ("100", "400", "700", "1,000")]


def test_the_end_is_told_by_the_result_alone(clock, said, progress):
    clock.time += 100
    progress(1200, 1200, "logins")
    assert said == []


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        ("default", True), ("ansible.builtin.default", True), ("awx_display", True), ("community.general.dense", True),
        ("json", False), ("ansible.posix.json", False), ("ansible.posix.jsonl", False), ("minimal", False),
        ("ansible.builtin.oneline", False),
    ],
)  # fmt: skip
def test_lines_are_shown_where_people_read_them_and_not_between_whole_results(monkeypatch, callback, expected):
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback)
    assert is_for_people() is expected


def test_an_ad_hoc_call_shows_its_result_alone(monkeypatch):
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"module_name": "fincon.mail.fincon_smtp_probe", "one_line": True}))
    assert not is_for_people()


def test_lines_are_shown_together_and_nothing_is_shown_of_none(monkeypatch, said):
    class Screen:
        def display(self, text):
            said.append(text)

    monkeypatch.setattr(_output, "Display", Screen)
    show([])
    show(["one", "two"])
    assert said == ["one\ntwo"]


def test_a_failure_is_a_message_without_an_exception_of_its_own():
    failure = Failure("why", result={"lines": ["a"]})
    assert failure.omit_exception_key
    assert str(failure) == "why"


def test_many_logins_tell_how_far_they_are(monkeypatch, said):
    monkeypatch.setattr(batch, "probe", lambda *_args, **_options: {"failed_stage": None, "stages": []})
    logins = [ProbeSettings(f"{name}.example", 587, True, authenticate=False) for name in "abc"]
    with _output.listening(lambda *step: said.append(step)):
        batch.probe_all([batch.Target(login, ("U",)) for login in logins], "connect")
    assert said[-1] == (3, 3, "logins")


def test_a_run_ends_with_its_error_and_the_status_of_ansible(capsys):
    with pytest.raises(SystemExit) as ended:
        end_run("nothing was done")
    assert ended.value.code == 4
    assert "nothing was done" in capsys.readouterr().err


def test_a_worker_can_only_fail_its_task(monkeypatch):
    monkeypatch.setattr(_output, "parent_process", object)
    with pytest.raises(AnsibleError, match="nothing was done"):
        end_run("nothing was done")
