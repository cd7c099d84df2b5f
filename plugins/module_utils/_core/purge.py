# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Removal of records that are installed but not declared, with limits against accidents. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    Resource,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import undeclared_names


@dataclass(frozen=True)
class Purge:
    """What may be purged.

    :param resources: the lists that are complete; a list that was not given is never purged.
    :param protect: names of definitions and users that are never removed.
    :param limit: largest number of records that one run removes.
    :param allow_empty: whether an empty list may remove everything.
    """

    resources: tuple[Resource, ...]
    protect: tuple[str, ...] = ()
    limit: int = 5
    allow_empty: bool = False


def purged_records(state: State, desired_records: Sequence[DesiredRecord], purge: Purge) -> list[DesiredRecord]:
    """Return a desired record to remove each record that is installed, not declared and not protected.

    :raises FinconError: when a list is empty and this is not allowed, or when there are more records than the limit.
    """
    doomed: list[DesiredRecord] = []
    for resource in purge.resources:
        declared = {desired.key for desired in desired_records if desired.resource is resource and desired.present}
        if not declared and not purge.allow_empty:
            raise FinconError(
                f"purge would remove every {resource.title}, since none is declared; "
                "set purge_empty to true if you want this"
            )
        doomed += [
            DesiredRecord(resource, name, present=False)
            for name in undeclared_names(state, desired_records, resource, purge.protect)
        ]
    if len(doomed) > purge.limit:
        names = ", ".join(desired.name for desired in doomed)
        raise FinconError(
            f"purge would remove {len(doomed)} records ({names}), more than purge_limit {purge.limit}; "
            "declare or protect them, or raise the limit"
        )
    return [*doomed, *_switches(state, doomed, desired_records)]


def _switches(
    state: State, doomed: Iterable[DesiredRecord], desired_records: Iterable[DesiredRecord]
) -> list[DesiredRecord]:
    """The switches of removed users: e-mail goes off, unless it is known to be off or the switch is declared."""
    said = {desired.key for desired in desired_records if desired.resource is MAIL_ENABLED}
    users = (desired for desired in doomed if desired.resource is MAIL_USER and desired.key not in said)
    return [
        DesiredRecord(MAIL_ENABLED, desired.name, present=False)
        for desired in users
        if (state.get(MAIL_USER, desired.name) or {}).get("email_enabled", False) is not False
    ]
