# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: its file, its branch files, what they share, and every finding in them."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch, merged_branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    at,
    branch_findings,
    conforming,
    file_findings,
    not_a_template,
    placed,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import repeated
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

#: ``read(path)`` returns the text of a file, decrypted where the whole file is a vault.
Read = Callable[[str], str]


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
    source, data, found = _load("fleet", path, read)
    defaults = (data or {}).get("defaults") or {}
    defaults_judged = not found
    branches: list[Branch] = []
    files, missing = _branch_files(path, (data or {}).get("branches"), source)
    found += missing
    for file in files:
        branch_source, branch_data, branch_found = _load("branch", file, read)
        if branch_data and isinstance(branch_data.get("branch"), str):
            branch = merged_branch(branch_data, file, path, defaults)
            branches.append(branch)
            judged = defaults_judged and not branch_found
            branch_found += _whole(branch, judged, branch_source, branch_data, source, data)
            branch_found = [replace(finding, branch=branch.name) for finding in branch_found]
        found += branch_found
    found += repeated(branches, others, read)
    return Fleet(path, tuple(sorted(branches, key=lambda branch: branch.name)), tuple(_once(found)))


def _load(kind: str, path: str, read: Read) -> tuple[Source, dict[str, Any] | None, list[Finding]]:
    """Return a file's data without what breaks its schema, and the findings."""
    try:
        source = Source(path, read(path))
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        return Source(path, ""), None, [Finding(f"the file cannot be read: {reason}", file=path)]
    data, found = source.load()
    if found:
        return source, None, found
    faults = file_findings(kind, data, source)
    return source, conforming(data, (path for path, _finding in faults)), [finding for _path, finding in faults]


def _branch_files(path: str, patterns: Any, source: Source) -> tuple[list[str], list[Finding]]:
    """Return the branch files in a stable order, and a finding for each pattern that leads to none."""
    folder = os.path.dirname(path)
    files: dict[str, None] = {}
    found = []
    for number, pattern in enumerate([patterns] if isinstance(patterns, str) else patterns or []):
        matching = sorted(glob.glob(os.path.join(folder, pattern), recursive=True))
        if not matching:
            where = ["branches"] if isinstance(patterns, str) else ["branches", number]
            found.append(at(source, where, Finding(f"{pattern!r} leads to no file in {folder or '.'}")))
        files.update(dict.fromkeys(matching))
    return list(files), found


def _whole(
    branch: Branch, judged: bool, source: Source, data: Any, fleet_source: Source, fleet_data: Any
) -> list[Finding]:
    """Check the branch as a whole, each finding at the file that it comes from."""
    places = [(source, data, ()), (fleet_source, fleet_data, ("defaults",))]
    return [placed(finding, places) for finding in branch_findings(branch.data, not_a_template, judged)]


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """A fault of the defaults shows in every branch; it is one finding, not one for each branch."""
    seen = set()
    for finding in findings:
        same = (finding.file, finding.line, finding.column, finding.path, finding.message)
        if same not in seen:
            seen.add(same)
            yield finding
