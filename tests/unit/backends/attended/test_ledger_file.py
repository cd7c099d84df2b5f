# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's file: one writer at a time, and whole whenever the writer dies."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import time
from functools import partial
from types import SimpleNamespace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_file, ledger_shape
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

#: Every call by which a writer changes the disk.
CALLS = ("makedirs", "open", "unlink", "fchmod", "write", "fsync", "close", "replace", "ftruncate", "pwrite")

SERVER = DesiredRecord(SMTP_SERVER, "HQ relay", {"mail_server": "smtp.example.co.za", "authenticate": False})


def user(name):
    values = {"smtp_server": "HQ relay", "sender_name": name, "sender_email": f"{name.lower()}@example.co.za"}
    return DesiredRecord(MAIL_USER, name, values)


def backend(path, lock_wait=20.0):
    return AttendedBackend({"ledger": str(path), "lock_wait": lock_wait})


def order(path, *desired_records, check_mode=False):
    return write(backend(path), Request(tuple(desired_records), verify="none"), check_mode)


def confirm(path, number):
    return confirm_order(backend(path), number, None, "", False)


def ledger(path):
    """What the file holds, as plain data."""
    with backend(path).open() as session:
        return ledger_shape.write(session.ledger)


def start_child(work):
    """Start the work in a process of its own and return its id."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return child


def end_of(child):
    """How a child ended: 0, or minus a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dying(step, half):
    """An ``os`` for the writer that dies at its n-th call: before it, or, when it writes, in the middle of it."""
    calls = iter(range(1, 10_000))

    def dies(name):
        def call(*args, **more):
            if next(calls) == step:
                if half and name in ("write", "pwrite"):
                    getattr(os, name)(args[0], bytes(args[1])[: len(args[1]) // 2], *args[2:])
                os.kill(os.getpid(), signal.SIGKILL)
            return getattr(os, name)(*args, **more)

        return call

    return SimpleNamespace(**{**vars(os), **{name: dies(name) for name in CALLS}})


def die_at(step, half, task):
    """Do the task in a child whose writer dies at a step, and return how it ended."""

    def work():
        ledger_file.os = files.os = locks.os = dying(step, half)
        task()

    return end_of(start_child(work))


TASKS = {
    "the first order": lambda path: order(path, SERVER, user("ANNA")),
    "a confirmation": lambda path: confirm(path, 1),
    "a further order": lambda path: order(path, user("BEN"), user("CARL")),
    "a withdrawal": lambda path: order(path, DesiredRecord(MAIL_USER, "BEN", present=False)),
}


@pytest.mark.parametrize("half", [False, True], ids=["between", "within"])
def test_a_writer_that_is_killed_at_any_step_leaves_the_old_or_the_new_ledger(tmp_path, half):
    killed = 0
    before = tmp_path / "before"
    before.mkdir()
    for number, task in enumerate(TASKS.values()):
        after = tmp_path / f"after-{number}"
        shutil.copytree(before, after)
        task(after / "l.yml")
        old, new = (ledger(folder / "l.yml") for folder in (before, after))
        assert old != new
        for step in range(1, 100):
            site = tmp_path / f"site-{number}-{step}"
            shutil.copytree(before, site)
            ended = die_at(step, half, partial(task, site / "l.yml"))
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            killed += 1
            found = ledger(site / "l.yml")
            assert found in (old, new), "the old or the new one, in full"
            assert {"l.yml.tmp"} >= {path.name for path in site.iterdir()} - {"l.yml", "l.yml.bak", "l.yml.lock"}
            if found == old:
                # The lock of the dead writer is gone, and what it left is cleared away.
                task(site / "l.yml")
                assert ledger(site / "l.yml") == new
                assert not (site / "l.yml.tmp").exists()
        else:
            pytest.fail("the writer never came to its end")
        before = after
    assert killed > 60, killed


def test_the_last_content_but_one_is_the_backup(tmp_path):
    path = tmp_path / "l.yml"
    order(path, SERVER)
    first = path.read_bytes()
    assert not path.with_name("l.yml.bak").exists()
    order(path, user("ANNA"))
    assert path.with_name("l.yml.bak").read_bytes() == first
    assert path.read_bytes() != first


def written(path):
    """What shows that a file was written; reading it changes nothing of this."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


def test_nothing_is_written_when_nothing_changes_or_in_check_mode(tmp_path):
    path = tmp_path / "new" / "l.yml"
    order(path, SERVER, check_mode=True)
    assert not path.parent.exists()
    order(path, SERVER)
    before = written(path)
    order(path, SERVER)
    order(path, user("ANNA"), check_mode=True)
    assert written(path) == before
    assert path.with_name("l.yml.lock").read_bytes() == b"", "nobody holds the lock"


def test_two_processes_wait_for_each_other_so_that_both_orders_are_kept(tmp_path):
    path = tmp_path / "l.yml"
    order(path, SERVER)
    names = [f"USER{number}" for number in range(6)]
    children = [start_child(partial(order, path, user(name))) for name in names]
    assert [end_of(child) for child in children] == [0] * 6
    ordered = ledger(path)["ordered"]
    assert [item["name"] for item in ordered["items"]] == ["HQ relay", *names]
    assert ordered["number"] == 7


def test_a_writer_that_waits_in_vain_says_who_holds_the_lock_and_writes_nothing(tmp_path):
    path = tmp_path / "l.yml"
    with backend(path).open(writing=True):
        with pytest.raises(FinconError) as caught, backend(path, lock_wait=0.1).open(writing=True):
            pass
        order(path, SERVER, check_mode=True)
    text = str(caught.value)
    assert f"{path}: process {os.getpid()} on {os.uname().nodename}" in text
    assert "is still writing the ledger" in text
    assert "installation.lock_wait" in text
    assert not path.exists()
    order(path, SERVER)


def test_a_new_ledger_is_for_its_owner_and_an_old_one_keeps_its_rights(tmp_path):
    path = tmp_path / "l.yml"
    order(path, SERVER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    order(path, user("ANNA"))
    assert [stat.S_IMODE(path.with_name(name).stat().st_mode) for name in ("l.yml", "l.yml.bak")] == [0o640] * 2


def test_a_link_stays_a_link_and_shares_the_lock_of_its_ledger(tmp_path):
    (tmp_path / "store").mkdir()
    target, link = tmp_path / "store" / "l.yml", tmp_path / "link.yml"
    link.symlink_to(target)
    order(link, SERVER)
    assert link.is_symlink()
    assert ledger(target)["ordered"]["number"] == 1
    with (
        backend(target).open(writing=True),
        pytest.raises(FinconError, match="is still writing the ledger"),
        backend(link, lock_wait=0.0).open(writing=True),
    ):
        pass


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_order_that_was_written_though_the_disk_reported_an_error_is_not_called_undone(tmp_path, monkeypatch, call):
    path = tmp_path / "l.yml"

    def failing(*arguments):
        if call == "replace":
            os.replace(*arguments)
        if call == "replace" or stat.S_ISDIR(os.fstat(*arguments).st_mode):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as broken:
        broken.setattr(files, "os", SimpleNamespace(**{**vars(os), call: failing}))
        outcome = order(path, SERVER)
    assert "the ledger may have been written, though the disk reported an error (Input/output error)" in outcome.failure
    assert [len(outcome.values[group]) for group in ("applied", "not_known", "remaining")] == [0, 1, 0]
    assert order(path, SERVER).outcome == "unchanged"


def test_a_full_disk_leaves_the_ledger_as_it_was_and_is_told(tmp_path, monkeypatch):
    path = tmp_path / "l.yml"
    order(path, SERVER)
    before = path.read_bytes()

    def full(_handle, _content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "os", SimpleNamespace(**{**vars(os), "write": full}))
    outcome = order(path, user("ANNA"))
    assert "the ledger cannot be written (No space left on device) and is as it was" in outcome.failure
    assert [change["name"] for change in outcome.values["remaining"]] == ["ANNA"]
    assert outcome.values["changed"] is False
    assert path.read_bytes() == before
    assert not path.with_name("l.yml.tmp").exists()


def test_a_ledger_that_cannot_be_read_or_locked_is_told_in_one_sentence(tmp_path):
    folder = tmp_path / "l.yml"
    folder.mkdir()
    with pytest.raises(FinconError, match=r"l\.yml: the ledger cannot be read \(Is a directory\)"):
        ledger(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(FinconError, match=r"cannot be locked \(File exists\); check the disk and the rights"):
        order(tmp_path / "file" / "l.yml", SERVER)


DAMAGED = {
    "brackets": "[" * 50000,
    "braces": "{a: " * 50000,
    "lists": "- " * 50000,
    "mappings": "".join(f"{' ' * number}a:\n" for number in range(3000)),
    "digits": "ledger: " + "1" * 5000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_ledger_is_a_sentence_with_its_name_in_short_time(tmp_path, text):
    path = tmp_path / "l.yml"
    path.write_text(text)
    started = time.monotonic()
    with pytest.raises(FinconError, match=r"l\.yml"), backend(path).open():
        pass
    assert time.monotonic() - started < 10
