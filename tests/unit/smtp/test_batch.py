# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many logins at a server: each once, two at a time, and no more after two consecutive refusals."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import batch, slots
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target, probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.slots import Gate, NoFreeSlot
from scripted_smtp import Script

PAUSE = 0.05


def _slow_greeting(**fields):
    return Script(delay=PAUSE, accounts={f"u{n}@example.test": "open sesame" for n in range(20)}, **fields)


@pytest.fixture
def targets(settings_for):
    """Logins of different users at one server; those in ``wrong`` have a wrong password."""

    def make(server, count, wrong=(), **changes):
        base = settings_for(server, **changes)
        return [
            Target(
                replace(base, username=f"u{n}@example.test", password="wrong" if n in wrong else "open sesame"),
                (f"U{n}",),
            )
            for n in range(count)
        ]

    return make


@pytest.fixture
def directory(tmp_path):
    return str(tmp_path / "slots")


def _ids(found):
    return [entry["diagnosis"]["id"] if entry["diagnosis"] else "ok" for entry in found]


def test_results_come_in_the_order_of_the_targets(serve, targets, directory):
    assert _ids(probe_all(targets(serve(_slow_greeting()), 5, wrong=(3,)), "auth", directory)) == [
        "ok",
        "ok",
        "ok",
        "wrong_password",
        "ok",
    ]


def test_a_login_that_several_share_is_tried_once(serve, settings_for, directory):
    server = serve()
    settings = settings_for(server)
    found = probe_all([Target(settings, ("A",)), Target(settings, ("B",)), Target(settings, ("C",))], "auth", directory)
    assert _ids(found) == ["ok"] * 3
    assert server.logins == 1


def test_two_connections_at_a_time_are_the_most(serve, targets, directory):
    server = serve(_slow_greeting())
    assert _ids(probe_all(targets(server, 8), "auth", directory)) == ["ok"] * 8
    assert server.connections == 8
    assert server.most_at_once == 2


def test_two_hosts_are_served_side_by_side(serve, targets, directory):
    one, other = serve(_slow_greeting()), serve(_slow_greeting())
    mixed = targets(one, 3) + targets(other, 3, mail_server="localhost")
    assert _ids(probe_all(mixed, "auth", directory)) == ["ok"] * 6


def test_after_two_refusals_in_a_row_no_more_logins_are_tried(serve, targets, directory):
    server = serve(_slow_greeting())
    found = probe_all(targets(server, 6, wrong=range(6)), "auth", directory)
    assert _ids(found) == ["wrong_password"] * 2 + ["not_tried"] * 4
    assert server.logins == 2
    assert re.search("login of U[01] and U[01],", found[5]["diagnosis"]["cause"])
    assert found[5]["not_tried"] is True
    assert found[5]["ok"] is False


def test_a_success_in_between_ends_the_row(serve, targets, directory):
    """One call after the other: of two logins at a time, either may be the first that the server judges."""
    server = serve(_slow_greeting())
    found = [probe_all([target], "auth", directory, "run 1")[0] for target in targets(server, 7, wrong=(0, 3, 6))]
    assert _ids(found) == ["wrong_password", "ok", "ok", "wrong_password", "ok", "ok", "wrong_password"]
    assert server.logins == 7


def test_a_server_that_limits_logins_is_left_alone_at_once(serve, targets, directory):
    server = serve(_slow_greeting(replies={"AUTH": "454 4.7.0 Too many login attempts"}))
    found = probe_all(targets(server, 6), "auth", directory)
    assert _ids(found)[2:] == ["not_tried"] * 4
    assert _ids(found).count("auth_throttled") <= 2


def test_levels_without_a_login_know_no_refusals(serve, targets, directory):
    found = probe_all(targets(serve(_slow_greeting()), 4, wrong=range(4)), "tls", directory)
    assert _ids(found) == ["ok"] * 4


def test_a_server_that_is_down_is_asked_once_for_all_its_logins(serve, targets, directory, monkeypatch):
    asked = []
    real = batch.probe
    monkeypatch.setattr(batch, "probe", lambda *args, **options: asked.append(args) or real(*args, **options))
    found = probe_all(targets(serve(), 12, port=1), "auth", directory)
    assert _ids(found) == ["refused"] * 12
    assert len(asked) <= 2


def test_all_addresses_are_looked_at_once_only(serve, targets, directory, monkeypatch):
    surveys = []
    real = batch.probe

    def spy(*args, every_address):
        surveys.append(every_address)
        return real(*args, every_address=every_address)

    monkeypatch.setattr(batch, "probe", spy)
    probe_all(targets(serve(_slow_greeting()), 6), "auth", directory)
    assert len(surveys) == 6
    assert 1 <= surveys.count(True) <= 2


WORKER = """
import json, sys
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target, probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
given = json.load(sys.stdin)
targets = [Target(ProbeSettings(**settings), tuple(label)) for settings, label in given["targets"]]
found = probe_all(targets, "auth", given["directory"], given["run_id"])
json.dump([entry["diagnosis"]["id"] if entry["diagnosis"] else "ok" for entry in found], sys.stdout)
"""


def _start_worker(targets, directory, run_id):
    import ansible_collections.fincon.mail.plugins as package

    root = Path(next(iter(package.__path__))).parents[3]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    )
    given = {
        "targets": [(asdict(target.settings), target.label) for target in targets],
        "directory": directory,
        "run_id": run_id,
    }
    worker.stdin.write(json.dumps(given))
    worker.stdin.close()
    worker.stdin = None
    return worker


def _answer(worker):
    out, _err = worker.communicate(timeout=60)
    assert worker.returncode == 0
    return json.loads(out)


def test_two_connections_are_the_most_over_several_processes(serve, targets, directory):
    server = serve(_slow_greeting())
    workers = [_start_worker(targets(server, 4), directory, None) for _attempt in range(4)]
    assert [_answer(worker) for worker in workers] == [["ok"] * 4] * 4
    assert server.connections == 16
    assert server.most_at_once == 2


def test_processes_of_one_run_share_refusals_and_results(serve, targets, directory):
    server = serve(_slow_greeting())
    right = targets(server, 1)
    workers = [_start_worker(right, directory, "run 1") for _attempt in range(4)]
    assert [_answer(worker) for worker in workers] == [["ok"]] * 4
    assert server.logins == 1

    wrong = targets(server, 6, wrong=range(6))
    workers = [_start_worker(wrong[n : n + 2], directory, "run 1") for n in (0, 2, 4)]
    found = [diagnosis for worker in workers for diagnosis in _answer(worker)]
    assert sorted(found) == ["not_tried"] * 4 + ["wrong_password"] * 2
    assert server.logins == 3


def test_one_wrong_login_that_all_branches_share_is_refused_once(serve, targets, directory):
    server = serve(_slow_greeting())
    workers = [_start_worker(targets(server, 1, wrong=(0,)), directory, "run 1") for _attempt in range(4)]
    assert [_answer(worker) for worker in workers] == [["wrong_password"]] * 4
    assert server.logins == 1


def test_another_run_knows_nothing_of_it(serve, targets, directory):
    server = serve(_slow_greeting())
    wrong = targets(server, 3, wrong=range(3))
    for run in ("run 1", "run 2", None):
        assert _ids(probe_all(wrong, "auth", directory, run)) == ["wrong_password"] * 2 + ["not_tried"]
    assert server.logins == 6


def test_a_process_that_dies_frees_its_slot(directory):
    slots.shared_directory(directory)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl,os,sys,time\n"
            "for path in sys.argv[1:]:\n"
            "    fcntl.flock(os.open(path, os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)\n"
            "print('held', flush=True); time.sleep(60)",
            *Gate(directory, "mail.test")._paths,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    with Gate(directory, "mail.test").alone():
        pass


def test_a_slot_that_never_comes_free_is_said_so(serve, targets, directory, monkeypatch):
    monkeypatch.setattr(slots, "WAIT_SECONDS", 0.2)
    slots.shared_directory(directory)
    with Gate(directory, "127.0.0.1").alone():
        found = probe_all(targets(serve(), 1), "auth", directory)
    assert _ids(found) == ["no_free_slot"]
    assert found[0]["not_tried"] is True


def test_a_waiting_gate_gives_up_in_time(directory, monkeypatch):
    monkeypatch.setattr(slots, "WAIT_SECONDS", 0.1)
    slots.shared_directory(directory)
    started = time.monotonic()
    with Gate(directory, "h").alone(), pytest.raises(NoFreeSlot), Gate(directory, "h").one():
        pass
    assert time.monotonic() - started < 1


def test_files_are_private_and_hold_no_secret(serve, targets, directory):
    probe_all(targets(serve(_slow_greeting()), 4, wrong=(1, 2, 3)), "auth", directory, "run 1")
    files = [Path(directory, name) for name in os.listdir(directory)]
    assert any(path.suffix == ".json" for path in files)
    assert stat.S_IMODE(os.stat(directory).st_mode) == 0o700
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"open sesame" not in path.read_bytes()
        assert b'wrong"' not in path.read_bytes()


def test_a_run_of_its_own_leaves_no_notes(serve, targets, directory):
    probe_all(targets(serve(_slow_greeting()), 2), "auth", directory)
    assert [name for name in os.listdir(directory) if not name.startswith("host-")] == ["cleaned"]


def test_notes_that_are_damaged_are_begun_anew(serve, targets, directory):
    server = serve(_slow_greeting())
    probe_all(targets(server, 1), "auth", directory, "run 1")
    (notes,) = Path(directory).glob("run-*.json")
    notes.write_text("{", encoding="utf-8")
    assert _ids(probe_all(targets(server, 1), "auth", directory, "run 1")) == ["ok"]
    assert server.logins == 2


def test_notes_of_yesterday_are_removed_once_a_day(directory):
    def note():
        old = Path(directory, "run-0123-x.json")
        old.touch()
        os.utime(old, (1, 1))
        slots.shared_directory(directory)
        return old.exists()

    os.mkdir(directory, 0o700)
    assert not note()
    assert note(), "looking at thousands of files takes time, and every host of a run comes by"
    os.utime(Path(directory, "cleaned"), (1, 1))
    assert not note()


def test_a_directory_that_others_could_read_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(slots.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(slots.tempfile, "tempdir", str(tmp_path))
    usual = tmp_path / f"fincon-mail-{os.getuid()}"
    assert slots.shared_directory(None) == str(usual)
    usual.chmod(0o755)
    assert slots.shared_directory(None) != str(usual)


def test_bad_settings_are_a_result_like_any_other(settings_for, serve, directory):
    found = probe_all([Target(settings_for(serve(), mail_server=""), ("A",))], "auth", directory)
    assert _ids(found) == ["bad_settings"]


def test_nothing_to_probe_is_nothing(directory):
    assert probe_all([], "auth", directory) == []
