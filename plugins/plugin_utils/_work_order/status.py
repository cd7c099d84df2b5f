# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The open work orders of attended branches: a line for each, and the same as plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, visible
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import CONTACT, due_day, order_name

#: The version of the JSON format.
VERSION = 1


def work_order_status(
    found: Iterable[Mapping[str, Any]],
    today: str,
    longest: int | None = None,
    generated: str = "",
    evidence: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the open work orders.

    :param found: of each branch: ``branch``, ``title``, ``result`` (of ``fincon_mail_info``), ``page`` (its path
        without suffix), ``contact``, ``due_days`` and ``reminder_to``.
    :param evidence: what e-mails show about branches, by their names, as the lookup ``fleet_evidence`` returns it.
    :param today: the day, ``CCYY-MM-DD``.
    :param longest: days for which an item may be pending; ``None`` for any number.
    :param generated: when the list was made, UTC, as ISO 8601. It makes the file of each run different.
    :return: ``report`` (plain data, see ``docs/replies.md``), ``lines`` for people, ``reminders`` as text, and
        ``problems`` by branch.
    """
    shown = evidence or {}
    made = (_branch({**one, "evidence": shown.get(one["branch"])}, date.fromisoformat(today)) for one in found)
    branches = sorted((_with_reminder(one, longest) for one in made), key=_oldest_first)
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
    report = {"version": VERSION, "date": today, "generated": generated, "counts": counts, "branches": branches}
    return {
        "report": report,
        "lines": [*map(_line, _shown(branches)), _totals(counts)],
        "reminders": "\n".join(_as_text(one["reminder"]) for one in branches if one["reminder"]),
        "problems": problems,
    }


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
        "evidence": one["evidence"],
        "page": f"{one['page']}.html" if order else "",
        "problem": str(result.get("msg") or "its ledger could not be read") if failed else "",
        "reminder_to": str(one.get("reminder_to") or (one.get("contact") or {}).get("email") or ""),
    }
    return dict(all_visible({**made, "problem": ""}), problem=made["problem"])


def _with_reminder(one: Mapping[str, Any], longest: int | None) -> dict[str, Any]:
    """Return a branch with the reminder to send; null when its work order is not late."""
    is_late = one["overdue"] or (longest is not None and one["order"] is not None and one["days"] > longest)
    rest = {key: value for key, value in one.items() if key != "reminder_to"}
    return {**rest, "reminder": _reminder(one) if is_late else None}


def _reminder(one: Mapping[str, Any]) -> dict[str, str]:
    title = f" ({one['title']})" if one["title"] else ""
    items = _count(one["items_left"], "item")
    due = f" and was due on {one['due']}" if one["overdue"] else f", due on {one['due']}" if one["due"] else ""
    contact = ", ".join(text for text in one["contact"].values() if text)
    body = [
        f"Work order {one['name']}{title} is late: {items} left.",
        f"It has been pending since {one['since']} ({_days(one['days'])}){due}.",
        "",
        f"Please open the page {visible(one['page'])}, type in what is left and send the reply that the page makes. "
        "If an item cannot be done, give the reason on the page.",
        *(["", f"Questions: {contact}"] if contact else []),
    ]
    subject = f"Work order {one['name']}: {items} left"
    return {"to": one["reminder_to"], "subject": subject, "body": "\n".join(body) + "\n"}


def _as_text(reminder: Mapping[str, str]) -> str:
    return f"To: {reminder['to'] or '(no address)'}\nSubject: {reminder['subject']}\n\n{reminder['body']}"


def _oldest_first(one: Mapping[str, Any]) -> tuple[bool, bool, str, str]:
    return not one["problem"], not one["order"], one["since"], one["branch"]


def _shown(branches: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (one for one in branches if one["order"] or one["problem"])


def _line(one: Mapping[str, Any]) -> str:
    if one["problem"]:
        # The failure of the branch says why.
        return f"{one['branch']}: its ledger could not be read"
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
        *([f"evidence: {one['evidence']['words']}"] if one["evidence"] else []),
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
