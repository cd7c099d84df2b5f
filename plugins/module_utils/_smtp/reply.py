# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""SMTP replies (RFC 5321 section 4.2), read from any bytes that a server sends."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Octets of a line. RFC 5321 section 4.5.3.1.5 allows 512; real servers exceed that, but stay far below this.
MAX_LINE = 4096

#: Octets of all lines of one reply; the longest answers to EHLO have a tenth of that.
MAX_REPLY = 16384

#: RFC 5321 requires a space or a hyphen after the code; some banners have a tab there, or nothing.
_LINE = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*)|((?:[^0-9 -].*)?))\Z", re.DOTALL)
_LEADING_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?=[\s:;,-]|\Z)[\s:;,-]*")
#: The subject goes from 0 to 7 (RFC 3463 section 3), which keeps addresses and version numbers out.
_ENHANCED = re.compile(r"(?<![\w.])([245]\.[0-7]\.[0-9]{1,3})(?![\w]|\.\w)")


class NotAReply(ValueError):
    """Bytes that are not an SMTP reply. ``text`` holds the readable part, as the server sent it."""

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
    """Collects bytes until they form a complete reply. Memory is limited, whatever arrives."""

    def __init__(self) -> None:
        self._pending = b""
        self._lines: list[tuple[int, str]] = []
        self._size = 0

    @property
    def waiting(self) -> bytes:
        """Bytes after the last complete reply: a server that follows the protocol sends none."""
        return self._pending.strip(b"\r")

    @property
    def begun(self) -> bool:
        """Whether a part of a reply has arrived."""
        return bool(self.waiting or self._lines)

    def partial(self) -> Reply | None:
        """What has arrived of a reply whose last line is missing."""
        return _assemble(self._lines) if self._lines else None

    def feed(self, data: bytes) -> None:
        """Add the bytes of a read."""
        self._pending += data

    def next_reply(self) -> Reply | None:
        """The next complete reply, or None when more bytes are needed. Raises NotAReply."""
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
        """Add one line; True when it is the last of its reply. Some servers end lines with LF CR."""
        text = _decode(raw[:MAX_LINE].strip(b"\r"))
        match = _LINE.match(text)
        self._size += len(raw) + 1
        if len(raw) > MAX_LINE or self._size > MAX_REPLY:
            raise NotAReply(text)
        if match is None:
            if text.strip() and not self._lines:
                raise NotAReply(text)
            return False  # an empty line before a reply, or a stray line within it without a code
        self._lines.append((int(match.group(1)), match.group(3) or match.group(4) or ""))
        return match.group(2) != "-"


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _assemble(lines: list[tuple[int, str]]) -> Reply:
    code = lines[-1][0]
    texts = [line.strip() for _code, line in lines]
    stripped = [line[match.end() :] if (match := _LEADING_ENHANCED.match(line)) else line for line in texts]
    return Reply(code, _enhanced_code(code, texts), tuple(stripped))


def _enhanced_code(code: int, texts: list[str]) -> str:
    """The first enhanced code in the text with the class of the reply code (RFC 2034 section 4), or else any."""
    found = [match.group(1) for match in _ENHANCED.finditer(" ".join(texts))]
    of_class = [enhanced for enhanced in found if enhanced[0] == str(code)[0]]
    return (*of_class, *found, "")[0]
