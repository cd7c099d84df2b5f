# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is replaced in one step, with the rights that its caller asks for."""

from __future__ import annotations

import errno
import os
import re
import stat
from types import SimpleNamespace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io import files


@pytest.fixture(params=[0o022, 0o027, 0o077], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def patched(**calls):
    """An ``os`` in which some calls are others."""
    return SimpleNamespace(**{**vars(os), **calls})


def failing(number):
    def fail(*_args, **_more):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("content", [b"", b"new", b"x" * 3_000_000], ids=len)
def test_the_content_is_replaced_and_nothing_else_is_left(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    files.replace(path, content)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_mode_a_file_has_the_rights_that_open_gives(tmp_path, umask):
    plain, path = tmp_path / "plain", tmp_path / "a"
    plain.write_bytes(b"")
    files.replace(path, b"new")
    assert mode_of(path) == mode_of(plain) == 0o666 & ~umask
    path.chmod(0o600)
    files.replace(path, b"newer")
    assert mode_of(path) == mode_of(plain), "also a file that was there before"


def test_the_umask_of_the_process_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", failing(errno.EPERM))
    files.replace(tmp_path / "a", b"new")


def test_a_mode_holds_whatever_the_umask_is(tmp_path, umask):
    path = tmp_path / "a"
    for mode in (0o600, 0o664):
        files.replace(path, b"new", mode)
        assert mode_of(path) == mode


def test_a_file_takes_the_rights_of_its_model_where_there_is_one(tmp_path):
    path = tmp_path / "a"
    files.replace(path, b"new", 0o600, like=path)
    assert mode_of(path) == 0o600
    path.chmod(0o640)
    files.replace(path, b"newer", 0o600, like=path)
    assert mode_of(path) == 0o640
    files.replace(tmp_path / "b", b"new", 0o600, like=path)
    assert mode_of(tmp_path / "b") == 0o640


def test_a_file_is_given_to_the_owner_of_its_model_or_stays_with_its_maker(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    real = path.stat()
    other = SimpleNamespace(st_uid=real.st_uid + 1, st_gid=real.st_gid, st_mode=real.st_mode)
    given = []
    monkeypatch.setattr(files, "os", patched(stat=lambda _path: other, fchown=lambda *owner: given.append(owner[1:])))
    files.replace(path, b"new", like=path)
    assert given == [(other.st_uid, other.st_gid)]
    monkeypatch.setattr(files, "os", patched(stat=lambda _path: other, fchown=failing(errno.EPERM)))
    files.replace(path, b"newer", like=path)
    assert path.read_bytes() == b"newer"


def test_the_rights_are_set_before_there_is_anything_to_read(tmp_path, monkeypatch):
    seen = []

    def fchmod(handle, mode):
        seen.append((os.fstat(handle).st_size, stat.S_IMODE(os.fstat(handle).st_mode)))
        os.fchmod(handle, mode)

    monkeypatch.setattr(files, "os", patched(fchmod=fchmod))
    files.replace(tmp_path / "a", b"new", 0o640)
    assert seen == [(0, 0o600)]


@pytest.mark.parametrize("call", ["fchmod", "write", "fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_temporary_one(tmp_path, monkeypatch, call):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(files, "os", patched(**{call: failing(errno.ENOSPC)}))
    with pytest.raises(OSError, match="No space left"):
        files.replace(path, b"new", 0o600)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_names_the_file_and_not_the_temporary_one(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    for name in ("nowhere/a", "folder"):
        with pytest.raises(OSError, match=f": {re.escape(repr(str(tmp_path / name)))}$"):
            files.replace(tmp_path / name, b"new")
    monkeypatch.setattr(files, "os", patched(write=failing(errno.ENOSPC)))
    with pytest.raises(OSError, match=f": {re.escape(repr(str(tmp_path / 'a')))}$"):
        files.replace(tmp_path / "a", b"new")


def test_what_a_crash_left_under_the_callers_temporary_name_is_removed(tmp_path):
    path, temporary = tmp_path / "a", tmp_path / "a.tmp"
    temporary.write_bytes(b"half of it")
    temporary.chmod(0o666)
    files.replace(path, b"new", 0o600, temporary=temporary)
    assert mode_of(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    files.replace(link, b"new")
    assert target.read_bytes() == b"old"
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"


@pytest.mark.parametrize("durable", [True, False])
def test_only_a_durable_file_waits_for_the_disk(tmp_path, monkeypatch, durable):
    synced = []

    def fsync(handle):
        synced.append(stat.S_IFMT(os.fstat(handle).st_mode))
        os.fsync(handle)

    monkeypatch.setattr(files, "os", patched(fsync=fsync))
    files.replace(tmp_path / "a", b"new", durable=durable)
    assert synced == ([stat.S_IFREG, stat.S_IFDIR] if durable else [])


def test_a_path_without_a_folder_is_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.replace("a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    with pytest.raises(FileNotFoundError):
        files.replace("missing/a", b"new")


def test_a_file_that_is_larger_than_any_of_its_kind_is_not_read(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"x" * 11)
    assert files.read(path, most=11) == b"x" * 11
    with pytest.raises(OSError, match="it has more than 10 bytes") as caught:
        files.read(path, most=10)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
