# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""From the desired records and what is installed to the list of changes. Pure: nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
    same_value,
    section_of,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    DesiredRecord,
    FieldChange,
    State,
    blank,
    empty_value,
    is_blank,
)

UPDATE_PASSWORD = ("on_change", "always", "on_create")

#: A definition must exist before a user is linked to it, and be unlinked before it is deleted.
_ORDER = {
    (SMTP_SERVER.name, True): 0,
    (MAIL_USER.name, True): 1,
    (MAIL_ENABLED.name, True): 2,
    (MAIL_USER.name, False): 3,
    (SMTP_SERVER.name, False): 4,
}

#: ``compare(resource, key, password)`` returns SAME, DIFFERENT or UNKNOWN of ``passwords.py``.
Compare = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Plan:
    """What has to be done.

    :param before: the state as it was read.
    :param after: the state once all changes are applied.
    :param changes: the changes in the order in which they have to be applied.
    :param unverified: changes of a password of which nobody knows whether it differs.
    :param findings: desired records that cannot be fulfilled.
    """

    before: State
    after: State
    changes: tuple[Change, ...] = ()
    unverified: tuple[tuple[str, str, str], ...] = ()
    findings: tuple[Finding, ...] = ()


def make_plan(
    current: State, desired_records: Iterable[DesiredRecord], compare: Compare, update_password: str = "on_change"
) -> Plan:
    """Return what leads from the current state to the desired records.

    :param current: what is installed.
    :param desired_records: the declared records; fields that are left out are left alone.
    :param compare: tells whether a declared password is the one that was sent last.
    :param update_password: one of :data:`UPDATE_PASSWORD`.
    """
    changes: list[Change] = []
    unverified: list[tuple[str, str, str]] = []
    findings: list[Finding] = []
    for desired in sorted(desired_records, key=lambda desired: _ORDER[desired.resource.name, desired.present]):
        findings += _impossible(current, desired)
        fields, secrets, unknown = _differences(current, desired, compare, update_password)
        unverified += [(desired.resource.name, _name(current, desired), field) for field in unknown]
        if fields or _removes_empty_definition(current, desired):
            name = _name(current, desired)
            changes.append(Change(desired.resource.name, name, _action(current, desired), tuple(fields), secrets))
    return Plan(current, current.after(changes), tuple(changes), tuple(unverified), tuple(findings))


def _name(current: State, desired: DesiredRecord) -> str:
    """The name as the installation writes it, since names are compared without case and kept as written."""
    record = current.get(desired.resource, desired.name)
    return record[desired.resource.key.name] if record else written_key(desired.resource, desired.name)


def _is_new(current: State, desired: DesiredRecord) -> bool:
    record = current.get(desired.resource, desired.name)
    return is_blank(record) if desired.resource is MAIL_USER else record is None and desired.resource is SMTP_SERVER


def _action(current: State, desired: DesiredRecord) -> str:
    if not desired.present:
        return DELETE
    return CREATE if _is_new(current, desired) else UPDATE


def _removes_empty_definition(current: State, desired: DesiredRecord) -> bool:
    """A definition is removed even when nothing was entered in it, so that no field differs."""
    return (
        not desired.present and desired.resource is SMTP_SERVER and current.get(SMTP_SERVER, desired.name) is not None
    )


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


def _differences(
    current: State, desired: DesiredRecord, compare: Compare, update_password: str
) -> tuple[list[FieldChange], dict[str, str], list[str]]:
    """Return the fields that differ, the passwords to send, and the fields that nobody can compare."""
    record = current.get(desired.resource, desired.name) or _unset(desired)
    wanted = _wanted(current, desired)
    fields: list[FieldChange] = []
    secrets: dict[str, str] = {}
    unverified: list[str] = []
    for row in desired.resource.fields:
        if row.name not in wanted:
            continue
        have, want = record.get(row.name, empty_value(row)), wanted[row.name]
        if not row.secret:
            if not same_value(row, have, want):
                fields.append(FieldChange(row.name, have, want))
            continue
        word, unknown = _password_change(desired, have, want, compare, update_password)
        if word:
            fields.append(FieldChange(row.name, have, word))
            secrets[row.name] = want
        if unknown:
            unverified.append(row.name)
    return fields, secrets, unverified


def _unset(desired: DesiredRecord) -> dict[str, Any]:
    """What a record that does not exist holds: no number and no flag, so that a new one states each of them."""
    record = blank(desired.resource, desired.name)
    if desired.present:
        record.update({row.name: None for row in desired.resource.fields if row.kind in ("flag", "integer")})
    return record


def _wanted(current: State, desired: DesiredRecord) -> dict[str, Any]:
    """The declared values; for a new record the defaults of what is left out; for a removal, everything empty."""
    if not desired.present:
        return {row.name: "" if row.secret else empty_value(row) for row in desired.resource.fields}
    declared = {name: value for name, value in desired.values.items() if value is not None}
    if not _is_new(current, desired):
        return declared
    return {**{row.name: row.default for row in desired.resource.fields if row.default is not None}, **declared}


def _password_change(
    desired: DesiredRecord, have: str, want: str, compare: Compare, update_password: str
) -> tuple[str, bool]:
    """Return the word for what will become of a password, empty when nothing; and whether nobody can compare it."""
    if want == "":
        return (passwords.UNSET if have == passwords.SET else ""), False
    if have == passwords.UNSET:
        return passwords.SET, False
    if update_password == "always":
        return passwords.WILL_CHANGE, False
    if update_password == "on_create":
        return "", False
    known = compare(desired.resource.name, desired.key, want)
    return ("" if known == passwords.SAME else passwords.WILL_CHANGE), known == passwords.UNKNOWN


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


def sequence_findings(desired_records: Sequence[DesiredRecord]) -> list[Finding]:
    """Return a finding for each key that is declared twice after normalising."""
    found: list[Finding] = []
    seen: dict[tuple[str, str], str] = {}
    for desired in desired_records:
        place = (desired.resource.name, desired.key)
        if place in seen:
            text = f"is declared twice (as {seen[place]!r} and {desired.name!r}); names are compared without case"
            found.append(Finding(text, resource=desired.resource.name, name=desired.name))
        seen.setdefault(place, desired.name)
    return found
