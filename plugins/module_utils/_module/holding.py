# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""``verify_failure: skip``: which declared records are held back, so that the others can be applied. Pure.

Here too, settings that fail never replace settings that work. The change that causes a failing login is held back: the
user's own change if the login is the user's, otherwise the change of the definition. The rest is planned and verified
again, since it may lead to other settings than before, until everything that is left passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import Plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, Change, DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import Login, declared_passwords, is_probed
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import BEFORE_LOGIN
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message

#: Resource and normal key of a record.
Key = tuple[str, str]
Verification = Mapping[str, Any]
#: ``check(plan, passwords)`` returns each login that the plan touches with its verification.
Check = Callable[[Plan, Mapping[Key, str]], "list[tuple[Login, Verification]]"]
_LOGIN = ("username", "password")


@dataclass(frozen=True)
class Held:
    """A declared record that is held back.

    :param fields: the fields that are held back; empty for the whole record.
    :param cause: why, without any secret. It may have several lines.
    """

    resource: str
    name: str
    cause: str
    fields: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Resource and normal key of the record."""
        return self.resource, normal_key(RESOURCES[self.resource], self.name)

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result shows it."""
        return {"resource": self.resource, "name": self.name, "fields": list(self.fields), "cause": self.cause}


@dataclass(frozen=True)
class Kept:
    """The result of holding back the failing logins.

    :param plan: what can be applied; everything in it passed.
    :param held: the records that are held back, each with its change.
    :param changes: the changes that are held back.
    """

    plan: Plan
    held: tuple[Held, ...]
    changes: tuple[Change, ...]


def hold_back(
    first: Plan,
    checked: Sequence[tuple[Login, Verification]],
    desired_records: Sequence[DesiredRecord],
    plan_of: Callable[[Sequence[DesiredRecord]], Plan],
    check: Check,
) -> Kept:
    """Hold back declared records until the rest passes.

    :param first: the plan for all of them.
    :param checked: the verifications of its logins.
    :param desired_records: the declared records, and those that a purge removes.
    :param plan_of: makes a plan of fewer records; raises :class:`InvalidRecordsError`.
    """
    unchanged = _unchanged_passwords(first, desired_records)
    active, held, plan = list(desired_records), {}, first
    found = _failures(plan, checked, active)
    while found:
        held.update({one.key: one for one in found if not one.fields or one.key not in held})
        active = _without(active, found)
        try:
            plan = plan_of(active)
        except InvalidRecordsError as exc:
            found = _dependents(exc.findings, active, held)
            continue
        found = _failures(plan, check(plan, {**unchanged, **declared_passwords(active)}), active)
    planned = {_key(change) for change in plan.changes}
    changes = tuple(
        _held_part(change, held.get(_key(change)))
        for change in first.changes
        if _key(change) in held or _key(change) not in planned
    )
    concerned = {_key(change) for change in changes}
    return Kept(plan, tuple(one for key, one in held.items() if key in concerned), changes)


def failure_text(held: Iterable[Held]) -> str:
    """Return the failure of a call that held records back."""
    lines = [f"{RESOURCES[one.resource].title} {one.name}{_fields_text(one)}: {one.cause}" for one in held]
    return "\n".join(["held back, and not applied or ordered:", *lines])


def _fields_text(one: Held) -> str:
    return f" ({' and '.join(one.fields)} only)" if one.fields else ""


def _failures(plan: Plan, checked: Sequence[tuple[Login, Verification]], active: Sequence[DesiredRecord]) -> list[Held]:
    """Return what to hold back because of the logins that failed."""
    found: dict[Key, Held] = {}
    probed = {_key(change): change for change in plan.changes if change.action != DELETE and is_probed(change)}
    declared = {(desired.resource.name, desired.key): desired for desired in active}
    passed = {login.smtp_server for login, verified in checked if verified["ok"] and _is_own(plan, login)}
    for login, verified in checked:
        if verified["ok"]:
            continue
        server = (SMTP_SERVER.name, normal_key(SMTP_SERVER, login.smtp_server))
        users = [(MAIL_USER.name, normal_key(MAIL_USER, name)) for name in login.users]
        changed = [key for key in users if key in probed and key in declared]
        cause = message(verified)
        fields: tuple[str, ...] = ()
        if server in probed and verified["failed_stage"] in BEFORE_LOGIN:
            at_fault = [server]
        elif not changed or (server in probed and _is_shared(plan, login, verified)):
            at_fault = [server, *changed]
            is_new = server in probed and probed[server].action == CREATE
            if is_new and login.smtp_server in passed and server in declared and _has_login(declared[server]):
                # Users with their own login need the definition, but not the login that failed.
                fields = _LOGIN
        else:
            at_fault = changed
        for key in at_fault:
            name = login.smtp_server if key == server else probed[key].name
            found.setdefault(key, Held(key[0], name, cause, fields if key == server else ()))
    at_hand = [one for one in found.values() if one.key in declared]
    return _with_switches(at_hand or (_everything(active) if found else []), active)


def _is_own(plan: Plan, login: Login) -> bool:
    """Whether a login belongs to a user, and not to the definition."""
    records = [plan.after.get(MAIL_USER, name) or {} for name in login.users]
    return any(record.get("username") for record in records)


def _is_shared(plan: Plan, login: Login, verified: Verification) -> bool:
    """Whether the definition caused the failure: after the login, the server judges the user's sender address."""
    return not _is_own(plan, login) and verified["failed_stage"] == "auth"


def _has_login(desired: DesiredRecord) -> bool:
    return any(desired.values.get(name) for name in _LOGIN)


def _with_switches(found: Sequence[Held], active: Sequence[DesiredRecord]) -> list[Held]:
    """E-mail is not switched on for a user whose settings are held back."""
    users = {one.key[1] for one in found if one.resource == MAIL_USER.name}
    switches = [
        Held(MAIL_ENABLED.name, desired.name, "the settings of the user are held back")
        for desired in active
        if desired.resource is MAIL_ENABLED and desired.key in users and desired.values.get("email_enabled") is True
    ]
    return [*found, *switches]


def _dependents(findings: Iterable[Finding], active: Sequence[DesiredRecord], held: Mapping[Key, Held]) -> list[Held]:
    """Return what cannot be applied without the records that are already held back."""
    found: dict[Key, Held] = {}
    for finding in findings:
        for desired in active:
            if (desired.resource.name, desired.key) == _place(finding):
                cause = _dependence(finding, desired, held)
            elif desired.renamed_from:
                # The further changes that a rename needs are not declared: the rename is held back as a whole.
                cause = f"cannot be renamed without what is held back: {finding}"
            else:
                continue
            found.setdefault((desired.resource.name, desired.key), Held(desired.resource.name, desired.name, cause))
    return _with_switches(list(found.values()) or _everything(active), active)


def _dependence(finding: Finding, desired: DesiredRecord, held: Mapping[Key, Held]) -> str:
    link = str(desired.values.get("smtp_server") or "")
    if desired.resource is MAIL_USER and (SMTP_SERVER.name, normal_key(SMTP_SERVER, link)) in held:
        return f"is linked to {link!r}, which is held back"
    if desired.resource is SMTP_SERVER and not desired.present:
        return "a user who is held back is still linked to it"
    return f"cannot be applied without what is held back: {finding.message}"


def _everything(active: Iterable[DesiredRecord]) -> list[Held]:
    return [Held(desired.resource.name, desired.name, "depends on what is held back") for desired in active]


def _without(active: Iterable[DesiredRecord], found: Iterable[Held]) -> list[DesiredRecord]:
    taken = {one.key: one.fields for one in found}
    left = []
    for desired in active:
        fields = taken.get((desired.resource.name, desired.key))
        if fields is None:
            left.append(desired)
        elif fields:
            left.append(replace(desired, values={k: v for k, v in desired.values.items() if k not in fields}))
    return left


def _held_part(change: Change, held: Held | None) -> Change:
    if held is None or not held.fields:
        return change
    return replace(change, fields=tuple(item for item in change.fields if item.field in held.fields))


def _unchanged_passwords(plan: Plan, desired_records: Iterable[DesiredRecord]) -> dict[Key, str]:
    """Return the declared passwords that are already set: they are known even if the record is held back."""
    changed = {_key(change) for change in plan.changes if "password" in change.secrets}
    return {key: secret for key, secret in declared_passwords(desired_records).items() if key not in changed}


def _key(change: Change) -> Key:
    return change.resource, normal_key(RESOURCES[change.resource], change.name)


def _place(finding: Finding) -> Key:
    resource = RESOURCES.get(finding.resource)
    return (finding.resource, normal_key(resource, finding.name)) if resource else ("", "")
