# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is open at attended branches: a line for each work order, and the same as plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, visible
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import CONTACT, due_day, order_name

#: Of the JSON.
VERSION = 1


def work_order_status(found: Iterable[Mapping[str, Any]], today: str, longest: int | None = None) -> dict[str, Any]:
    """Return what is open.

    :param found: of each branch: ``branch``, ``title``, ``result`` (of ``fincon_mail_info``), ``page`` (its path
        without suffix), ``contact`` and ``due_days``.
    :param today: the day, ``CCYY-MM-DD``.
    :param longest: days for which an item may be pending; ``None`` for any number.
    :return: ``report`` (plain data, see ``docs/replies.md``), ``lines`` for people, and ``problems`` by branch.
    """
    branches = sorted((_branch(one, date.fromisoformat(today)) for one in found), key=_oldest_first)
    problems = {}
    for one in branches:
        if one["problem"]:
            problems[one["branch"]] = f"{one['branch']} could not be read: {one['problem']}"
        elif longest is not None and one["order"] and one["days"] > longest:
            problems[one["branch"]] = f"{one['name']} has been pending for {_days(one['days'])}, more than {longest}"
    opened = [one for one in branches if one["order"]]
    counts = {
        "branches": len(branches),
        "open": len(opened),
        "items": sum(one["items_left"] for one in opened),
        "overdue": sum(one["overdue"] for one in opened),
        "not_read": sum(bool(one["problem"]) for one in branches),
    }
    report = {"version": VERSION, "date": today, "counts": counts, "branches": branches}
    return {"report": report, "lines": [*map(_line, _shown(branches)), _totals(counts)], "problems": problems}


def _branch(one: Mapping[str, Any], today: date) -> dict[str, Any]:
    result = one["result"]
    failed = bool(result.get("failed") or result.get("unreachable") or "work_order" not in result)
    order = None if failed else result["work_order"]
    since = min((item["since"] for item in order["items"]), default="") if order else ""
    due = due_day(order["ordered"], one.get("due_days") or 0) if order else ""
    made = {
        "branch": one["branch"],
        "title": one.get("title") or "",
        "name": order_name(one["branch"], order["number"]) if order else "",
        "order": order["number"] if order else None,
        "ordered": order["ordered"] if order else "",
        "items_left": len(order["items"]) if order else 0,
        "since": since,
        "days": (today - date.fromisoformat(since)).days if since else 0,
        "due": due,
        "overdue": bool(due) and date.fromisoformat(due) < today,
        "contact": {key: str((one.get("contact") or {}).get(key) or "") for key in CONTACT},
        "last_confirmation": None if failed else result.get("last_confirmation"),
        "page": f"{one['page']}.html" if order else "",
        "problem": str(result.get("msg") or "its ledger could not be read") if failed else "",
    }
    return dict(all_visible({**made, "problem": ""}), problem=made["problem"])


def _oldest_first(one: Mapping[str, Any]) -> tuple[bool, bool, str, str]:
    return not one["problem"], not one["order"], one["since"], one["branch"]


def _shown(branches: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (one for one in branches if one["order"] or one["problem"])


def _line(one: Mapping[str, Any]) -> str:
    if one["problem"]:
        return f"{one['branch']}: could not be read: {one['problem']}"
    title = f" ({one['title']})" if one["title"] else ""
    due = f", {'OVERDUE since' if one['overdue'] else 'due'} {one['due']}" if one["due"] else ""
    contact = " ".join(text for text in one["contact"].values() if text)
    last = one["last_confirmation"]
    confirmed = "nothing confirmed yet"
    if last:
        confirmed = f"last confirmed on {last['date']}{' by ' + last['by'] if last['by'] else ''}"
    parts = [
        f"{_count(one['items_left'], 'item')} left, since {one['since']} ({_days(one['days'])}){due}",
        *([f"contact: {contact}"] if contact else []),
        confirmed,
        visible(one["page"]),
    ]
    return f"{one['name']}{title}: {'; '.join(parts)}"


def _totals(counts: Mapping[str, int]) -> str:
    opened = f"{_count(counts['open'], 'open work order')} at {_count(counts['branches'], 'attended branch', 'es')}"
    unread = f"; {counts['not_read']} could not be read" if counts["not_read"] else ""
    return f"{opened}: {_count(counts['items'], 'item')} left, {counts['overdue']} overdue{unread}"


def _days(days: int) -> str:
    return _count(days, "day")


def _count(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else plural}"
