# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file of a fleet as it was read: its content, and its errors, without looking at other files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    conforming,
    file_findings,
    in_order,
    named_finding,
    value_at,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Read, Source, Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.suspects import misleading


@dataclass(frozen=True)
class LoadedFile:
    """The content of one file.

    :param source: the file.
    :param data: its data, without wrong values.
    :param findings: what is wrong with it, without looking at other files.
    :param is_whole: whether the whole file could be read.
    """

    source: Source
    data: dict[str, Any] | None = field(repr=False)
    findings: list[Finding]
    is_whole: bool = True


def load_file(kind: str, path: str, read: Read) -> LoadedFile:
    """Return the content of a file, and what is wrong with it.

    :param kind: ``fleet`` or ``branch``.
    :param path: the file.
    """
    try:
        source = Source(path, read(path))
    except UnicodeDecodeError as exc:
        return LoadedFile(Source(path, ""), None, [_not_utf_8(path, exc)], False)
    except (Unreadable, OSError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        return LoadedFile(Source(path, ""), None, [Finding(f"the file cannot be read: {reason}", file=path)], False)
    data, broken = source.load()
    if not broken:
        faults = file_findings(kind, data, source)
        found = in_order([*(found for _path, found in faults), *_misleading(source)])
        return LoadedFile(source, conforming(data, (path for path, _finding in faults)), found)
    reading = source.reading
    known = [fault.path for fault in reading.faults if fault.path]
    faults = file_findings(kind, reading.data, source, known, reading.is_whole) if reading.data is not None else []
    data = conforming(reading.data, {tuple(path) for path, _finding in faults} | set(known))
    if not reading.is_whole:
        # What is wrong with a line that cannot be read has been said, and a key above it may have lost its value.
        cut = {fault.line for fault in reading.faults}
        faults = [
            (path, finding)
            for path, finding in faults
            if finding.line not in cut and not _has_no_value(reading.data, path)
        ]
    named = [
        named_finding(finding, reading.data, fault.path) for finding, fault in zip(broken, reading.faults, strict=True)
    ]
    return LoadedFile(source, data, in_order([*named, *(found for _path, found in faults)]), reading.is_whole)


def _has_no_value(data: Any, path: Sequence[Any]) -> bool:
    with suppress(LookupError, TypeError):
        return value_at(data, path) is None
    return False


def _misleading(source: Source) -> list[Finding]:
    return [
        Finding(text, file=source.file, line=line, column=column, severity=WARNING)
        for text, line, column in misleading(source.text)
    ]


def _not_utf_8(path: str, error: UnicodeDecodeError) -> Finding:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    is_utf_16 = error.object[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in error.object[:4]
    reason = "it is UTF-16, not UTF-8; save it as UTF-8" if is_utf_16 else "it is not UTF-8"
    return Finding(f"the file cannot be read: {reason}", file=path, line=line, column=column)
