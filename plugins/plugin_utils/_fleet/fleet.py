# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: its file, its branch files, what they share, and every finding in them."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    at,
    branch_findings,
    conforming,
    file_findings,
    not_a_template,
    placed,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

#: ``read(path)`` returns the text of a file, decrypted where the whole file is a vault.
Read = Callable[[str], str]


@dataclass(frozen=True)
class Branch:
    """One branch with the defaults of the fleet filled in.

    :param name: its name.
    :param file: its file.
    :param region: its region, or empty.
    :param tags: its tags.
    :param data: ``installation``, ``smtp_servers``, ``users`` and ``vars``. Hold secrets.
    """

    name: str
    file: str
    region: str
    tags: tuple[str, ...]
    data: dict[str, Any] = field(repr=False)


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


def load_fleet(path: str, read: Read) -> Fleet:
    """Read and check a fleet file and all its branch files.

    :param path: the fleet file.
    :return: the fleet; faults of the files are its findings and not exceptions.
    """
    source, data, found = _load("fleet", path, read)
    defaults = (data or {}).get("defaults") or {}
    branches: list[Branch] = []
    files, missing = _branch_files(path, (data or {}).get("branches"), source)
    found += missing
    for file in files:
        branch_source, branch_data, branch_found = _load("branch", file, read)
        if branch_data and isinstance(branch_data.get("branch"), str):
            branch = _branch(branch_data, file, defaults)
            branches.append(branch)
            branch_found += _whole(branch, branch_source, branch_data, source, data)
            branch_found = [replace(finding, branch=branch.name) for finding in branch_found]
        found += branch_found
    found += _repeated(branches, read)
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


def _branch(data: Mapping[str, Any], file: str, defaults: Mapping[str, Any]) -> Branch:
    merged = {
        "installation": _merged(defaults.get("installation"), data.get("installation")),
        "smtp_servers": _merged_servers(defaults.get("smtp_servers") or [], data.get("smtp_servers") or []),
        "users": [{**(defaults.get("user") or {}), **user} for user in data.get("users") or [] if user],
        "vars": {**(defaults.get("vars") or {}), **(data.get("vars") or {})},
    }
    return Branch(data["branch"], file, data.get("region") or "", tuple(data.get("tags") or ()), merged)


def _merged(shared: Any, own: Any) -> Any:
    """Own settings replace shared ones one by one; a template stands for all of them."""
    if own is None:
        return shared or {}
    return {**shared, **own} if isinstance(shared, dict) and isinstance(own, dict) else own


def _merged_servers(shared: Iterable[dict[str, Any]], own: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Own fields of a definition replace the shared ones of the same name; a further definition is added."""
    merged = [dict(server) for server in shared if server]
    known = len(merged)
    for server in own:
        same = [
            index
            for index in range(known)
            if normal_key(SMTP_SERVER, str(merged[index].get("name")))
            == normal_key(SMTP_SERVER, str(server.get("name")))
        ]
        if same:
            merged[same[0]] = {**merged[same[0]], **server, "name": merged[same[0]]["name"]}
        elif server:
            merged.append(dict(server))
    return merged


def _whole(branch: Branch, source: Source, data: Any, fleet_source: Source, fleet_data: Any) -> list[Finding]:
    """Check the branch as a whole, each finding at the file that it comes from."""
    places = [(source, data, ()), (fleet_source, fleet_data, ("defaults",))]
    return [placed(finding, places) for finding in branch_findings(branch.data, not_a_template)]


def _repeated(branches: Sequence[Branch], read: Read) -> list[Finding]:
    """Return a finding for each name, and each installation, that two branches claim."""
    found: list[Finding] = []
    names: dict[str, str] = {}
    installations: dict[Any, str] = {}
    for branch in branches:
        if branch.name in names:
            text = f"{branch.name!r} is the name of {names[branch.name]} too"
            found.append(_of_branch(branch, ["branch"], text, read))
        names.setdefault(branch.name, branch.file)
        identity = _identity(branch.data["installation"])
        if identity in installations:
            text = f"is the same as that of {installations[identity]}: each branch needs an installation of its own"
            found.append(_of_branch(branch, ["installation"], text, read))
        if identity:
            installations.setdefault(identity, branch.file)
    return found


def _identity(installation: Any) -> Any:
    """What tells two installations apart, where it can be told before rendering."""
    if not isinstance(installation, dict):
        return None
    url, company = installation.get("url"), installation.get("data_id")
    if not isinstance(url, str) or not isinstance(company, str) or is_template(url) or is_template(company):
        return None
    return url.rstrip("/").casefold(), company.casefold()


def _of_branch(branch: Branch, path: Sequence[Any], message: str, read: Read) -> Finding:
    return at(Source(branch.file, read(branch.file)), path, Finding(message, branch=branch.name))


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """A fault of the defaults shows in every branch; it is one finding, not one for each branch."""
    seen = set()
    for finding in findings:
        same = (finding.file, finding.line, finding.column, finding.path, finding.message)
        if same not in seen:
            seen.add(same)
            yield finding
