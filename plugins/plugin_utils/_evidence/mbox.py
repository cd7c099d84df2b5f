# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit mailbox that is an mbox file on the controller (RFC 4155), read as a stream.

A message begins with a line ``From …`` after an empty line. The delivering program must quote such lines in bodies
(mboxo, mboxrd), as Postfix, Exim and procmail do: otherwise a body could look like a message. A file that relies on
``Content-Length`` instead (mboxcl2) is refused.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import BinaryIO

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import (
    PAGE,
    READ_BYTES,
    Mailbox,
    Page,
    names_message,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Place

_BEGIN = b"From "
_EMPTY = (b"\n", b"\r\n")
#: Bytes of a line that are read at a time.
_LINE = 8192
#: How many bytes at the end of the file are searched for a message of the last hour.
_RECENT = 16 * 1024**2


class Mbox(Mailbox):
    """An mbox file.

    :param path: the file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.name = path
        self.identity = f"mbox {os.path.realpath(path)}"

    def pages(self, place: Place | None) -> Iterator[Page]:
        try:
            with open(self._path, "rb") as file:
                yield from self._pages(file, place)
        except OSError as exc:
            raise FinconError(
                f"the mbox {self.name} cannot be read ({exc.strerror}); check the path and its rights"
            ) from exc

    def _pages(self, file: BinaryIO, place: Place | None) -> Iterator[Page]:
        size = os.fstat(file.fileno()).st_size
        first = file.readline(_LINE)
        if first and not first.startswith(_BEGIN):
            raise FinconError(f'the mbox {self.name} does not begin with "From ", so that it is not an mbox file')
        begin = self.known(place, hashlib.sha256(first).hexdigest() if first else "")
        # A file that became shorter counts as another one, even with the same beginning.
        position = begin.position if begin.position <= size else 0
        contents: list[bytes] = []
        for content, end in _messages(file, position, size):
            if position == 0 and not contents and b"\ncontent-length:" in content.lower():
                raise FinconError(
                    f"the mbox {self.name} relies on Content-Length (mboxcl2), so that a body can pass for a message; "
                    "deliver into a Maildir"
                )
            contents.append(content)
            if len(contents) == PAGE:
                position = end
                yield Page(contents, Place(self.identity, begin.epoch, position))
                contents = []
        yield Page(contents, Place(self.identity, begin.epoch, end if contents else position))

    def holds(self, message_id: str) -> bool:
        try:
            with open(self._path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                found = _messages(file, max(size - _RECENT, 0), size)
                return any(names_message(content, message_id) for content, _end in found)
        except OSError as exc:
            raise FinconError(f"the mbox {self.name} cannot be read ({exc.strerror})") from exc


def _messages(file: BinaryIO, position: int, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield each complete header after a place, and the place after it.

    :param size: the file is read up to this size. The next run reads a header that is still being written.
    """
    is_after_empty = _follows_empty(file, position)
    is_line_begin = True
    header: list[bytes] | None = None
    length = 0
    file.seek(position)
    while position < size and (line := file.readline(min(_LINE, size - position))):
        position += len(line)
        if is_line_begin and is_after_empty and line.startswith(_BEGIN):
            header, length = [], 0
        elif header is not None:
            if is_line_begin and line in _EMPTY:
                yield b"".join([*header, b"\n"])[:READ_BYTES], position
                header = None
            elif length <= READ_BYTES:
                header.append(line)
                length += len(line)
        is_after_empty = is_line_begin and line in _EMPTY
        is_line_begin = line.endswith(b"\n")


def _follows_empty(file: BinaryIO, position: int) -> bool:
    """Whether a place is at the beginning of the file or after an empty line."""
    if position < 2:
        return position == 0
    file.seek(max(position - 4, 0))
    before = file.read(min(position, 4))
    return before.endswith((b"\n\n", b"\n\r\n"))
