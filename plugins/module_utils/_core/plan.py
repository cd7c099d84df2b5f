# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The list of changes, from the desired records and what is installed. Pure: nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.differences import diff, sequence
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    Field,
    Resource,
    normal_key,
    section_of,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    DELETE,
    UPDATE,
    Change,
    DesiredRecord,
    State,
    blank,
    empty_value,
    is_blank,
)

UPDATE_PASSWORD = ("on_change", "always", "on_create")

#: ``compare(resource, key, password)`` returns SAME, DIFFERENT or UNKNOWN of ``passwords.py``.
Compare = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Plan:
    """The changes to make.

    :param before: the state as it was read.
    :param after: the state once all changes are applied.
    :param changes: the changes in the order in which they have to be applied.
    :param unverified: changes of a password that cannot be compared, so it may or may not differ.
    :param findings: desired records that cannot be fulfilled.
    """

    before: State
    after: State
    changes: tuple[Change, ...] = ()
    unverified: tuple[tuple[str, str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


def make_plan(
    current: State, desired_records: Sequence[DesiredRecord], compare: Compare, update_password: str = "on_change"
) -> Plan:
    """Return the plan that leads from the current state to the desired records.

    :param current: what is installed.
    :param desired_records: the declared records; fields that are left out are left alone.
    :param compare: returns whether a declared password is the one that was sent last.
    :param update_password: one of :data:`UPDATE_PASSWORD`.
    """
    target = current.after(())
    sent: dict[tuple[str, str], dict[str, str]] = {}
    unverified: list[tuple[str, str, str]] = []
    findings: list[Finding] = []
    for desired in desired_records:
        findings += _impossible(current, desired)
        values = _wanted(current, desired)
        secrets = {field.name: values.pop(field.name) for field in _secrets(desired.resource) if field.name in values}
        record = current.get(desired.resource, desired.name) or blank(desired.resource, desired.name)
        for name, password in secrets.items():
            have = record.get(name, passwords.UNSET)
            word, unknown = _password_word(desired, have, password, compare, update_password)
            if word != have:
                values[name] = word
                sent.setdefault((desired.resource.name, desired.key), {})[name] = password
            if unknown:
                unverified.append((desired.resource.name, record[desired.resource.key.name], name))
        _put(target, desired, values)
    changes = _as_declared(diff(current, target), desired_records, sent)
    return Plan(current, current.after(changes), changes, tuple(unverified), tuple(findings))


def _secrets(resource: Resource) -> list[Field]:
    return [field for field in resource.fields if field.secret]


def _put(target: State, desired: DesiredRecord, values: Mapping[str, Any]) -> None:
    """Change one record of the target state to what is desired."""
    resource = desired.resource
    record = target.get(resource, desired.name)
    if desired.present:
        target.put(resource, {**(record or {resource.key.name: written_key(resource, desired.name)}), **values})
    elif resource is SMTP_SERVER:
        target.remove(resource, desired.name)
    elif record is not None:
        target.put(resource, {**record, **values})


def _as_declared(
    changes: Iterable[Change], desired_records: Sequence[DesiredRecord], sent: Mapping[tuple[str, str], dict[str, str]]
) -> tuple[Change, ...]:
    """The changes in the order of the declared records, with the passwords to send.

    A declared record is never removed, even when all its fields are empty.
    """
    declared = {(desired.resource.name, desired.key): index for index, desired in enumerate(desired_records)}
    found = []
    for change in changes:
        key = (change.resource, normal_key(RESOURCES[change.resource], change.name))
        kept = change.action == DELETE and desired_records[declared[key]].present
        made = replace(change, action=UPDATE if kept else change.action, secrets=sent.get(key, {}))
        found.append((sequence(made), declared[key], made))
    return tuple(change for _sequence, _declared, change in sorted(found, key=lambda item: item[:2]))


def _is_new(current: State, desired: DesiredRecord) -> bool:
    record = current.get(desired.resource, desired.name)
    return is_blank(record) if desired.resource is MAIL_USER else record is None and desired.resource is SMTP_SERVER


def _impossible(current: State, desired: DesiredRecord) -> list[Finding]:
    """Desired records that the installation cannot fulfil: users that do not exist, new records that lack a field."""
    resource = desired.resource
    if resource is not SMTP_SERVER and current.all_users_known and current.get(resource, desired.name) is None:
        if not desired.present:
            return []
        known = [record[MAIL_USER.key.name] for record in current.records(MAIL_USER)]
        hint = did_you_mean(desired.name, known)
        text = f"is not a Fincon user; create it at System / Users and Passwords first{hint}"
        return [Finding(text, resource=resource.name, name=desired.name)]
    if not desired.present or not _is_new(current, desired):
        return []
    missing = [field.name for field in resource.fields if field.required and not desired.values.get(field.name)]
    return [
        Finding(f"is needed for a new {resource.title}", resource=resource.name, name=desired.name, field=name)
        for name in missing
    ]


def _wanted(current: State, desired: DesiredRecord) -> dict[str, Any]:
    """The declared values. A new record gets the defaults of omitted fields; a removal makes every field empty."""
    if not desired.present:
        return {field.name: "" if field.secret else empty_value(field) for field in desired.resource.fields}
    given = ((field.name, desired.values.get(field.name)) for field in desired.resource.fields)
    declared = {name: value for name, value in given if value is not None}
    if not _is_new(current, desired):
        return declared
    return {**{field.name: field.default for field in desired.resource.fields if field.default is not None}, **declared}


def _password_word(
    desired: DesiredRecord, have: str, want: str, compare: Compare, update_password: str
) -> tuple[str, bool]:
    """Return the word for the future state of a password, and whether it cannot be compared."""
    if want == "":
        return passwords.UNSET, False
    if have == passwords.UNSET:
        return passwords.SET, False
    if update_password == "always":
        return passwords.WILL_CHANGE, False
    if update_password == "on_create":
        return have, False
    known = compare(desired.resource.name, desired.key, want)
    return (have if known == passwords.SAME else passwords.WILL_CHANGE), known == passwords.UNKNOWN


def result_diff(plan: Plan) -> dict[str, Any]:
    """Return ``before`` and ``after`` of every record that changes, the same in check mode and in a run."""
    names = {(change.resource, change.name) for change in plan.changes}
    return {"before": _shown(plan.before, names), "after": _shown(plan.after, names)}


def _shown(state: State, names: Iterable[tuple[str, str]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for resource_name, name in sorted(names):
        section = section_of(resource_name)
        record = state.get(section.resource, name)
        records = shown.setdefault(section.name, {})
        if record is not None:
            records[name] = {key: value for key, value in record.items() if key != section.key.name}
    return shown


def duplicate_findings(desired_records: Sequence[DesiredRecord]) -> list[Finding]:
    """Return a finding for each key that is declared twice after normalising."""
    found: list[Finding] = []
    seen: dict[tuple[str, str], str] = {}
    for desired in desired_records:
        key = (desired.resource.name, desired.key)
        if key in seen:
            text = f"is declared twice (as {seen[key]!r} and {desired.name!r}); names are compared without case"
            found.append(Finding(text, resource=desired.resource.name, name=desired.name))
        seen.setdefault(key, desired.name)
    return found
