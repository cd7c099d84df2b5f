# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Where a difference comes from: since the last run from here, either the files or Fincon changed. Pure.

This needs three states: what was applied last, what is installed, and what is declared. If the installed value is the
one applied last, the files have changed: the change is not yet rolled out. Otherwise a person has changed Fincon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, normal_key, same_value
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    DesiredRecord,
    State,
)

#: Where something has changed since it was applied last.
FILES = "files"
FINCON = "fincon"

#: What was applied last, of each record by :func:`key_of`: its declared fields with passwords as words, ``None`` when
#: it was absent, ``False`` when that is unknown because a run did not finish.
Noted = Mapping[str, Any]

#: The members of a result that list changes. A change has the same words in each of them.
_LISTS = ("changes", "applied", "remaining", "not_known")


def key_of(resource: str, name: str) -> str:
    """Return the name of a record in the notes. The switch of a user is a separate record there."""
    return f"{resource}/{normal_key(RESOURCES[resource], name)}"


def noted(known: Noted, desired_records: Iterable[DesiredRecord], after: State, left: Iterable[Change] = ()) -> Noted:
    """Return the notes for desired records that have been applied.

    :param known: what was noted before.
    :param after: the state that the plan leads to.
    :param left: the changes that were not made, or may not have been made. For their records the old notes stay.
    """
    skipped = {key_of(change.resource, change.name) for change in left}
    found = dict(known)
    for desired in desired_records:
        key = key_of(desired.resource.name, desired.name)
        if key in skipped:
            continue
        record = after.get(desired.resource, desired.name) or {}
        fields = {
            field.name: SET if record.get(field.name) == WILL_CHANGE else record.get(field.name)
            for field in desired.resource.fields
            if field.name in desired.values
        }
        found[key] = {**(found.get(key) or {}), **fields} if desired.present else None
    return found


def doubted(known: Noted, changes: Iterable[Change]) -> Noted:
    """Return the notes while changes are being made: nothing about their records, in case the run does not finish."""
    return {**known, **{key_of(change.resource, change.name): False for change in changes}}


def settled(doubt: Noted, known: Noted, undone: Iterable[Change]) -> Noted:
    """Return the notes once it is certain that some changes were not made: their records get the old notes back.

    :param doubt: what :func:`doubted` returned.
    """
    keys = {key_of(change.resource, change.name) for change in undone}
    return {
        **{key: last for key, last in doubt.items() if key not in keys},
        **{key: known[key] for key in keys & set(known)},
    }


def with_origins(values: Mapping[str, Any], known: Noted | None, tells_passwords: bool = False) -> dict[str, Any]:
    """Return the values of a result whose changes say where they come from, as far as that is known.

    A field of an update has ``changed_in``, :data:`FILES` or :data:`FINCON`; so has a creation or deletion as a whole.

    :param known: the notes; ``None`` when nothing was ever applied from here.
    :param tells_passwords: whether declared passwords are compared with what is installed, and not with what was
        applied last. Then it is unknown which of the two a new password differs from.
    """
    if known is None:
        return dict(values)
    told = {
        name: [_told(change, known, tells_passwords) for change in values[name]] for name in _LISTS if values.get(name)
    }
    return {**values, **told}


def _told(change: Mapping[str, Any], known: Noted, tells_passwords: bool) -> dict[str, Any]:
    key = key_of(change["resource"], change["name"])
    last = known.get(key, {})
    if last is False:
        return dict(change)
    if change["action"] == UPDATE:
        fields = [
            dict(item) if tells_passwords and item["want"] == WILL_CHANGE else _of_field(change["resource"], item, last)
            for item in change["fields"]
        ]
        return {**change, "fields": fields}
    if change["action"] == CREATE:
        return {**change, "changed_in": FINCON if last else FILES}
    if change["action"] == DELETE and key in known:
        return {**change, "changed_in": FINCON if last is None else FILES}
    # It was never declared here, so it is unknown whether Fincon has always had it.
    return dict(change)


def _of_field(resource: str, item: Mapping[str, Any], last: Mapping[str, Any] | None) -> dict[str, Any]:
    if last is None:
        # It was applied as absent, so everything in it was entered by hand.
        return {**item, "changed_in": FINCON}
    field = next(field for field in RESOURCES[resource].fields if field.name == item["field"])
    as_applied = field.name not in last or same_value(field, item["have"], last[field.name])
    return {**item, "changed_in": FILES if as_applied else FINCON}
