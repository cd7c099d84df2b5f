# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner of programs: time, size, pipes, and what is left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import (
    EXCESS,
    TAIL,
    TIMEOUT,
    Limits,
    run,
)

USUAL = Limits(20, 10_000_000, grace=2)
BIG = b"x" * 1_000_000


def is_running(pid: int) -> bool:
    """Whether a process is there and not a mere zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def left_running(folder: Path) -> list[int]:
    """Those of the processes that a script named which are still there. A kill takes a moment to be felt."""
    pids = [int(word) for word in (folder / "pids").read_text().split()]
    assert pids
    deadline = time.monotonic() + 5
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return [pid for pid in pids if is_running(pid)]


def test_a_program_gets_its_input_and_its_output_comes_back(script):
    ended = run([script("cat", "echo noise >&2", "exit 3")], BIG, USUAL)
    assert (ended.status, ended.stdout, ended.stderr, ended.stopped) == (3, BIG, b"noise\n", "")


def test_arguments_are_not_read_by_a_shell(script):
    ended = run([script('printf "%s|" "$@"'), "a b", "$HOME", "; exit 1", ""], b"", USUAL)
    assert ended.stdout == b"a b|$HOME|; exit 1||"


def test_much_in_all_directions_at_once_blocks_nothing(script):
    flood = "head -c 2000000 /dev/zero"
    ended = run([script(f"{flood} >&2", flood, "cat > /dev/null", flood)], BIG, USUAL)
    assert (ended.status, len(ended.stdout), len(ended.stderr), ended.stderr_cut) == (0, 4_000_000, TAIL, True)


def test_a_program_that_does_not_read_ends_with_its_own_status(script):
    ended = run([script("exec <&-", "echo no >&2", "exit 4")], BIG * 5, USUAL)
    assert (ended.status, ended.stderr) == (4, b"no\n")


def test_a_program_that_closes_its_pipes_early_is_waited_for(script):
    ended = run([script("exec <&- >&- 2>&-", "sleep 0.3", "exit 5")], b"", USUAL)
    assert ended.status == 5
    assert ended.seconds >= 0.3


def test_a_program_that_hangs_is_ended_with_its_whole_group(script, tmp_path):
    ended = run([script(f"sleep 300 & echo $$ $! > {tmp_path}/pids", "wait")], b"", Limits(0.5, 1000, grace=2))
    assert (ended.stopped, ended.status) == (TIMEOUT, -signal.SIGTERM)
    assert ended.seconds < 2
    assert left_running(tmp_path) == []


def test_a_program_that_ignores_the_term_signal_is_killed(script, tmp_path):
    hard = script("trap '' TERM", f"(trap '' TERM; sleep 300) & echo $$ $! > {tmp_path}/pids", "while :; do wait; done")
    ended = run([hard], b"", Limits(0.4, 1000, grace=0.3))
    assert (ended.stopped, ended.status) == (TIMEOUT, -signal.SIGKILL)
    assert left_running(tmp_path) == []


def test_a_program_may_say_why_when_it_has_to_end(script):
    polite = script("trap 'echo interrupted at the window >&2; exit 9' TERM", "while :; do sleep 0.05; done")
    ended = run([polite], b"", Limits(0.3, 1000, grace=5))
    assert (ended.stopped, ended.status) == (TIMEOUT, 9)
    assert b"interrupted at the window" in ended.stderr


def test_what_a_program_left_behind_that_holds_its_pipes_does_not_hold_the_run(script, tmp_path):
    started = time.monotonic()
    ended = run([script(f"sleep 300 & echo $! > {tmp_path}/pids", "echo done")], b"", USUAL)
    assert (ended.status, ended.stdout, ended.stopped) == (0, b"done\n", "")
    assert time.monotonic() - started < 10
    assert left_running(tmp_path) == []


def test_too_much_output_ends_the_program_at_once(script, tmp_path):
    ended = run([script(f"echo $$ > {tmp_path}/pids", "cat /dev/zero")], b"", Limits(20, 1000, grace=1))
    assert ended.stopped == EXCESS
    assert ended.seconds < 5
    assert left_running(tmp_path) == []


def test_without_grace_a_program_is_killed_at_once(script):
    ended = run([script("trap 'exit 9' TERM", "while :; do sleep 0.05; done")], b"", Limits(0.2, 1000, grace=0))
    assert ended.status == -signal.SIGKILL


def test_an_exception_of_the_caller_leaves_no_program_running(script, tmp_path, monkeypatch):
    def interrupt(*_arguments):
        if (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().strip():
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(os, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run([script(f"echo $$ > {tmp_path}/pids", "exec sleep 300")], b"x", USUAL)
    assert left_running(tmp_path) == []


def test_nothing_is_left_open(script):
    before = len(os.listdir("/proc/self/fd"))
    for _time in range(3):
        run([script("exit 0")], BIG, USUAL)
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_came_and_went_is_not_in_the_repr(script):
    assert "canary" not in repr(run([script("cat; cat >&2; echo canary >&2")], b"canary", USUAL))
