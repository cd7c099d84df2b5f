# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Records that are installed but not declared. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SECTIONS,
    SMTP_SERVER,
    Resource,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.renames import former_names
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State, is_configured
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short

DRIFT = "drift"
WARNING = "warning"
IGNORE = "ignore"

#: How a report counts a record that is installed but not declared.
UNDECLARED = (DRIFT, WARNING, IGNORE)


@dataclass(frozen=True)
class Claims:
    """Which lists are declared in full.

    :param resources: those of the lists that were given; a list that was not given claims nothing.
    :param protect: names of definitions and users that are known and left alone.
    :param counts_as: one of :data:`UNDECLARED`.
    """

    resources: tuple[Resource, ...]
    protect: tuple[str, ...] = ()
    counts_as: str = DRIFT


def undeclared_names(
    state: State, desired_records: Iterable[DesiredRecord], resource: Resource, protect: Iterable[str] = ()
) -> list[str]:
    """Return the names of records that are installed, but neither declared nor protected.

    An absent record counts as declared, and so does the former name of a record. A user without any setting, and with
    e-mail off, does not count as installed.
    """
    declared = [desired for desired in desired_records if desired.resource is resource]
    known = {desired.key for desired in declared} | set(former_names(declared))
    known |= {normal_key(resource, name) for name in protect}
    names = [
        record[resource.key.name]
        for record in state.records(resource)
        if resource is SMTP_SERVER or is_configured(record)
    ]
    return [name for name in names if normal_key(resource, name) not in known]


def unknown_protected(state: State, desired_records: Iterable[DesiredRecord], protect: Iterable[str]) -> list[str]:
    """Return a sentence for each protected name that no definition or user has, declared or installed.

    If not all users are known, an unknown user may have the name: then only a name similar to a known one counts.
    """
    desired_records = tuple(desired_records)
    names: set[str] = set()
    keys: set[tuple[str, str]] = set()
    for section in SECTIONS.values():
        resource = section.resource
        declared = [desired for desired in desired_records if desired.resource is resource]
        here = {record[resource.key.name] for record in state.records(resource)}
        here.update([desired.name for desired in declared], former_names(declared))
        names |= here
        keys |= {(resource.name, normal_key(resource, name)) for name in here}
    found = []
    for name in dict.fromkeys(protect):
        hint = did_you_mean(name, sorted(names))
        is_known = any((item.resource.name, normal_key(item.resource, name)) in keys for item in SECTIONS.values())
        if not is_known and (hint or state.all_users_known):
            found.append(f"purge_protect: no definition and no user that is known has the name {short(name)!r}{hint}")
    return found


def undeclared_result(state: State, desired_records: Iterable[DesiredRecord], claims: Claims) -> dict[str, Any]:
    """Return the undeclared records for a module's result: their names by list, null for a list not given.

    :param state: the state after the call, so without what a purge removes.
    """
    desired_records = tuple(desired_records)
    lists = {
        section.name: undeclared_names(state, desired_records, section.resource, claims.protect)
        if section.resource in claims.resources
        else None
        for section in SECTIONS.values()
    }
    return {"counts_as": claims.counts_as, "complete": state.all_users_known, **lists}
