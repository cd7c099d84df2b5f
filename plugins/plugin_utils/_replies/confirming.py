# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replies as arguments of ``fincon_mail_confirm``, and the result of each. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import UNCHANGED
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import Reply
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.sources import Received
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import order_name

REFUSED = "refused"
CONFIRMED = "confirmed"
#: The ledger is on another machine, where the tasks of the host confirm the reply.
ELSEWHERE = "elsewhere"
#: Why a reply is refused when its branch was set aside.
FAULTY = "not confirmed: the branch's files have errors"


def arguments(reply: Reply, by: str) -> dict[str, Any]:
    """Return the arguments that confirm a reply, without the installation.

    :param by: who did the work, when the reply does not say.
    """
    made: dict[str, Any] = {
        "order": reply.order,
        "not_done": [{"item": item, "reason": reason} for item, reason in reply.not_done],
        "by": reply.by or by,
        "done_on": reply.date,
        "remarks": reply.remarks,
        "ordered": reply.ordered,
        "repeat": True,
    }
    return made if reply.done is None else {**made, "items": list(reply.done)}


def refused(one: Received, reason: str) -> dict[str, Any]:
    """Return the result of a reply that could not be confirmed."""
    return _became(one, REFUSED, reason=reason)


def problem(one: Mapping[str, Any]) -> str:
    """Return in one line why a reply was refused."""
    return f"{one['source']}: {'' if one['reason'] == FAULTY else 'refused: '}{one['reason']}"


def faulty(became: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the problems of replies that were not confirmed because the files of their branch have errors."""
    found: dict[str, list[str]] = {}
    for one in became:
        if one["outcome"] == REFUSED and one["reason"] == FAULTY:
            found.setdefault(one["branch"], []).append(problem(one))
    return found


def elsewhere(one: Received) -> dict[str, Any]:
    """Return the result of a reply whose ledger is on another machine."""
    return _became(one, ELSEWHERE)


def confirmed(one: Received, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a reply.

    :param result: of ``fincon_mail_confirm``.
    """
    if result.get("failed"):
        return refused(one, str(result["msg"]))
    order = result["work_order"]
    mine = order is not None and one.reply is not None and order["number"] == one.reply.order
    return _became(
        one,
        UNCHANGED if result["outcome"] == UNCHANGED else CONFIRMED,
        confirmed=[item["item"] for item in result["confirmed"]],
        remaining=[item["item"] for item in order["items"]] if mine else [],
        relogin_users=result["relogin_users"],
    )


def _became(one: Received, outcome: str, **further: Any) -> dict[str, Any]:
    reply = one.reply
    return {
        "source": one.source,
        "branch": reply.branch if reply else "",
        "order": reply.order if reply else 0,
        "name": order_name(reply.branch, reply.order) if reply else "",
        "outcome": outcome,
        "by": reply.by if reply else "",
        "remarks": reply.remarks if reply else "",
        "not_done": [{"item": item, "reason": reason} for item, reason in reply.not_done] if reply else [],
        "confirmed": [],
        "remaining": [],
        "relogin_users": [],
        "reason": "",
        **further,
    }


def summary(became: Sequence[Mapping[str, Any]], check_mode: bool) -> list[str]:
    """Return a line for each reply that was not refused, and one line for all."""
    lines = [_line(one, check_mode) for one in became if one["outcome"] != REFUSED]
    counts = {outcome: sum(one["outcome"] == outcome for one in became) for outcome in (CONFIRMED, UNCHANGED, REFUSED)}
    done = "would be confirmed" if check_mode else "confirmed"
    far = sum(one["outcome"] == ELSEWHERE for one in became)
    there = f", {far} left to the tasks of their branches" if far else ""
    total = f"{len(became)} {'reply' if len(became) == 1 else 'replies'}: {counts[CONFIRMED]} {done}, "
    return [*lines, f"{total}{counts[UNCHANGED]} confirmed already, {counts[REFUSED]} refused{there}"]


def _line(one: Mapping[str, Any], check_mode: bool) -> str:
    if one["outcome"] == ELSEWHERE:
        return f"{one['name']} ({one['source']}): its ledger is on another machine, where the next tasks confirm it"
    by = f", by {one['by']}" if one["by"] else ""
    said = f"; remarks: {one['remarks']}" if one["remarks"] else ""
    reasons = "".join(f"; item {entry['item']}: {entry['reason']}" for entry in one["not_done"] if entry["reason"])
    remain = "are" if len(one["remaining"]) > 1 else "is"
    left = f"; {_items(one['remaining'])} {remain} still pending" if one["remaining"] else ""
    if one["outcome"] == UNCHANGED:
        return f"{one['name']} ({one['source']}): was confirmed already{left}"
    verb = "would be confirmed" if check_mode else "confirmed"
    what = f"{_items(one['confirmed'])} {verb}" if one["confirmed"] else "no item is done"
    users = f"; must log out of Fincon and in again: {', '.join(one['relogin_users'])}" if one["relogin_users"] else ""
    return f"{one['name']} ({one['source']}): {what}{by}{left}{reasons}{said}{users}"


def _items(numbers: Sequence[int]) -> str:
    return f"item{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
