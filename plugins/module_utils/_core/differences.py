# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The changes that lead from one state to another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
    Field,
    Resource,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    FieldChange,
    Record,
    State,
    blank,
    empty_value,
    is_blank,
)

#: A definition must exist before a user is linked to it, and be unlinked before it is deleted.
_SEQUENCE = {
    (SMTP_SERVER.name, False): 0,
    (MAIL_USER.name, False): 1,
    (MAIL_ENABLED.name, False): 2,
    (MAIL_USER.name, True): 3,
    (SMTP_SERVER.name, True): 4,
}


def diff(before: State, after: State) -> tuple[Change, ...]:
    """Return the changes that lead from one state to the other, in the order in which they can be applied.

    A field that ``after`` leaves out or holds as ``None`` is left alone, and so is a user that it does not list. A
    secret is a word, so a password that is replaced by another one is ``WILL_CHANGE`` in ``after``. The changes have no
    secrets.
    """
    return tuple(sorted([*_of_servers(before, after), *_of_users(before, after)], key=sequence))


def sequence(change: Change) -> int:
    """Return when a change can be applied in relation to others, as a sort key."""
    return _SEQUENCE[change.resource, change.action == DELETE]


def _of_servers(before: State, after: State) -> Iterator[Change]:
    for record in after.records(SMTP_SERVER):
        old = before.get(SMTP_SERVER, record[SMTP_SERVER.key.name])
        fields = _fields(SMTP_SERVER, old, record)
        if fields or old is None:
            yield _change(SMTP_SERVER, old or record, CREATE if old is None else UPDATE, fields)
    for record in before.records(SMTP_SERVER):
        name = record[SMTP_SERVER.key.name]
        if after.get(SMTP_SERVER, name) is None:
            # It is removed even when all its fields are empty.
            yield _change(SMTP_SERVER, record, DELETE, _fields(SMTP_SERVER, record, blank(SMTP_SERVER, name)))


def _of_users(before: State, after: State) -> Iterator[Change]:
    for record in after.records(MAIL_USER):
        old = before.get(MAIL_USER, record[MAIL_USER.key.name])
        settings, switch = _fields(MAIL_USER, old, record), _fields(MAIL_ENABLED, old, record)
        if settings:
            action = DELETE if is_blank(record) else CREATE if is_blank(old) else UPDATE
            yield _change(MAIL_USER, old or record, action, settings)
        if switch:
            yield _change(MAIL_ENABLED, old or record, UPDATE, switch)


def _change(resource: Resource, named: Record, action: str, fields: tuple[FieldChange, ...]) -> Change:
    return Change(resource.name, named[resource.key.name], action, fields)


def _fields(resource: Resource, old: Record | None, new: Record) -> tuple[FieldChange, ...]:
    both = ((field, _held(field, old), new.get(field.name)) for field in resource.fields)
    return tuple(
        FieldChange(field.name, have, want)
        for field, have, want in both
        if want is not None and not same_value(field, have, want)
    )


def _held(field: Field, record: Mapping[str, Any] | None) -> Any:
    """What a record holds. A record that does not exist holds no number and no flag, so that a new one states each."""
    if record is None and field.kind in ("flag", "integer"):
        return None
    return (record or {}).get(field.name, empty_value(field))
