# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""SMTP replies (RFC 5321 section 4.2), read from whatever bytes a server sends."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Octets. RFC 5321 section 4.5.3.1.5 allows 512; real servers exceed that, none comes near this.
MAX_LINE = 4096

#: Octets of all lines of one reply; the longest answers to EHLO have a tenth of that.
MAX_REPLY = 16384

_LINE = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*))?\Z", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?=[\s:;,-]|\Z)[\s:;,-]*")
_ENHANCED_IN_BRACKETS = re.compile(r"\(#([245]\.[0-9]{1,3}\.[0-9]{1,3})\)")


class NotAReply(ValueError):
    """Bytes that are no SMTP reply. ``text`` holds what was understood of them, as the server sent it."""

    def __init__(self, text: str) -> None:
        super().__init__("not an SMTP reply")
        self.text = text


@dataclass(frozen=True)
class Reply:
    """One reply: its code, its enhanced code (RFC 3463) or an empty string, and its lines without either."""

    code: int
    enhanced: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines as one."""
        return " ".join(line for line in self.lines if line)


class ReplyReader:
    """Collects bytes until they are a whole reply. Memory is bounded whatever arrives."""

    def __init__(self) -> None:
        self._pending = b""
        self._lines: list[tuple[int, str]] = []
        self._size = 0

    @property
    def waiting(self) -> bytes:
        """Bytes that came after the last whole reply: a server that keeps to the protocol has sent none."""
        return self._pending

    @property
    def begun(self) -> bool:
        """Whether a part of a reply has come."""
        return bool(self._pending or self._lines)

    def feed(self, data: bytes) -> None:
        """Take what a read brought."""
        self._pending += data

    def next_reply(self) -> Reply | None:
        """The next whole reply, or None when more bytes are needed. Raises NotAReply."""
        while b"\n" in self._pending:
            line, _newline, self._pending = self._pending.partition(b"\n")
            last = self._take_line(line)
            if last:
                lines, self._lines, self._size = self._lines, [], 0
                return _assemble(lines)
        if len(self._pending) > MAX_LINE:
            raise NotAReply(_decode(self._pending[:MAX_LINE]))
        return None

    def _take_line(self, raw: bytes) -> bool:
        text = _decode(raw[:MAX_LINE].rstrip(b"\r"))
        match = _LINE.match(text)
        self._size += len(raw) + 1
        if match is None or len(raw) > MAX_LINE or self._size > MAX_REPLY:
            raise NotAReply(text)
        self._lines.append((int(match.group(1)), match.group(3) or ""))
        return match.group(2) != "-"


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _assemble(lines: list[tuple[int, str]]) -> Reply:
    code = lines[-1][0]
    enhanced = ""
    texts = []
    for _code, line in lines:
        match = _ENHANCED.match(line)
        if match:
            enhanced = enhanced or match.group(1)
            line = line[match.end() :]
        texts.append(line.strip())
    if not enhanced:
        bracketed = _ENHANCED_IN_BRACKETS.search(" ".join(texts))
        enhanced = bracketed.group(1) if bracketed else ""
    return Reply(code, enhanced, tuple(texts))
