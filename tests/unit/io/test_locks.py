# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One process at a time holds a lock, others wait for as long as they want to, and its end releases it."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io import locks

HOLD = (
    "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX); print(flush=True)"
)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "a.lock")


def test_a_second_holder_is_refused_until_the_first_releases(path):
    first = locks.acquire(path, wait=0)
    with pytest.raises(locks.Busy):
        locks.acquire(path, wait=0)
    first.release()
    with locks.acquire(path, wait=0), pytest.raises(locks.Busy):
        locks.acquire(path, wait=0)
    locks.acquire(path, wait=0).release()


def test_a_folder_is_locked_without_a_file_in_it(tmp_path):
    with locks.acquire_folder(str(tmp_path), wait=0):
        with pytest.raises(locks.Busy):
            locks.acquire_folder(str(tmp_path), wait=0)
        assert os.listdir(tmp_path) == []
    locks.acquire_folder(str(tmp_path), wait=0).release()


def test_what_is_no_folder_is_not_locked_as_one(path):
    with pytest.raises(OSError, match="No such file"):
        locks.acquire_folder(path, wait=0)


def test_a_lock_is_released_whatever_close_reports(path, monkeypatch):
    first = locks.acquire(path, wait=0)

    def close(handle):
        os.close(handle)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as broken:
        broken.setattr(locks, "os", SimpleNamespace(**{**vars(os), "close": close}))
        first.release()
    locks.acquire(path, wait=0).release()


def test_releasing_twice_does_not_close_what_another_has_opened(path):
    lock = locks.acquire(path, wait=0)
    lock.release()
    other = os.open(path, os.O_RDONLY)
    lock.release()
    os.close(other)


@pytest.mark.parametrize("wait", [0.2, 0.0, -1.0])
def test_the_wait_ends_at_its_deadline(path, wait):
    with locks.acquire(path, wait=0):
        start = time.monotonic()
        with pytest.raises(locks.Busy):
            locks.acquire(path, wait=wait)
        assert max(wait, 0.0) <= time.monotonic() - start < max(wait, 0.0) + 2.0


def test_a_lock_that_is_released_within_the_wait_is_had(path):
    program = HOLD + "; import time; time.sleep(0.3)"
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        locks.acquire(path, wait=20).release()


def test_the_end_of_its_process_releases_a_lock(path):
    program = HOLD + "; import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(locks.Busy):
            locks.acquire(path, wait=0)
        holder.kill()
        holder.wait()
        locks.acquire(path, wait=0).release()


def test_the_first_free_one_of_several_files_is_locked(tmp_path):
    paths = [str(tmp_path / name) for name in "abc"]
    held = [locks.acquire(*paths, wait=0) for _number in paths]
    with pytest.raises(locks.Busy):
        locks.acquire(*paths, wait=0)
    held[1].release()
    with locks.acquire(*paths, wait=0), pytest.raises(locks.Busy):
        locks.acquire(paths[1], wait=0)


def test_a_holder_is_named_while_it_holds_the_lock(path):
    with locks.acquire(path, wait=0, holder="process 7\n"):
        with pytest.raises(locks.Busy) as caught:
            locks.acquire(path, wait=0, holder="process 8, whose name is longer\n")
        assert caught.value.holder == "process 7"
    assert os.path.getsize(path) == 0
    with locks.acquire(path, wait=0), pytest.raises(locks.Busy) as caught:
        locks.acquire(path, wait=0)
    assert caught.value.holder == ""


def test_what_a_dead_holder_wrote_is_replaced(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("process 7 on a machine with a long name\n")
    with locks.acquire(path, wait=0, holder="process 8\n"), open(path, encoding="utf-8") as file:
        assert file.read() == "process 8\n"


def test_a_new_file_has_the_mode_of_its_caller_less_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        for name, mode, expected in (("a", 0o600, 0o600), ("b", 0o666, 0o644)):
            path = tmp_path / name
            locks.acquire(str(path), wait=0, mode=mode).release()
            assert stat.S_IMODE(path.stat().st_mode) == expected
    finally:
        os.umask(before)


def test_a_link_is_refused_and_what_it_leads_to_is_not_made(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError) as caught:
        locks.acquire(str(tmp_path / "link"), wait=0)
    assert caught.value.errno == errno.ELOOP
    assert not (tmp_path / "target").exists()


def test_only_a_regular_file_is_locked(path):
    os.mkfifo(path)
    with pytest.raises(OSError, match="not a regular file"):
        locks.acquire(path, wait=0)


def test_no_handle_is_left_open_when_a_lock_is_not_had(path, monkeypatch):
    with locks.acquire(path, wait=0):
        before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
        with pytest.raises(locks.Busy):
            locks.acquire(path, wait=0.2)

        def fail(_handle, _operation):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", fail)
        with pytest.raises(OSError, match=os.strerror(errno.ENOLCK)):
            locks.acquire(path, wait=20)
        after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after == before
