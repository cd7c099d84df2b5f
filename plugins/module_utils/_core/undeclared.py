# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What is installed and declared nowhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SECTIONS,
    SMTP_SERVER,
    Resource,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.renames import former_names
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State, is_configured

DRIFT = "drift"
WARNING = "warning"
IGNORE = "ignore"

#: What a report makes of a record that is installed and declared nowhere.
UNDECLARED = (DRIFT, WARNING, IGNORE)


@dataclass(frozen=True)
class Claims:
    """Which lists somebody declares in full.

    :param resources: those of the lists that were given; one that was not given claims nothing.
    :param protect: names of definitions and users that are known and left alone.
    :param counts_as: one of :data:`UNDECLARED`.
    """

    resources: tuple[Resource, ...]
    protect: tuple[str, ...] = ()
    counts_as: str = DRIFT


def undeclared_names(
    state: State, desired_records: Iterable[DesiredRecord], resource: Resource, protect: Iterable[str] = ()
) -> list[str]:
    """Return the names of what is installed, and neither declared nor protected.

    An absent record is declared too, and so is the former name of one. A user without any setting, and with e-mail off,
    is nothing.
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


def undeclared_result(state: State, desired_records: Iterable[DesiredRecord], claims: Claims) -> dict[str, Any]:
    """Return what a module's result says of undeclared records: their names by list, null for a list not given.

    :param state: what there will be after the call, so that what a purge removes is not in it.
    """
    desired_records = tuple(desired_records)
    lists = {
        section.name: undeclared_names(state, desired_records, section.resource, claims.protect)
        if section.resource in claims.resources
        else None
        for section in SECTIONS.values()
    }
    return {"counts_as": claims.counts_as, "complete": state.all_users_known, **lists}
