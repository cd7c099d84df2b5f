# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet: its file, its branch files, what they share, and all findings in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding, path_text
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import (
    Branch,
    as_declared,
    evidence_of,
    merged_branch,
    with_evidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    at,
    branch_findings,
    named_finding,
    not_a_template,
    path_parts,
    value_at,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import (
    group_findings,
    misplaced_ledger,
    repeated,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import evidence_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.expressions import expression_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.faults import faulty_branches, same
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.layers import (
    Prefix,
    all_prefixes,
    part_at,
    prefixes,
    unknown_names,
    unused_names,
    without_prefix,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.loaded_file import LoadedFile, load_file
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import file_findings as name_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.patterns import branch_files
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.placing import Place, placed, places_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Read, Source
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_files import (
    findings_of_fleet,
    users_of,
    with_rows,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_rows import UserTable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.waves import wave_warnings, waves_of

#: The path of an error that leaves a definition without a name, so that links to it cannot be recognised.
_NAMELESS = re.compile(r"smtp_servers(\[\d+\](\.name)?)?")


@dataclass(frozen=True)
class Fleet:
    """A fleet file and its branches.

    :param file: the fleet file.
    :param branches: the branches that could be read, in the order of their names.
    :param findings: all errors and warnings.
    :param faulty: the names of the branches that an error concerns, with their errors. Of a conflict with another
        fleet, the branch of that fleet is among them.
    :param source: the text of the fleet file, with places.
    :param options: the other settings of the fleet file.
    """

    file: str
    branches: tuple[Branch, ...]
    findings: tuple[Finding, ...]
    faulty: Mapping[str, tuple[Finding, ...]]
    source: Source
    options: dict[str, Any] = field(repr=False)

    @property
    def waves(self) -> dict[str, int]:
        """The number of the wave of each branch; nothing when the fleet file has no waves."""
        return waves_of(self.options.get("waves") or [], self.branches)


@dataclass(frozen=True)
class _Joined:
    """A branch with the users of its CSV files and the values of its layers.

    :param branch: with all definitions of its layers.
    :param file: the branch file.
    :param layers: those of the fleet file that it has.
    :param tables: its users in CSV files.
    :param findings: what is wrong with the CSV files.
    """

    branch: Branch
    file: LoadedFile
    layers: Sequence[Prefix]
    tables: Sequence[UserTable]
    findings: Sequence[Finding]

    @property
    def declared(self) -> Branch:
        """The branch with the definitions that are declared there."""
        return as_declared(self.branch, self.file.data or {})

    def places(self, fleet: LoadedFile) -> list[Place]:
        """The files and layers that it comes from, the nearest first."""
        return places_of((self.file.source, self.file.data), (fleet.source, fleet.data), self.tables)


def load_fleet(path: str, read: Read, others: Sequence[Branch] = ()) -> Fleet:
    """Read and check a fleet file and all its branch files.

    :param path: the fleet file.
    :param others: branches of other fleets that are used together with this one.
    :return: the fleet; errors of the files are its findings, and not exceptions.
    """
    fleet = load_file("fleet", path, read)
    # Of a file that cannot be read to its end, the waves are not known either.
    data = (fleet.data or {}) if fleet.is_whole else {**(fleet.data or {}), "waves": []}
    files, missing = branch_files(path, data.get("branches"), fleet.source)
    table = users_of(data, fleet.source, path, read)
    real_files = {os.path.realpath(file) for file in [path, *files]}
    loaded = [load_file("branch", file, read) for file in files]
    joined = [_joined(file, fleet, table, read) for file in loaded]
    named = {one.branch.file: one for one in joined if one}
    branches = [one.declared for one in named.values()]

    def at_branch(branch: Branch, finding: Finding) -> Finding:
        return placed(finding, named[branch.file].places(fleet))

    found = [*_of_fleet_file(fleet, data), *missing]
    for file, one in zip(loaded, joined, strict=True):
        found += _of_branch(one, fleet, real_files) if one else file.findings
    found += _unused(fleet, loaded)
    found += _of_waves(fleet, branches if len(branches) == len(files) else [])
    found += findings_of_fleet(table, [branch.name for branch in branches], len(branches) == len(files))
    waves = waves_of(data.get("waves") or [], branches)
    conflicts = repeated(branches, others, at_branch)
    found += [at_branch(*one) for one in group_findings(branches, waves, data.get("groups") or ())]
    found += [conflict.finding for conflict in conflicts]
    in_order_of_names = tuple(sorted(branches, key=lambda branch: branch.name))
    faulty = faulty_branches(found, branches, conflicts)
    return Fleet(path, in_order_of_names, tuple(_once(found)), faulty, fleet.source, data)


def load_branch(file: str, fleet_file: str, read: Read) -> tuple[Branch | None, list[Place]]:
    """Read one branch of a fleet that was checked without errors.

    :param file: the branch file.
    :return: the branch, or ``None`` when its file does not name one, and its layers, the nearest first.
    """
    fleet = load_file("fleet", fleet_file, read)
    table = users_of(fleet.data or {}, fleet.source, fleet_file, read)
    joined = _joined(load_file("branch", file, read), fleet, table, read)
    return (joined.declared, joined.places(fleet)) if joined else (None, [])


def _joined(file: LoadedFile, fleet: LoadedFile, shared: UserTable | None, read: Read) -> _Joined | None:
    """Return a branch with all its data, or ``None`` when its file does not name it.

    :param shared: the users of the fleet's CSV file.
    """
    name = (file.data or {}).get("branch")
    if file.data is None or not isinstance(name, str):
        return None
    own = users_of(file.data, file.source, fleet.source.file, read)
    tables = [table for table in (own, shared.of(name) if shared else None) if table]
    data, tables, twice = with_rows(file.data, file.source, tables)
    layers = prefixes(fleet.data, data)
    branch = merged_branch(
        data, file.source.file, fleet.source.file, [part_at(fleet.data, prefix) for prefix in layers]
    )
    branch = replace(branch, user_files=tuple(table.file for table in tables if table.columns))
    branch = with_evidence(branch, evidence_of(fleet.data or {}, fleet.source.file))
    return _Joined(branch, file, layers, tables, [*(own.findings if own else []), *twice])


def _of_fleet_file(fleet: LoadedFile, data: Mapping[str, Any]) -> list[Finding]:
    """What is wrong in the fleet file itself."""
    known = {finding.path for finding in fleet.findings}
    return [
        *fleet.findings,
        *name_findings("fleet", data, fleet.source),
        *_taken_back(fleet),
        *_of_evidence(fleet),
        *(finding for finding in expression_findings(data, fleet.source) if finding.path not in known),
    ]


def _of_branch(joined: _Joined, fleet: LoadedFile, real_files: set[str]) -> list[Finding]:
    """What is wrong with one branch, by itself and with the values of its layers.

    :param real_files: the files of the fleet, which no ledger may overwrite.
    """
    found = [
        *joined.file.findings,
        *joined.findings,
        *_whole(joined, fleet),
        *(placed(finding, joined.places(fleet)) for finding in misplaced_ledger(joined.branch, real_files)),
        *name_findings("branch", joined.file.data or {}, joined.file.source),
    ]
    return [replace(finding, branch=joined.branch.name) for finding in found]


def _taken_back(fleet: LoadedFile) -> list[Finding]:
    """Names that the layers of a fleet file take back, but no earlier layer gives."""
    if not fleet.is_whole:
        return []
    layers = all_prefixes(fleet.data)
    found = []
    for prefix in layers:
        # A branch has one region, so no region comes before another one.
        before = [other for other in layers[: layers.index(prefix)] if prefix[0] != "regions" or other[0] != "regions"]
        found += _unknown(fleet, prefix, [part_at(fleet.data, other) for other in before], fleet)
    return found


def _unknown(
    file: LoadedFile, prefix: Prefix, earlier: Sequence[Mapping[str, Any]], fleet: LoadedFile
) -> list[Finding]:
    """Names that one layer takes back, but no earlier layer gives. A field with an error still counts as given."""
    faulty = {name for finding in fleet.findings for name in (finding.path.rpartition(".")[2], finding.name) if name}
    found = []
    for rest, text in unknown_names(part_at(file.data, prefix), earlier):
        path = [*prefix, *rest]
        if value_at(file.data, path) not in faulty:
            found.append(at(file.source, path, named_finding(Finding(text), file.data, path)))
    return found


def _unused(fleet: LoadedFile, branches: Sequence[LoadedFile]) -> list[Finding]:
    """The regions and tags of the fleet file that no branch has, if all branches could be read."""
    data = [branch.data for branch in branches if branch.is_whole and branch.data is not None]
    is_at_fault = any(finding.path.startswith(("region", "tags")) for file in branches for finding in file.findings)
    if not data or len(data) < len(branches) or is_at_fault:
        return []
    return [at(fleet.source, path, Finding(text, severity=WARNING)) for path, text in unused_names(fleet.data, data)]


def _of_evidence(fleet: LoadedFile) -> list[Finding]:
    """What is wrong with ``evidence`` as a whole, except keys that are missing only because they are wrong."""
    known = {finding.path for finding in fleet.findings}
    found = evidence_findings((fleet.data or {}).get(EVIDENCE) or {}) if fleet.is_whole else []
    paths = [path_parts(finding.path) for finding in found]
    return [
        at(fleet.source, path, finding)
        for path, finding in zip(paths, found, strict=True)
        if path_text(path) not in known
    ]


def _of_waves(fleet: LoadedFile, branches: Sequence[Branch]) -> list[Finding]:
    """The warnings about waves. There are none if a branch cannot be read or the waves have errors."""
    is_at_fault = not fleet.is_whole or any(finding.path.startswith("waves") for finding in fleet.findings)
    found = [] if is_at_fault or not branches else wave_warnings((fleet.data or {}).get("waves") or [], branches)
    return [at(fleet.source, path, Finding(text, severity=WARNING)) for path, text in found]


def _whole(joined: _Joined, fleet: LoadedFile) -> list[Finding]:
    """Check a branch as a whole, with each finding at the file that it comes from."""
    file, layers, tables = joined.file, joined.layers, joined.tables
    at_fault = {finding.path for finding in fleet.findings}
    if not file.is_whole or not fleet.is_whole:
        # A missing key may be in the part that cannot be read.
        return []
    if any(path_text(prefix[:length]) in at_fault for prefix in layers for length in range(1, len(prefix) + 1)):
        # What a whole layer would give is not known.
        return []
    judged = not fleet.findings and not file.findings
    raw = branch_findings(joined.branch.data, not_a_template, judged)
    places = joined.places(fleet) if raw else []
    found = [placed(finding, places) for finding in raw]
    # A key that is missing only because it is wrong has already been reported.
    known = {without_prefix(finding.path, layers) for finding in [*file.findings, *fleet.findings]} - {""}
    unnamed = any(_NAMELESS.fullmatch(path) for path in known)
    return [
        *_unknown(file, (), [part_at(fleet.data, prefix) for prefix in layers], fleet),
        *(
            finding
            for finding in found
            if not known & _paths_of(finding, layers)
            and finding.path.partition(".")[0] not in known
            and not (unnamed and finding.field == "smtp_server")
            and not any(table.is_faulty(finding.name, finding.field) for table in tables if finding.file == table.file)
        ),
    ]


def _paths_of(finding: Finding, layers: Sequence[Prefix]) -> set[str]:
    """The paths at which the field of a finding may be declared."""
    path = without_prefix(finding.path, layers)
    return {path, f"user.{finding.field}"} if finding.resource == MAIL_USER.name and finding.field else {path}


def _once(findings: Iterable[Finding]) -> Iterable[Finding]:
    """An error of a layer appears in every branch that has the layer; it is one finding, not one for each branch."""
    seen = set()
    for finding in findings:
        key = same(finding)
        if key not in seen:
            seen.add(key)
            yield finding
