# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The records that every rule starts from, what became of them, and the way back."""

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
    SMTP_SERVER,
    USER_FIELDS,
    Resource,
    normal_key,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE, State

#: Every field has a value, so that one that gets lost is seen. The hosts are under .invalid (RFC 2606), so that nothing
#: is sent anywhere if Fincon tries to.
_SERVER = {
    "mail_server": "smtp.fincon-check.invalid",
    "authenticate": True,
    "username": "fincon-check",
    "port": 2525,
    "use_tls": True,
    "timeout": 20,
    "bcc": "bcc@fincon-check.invalid",
}
_USER = {
    "sender_name": "Fincon Check",
    "sender_email": "user@fincon-check.invalid",
    "job_title": "Tester",
    "telephone": "+27 21 555 0100",
    **{f"user_field_{number}": f"Field {number}" for number in range(1, 7)},
}


@dataclass(frozen=True)
class Difference:
    """A field that is not what it was, or not what it should be. A secret is a word."""

    resource: str
    name: str
    field: str
    have: Any
    want: Any

    def __str__(self) -> str:
        return f"{self.resource} {self.name}, {self.field}: is {self.have!r}, not {self.want!r}"


def wanted(subject: Subject) -> list[Change]:
    """Return the records that every rule starts from, as changes of records that are there already."""
    server = {**_SERVER, "password": subject.passwords[0]}
    login = {"username": "fincon-check", "password": subject.passwords[0]} if subject.may_log_in else {}
    user = {**_USER, "smtp_server": subject.server, **login}
    switch = bool(subject.lent.get("email_enabled"))
    return [
        change(SMTP_SERVER.name, subject.server, UPDATE, **server),
        change(MAIL_USER.name, subject.user, UPDATE, **user),
        change(MAIL_ENABLED.name, subject.user, UPDATE, email_enabled=switch),
    ]


def set_up(subject: Subject) -> State:
    """Bring the records to what every rule starts from, and return the state.

    :raises Broken: when that cannot be done.
    """
    state = subject.read().state
    needed = leading_to(state, wanted(subject))
    if not needed:
        return state
    subject.must(*needed)
    return subject.read().state


def leading_to(state: State, changes: Iterable[Change]) -> list[Change]:
    """Return what of the changes is still to be done: the fields that differ. A password that is set is left alone."""
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
    """Return the fields that do not hold what the changes give them."""
    found = []
    for item in changes:
        resource = RESOURCES[item["resource"]]
        record = state.get(resource, item["name"]) or {}
        for name, value in item["values"].items():
            row = resource.field(name)
            want = password_word(bool(value)) if row.secret else value
            have = record.get(name)
            if not same_value(row, have, want):
                found.append(Difference(resource.name, item["name"], name, have, want))
    return found


def differences(before: State, after: State) -> list[Difference]:
    """Return every field of every record that is not what it was; a record that is gone or new is one difference."""
    return [
        *_of_resource(SMTP_SERVER, _by_key(SMTP_SERVER, before), _by_key(SMTP_SERVER, after)),
        *_of_resource(MAIL_USER, _by_key(MAIL_USER, before), _by_key(MAIL_USER, after)),
    ]


def _by_key(resource: Resource, state: State) -> dict[str, Mapping[str, Any]]:
    return {normal_key(resource, record[resource.key.name]): record for record in state.records(resource)}


def _of_resource(
    resource: Resource, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        name = (old or new or {})[resource.key.name]
        if old is None or new is None:
            yield Difference(resource.name, name, "record", _presence(new), _presence(old))
            continue
        for row in (resource.key, *(SMTP_SERVER.fields if resource is SMTP_SERVER else USER_FIELDS)):
            if old[row.name] != new[row.name]:
                owner = MAIL_ENABLED if row in MAIL_ENABLED.fields else resource
                yield Difference(owner.name, name, row.name, new[row.name], old[row.name])


def _presence(record: Mapping[str, Any] | None) -> str:
    return "absent" if record is None else "present"


def put_back(subject: Subject, initial: Reading) -> Reading:
    """Bring the user and the kit's definitions to what they were, and return what is read then.

    :raises Broken: when the adapter does not do it.
    """
    now = subject.read()
    changes = leading_to(now.state, _initial_user(subject, initial))
    place = (MAIL_USER.name, normal_key(MAIL_USER, subject.user))
    if initial.passwords.get(place, "") != now.passwords.get(place, ""):
        changes.append(change(MAIL_USER.name, subject.user, UPDATE, password=initial.passwords.get(place, "")))
    if subject.deletes:
        changes += [
            change(SMTP_SERVER.name, name, DELETE)
            for name in (subject.server, subject.second_server)
            if now.state.get(SMTP_SERVER, name) is not None
        ]
    if changes:
        subject.must(*changes)
    return subject.read()


def _initial_user(subject: Subject, initial: Reading) -> list[Change]:
    record = initial.state.get(MAIL_USER, subject.user) or {}
    values = {row.name: record[row.name] for row in MAIL_USER.fields if not row.secret}
    if record["password"] == UNSET:
        values["password"] = ""
    return [
        change(MAIL_USER.name, subject.user, UPDATE, **values),
        change(MAIL_ENABLED.name, subject.user, UPDATE, email_enabled=record["email_enabled"]),
    ]
