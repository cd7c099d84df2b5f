# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What is installed, what is desired, and the changes between the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    Resource,
    normal_key,
    written_key,
)

CREATE = "create"
UPDATE = "update"
DELETE = "delete"

Record = Mapping[str, Any]


class State:
    """The mail settings of one installation, as read from it or as they will be.

    A record maps field names to values; a secret is one of the words of ``passwords.py``. Every Fincon user has a
    record, with empty settings where nothing was entered.

    :param servers: the SMTP definitions.
    :param users: the users.
    :param all_users_known: whether a user without a record does not exist. It is false where Fincon's users cannot be
        listed (at an attended site).
    """

    def __init__(
        self, servers: Iterable[Record] = (), users: Iterable[Record] = (), all_users_known: bool = True
    ) -> None:
        self.all_users_known = all_users_known
        self._records: dict[str, dict[str, dict[str, Any]]] = {SMTP_SERVER.name: {}, MAIL_USER.name: {}}
        for resource, records in ((SMTP_SERVER, servers), (MAIL_USER, users)):
            for record in records:
                self.put(resource, dict(record))

    def put(self, resource: Resource, record: dict[str, Any]) -> None:
        """Add a record or replace the one with its key."""
        self._table(resource)[normal_key(resource, record[resource.key.name])] = record

    def get(self, resource: Resource, name: str) -> dict[str, Any] | None:
        """Return the record of that name, or ``None``."""
        return self._table(resource).get(normal_key(resource, name))

    def remove(self, resource: Resource, name: str) -> None:
        """Remove the record of that name, if there is one."""
        self._table(resource).pop(normal_key(resource, name), None)

    def records(self, resource: Resource) -> list[dict[str, Any]]:
        """Return all records, sorted by key."""
        table = self._table(resource)
        return [table[key] for key in sorted(table)]

    def users_of(self, server: str) -> list[dict[str, Any]]:
        """Return the users that are linked to a definition."""
        key = normal_key(SMTP_SERVER, server)
        return [
            user for user in self.records(MAIL_USER) if normal_key(SMTP_SERVER, user.get("smtp_server") or "") == key
        ]

    def after(self, changes: Iterable[Change]) -> State:
        """Return the state that the changes lead to; this state is not changed."""
        later = State(self.records(SMTP_SERVER), self.records(MAIL_USER), self.all_users_known)
        for change in changes:
            later._apply(change)
        return later

    def _table(self, resource: Resource) -> dict[str, dict[str, Any]]:
        # The switch is a field of the user's record, but a separate resource for changes.
        return self._records[MAIL_USER.name if resource is MAIL_ENABLED else resource.name]

    def _apply(self, change: Change) -> None:
        resource = RESOURCES[change.resource]
        table = self._table(resource)
        key = normal_key(resource, change.name)
        record = {**blank(resource, change.name), **table.get(key, {})}
        if change.action == DELETE and resource is SMTP_SERVER:
            table.pop(key, None)
            return
        record.update({item.field: item.want for item in change.fields})
        table[key] = record


def blank(resource: Resource, name: str) -> dict[str, Any]:
    """Return a record with nothing set."""
    record = {resource.key.name: written_key(resource, name)}
    record.update({field.name: empty_value(field) for field in resource.fields})
    return record


def empty_value(field: Any) -> Any:
    """Return the value of a field in which nothing was entered."""
    if field.secret:
        return UNSET
    return {"flag": False, "integer": 0}.get(field.kind, "")


def is_blank(record: Record | None) -> bool:
    """Whether a user's record holds no mail setting at all; the e-mail switch does not count."""
    return record is None or all(
        record.get(field.name, empty_value(field)) == empty_value(field) for field in MAIL_USER.fields
    )


def is_configured(user: Record) -> bool:
    """Whether a user can send e-mail, or has any setting for it."""
    return user.get(MAIL_ENABLED.fields[0].name) is True or not is_blank(user)


@dataclass(frozen=True)
class DesiredRecord:
    """One record as it is declared.

    :param resource: what kind of record.
    :param name: its key.
    :param values: the declared fields; a field that is left out is left alone. Holds secrets, so it is never shown.
    :param present: false when the record must not exist. Then its values are checked but not used.
    :param renamed_from: for a definition, the name that it had before, or empty.
    """

    resource: Resource
    name: str
    values: Record = field(default_factory=dict, repr=False)
    present: bool = True
    renamed_from: str = ""

    @property
    def key(self) -> str:
        """The normal form of the name."""
        return normal_key(self.resource, self.name)


@dataclass(frozen=True)
class FieldChange:
    """A field that differs; for a secret, ``have`` and ``want`` are words."""

    field: str
    have: Any
    want: Any


@dataclass(frozen=True)
class Change:
    """One change of one record.

    :param resource: name of the resource.
    :param name: the record's name as it is written.
    :param action: create, update or delete.
    :param fields: the fields that differ, in the order of Fincon's window.
    :param secrets: the passwords to send, by field. Never shown.
    """

    resource: str
    name: str
    action: str
    fields: tuple[FieldChange, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def values(self) -> dict[str, Any]:
        """Return the fields to send, secrets among them. For a backend only; never shown."""
        return {item.field: self.secrets.get(item.field, item.want) for item in self.fields}

    def as_dict(self) -> dict[str, Any]:
        """Return the change as a result shows it."""
        return {
            "resource": self.resource,
            "name": self.name,
            "action": self.action,
            "fields": [{"field": item.field, "have": item.have, "want": item.want} for item in self.fields],
        }
