# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Removal of what is installed but not declared, with the limits that keep an accident small. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    Resource,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State, is_blank


@dataclass(frozen=True)
class Purge:
    """What may be purged.

    :param resources: the lists that are complete; one that was not given at all is never purged.
    :param protect: names of definitions and users that are never removed.
    :param limit: greatest number of records that one run removes.
    :param allow_empty: whether an empty list may remove everything.
    """

    resources: tuple[Resource, ...]
    protect: tuple[str, ...] = ()
    limit: int = 5
    allow_empty: bool = False


def purged_records(state: State, desired_records: Sequence[DesiredRecord], purge: Purge) -> list[DesiredRecord]:
    """Return a desired record to remove each record that is installed, not declared and not protected.

    :raises FinconError: when a list is empty and that was not allowed, or when there are more than the limit.
    """
    doomed: list[DesiredRecord] = []
    for resource in purge.resources:
        declared = {desired.key for desired in desired_records if desired.resource is resource and desired.present}
        if not declared and not purge.allow_empty:
            raise FinconError(
                f"purge would remove every {resource.title}, since none is declared; "
                "set purge_empty to true if that is meant"
            )
        kept = declared | {normal_key(resource, name) for name in purge.protect}
        doomed += [
            DesiredRecord(resource, name, present=False)
            for name in _installed(state, resource)
            if normal_key(resource, name) not in kept
        ]
    if len(doomed) > purge.limit:
        names = ", ".join(desired.name for desired in doomed)
        raise FinconError(
            f"purge would remove {len(doomed)} records ({names}), more than purge_limit {purge.limit}; "
            "declare or protect them, or raise the limit"
        )
    return doomed


def _installed(state: State, resource: Resource) -> Iterable[str]:
    records = state.records(resource)
    if resource is SMTP_SERVER:
        return [record["name"] for record in records]
    return [record[MAIL_USER.key.name] for record in records if not is_blank(record)]
