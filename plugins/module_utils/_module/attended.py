# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_mail_confirm`` and ``fincon_mail_import``: noting what a person did at an attended site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.confirming import (
    NOTHING_ELSE,
    Said,
    confirm,
    fill,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.csv_records import read_csv
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_shape import is_day
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import differences, fingerprint_key
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import TEXT_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import APPLIED, PLANNED
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints, fingerprint
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import Plan
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import (
    changed_values,
    checked_plan,
    declared_findings,
    outcome_of,
    refuse_errors,
    relogin_users,
)


def confirm_order(
    backend: Backend,
    number: int,
    items: Sequence[int] | None,
    by: str,
    check_mode: bool,
    said: Said = NOTHING_ELSE,
) -> ModuleResult:
    """Note that items of an order were typed in.

    :param number: number of the order.
    :param items: numbers of its items; ``None`` for all that are left.
    :param by: who says so; may be empty.
    :param said: further details of the work.
    :raises FinconError: when it cannot be confirmed, or the backend of this installation has no confirmations.
    """
    attended = _attended(backend, "there is nothing to confirm")
    _refuse_lines("by", by, "a name")
    _refuse_lines("remarks", said.remarks, "text")
    for _item, reason in said.not_done:
        _refuse_lines("not_done.reason", reason, "text")
    for name, day in (("done_on", said.done_on), ("ordered", said.ordered)):
        if day and not is_day(day):
            raise FinconError(f"{name} must be a day, such as 2026-11-24")
    with attended.open(writing=not check_mode) as session:
        ledger, confirmed = confirm(session.ledger, number, items, session.today, by.strip(), said)
        if not check_mode:
            session.keep(ledger)
    changes = [item.change for item in confirmed]
    result = _noted(
        session.installed,
        changes,
        check_mode,
        confirmed=[item.as_dict() for item in confirmed],
        work_order=ledger.order.as_dict() if ledger.order else None,
        relogin_users=relogin_users(changes),
    )
    if ledger is not session.ledger and not changes:
        # Remarks and reasons alone change the ledger and nothing in Fincon.
        result.outcome = PLANNED if check_mode else APPLIED
        result.values["changed"] = True
    return result


def _refuse_lines(option: str, text: str, what: str) -> None:
    if not re.search(TEXT_PATTERN, text):
        raise FinconError(f"{option} must be {what} on one line, without control characters")


def import_declared(backend: Backend, desired_records: Sequence[DesiredRecord], check_mode: bool) -> ModuleResult:
    """Fill an empty ledger with the declared records, as if a person had confirmed them all.

    :raises FinconError: when the records have errors, or the ledger is not empty.
    """
    attended = _attended(backend, "there is no ledger to fill")
    refuse_errors(declared_findings(desired_records))
    with attended.open(writing=not check_mode) as session:
        compare = Fingerprints(session.ledger.fingerprints).compare
        plan, _warnings = checked_plan(session.installed, desired_records, compare)
        prints = {} if check_mode else _fingerprints(plan.changes)
        ledger = fill(session.ledger, plan.changes, prints)
        if not check_mode:
            session.keep(ledger)
    return _noted(session.installed, plan.changes, check_mode)


def import_csv(backend: Backend, files: Sequence[tuple[str, str]], check_mode: bool) -> ModuleResult:
    """Fill an empty ledger with the records of CSV files.

    :param files: name and text of each.
    :raises FinconError: when the files have errors, or the ledger is not empty.
    """
    attended = _attended(backend, "there is no ledger to fill")
    noted = read_csv(files)
    with attended.open(writing=not check_mode) as session:
        changes = differences(session.installed, noted, {})
        ledger = fill(session.ledger, changes, {})
        if not check_mode:
            session.keep(ledger)
    return _noted(session.installed, changes, check_mode)


def _fingerprints(changes: Sequence[Change]) -> dict[str, str]:
    return {
        fingerprint_key(change): fingerprint(secret)
        for change in changes
        for secret in change.secrets.values()
        if secret
    }


def _attended(backend: Backend, so: str) -> AttendedBackend:
    if isinstance(backend, AttendedBackend):
        return backend
    raise FinconError(f"{so} here: only an installation with the attended backend has a ledger")


def _noted(before: State, changes: Sequence[Change], check_mode: bool, **further: Any) -> ModuleResult:
    """The changes of a ledger, in the result shape of every module that writes."""
    values = {**changed_values(Plan(before, before.after(changes), tuple(changes))), **further}
    return ModuleResult(values, outcome_of(changes, check_mode))
