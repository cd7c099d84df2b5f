# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Reading a file whole, within a size, and writing it in one step: readers find the old content or the new one."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from contextlib import suppress
from typing import Union

FilePath = Union[str, "os.PathLike[str]"]

# On Windows no process inherits a handle, and a file is text unless it is opened otherwise.
if sys.platform == "win32":
    _FLAGS = os.O_BINARY
else:
    _FLAGS = os.O_CLOEXEC

#: Bytes of the largest file of settings that is read: some 20,000 users. To parse more takes minutes and gigabytes.
LARGEST = 4 * 1024**2


def read(path: FilePath, most: int = LARGEST) -> bytes:
    """Return the content of a file.

    :param most: bytes that it may have.
    :raises OSError: when it cannot be read, or has more.
    """
    require_size(path, most)
    with open(path, "rb") as file:
        return file.read()


def require_size(path: FilePath, most: int = LARGEST) -> None:
    """Make sure that a file is not larger than files of its kind can be.

    :param most: bytes that it may have.
    :raises OSError: when it has more, or does not exist.
    """
    if os.path.getsize(path) > most:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes", str(path))


def replace(
    path: FilePath,
    content: bytes,
    mode: int | None = None,
    *,
    like: FilePath | None = None,
    temporary: FilePath | None = None,
    durable: bool = True,
) -> None:
    """Put a file with this content in place of what is at the path.

    A symbolic link is replaced and not followed. After a failure the old file is still there, and the temporary file is
    removed. Only making the folder durable can fail after the replacement.

    :param path: the file; its folder exists.
    :param content: the whole new content.
    :param mode: the permission bits; by default those that a plain ``open`` would give a new file.
    :param like: a file whose owner, group and permission bits the new one takes where that file exists.
    :param temporary: where the content is prepared, in the folder of the path. Only a caller that keeps all other
        writers out may name it: what a crash left there is removed. By default a unique hidden name.
    :param durable: wait until file and folder are on the disk, so that they outlive a crash of the machine.
    :raises OSError: when it cannot be written; its ``filename`` is the path, never the temporary file.
    """
    try:
        _replace(path, content, mode, like, temporary, durable)
    except OSError as exc:
        raise OSError(exc.errno, exc.strerror, os.fspath(path)) from exc


def _replace(
    path: FilePath, content: bytes, mode: int | None, like: FilePath | None, temporary: FilePath | None, durable: bool
) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    if temporary is None:
        temporary = os.path.join(folder, f".{name}.{secrets.token_hex(8)}")
    else:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    # The kernel applies the umask to 0666; a process cannot read its umask without setting it.
    created = 0o666 if mode is None else 0o600
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, created)
    try:
        try:
            _set_rights(handle, mode, like)
            _write_all(handle, content)
            if durable:
                os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        _sync_folder(folder)


def _set_rights(handle: int, mode: int | None, like: FilePath | None) -> None:
    """Set a new file's owner, group and mode before it has any content. On Windows it has those of its folder."""
    if sys.platform == "win32":
        return
    if like is not None:
        with suppress(FileNotFoundError):
            model = os.stat(like)
            made = os.fstat(handle)
            if (model.st_uid, model.st_gid) != (made.st_uid, made.st_gid):
                # Only root may change a file's owner. For any other user the new file belongs to that user.
                with suppress(PermissionError):
                    os.fchown(handle, model.st_uid, model.st_gid)
            mode = stat.S_IMODE(model.st_mode)
    if mode is not None:
        os.fchmod(handle, mode)


def _write_all(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_folder(folder: str) -> None:
    """Make a rename durable: it changes the folder. Windows cannot open a folder, and makes renames durable itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
