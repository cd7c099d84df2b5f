# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of every module that writes: read, plan, verify, apply, report.

It depends on neither Ansible nor a backend, so a module process and the controller's worker run the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Applied,
    Backend,
    Prepared,
    Prober,
    Session,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.last_applied_file import LastAppliedFile
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import record_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors, warnings
from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import (
    Noted,
    doubted,
    noted,
    settled,
    with_origins,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import (
    APPLIED,
    FAILED,
    HELD_BACK,
    PARTLY_APPLIED,
    PLANNED,
    REFUSED,
    UNCHANGED,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import (
    Compare,
    Plan,
    duplicate_findings,
    make_plan,
    result_diff,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge, purged_records
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.renames import (
    former_names,
    rename_findings,
    with_renames,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.rules import password_findings, rule_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import RENAMED_FROM
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import (
    Claims,
    undeclared_result,
    unknown_protected,
)
from ansible_collections.fincon.mail.plugins.module_utils._module import logins as verifying
from ansible_collections.fincon.mail.plugins.module_utils._module.holding import Kept, failure_text, hold_back
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target, probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message

_Noting = Callable[[Plan, Prepared, Sequence[DesiredRecord], Sequence[Change]], Applied]


@dataclass(frozen=True)
class Request:
    """The request of a module call.

    :param desired_records: the declared records. They hold secrets.
    :param update_password: when a password that is already set is sent.
    :param verify: level of the verification before anything is written.
    :param verify_failure: ``fail``, ``warn`` or ``skip``.
    :param probe_options: further settings of the probe.
    :param purge: what may be removed without being declared absent.
    :param claims: which lists are declared in full; ``None`` when this is not needed.
    """

    desired_records: tuple[DesiredRecord, ...] = field(repr=False)
    update_password: str = "on_change"
    verify: str = "auth"
    verify_failure: str = "fail"
    probe_options: Mapping[str, Any] = field(default_factory=dict)
    purge: Purge | None = None
    claims: Claims | None = None


def write(backend: Backend, request: Request, check_mode: bool, prober: Prober = probe_all) -> ModuleResult:
    """Bring an installation to the requested state.

    :param check_mode: do everything except the last step: write nothing.
    :raises FinconError: when nothing could be done.
    """
    notes = refuse_errors([*declared_findings(request.desired_records), *password_findings(request.desired_records)])
    with backend.open(writing=not check_mode) as session:
        last = LastAppliedFile(backend.notes)
        known = last.read()
        noting = partial(_noting, last, known or {})
        result = _brought(session, request, check_mode, prober, noting)
    result.values = with_origins(result.values, known, session.tells_passwords())
    result.warnings = notes + result.warnings
    return result


def _brought(session: Session, request: Request, check_mode: bool, prober: Prober, noting: _Noting) -> ModuleResult:
    """Bring an open installation to the requested state.

    :param noting: applies what is prepared, and notes it.
    """
    desired_records, plan, plan_notes = _planned(session, request)
    used_prober = session.prober(prober)
    logins = _logins(plan, request, verifying.declared_passwords(request.desired_records))
    verifications = probe_logins(logins, used_prober)
    verified, failure, verify_notes = _verified(logins, verifications, request)
    notes = [*session.description.warnings, *plan_notes, *verify_notes]
    kept = None
    if failure and request.verify_failure == "skip":
        checked = list(zip(logins, verifications))
        kept = _kept(session, plan, checked, desired_records, request, used_prober)
        plan = kept.plan
    elif failure:
        values = _stopped(plan, request, session, verified, Applied((), plan.changes))
        return ModuleResult(values, REFUSED, notes, failure)
    prepared = session.prepare(plan.changes)
    applied = Applied(plan.changes)
    if not check_mode:
        applied = noting(plan, prepared, desired_records, kept.changes if kept else ())
    notes += applied.warnings
    if applied.error:
        return _broken_off(_stopped(plan, request, session, verified, applied), applied, kept, notes)
    values = {**_values(plan, request, session, verified), **prepared.result}
    if kept is not None:
        return _partly_held(values, Applied((), plan.changes) if check_mode else applied, kept, notes)
    return ModuleResult(values, outcome_of(plan.changes, check_mode), notes)


def _planned(session: Session, request: Request) -> tuple[tuple[DesiredRecord, ...], Plan, list[str]]:
    """Return the desired records with those that a purge adds, the plan that leads to them, and notes.

    :raises FinconError: when there is no such plan, or the backend cannot carry it out.
    """
    desired_records = request.desired_records
    if request.purge is not None:
        desired_records += tuple(purged_records(session.state, desired_records, request.purge))
    kept_records = [desired for desired in desired_records if desired.present]
    session.fingerprints.declare(verifying.declared_passwords(kept_records))
    plan, notes = checked_plan(session.state, desired_records, session.fingerprints.compare, request.update_password)
    unsupported = session.unsupported(plan.changes)
    if unsupported:
        raise FinconError(unsupported)
    protect = request.claims.protect if request.claims else ()
    return desired_records, plan, [*notes, *unknown_protected(session.state, request.desired_records, protect)]


def _broken_off(values: dict[str, Any], applied: Applied, kept: Kept | None, notes: list[str]) -> ModuleResult:
    """The result of a call whose changes were not all applied."""
    planned = len(applied.applied) + len(applied.not_known) + len(applied.remaining)
    done = f"{len(applied.applied)} of {planned} changes were applied"
    unknown = f", {len(applied.not_known)} may have been" if applied.not_known else ""
    error = f"{applied.error}; {done}{unknown}, run again to apply the rest"
    if kept is not None:
        values = {**values, **_held_back(kept), "remaining": values["remaining"] + _dicts(kept.changes)}
        error = f"{error}\n{failure_text(kept.held)}"
    return ModuleResult(values, PARTLY_APPLIED if applied.applied else FAILED, notes, error)


def _partly_held(values: dict[str, Any], applied: Applied, kept: Kept, notes: list[str]) -> ModuleResult:
    """The result of a call that held changes back and applied the others."""
    done_and_left = {
        "applied": _dicts(applied.applied),
        "not_known": [],
        "remaining": _dicts(applied.remaining + kept.changes),
    }
    return ModuleResult({**values, **_held_back(kept), **done_and_left}, HELD_BACK, notes, failure_text(kept.held))


def _noting(
    last: LastAppliedFile,
    known: Noted,
    plan: Plan,
    prepared: Prepared,
    desired_records: Sequence[DesiredRecord],
    held: Sequence[Change],
) -> Applied:
    """Apply a plan, and note what was applied.

    :param known: what is noted so far.
    :param held: changes that are held back from the plan.
    """
    # A run that stops before it knows what was done leaves no wrong notes behind.
    doubt = doubted(known, plan.changes)
    last.write(doubt, known)
    applied = prepared.apply() if plan.changes else Applied(())
    certain = settled(doubt, known, applied.remaining)
    left = (*applied.remaining, *applied.not_known, *held)
    last.write(noted(certain, desired_records, plan.after, left), doubt)
    return applied


def _stopped(
    plan: Plan, request: Request, session: Session, verified: dict[str, Any] | None, applied: Applied
) -> dict[str, Any]:
    """The values of a call that did not carry out its whole plan."""
    return {
        **_values(plan, request, session, verified),
        # The current state is not the one that all changes would have led to.
        **session.prepare(applied.applied).result,
        "changed": bool(applied.applied),
        "applied": _dicts(applied.applied),
        "not_known": _dicts(applied.not_known),
        "remaining": _dicts(applied.remaining),
    }


def _dicts(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [change.as_dict() for change in changes]


def _held_back(kept: Kept) -> dict[str, Any]:
    return {"held_back": [one.as_dict() for one in kept.held]}


def _kept(
    session: Session,
    plan: Plan,
    checked: Sequence[tuple[verifying.Login, Mapping[str, Any]]],
    desired_records: Sequence[DesiredRecord],
    request: Request,
    prober: Prober,
) -> Kept:
    """Return what can be applied without the logins that failed."""

    def plan_of(records: Sequence[DesiredRecord]) -> Plan:
        return checked_plan(session.state, records, session.fingerprints.compare, request.update_password)[0]

    def check(tried: Plan, passwords: Mapping[tuple[str, str], str]) -> list[tuple[verifying.Login, Mapping[str, Any]]]:
        logins = _logins(tried, request, passwords)
        return list(zip(logins, probe_logins(logins, prober)))

    return hold_back(plan, checked, desired_records, plan_of, check)


def outcome_of(changes: Sequence[Change], check_mode: bool) -> str:
    """Return the outcome of a call that carried out its whole plan."""
    if not changes:
        return UNCHANGED
    return PLANNED if check_mode else APPLIED


def checked_plan(
    state: State, desired_records: Sequence[DesiredRecord], compare: Compare, update_password: str = "on_change"
) -> tuple[Plan, list[str]]:
    """Return the plan and what to warn of.

    :raises InvalidRecordsError: when the desired records are not compatible with what is installed.
    """
    records, unmade = with_renames(state, desired_records)
    plan = make_plan(state, records, compare, update_password)
    return plan, refuse_errors([*unmade, *plan.findings, *_rule_findings(plan, records)])


def changed_values(plan: Plan) -> dict[str, Any]:
    """Return the part of a plan that the result of every module that writes contains."""
    return {
        "changed": bool(plan.changes),
        "diff": result_diff(plan),
        "changes": [change.as_dict() for change in plan.changes],
    }


def probe_logins(logins: Sequence[verifying.Login], prober: Prober) -> list[dict[str, Any]]:
    """Probe the logins, each at its own level, and return their verifications in the same order."""
    found: dict[int, dict[str, Any]] = {}
    for reached in sorted({login.level for login in logins}):
        places = [place for place, login in enumerate(logins) if login.level == reached]
        targets = [Target(logins[place].settings, logins[place].label) for place in places]
        found.update(zip(places, prober(targets, reached)))
    return [found[place] for place in range(len(logins))]


def server_warnings(verified: Mapping[str, Any]) -> list[str]:
    """Return the warnings about the mail servers, each once."""
    targets = verified.get("targets", [verified])
    found = [
        f"{target['mail_server']}: {item['cause']} {item['hint']}" for target in targets for item in target["warnings"]
    ]
    return list(dict.fromkeys(found))


def first_failure(verified: Mapping[str, Any]) -> str:
    """The three lines of the first failure and whom it concerns, and how many more failures there are."""
    failed = [target for target in verified["targets"] if not target["ok"]]
    who = ", ".join(failed[0]["users"]) or failed[0]["smtp_server"]
    more = f"{len(failed) - 1} more {'logins' if len(failed) > 2 else 'login'} failed; see verification.targets"
    return f"{who}: {message(failed[0])}" + (f"\n({more})" if len(failed) > 1 else "")


def relogin_users(changes: Sequence[Change]) -> list[str]:
    """Return the users who must log out and in again: Fincon reads a user's settings at login only."""
    return sorted({change.name for change in changes if change.resource in (MAIL_USER.name, MAIL_ENABLED.name)})


def declared_findings(desired_records: Sequence[DesiredRecord]) -> list[Finding]:
    """Return what is wrong with desired records, without looking at what is installed."""
    found = duplicate_findings(desired_records) + rename_findings(desired_records)
    for desired in desired_records:
        named = {desired.resource.key.name: desired.name, RENAMED_FROM.name: desired.renamed_from or None}
        fields = (desired.resource.key, *desired.resource.fields, RENAMED_FROM)
        found += record_findings(desired.resource, {**named, **desired.values}, fields)
    return found


def _rule_findings(plan: Plan, desired_records: Sequence[DesiredRecord]) -> list[Finding]:
    concerned = {(desired.resource.name, desired.key) for desired in desired_records}
    deleted = {desired.key for desired in desired_records if desired.resource is SMTP_SERVER and not desired.present}
    return rule_findings(plan.after, concerned, True, deleted, former_names(desired_records))


def refuse_errors(findings: Sequence[Finding]) -> list[str]:
    """Return the warnings among the findings.

    :raises InvalidRecordsError: when one of them is an error.
    """
    found = errors(findings)
    if found:
        raise InvalidRecordsError(found)
    return [str(finding) for finding in warnings(findings)]


def _logins(plan: Plan, request: Request, passwords: Mapping[tuple[str, str], str]) -> list[verifying.Login]:
    return verifying.logins_of_changes(plan.after, plan.changes, passwords, request.verify, request.probe_options)


def _verified(
    logins: Sequence[verifying.Login], verifications: Sequence[Mapping[str, Any]], request: Request
) -> tuple[dict[str, Any] | None, str, list[str]]:
    """Return the verification of the planned settings, why they must not be applied, and what to warn of."""
    verified = verifying.summary(logins, verifications, request.verify)
    if verified is None:
        return None, "", []
    notes = [f"{', '.join(login.label)}: {login.reduced}" for login in logins if login.reduced]
    notes += server_warnings(verified)
    if verified["ok"]:
        return verified, "", notes
    if request.verify_failure == "warn":
        return verified, "", [*notes, first_failure(verified)]
    return verified, first_failure(verified), notes


def _values(plan: Plan, request: Request, session: Session, verified: dict[str, Any] | None) -> dict[str, Any]:
    claims = request.claims
    return {
        **changed_values(plan),
        "unverified": [
            {"resource": resource, "name": name, "field": field} for resource, name, field in plan.unverified
        ],
        "verification": verified,
        "relogin_users": relogin_users(plan.changes),
        "backend": session.description.as_dict(),
        **({"undeclared": undeclared_result(plan.after, request.desired_records, claims)} if claims else {}),
    }
