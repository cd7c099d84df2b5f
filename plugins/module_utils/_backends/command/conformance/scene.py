# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The records that every rule starts from, how they have changed, and how to restore them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import (
    Change,
    Subject,
    change,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.protocol import Reading
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET, password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    Resource,
    Section,
    normal_key,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE, State


@dataclass(frozen=True)
class Difference:
    """A field that differs from its former or its expected value. A secret is a word."""

    resource: str
    name: str
    field: str
    have: Any
    want: Any

    def __str__(self) -> str:
        return f"{self.resource} {self.name}, {self.field}: is {self.have!r}, not {self.want!r}"


def wanted(subject: Subject) -> list[Change]:
    """Return the records that every rule starts from, as changes of records that exist already."""
    server = {**_examples(SMTP_SERVER), "password": subject.passwords[0]}
    user = {**_examples(MAIL_USER), "smtp_server": subject.server, "password": subject.passwords[0]}
    if not subject.may_log_in:
        del user["username"], user["password"]
    switch = bool(subject.user_record.get("email_enabled"))
    return [
        change(SMTP_SERVER.name, subject.server, UPDATE, **server),
        change(MAIL_USER.name, subject.user, UPDATE, **user),
        change(MAIL_ENABLED.name, subject.user, UPDATE, email_enabled=switch),
    ]


def _examples(resource: Resource) -> dict[str, Any]:
    """A value for every field that has an example, so that a lost value is noticed."""
    return {field.name: field.example for field in resource.fields if field.example is not None}


def set_up(subject: Subject) -> State:
    """Bring the records to what every rule starts from, and return the state.

    :raises Broken: when that cannot be done.
    """
    state = subject.read().state
    needed = leading_to(state, wanted(subject))
    if not needed:
        return state
    subject.apply_all(*needed)
    return subject.read().state


def leading_to(state: State, changes: Iterable[Change]) -> list[Change]:
    """Return the part of the changes that is not done: the fields that differ. A password that is set is left alone."""
    needed = []
    for item in changes:
        resource = RESOURCES[item["resource"]]
        if resource is SMTP_SERVER and state.get(resource, item["name"]) is None:
            needed.append({**item, "action": CREATE})
            continue
        differing = {difference.field for difference in unlike(state, [item])}
        values = {name: value for name, value in item["values"].items() if name in differing}
        if values:
            needed.append({**item, "values": values})
    return needed


def unlike(state: State, changes: Iterable[Change]) -> list[Difference]:
    """Return the fields that do not hold the values of the changes."""
    found = []
    for item in changes:
        resource = RESOURCES[item["resource"]]
        record = state.get(resource, item["name"]) or {}
        for name, value in item["values"].items():
            field = resource.field(name)
            want = password_word(bool(value)) if field.secret else value
            have = record.get(name)
            if not same_value(field, have, want):
                found.append(Difference(resource.name, item["name"], name, have, want))
    return found


def differences(before: State, after: State) -> list[Difference]:
    """Return every changed field of every record; a removed or new record is one difference."""
    return [
        difference
        for section in SECTIONS.values()
        for difference in _of_section(section, _by_key(section.resource, before), _by_key(section.resource, after))
    ]


def _by_key(resource: Resource, state: State) -> dict[str, Mapping[str, Any]]:
    return {normal_key(resource, record[resource.key.name]): record for record in state.records(resource)}


def _of_section(
    section: Section, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        name = (old or new or {})[section.key.name]
        if old is None or new is None:
            yield Difference(section.resource.name, name, "record", _presence(new), _presence(old))
            continue
        for field in section.columns.values():
            if old[field.name] != new[field.name]:
                owner = MAIL_ENABLED if field in MAIL_ENABLED.fields else section.resource
                yield Difference(owner.name, name, field.name, new[field.name], old[field.name])


def _presence(record: Mapping[str, Any] | None) -> str:
    return "absent" if record is None else "present"


def put_back(subject: Subject, initial: Reading) -> Reading:
    """Restore the user and the kit's definitions, and return what is read afterwards.

    :raises Broken: when the adapter does not do it.
    """
    now = subject.read()
    changes = leading_to(now.state, _initial_user(subject, initial))
    record_key = (MAIL_USER.name, normal_key(MAIL_USER, subject.user))
    if initial.passwords.get(record_key, "") != now.passwords.get(record_key, ""):
        changes.append(change(MAIL_USER.name, subject.user, UPDATE, password=initial.passwords.get(record_key, "")))
    if subject.deletes:
        changes += [
            change(SMTP_SERVER.name, name, DELETE)
            for name in (subject.server, subject.second_server)
            if now.state.get(SMTP_SERVER, name) is not None
        ]
    if changes:
        subject.apply_all(*changes)
    return subject.read()


def _initial_user(subject: Subject, initial: Reading) -> list[Change]:
    record = initial.state.get(MAIL_USER, subject.user) or {}
    values = {field.name: record[field.name] for field in MAIL_USER.fields if not field.secret}
    if record["password"] == UNSET:
        values["password"] = ""
    return [
        change(MAIL_USER.name, subject.user, UPDATE, **values),
        change(MAIL_ENABLED.name, subject.user, UPDATE, email_enabled=record["email_enabled"]),
    ]
