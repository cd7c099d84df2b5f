# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate before a wave: every branch of earlier waves must be in sync, or proven by its e-mails. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import CONFIRMED, PROVEN
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry, branch_entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import brief
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    IN_SYNC,
    MAIL_SWITCH,
    PENDING,
    count,
    day,
    pending_text,
    pressing,
    some,
)

_SHOWN = 20
_NAMES = 5
#: Any date will do: the gate asks whether something is pending, not for how long.
_NOW = "1970-01-01T00:00:00Z"
_WHAT_TO_DO = {
    CONFIRMED: "Confirm or repair them, or move them to a later wave in the fleet file (docs/waves.md).",
    PROVEN: (
        "Have each of these users send an e-mail from Fincon and run fincon.mail.evidence, confirm or repair them, or "
        "move them to a later wave in the fleet file (docs/waves.md)."
    ),
}


def wave_gate(
    results: Mapping[str, Mapping[str, Any]],
    wave: Any,
    gate: str = CONFIRMED,
    evidence: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Return why a wave must wait; empty when nothing holds it back.

    :param results: for each branch of earlier waves, the result of ``fincon_mail_branch`` in check mode; empty when it
        was not checked.
    :param wave: the number of the next wave.
    :param gate: what it waits for: that the branches are in sync (``confirmed``), or that their users are ``proven``.
        In the second case, an open work order that e-mails prove holds nothing back.
    :param evidence: what e-mails show of each branch, by its name, as the lookup ``fleet_evidence`` returns it.
    :raises FinconError: for another gate.
    """
    if gate not in _WHAT_TO_DO:
        raise FinconError(f"fincon_evidence_gate must be {CONFIRMED} or {PROVEN}, not {gate!r}")
    entries = [branch_entry(branch, result, _NOW) for branch, result in results.items()]
    held = {}
    for entry in sorted(entries, key=pressing):
        reason = _reason(entry) if gate == CONFIRMED else _unproven(entry, (evidence or {}).get(entry["branch"]))
        if reason:
            held[entry["branch"]] = reason
    if not held:
        return ""
    shown = [f"{branch}: {reason}" for branch, reason in list(held.items())[:_SHOWN]]
    more = [f"and {len(held) - _SHOWN:,} more"] if len(held) > _SHOWN else []
    total = count(len(entries), "branch", "branches")
    verb = "is" if len(held) == 1 else "are"
    wanted = "in sync" if gate == CONFIRMED else "proven"
    first = f"wave {wave} waits for the waves before it: {len(held):,} of {total} {verb} not {wanted}"
    return "\n".join([first, *shown, *more, _WHAT_TO_DO[gate]])


def _reason(entry: Entry) -> str:
    return "" if entry["state"] == IN_SYNC else brief(entry)


def _unproven(entry: Entry, evidence: Mapping[str, Any] | None) -> str:
    """Why a branch is not proven; empty when it is."""
    if entry["state"] not in (IN_SYNC, PENDING):
        return brief(entry)
    if evidence is None:
        return "no evidence yet; run fincon.mail.evidence"
    found: dict[str, list[str]] = {}
    for user in evidence["verdicts"]:
        if user["verdict"] != PROVEN:
            found.setdefault(user["verdict"], []).append(user["user"])
    reasons = [f"{verdict}: {some(names, _NAMES)}" for verdict, names in found.items()]
    return "; ".join(reasons or _unproven_items(entry, {_key(user["user"]): user for user in evidence["verdicts"]}))


def _unproven_items(entry: Entry, users: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The items of the open work order that no e-mail has proven since they were ordered.

    :param users: the evidence of each user, all of them proven.
    """
    for record in entry["records"]:
        for item in record.get("pending", ()):
            # Any user may be linked to a definition. No e-mail can show a removal.
            concerned = users.values() if record["resource"] == SMTP_SERVER.name else [users.get(_key(record["name"]))]
            if (
                _ends(item)
                or not concerned
                or not all(user and day(user["seen_at"]) >= item["since"] for user in concerned)
            ):
                yield f"no e-mail since {item['since']} proves {pending_text(record, item)}"


def _ends(item: Mapping[str, Any]) -> bool:
    switched_off = any(change["field"] == MAIL_SWITCH and not change["want"] for change in item["fields"])
    return item["action"] == DELETE or switched_off


def _key(name: str) -> str:
    return normal_key(MAIL_USER, name)
