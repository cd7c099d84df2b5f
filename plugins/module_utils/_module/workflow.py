# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of every module that writes: read, plan, verify, apply, report.

It knows neither Ansible nor a backend, so a module process and the controller's worker run the same code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Applied, Backend, Prober, Session
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import record_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors, warnings
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import (
    APPLIED,
    FAILED,
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
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import Claims, undeclared_result
from ansible_collections.fincon.mail.plugins.module_utils._module import logins as verifying
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target, probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message


@dataclass(frozen=True)
class Request:
    """What a module call asks for.

    :param desired_records: the declared records. Hold secrets.
    :param update_password: when a password that is set already is sent.
    :param verify: level of the verification before anything is written.
    :param verify_failure: ``fail`` or ``warn``.
    :param probe_options: further settings of the probe.
    :param purge: what may be removed though nobody named it.
    :param claims: which lists are declared in full; ``None`` when that is not asked.
    """

    desired_records: tuple[DesiredRecord, ...] = field(repr=False)
    update_password: str = "on_change"
    verify: str = "auth"
    verify_failure: str = "fail"
    probe_options: Mapping[str, Any] = field(default_factory=dict)
    purge: Purge | None = None
    claims: Claims | None = None


def write(backend: Backend, request: Request, check_mode: bool, prober: Prober = probe_all) -> ModuleResult:
    """Bring an installation to what was asked for.

    :param check_mode: everything but the last step: nothing is written.
    :raises FinconError: when nothing could be done at all.
    """
    notes = refuse_errors([*declared_findings(request.desired_records), *password_findings(request.desired_records)])
    with backend.open(writing=not check_mode) as session:
        desired_records = request.desired_records
        if request.purge is not None:
            desired_records += tuple(purged_records(session.state, desired_records, request.purge))
        plan, plan_notes = checked_plan(
            session.state, desired_records, session.fingerprints.compare, request.update_password
        )
        unsupported = session.unsupported(plan.changes)
        if unsupported:
            raise FinconError(unsupported)
        verified, failure, verify_notes = _verify(plan, request, session.prober(prober))
        notes += [*session.description.warnings, *plan_notes, *verify_notes]
        if failure:
            values = _stopped(plan, request, session, verified, Applied((), plan.changes))
            return ModuleResult(values, REFUSED, notes, failure)
        prepared = session.prepare(plan.changes)
        applied = Applied(plan.changes) if check_mode or not plan.changes else prepared.apply()
        notes += applied.warnings
        if applied.error:
            outcome = PARTLY_APPLIED if applied.applied else FAILED
            done = f"{len(applied.applied)} of {len(plan.changes)} changes were applied"
            unknown = f", {len(applied.not_known)} may have been" if applied.not_known else ""
            error = f"{applied.error}; {done}{unknown}, run again to apply the rest"
            return ModuleResult(_stopped(plan, request, session, verified, applied), outcome, notes, error)
        values = {**_values(plan, request, session, verified), **prepared.result}
        return ModuleResult(values, outcome_of(plan.changes, check_mode), notes)


def _stopped(
    plan: Plan, request: Request, session: Session, verified: dict[str, Any] | None, applied: Applied
) -> dict[str, Any]:
    """The values of a call that did not do all of its plan."""
    return {
        **_values(plan, request, session, verified),
        # What all changes would have led to is not what there is now.
        **session.prepare(applied.applied).result,
        "changed": bool(applied.applied),
        "applied": [change.as_dict() for change in applied.applied],
        "not_known": [change.as_dict() for change in applied.not_known],
        "remaining": [change.as_dict() for change in applied.remaining],
    }


def outcome_of(changes: Sequence[Change], check_mode: bool) -> str:
    """Return the outcome of a call that did all that it planned."""
    if not changes:
        return UNCHANGED
    return PLANNED if check_mode else APPLIED


def checked_plan(
    state: State, desired_records: Sequence[DesiredRecord], compare: Compare, update_password: str = "on_change"
) -> tuple[Plan, list[str]]:
    """Return the plan and what to warn of.

    :raises InvalidRecordsError: when the desired records do not go together with what is installed.
    """
    records, unmade = with_renames(state, desired_records)
    plan = make_plan(state, records, compare, update_password)
    return plan, refuse_errors([*unmade, *plan.findings, *_rule_findings(plan, records)])


def changed_values(plan: Plan) -> dict[str, Any]:
    """Return what a result holds of a plan in every module that writes."""
    return {
        "changed": bool(plan.changes),
        "diff": result_diff(plan),
        "changes": [change.as_dict() for change in plan.changes],
    }


def probe_logins(logins: Sequence[verifying.Login], prober: Prober) -> list[dict[str, Any]]:
    """Probe the logins, each at its own level, and return their verifications in the same sequence."""
    found: dict[int, dict[str, Any]] = {}
    for reached in sorted({login.level for login in logins}):
        places = [place for place, login in enumerate(logins) if login.level == reached]
        targets = [Target(logins[place].settings, logins[place].label) for place in places]
        found.update(zip(places, prober(targets, reached)))
    return [found[place] for place in range(len(logins))]


def server_warnings(verified: Mapping[str, Any]) -> list[str]:
    """Return what is worth a look at the mail servers, each once."""
    targets = verified.get("targets", [verified])
    found = [
        f"{target['mail_server']}: {item['cause']} {item['hint']}" for target in targets for item in target["warnings"]
    ]
    return list(dict.fromkeys(found))


def first_failure(verified: Mapping[str, Any]) -> str:
    """The three lines of the first failure, and for whom; how many more there are."""
    failed = [target for target in verified["targets"] if not target["ok"]]
    who = ", ".join(failed[0]["users"]) or failed[0]["smtp_server"]
    more = f"\n({len(failed) - 1} more logins failed; see verification.targets)" if len(failed) > 1 else ""
    return f"{who}: {message(failed[0])}{more}"


def relogin_users(changes: Sequence[Change]) -> list[str]:
    """Return the users who must log out and in again: Fincon reads a user's settings at login only."""
    return sorted({change.name for change in changes if change.resource in (MAIL_USER.name, MAIL_ENABLED.name)})


def declared_findings(desired_records: Sequence[DesiredRecord]) -> list[Finding]:
    """Return what is wrong with desired records by themselves."""
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


def _verify(plan: Plan, request: Request, prober: Prober) -> tuple[dict[str, Any] | None, str, list[str]]:
    """Return the verification of the planned settings, why they must not be applied, and what to warn of."""
    passwords = verifying.declared_passwords(request.desired_records)
    logins = verifying.logins_of_changes(plan.after, plan.changes, passwords, request.verify, request.probe_options)
    verified = verifying.summary(logins, probe_logins(logins, prober), request.verify)
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
