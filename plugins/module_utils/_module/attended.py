# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_mail_confirm`` and ``fincon_mail_import``: noting what a person did at an attended site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.confirming import confirm, fill
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.csv_records import read_csv
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import (
    Item,
    Order,
    differences,
    place_of,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend, Description, Report, Snapshot
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import TEXT_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints, fingerprint
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import Plan, diff
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Outcome, Request, relogin_users, write


def confirm_order(backend: Backend, number: int, items: Sequence[int] | None, by: str, check_mode: bool) -> Outcome:
    """Note that items of an order were typed in.

    :param number: number of the order.
    :param items: numbers of its items; ``None`` for all that are left.
    :param by: who says so; may be empty.
    :raises FinconError: when that cannot be confirmed, or nobody confirms anything at this installation.
    """
    attended = _attended(backend, "there is nothing to confirm")
    if not re.search(TEXT_PATTERN, by):
        raise FinconError("by must be a name on one line, without control characters")
    before = attended.read(writing=not check_mode).installed
    ledger, confirmed = confirm(attended.ledger, number, items, attended.today, by.strip())
    if not check_mode:
        attended.keep(ledger)
    return Outcome(_confirmed(before, confirmed, ledger.order))


def import_declared(backend: Backend, desired_records: Sequence[DesiredRecord], check_mode: bool) -> Outcome:
    """Fill an empty ledger with the declared records, as if somebody had confirmed them all.

    :raises FinconError: when the records are at fault, or the ledger is not empty.
    """
    filling = _Filling(_attended(backend, "there is no ledger to fill"))
    outcome = write(filling, Request(tuple(desired_records), verify="none"), check_mode)
    told = ("changed", "diff", "changes", "applied", "remaining")
    return Outcome({key: outcome.result[key] for key in told if key in outcome.result}, [], outcome.failure)


def import_csv(backend: Backend, files: Sequence[tuple[str, str]], check_mode: bool) -> Outcome:
    """Fill an empty ledger with what somebody noted in CSV files.

    :param files: name and text of each.
    :raises FinconError: when the files are at fault, or the ledger is not empty.
    """
    attended = _attended(backend, "there is no ledger to fill")
    noted = read_csv(files)
    before = attended.read(writing=not check_mode).installed
    changes = differences(before, noted, {})
    ledger = fill(attended.ledger, changes, {})
    if not check_mode:
        attended.keep(ledger)
    return Outcome(_noted(before, changes))


class _Filling(Backend):
    """An attended installation whose changes are noted as done rather than ordered."""

    def __init__(self, attended: AttendedBackend) -> None:
        self._attended = attended
        self.fingerprints = Fingerprints()

    def describe(self) -> Description:
        return self._attended.describe()

    def read(self, writing: bool = False) -> Snapshot:
        confirmed = self._attended.read(writing).installed
        self.fingerprints = Fingerprints(self._attended.ledger.fingerprints)
        return Snapshot(confirmed)

    def foretell(self, changes: Sequence[Change]) -> dict[str, Any]:
        # Check mode refuses what the run refuses.
        fill(self._attended.ledger, changes, {})
        return {}

    def apply(self, changes: Sequence[Change]) -> Report:
        prints = {
            place_of(change): fingerprint(secret) for change in changes for secret in change.secrets.values() if secret
        }
        self._attended.keep(fill(self._attended.ledger, changes, prints))
        return Report(tuple(changes))

    def close(self) -> None:
        self._attended.close()


def _attended(backend: Backend, so: str) -> AttendedBackend:
    if isinstance(backend, AttendedBackend):
        return backend
    raise FinconError(f"{so} here: only an installation with the attended backend has a ledger")


def _confirmed(before: State, items: Sequence[Item], order: Order | None) -> dict[str, Any]:
    changes = [item.change for item in items]
    return {
        **_noted(before, changes),
        "confirmed": [item.as_dict() for item in items],
        "work_order": order.as_dict() if order else None,
        "relogin_users": relogin_users(changes),
    }


def _noted(before: State, changes: Sequence[Change]) -> dict[str, Any]:
    """What every module tells of changes, in the same shape."""
    plan = Plan(before, before.after(changes), tuple(changes))
    return {"changed": bool(changes), "diff": diff(plan), "changes": [change.as_dict() for change in changes]}
