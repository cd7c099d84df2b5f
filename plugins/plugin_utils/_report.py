# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks say at their end: states of branches and tables for people. Pure, and without secrets."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

IN_SYNC = "in_sync"
DRIFT = "drift"
UNREACHABLE = "unreachable"
INVALID = "invalid"
FAILED = "failed"

_WIDTH = 110


def drift_of(result: Mapping[str, Any], branch: str) -> dict[str, Any]:
    """Return ``branch``, ``state``, ``differences``, ``unverified`` and ``reason`` of one branch.

    :param result: the result of ``fincon_mail_branch`` in check mode, also of one that failed.
    """
    state = {"branch": branch, "state": _state(result), "differences": [], "unverified": [], "reason": ""}
    if state["state"] in (IN_SYNC, DRIFT):
        unverified = {(item["resource"], item["name"], item["field"]) for item in result["unverified"]}
        state["differences"] = list(_differences(result["changes"], unverified))
        state["unverified"] = [f"{name}.{field}" for _resource, name, field in sorted(unverified)]
        state["state"] = DRIFT if state["differences"] else IN_SYNC
    else:
        state["reason"] = str(result.get("msg") or "no result")
    return state


def _state(result: Mapping[str, Any]) -> str:
    if result.get("unreachable") or result.get("installation_reached") is False:
        return UNREACHABLE
    if result.get("findings"):
        return INVALID
    return DRIFT if isinstance(result.get("changes"), list) and "unverified" in result else FAILED


def _differences(changes: Iterable[Mapping[str, Any]], unverified: set[tuple[str, str, str]]) -> Iterable[str]:
    for change in changes:
        record = f"{change['resource']} {change['name']}"
        if change["action"] == "create":
            yield f"{record}: is missing"
        elif change["action"] == "delete":
            yield f"{record}: is not declared"
        else:
            for item in change["fields"]:
                if (change["resource"], change["name"], item["field"]) not in unverified:
                    yield f"{record}, {item['field']}: is {_shown(item['have'])}, declared {_shown(item['want'])}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else "empty"


def drift_table(states: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each branch, then each difference and each reason with the branches that share it."""
    ordered = sorted(states, key=lambda state: state["branch"])
    width = max([len("branch"), *(len(state["branch"]) for state in ordered)])
    lines = [f"{'branch':{width}}  state        differs"]
    for state in ordered:
        count = len(state["differences"])
        lines.append(f"{state['branch']:{width}}  {state['state']:11}  {count or '-'}")
    shared: dict[str, list[str]] = {}
    for state in ordered:
        for text in state["differences"] or [state["reason"]] * bool(state["reason"]):
            shared.setdefault(text, []).append(state["branch"])
    for text, branches in shared.items():
        lines += ["", *textwrap.wrap(f"{', '.join(branches)}: {text}", _WIDTH, subsequent_indent="    ")]
    unverified = [f"{state['branch']}: {', '.join(state['unverified'])}" for state in ordered if state["unverified"]]
    if unverified:
        lines += ["", "Passwords that nobody can compare, which is not drift (apply sends them once):", *unverified]
    return lines


def verify_table(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table of a fleet's verifications, grouped by cause.

    :param found: ``branch`` and ``verification`` of each branch; the latter is null where nothing had to be verified.
    """
    causes: dict[tuple[str, ...], list[str]] = {}
    passed = logins = 0
    for item in sorted(found, key=lambda item: item["branch"]):
        for target in (item["verification"] or {}).get("targets", []):
            logins += 1
            if target["ok"]:
                passed += 1
                continue
            diagnosis = target["diagnosis"]
            place = f"{target['mail_server']}:{target['port']}"
            key = (diagnosis["id"], place, diagnosis["cause"], diagnosis["hint"])
            who = ", ".join(target["users"]) or target["smtp_server"]
            causes.setdefault(key, []).append(f"{item['branch']} ({who})")
    lines = [f"{passed} of {logins} logins passed"]
    for (name, place, cause, hint), branches in sorted(causes.items(), key=lambda entry: -len(entry[1])):
        lines += ["", f"{len(branches)} x {name} at {place}"]
        for text in (cause, f"do: {hint}", f"at: {'; '.join(branches)}"):
            lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def ladder(verification: Mapping[str, Any] | None) -> list[str]:
    """Return a line for each login: the stages that the probe climbed, with their milliseconds.

    :param verification: the verification of a branch, or ``None`` where nothing had to be verified.
    """
    return [_rungs(target) for target in (verification or {}).get("targets", [])]


def _rungs(target: Mapping[str, Any]) -> str:
    who = ", ".join(target["users"]) or target["smtp_server"]
    stages = [f"{rung['stage']} {'' if rung['ok'] else 'FAILED '}{rung['ms']} ms" for rung in target["stages"]]
    return f"{who} at {target['mail_server']}:{target['port']}: {', '.join(stages) or 'not tried'}"
