# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: its file, its branch files, what they share, and every finding in them."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch, merged_branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    at,
    branch_findings,
    conforming,
    file_findings,
    in_order,
    named_finding,
    not_a_template,
    placed,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import repeated
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

#: The path of a fault by which a definition has no name, so that nobody can tell which links lead to it.
_NAMELESS = re.compile(r"smtp_servers(\[\d+\](\.name)?)?")
#: The endings of YAML files.
_ENDINGS = (".yml", ".yaml", ".YML", ".YAML")

#: ``read(path)`` returns the text of a file, decrypted where the whole file is a vault. It raises :class:`Unreadable`.
Read = Callable[[str], str]


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


@dataclass(frozen=True)
class _File:
    """What one file holds.

    :param source: the file.
    :param data: its data, without what is wrong with it.
    :param findings: what is wrong with it by itself.
    :param is_whole: whether all of the file could be read.
    """

    source: Source
    data: dict[str, Any] | None = field(repr=False)
    findings: list[Finding]
    is_whole: bool = True


@dataclass(frozen=True)
class Fleet:
    """A fleet file and what it leads to.

    :param file: the fleet file.
    :param branches: the branches that could be read, in the order of their names.
    :param findings: everything that is wrong, errors and warnings.
    """

    file: str
    branches: tuple[Branch, ...]
    findings: tuple[Finding, ...]


def load_fleet(path: str, read: Read, others: Sequence[Branch] = ()) -> Fleet:
    """Read and check a fleet file and all its branch files.

    :param path: the fleet file.
    :param others: branches of other fleets that are used together with this one.
    :return: the fleet; faults of the files are its findings and not exceptions.
    """
    fleet = _load("fleet", path, read)
    data = fleet.data or {}
    branches: list[Branch] = []
    files, found = _branch_files(path, data.get("branches"), fleet)
    found = [*fleet.findings, *found]
    for file in files:
        loaded = _load("branch", file, read)
        branch_found = loaded.findings
        if loaded.data and isinstance(loaded.data.get("branch"), str):
            branch = merged_branch(loaded.data, file, path, data.get("defaults") or {})
            branches.append(branch)
            branch_found = [
                replace(finding, branch=branch.name) for finding in [*branch_found, *_whole(branch, loaded, fleet)]
            ]
        found += branch_found
    found += repeated(branches, others, read)
    return Fleet(path, tuple(sorted(branches, key=lambda branch: branch.name)), tuple(_once(found)))


def _load(kind: str, path: str, read: Read) -> _File:
    """Return what a file holds, and what is wrong with it."""
    try:
        source = Source(path, read(path))
    except UnicodeDecodeError as exc:
        return _File(Source(path, ""), None, [_not_utf_8(path, exc)], False)
    except (Unreadable, OSError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        return _File(Source(path, ""), None, [Finding(f"the file cannot be read: {reason}", file=path)], False)
    data, broken = source.load()
    if not broken:
        faults = file_findings(kind, data, source)
        return _File(source, conforming(data, (path for path, _finding in faults)), [found for _path, found in faults])
    reading = source.reading
    known = [fault.path for fault in reading.faults if fault.path]
    faults = file_findings(kind, reading.data, source, known, reading.is_whole) if reading.data is not None else []
    data = conforming(reading.data, {tuple(path) for path, _finding in faults} | set(known))
    named = [
        named_finding(finding, reading.data, fault.path) for finding, fault in zip(broken, reading.faults, strict=True)
    ]
    return _File(source, data, in_order([*named, *(found for _path, found in faults)]), reading.is_whole)


def _not_utf_8(path: str, error: UnicodeDecodeError) -> Finding:
    before = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    is_utf_16 = error.object[:2] in (b"\xff\xfe", b"\xfe\xff")
    reason = "it is UTF-16, not UTF-8; save it as UTF-8" if is_utf_16 else "it is not UTF-8"
    return Finding(f"the file cannot be read: {reason}", file=path, line=line, column=column)


def _branch_files(path: str, patterns: Any, fleet: _File) -> tuple[list[str], list[Finding]]:
    """Return the branch files in a stable order, and what is wrong with the patterns."""
    folder = os.path.dirname(path)
    files: dict[str, None] = {}
    found = []
    others: dict[str, str] = {}
    for number, pattern in enumerate([patterns] if isinstance(patterns, str) else patterns or []):
        matching = _matching(folder, pattern)
        with_other_ending = [file for other in _other_endings(pattern) for file in _matching(folder, other)]
        if not matching:
            where = ["branches"] if isinstance(patterns, str) else ["branches", number]
            hint = f"; there is {os.path.relpath(with_other_ending[0], folder or '.')}" if with_other_ending else ""
            text = f"{pattern!r} leads to no file in {folder or '.'}{hint}"
            found.append(at(fleet.source, where, Finding(text)))
        else:
            others.update(dict.fromkeys(with_other_ending, pattern))
        files.update(dict.fromkeys(matching))
    for file in sorted(set(others) - set(files) - {path}):
        text = (
            f"is no branch of this fleet: no pattern leads to it, but {others[file]!r} would if its ending were another"
        )
        found.append(Finding(text, file=file, severity=WARNING))
    return list(files), found


def _matching(folder: str, pattern: str) -> list[str]:
    # What is special in a pattern is not so in the folder of the fleet.
    return sorted(glob.glob(os.path.join(glob.escape(folder), pattern), recursive=True))


def _other_endings(pattern: str) -> list[str]:
    """The pattern with each other ending that a YAML file may have."""
    stem, ending = os.path.splitext(pattern)
    return [f"{stem}{other}" for other in _ENDINGS if other != ending] if ending in _ENDINGS else []


def _whole(branch: Branch, loaded: _File, fleet: _File) -> list[Finding]:
    """Check the branch as a whole, each finding at the file that it comes from."""
    if not loaded.is_whole or not fleet.is_whole:
        # What is missing may be in the part that cannot be read.
        return []
    judged = not fleet.findings and not loaded.findings
    places = [(loaded.source, loaded.data, ()), (fleet.source, fleet.data, ("defaults",))]
    found = [placed(finding, places) for finding in branch_findings(branch.data, not_a_template, judged)]
    # What is missing only because it is wrong has been found already.
    known = {finding.path.removeprefix("defaults.") for finding in [*loaded.findings, *fleet.findings]}
    unnamed = any(_NAMELESS.fullmatch(path) for path in known)
    return [
        finding
        for finding in found
        if not known & _paths_of(finding) and not (unnamed and finding.field == "smtp_server")
    ]


def _paths_of(finding: Finding) -> set[str]:
    """The paths at which the field of a finding may be declared."""
    path = finding.path.removeprefix("defaults.")
    return {path, f"user.{finding.field}"} if finding.resource == MAIL_USER.name and finding.field else {path}


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """A fault of the defaults shows in every branch; it is one finding, not one for each branch."""
    seen = set()
    for finding in findings:
        same = (finding.file, finding.line, finding.column, finding.path, finding.message)
        if same not in seen:
            seen.add(same)
            yield finding
