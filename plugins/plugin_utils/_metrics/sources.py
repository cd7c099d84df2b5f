# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings of the playbooks, as metrics. Pure. No label or value contains a secret or is derived from one.

The names are part of the interface: users' alert rules contain them. ``docs/metrics.md`` describes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import Family, seconds, stateset
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import STATES

_DAY = 86400

#: What an audit mailbox shows about a user.
VERDICTS = ("proven", "differs", "silent", "unknown")


def drift_metrics(document: Mapping[str, Any]) -> list[Family]:
    """Return the metrics of a drift report.

    :param document: has the shape of ``schemas/drift-report.schema.json``.
    """
    branches = Family("drift_branches", "Branches in each state.")
    for state in STATES:
        branches.add(document["counts"][state], state=state)
    state_of = Family("drift_branch_state", "Whether a branch is in this state.")
    differences = Family("drift_differences", "Fields and records that differ from what is declared.")
    pending = Family("drift_pending_items", "Items of work orders that are not confirmed.")
    unverified = Family("drift_unverified_passwords", "Passwords without a fingerprint.")
    for entry in document["branches"]:
        labels = {"branch": entry["branch"], "region": entry["region"]}
        stateset(state_of, STATES, entry["state"], labels)
        for family, key in ((differences, "differences"), (pending, "pending"), (unverified, "unverified")):
            family.add(sum(len(record.get(key, ())) for record in entry["records"]), **labels)
    made = _made("drift", document["generated"], "report")
    return [made, branches, state_of, differences, pending, unverified]


def status_metrics(report: Mapping[str, Any]) -> list[Family]:
    """Return the metrics of the open work orders.

    :param report: the JSON of ``status``.
    """
    items = Family("status_work_order_items", "Items of an open work order that are not confirmed.")
    since = Family("status_work_order_since_timestamp_seconds", "Day of the oldest of these items.")
    overdue = Family("status_work_order_overdue", "Whether an open work order is past its due date.")
    readable = Family("status_ledger_readable", "Whether the ledger of a branch could be read.")
    for one in report["branches"]:
        readable.add(float(not one["problem"]), branch=one["branch"])
        if one["order"] is not None:
            labels = {"branch": one["branch"], "work_order": one["name"]}
            items.add(one["items_left"], **labels)
            since.add(seconds(one["since"]), **labels)
            overdue.add(float(one["overdue"]), **labels)
    return [_made("status", report["generated"], "list"), items, since, overdue, readable]


def verify_metrics(results: Mapping[str, Mapping[str, Any]], generated: str) -> list[Family]:
    """Return the metrics of a fleet's verifications.

    :param results: the result of ``fincon_smtp_probe`` of each branch; empty for a branch that was not reached.
    :param generated: when it was verified, UTC, as ISO 8601.
    """
    verified = Family("verify_branch_verified", "Whether the logins of a branch could be verified at all.")
    logins = Family("verify_logins", "Logins by the result of their verification.")
    failures = Family("verify_failures", "Logins that failed, by diagnosis.")
    valid: dict[str, float] = {}
    for branch, result in sorted(results.items()):
        verified.add(float("verification" in result), branch=branch)
        targets = (result.get("verification") or {}).get("targets", [])
        for outcome in ("passed", "failed", "not_tried"):
            logins.add(sum(_outcome(target) == outcome for target in targets), branch=branch, result=outcome)
        for target in targets:
            server = f"{target['mail_server']}:{target['port']}"
            if not target["ok"]:
                failures.add(1, branch=branch, server=server, diagnosis=target["diagnosis"]["id"])
            left = (target.get("tls") or {}).get("days_left")
            if left is not None:
                valid[server] = min(valid.get(server, left * _DAY), left * _DAY)
    certificates = Family(
        "verify_certificate_valid_seconds", "Seconds until a mail server's certificate expires, in whole days."
    )
    for server, value in sorted(valid.items()):
        certificates.add(value, server=server)
    return [_made("verify", generated, "verification"), verified, logins, failures, certificates]


def evidence_metrics(found: Mapping[str, Mapping[str, Any]], generated: str) -> list[Family]:
    """Return the metrics of an audit mailbox.

    :param found: ``branches`` of the result of ``fincon_mail_evidence``.
    :param generated: when the mailbox was read, UTC, as ISO 8601.
    """
    users = Family("evidence_users", "Users by what the audit mailbox shows of them.")
    strays = Family("evidence_strays", "Senders by a declared server that no branch declares.")
    for branch, one in sorted(found.items()):
        verdicts = Counter(user["verdict"] for user in one["users"])
        for verdict in VERDICTS:
            users.add(verdicts[verdict], branch=branch, verdict=verdict)
        strays.add(len(one["strays"]), branch=branch)
    return [_made("evidence", generated, "reading of the mailbox"), users, strays]


def _made(kind: str, generated: str, what: str) -> Family:
    family = Family(f"{kind}_timestamp_seconds", f"When the last {what} was made.")
    family.add(seconds(generated))
    return family


def _outcome(target: Mapping[str, Any]) -> str:
    if target["ok"]:
        return "passed"
    return "not_tried" if target.get("not_tried") else "failed"


def kind_of(families: Iterable[Family]) -> str:
    """Return the kind of metrics: the first word of their names."""
    return next(iter(families)).name.partition("_")[0]
