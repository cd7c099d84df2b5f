# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The place of a finding: the layer of a branch in which its record or field was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SMTP_SERVER,
    USERS,
    normal_key,
    section_of,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at, path_parts, value_at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.layers import Prefix, part_at, prefixes, takes_back
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_rows import UserTable

#: A file, its data, and the path of one layer in it.
Place = tuple[Source | UserTable, Any, Prefix]

#: The fleet file's settings of the audit mailbox: the last of the layers, which gives definitions their BCC.
_EVIDENCE: Prefix = (EVIDENCE,)


def places_of(branch: tuple[Source, Any], fleet: tuple[Source, Any], tables: Iterable[UserTable] = ()) -> list[Place]:
    """Return the layers of a branch, the nearest first.

    :param branch: source and data of the branch file.
    :param fleet: source and data of the fleet file.
    :param tables: the users of the branch in CSV files.
    """
    layers = reversed(prefixes(fleet[1], branch[1]))
    return [
        (*branch, ()),
        *((table, table.data, ()) for table in tables),
        *((*fleet, prefix) for prefix in layers),
        (*fleet, _EVIDENCE),
    ]


def placed(finding: Finding, data_of: Sequence[Place]) -> Finding:
    """Give a finding about a record its place: that of the field, or else that of the record.

    The end of its message names the related place, if there is one.

    :param data_of: the layers of the branch, the nearest first.
    """
    found = _at_best_place(finding, data_of)
    if not finding.related:
        return found
    resource, name, *field = finding.related
    other = _at_best_place(Finding("", resource, name, "".join(field)), data_of)
    return replace(found, message=f"{found.message} (see {other.file}:{other.line}:{other.column})")


def _at_best_place(finding: Finding, data_of: Sequence[Place]) -> Finding:
    candidates = [
        (_stands(data, path), source, path)
        for source, data, prefix in _in_force(finding, data_of)
        for path in paths_of(finding, data, prefix)
    ]
    if not candidates:
        return replace(finding, file=data_of[0][0].file)
    # Of equal places the nearest. A field that is not written anywhere is shown at the nearest place above it.
    _found, source, path = max(candidates, key=lambda candidate: candidate[0])
    return at(source, path, finding)


def _in_force(finding: Finding, data_of: Sequence[Place]) -> Iterable[Place]:
    """The layers that the field of a finding may come from: none beyond a layer that takes it back."""
    section, _dot, setting = finding.path.partition(".")
    if finding.resource:
        section, setting = section_of(finding.resource).name, finding.field
    for place in data_of:
        yield place
        if takes_back(part_at(place[1], place[2]), section, finding.name, setting):
            # The audit address is added after the layers, so none of them can take it back.
            yield from (last for last in data_of[-1:] if last[2] == _EVIDENCE)
            return


def place_words(finding: Finding) -> str:
    """Return the place of a finding as ``file:line:column``, as far as it is known."""
    return f"{finding.file}:{finding.line}:{finding.column}" if finding.line else finding.file


def _below_evidence(finding: Finding) -> list[Any]:
    first, *keys = path_parts(finding.path)
    return keys if first == EVIDENCE and not finding.resource else []


def _stands(data: Any, path: Sequence[Any]) -> bool:
    """Whether there is a value at the path itself."""
    try:
        value_at(data, path)
    except (LookupError, TypeError):
        return False
    return True


def paths_of(finding: Finding, data: Any, prefix: Prefix) -> Iterable[list[Any]]:
    """The paths that a finding may mean in one file, whether or not its field is written there."""
    part = part_at(data, prefix)
    if prefix == _EVIDENCE:
        keys = ["bcc"] if finding.resource == SMTP_SERVER.name and finding.field == "bcc" else _below_evidence(finding)
        if keys and keys[0] in part:
            yield [*prefix, *keys]
        return
    if not finding.resource:
        keys = path_parts(finding.path)
        if keys[0] in part:
            yield [*prefix, *keys]
        return
    section = section_of(finding.resource)
    same = [
        (index, record)
        for index, record in enumerate(part.get(section.name) or [])
        if normal_key(section.resource, str(record.get(section.key.name))) == normal_key(section.resource, finding.name)
    ]
    # A key that appears twice is shown at its second place.
    for index, _record in same[-1:]:
        yield [*prefix, section.name, index, *([finding.field] if finding.field else [])]
    if section is USERS and finding.field in (part.get("user") or {}):
        yield [*prefix, "user", finding.field]
