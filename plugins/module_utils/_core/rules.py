# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Rules across records: links, logins and deletions.

The same rules run twice. First they run over the declared records alone, where a field that is left out is unknown
(``complete`` is false: what cannot be decided is a warning). Then they run over the state that a plan leads to, where
everything is known.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import ERROR, WARNING, Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, Record, State
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import RENAMED_FROM

#: ``(resource name, normal key)`` of the declared records.
Concerned = Container[tuple[str, str]]


def rule_findings(
    state: State,
    concerned: Concerned,
    complete: bool,
    deleted: Container[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Return every rule that a declared record breaks.

    :param state: the records, after the changes.
    :param concerned: the declared records; errors in other records are not reported.
    :param complete: whether a field without a value is known to be empty, and a definition without a record missing.
    :param deleted: normal keys of definitions that will be deleted.
    :param renamed: the new names of definitions, by the normal key of the former one.
    """
    found = []
    for definition in state.records(SMTP_SERVER):
        if _is_concerned(concerned, SMTP_SERVER, definition):
            found += _definition_findings(definition)
    for user in state.records(MAIL_USER):
        link = user.get("smtp_server")
        if not link:
            continue
        server = state.get(SMTP_SERVER, link)
        if not _is_concerned(concerned, MAIL_USER, user) and not _link_concerned(concerned, link):
            continue
        if server is None:
            key = normal_key(SMTP_SERVER, link)
            found.append(
                _former_name(user, (renamed or {})[key])
                if key in (renamed or {})
                else _missing_definition(state, user, complete, key in deleted)
            )
        else:
            found += _login_findings(server, user, complete)
    return found


def _is_concerned(concerned: Concerned, resource: Any, record: Record) -> bool:
    return (resource.name, normal_key(resource, record[resource.key.name])) in concerned


def _link_concerned(concerned: Concerned, link: str) -> bool:
    return (SMTP_SERVER.name, normal_key(SMTP_SERVER, link)) in concerned


def _definition_findings(server: Record) -> list[Finding]:
    name = server["name"]
    if server.get("authenticate") is False and server.get("username"):
        text = "has a login although authenticate is false; set authenticate to true, or clear username and password"
        return [Finding(text, SMTP_SERVER.name, name, "authenticate")]
    if server.get("authenticate") is True and server.get("username") and _is_empty(server.get("password")):
        return [Finding("is needed, since the definition has a username", SMTP_SERVER.name, name, "password")]
    return []


def _missing_definition(state: State, user: Record, complete: bool, is_deleted: bool) -> Finding:
    link = user["smtp_server"]
    if is_deleted:
        text = f"cannot be deleted: {user['user']} is linked to it; link the user to another definition first"
        place = (MAIL_USER.name, user["user"], "smtp_server")
        return Finding(text, SMTP_SERVER.name, link, related=place)
    hint = did_you_mean(link, [server["name"] for server in state.records(SMTP_SERVER)])
    if complete:
        text = f"is {link!r}, which is neither declared nor installed{hint}"
        return Finding(text, MAIL_USER.name, user["user"], "smtp_server")
    text = f"is {link!r}, which is not declared here, so it must be installed already{hint}"
    return Finding(text, MAIL_USER.name, user["user"], "smtp_server", WARNING)


def _former_name(user: Record, new: str) -> Finding:
    text = f"is {user['smtp_server']!r}, the former name of {new!r}; write the new one"
    place = (SMTP_SERVER.name, new, RENAMED_FROM.name)
    return Finding(text, MAIL_USER.name, user["user"], "smtp_server", related=place)


def _login_findings(server: Record, user: Record, complete: bool) -> list[Finding]:
    authenticate, own = server.get("authenticate"), user.get("username")
    where = {"resource": MAIL_USER.name, "name": user["user"]}
    if authenticate is False and own:
        text = f"is set although authenticate is false at {server['name']!r}; set it to true there, or clear the login"
        return [Finding(text, field="username", **where)]
    if authenticate is not True:
        return []
    if own and _is_empty(user.get("password")):
        return [Finding("is needed, since the user has a username", field="password", **where)]
    if own or server.get("username"):
        return []
    known_empty = complete or (own == "" and server.get("username") == "")
    text = f"is needed, here or at {server['name']!r}, since authenticate is true there"
    severity = ERROR if known_empty else WARNING
    return [Finding(text if known_empty else f"{text}; none is declared", field="username", severity=severity, **where)]


def _is_empty(password: str | None) -> bool:
    """Whether a password is known to be empty; ``None`` when this is unknown."""
    return password in ("", UNSET)


def password_findings(desired_records: Iterable[DesiredRecord]) -> list[Finding]:
    """Return a warning for each password that is, or is part of, another declared value, where others can read it.

    It names the field, and neither value.
    """
    declared = list(desired_records)
    values = [
        (record, field.name, str(value))
        for record in declared
        for field in record.resource.fields
        for value in [record.values.get(field.name)]
        if not field.secret and value not in (None, "") and not isinstance(value, bool)
    ]
    values += [(record, record.resource.key.name, record.name) for record in declared]
    return [
        Finding(
            f"is also in {holder.resource.name} {holder.name}, {name}, where everybody reads it; choose another",
            record.resource.name,
            record.name,
            field.name,
            WARNING,
        )
        for record in declared
        for field in record.resource.fields
        if field.secret and record.values.get(field.name)
        for holder, name, _value in [item for item in values if str(record.values[field.name]) in item[2]][:1]
    ]
