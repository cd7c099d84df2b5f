# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML page that needs nothing else: no network, no library, and no script to read it.

The map has a row for each branch and a cell for each record. Records that are in sync are next to each other, and ten
of them are one element whose background draws the cells, so 50,000 records need only a few thousand elements.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import (
    branch_parts,
    check_texts,
    open_texts,
    totals_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import unseen_text, waiting_text
from ansible_collections.fincon.mail.plugins.plugin_utils._report.orders import OpenOrder, open_orders
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    IN_SYNC,
    MAIL_SWITCH,
    MARKS,
    NOT_DECLARED,
    RECORD_STATES,
    STATES,
    UNKNOWN,
    age,
    count,
    day,
    difference_words,
    moment,
    pressing,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import order_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_RUN = 10
_PLURAL = {"differs": "differ"}


def to_html(document: Document) -> str:
    """Return the report as an HTML page."""
    folder = os.path.dirname(__file__)
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("page.html.j2").render(_view(document)) + "\n"


def _view(document: Document) -> dict[str, Any]:
    """Return what the template shows."""
    now = document["generated"]
    entries = sorted(document["branches"], key=pressing)
    anchors = {entry["branch"]: f"b{number}" for number, entry in enumerate(entries)}
    shared = [group for group in document["groups"] if len(group["branches"]) > 1 or _is_reason(group)]
    return {
        "title": "Fincon mail: drift",
        "generated": moment(now),
        "collection": document["collection"],
        "total": document["counts"]["branches"],
        "states": [
            {"id": state, "title": title, "count": document["counts"][state]} for state, title in STATES.items()
        ],
        "legend": [{"state": state, "mark": MARKS[state], "words": words} for state, words in RECORD_STATES.items()],
        "in_sync": document["counts"][IN_SYNC],
        "evidence": totals_text(document),
        "regions": sorted({entry["region"] for entry in entries if entry["region"]}),
        "groups": [_group(group, anchors) for group in shared],
        "alone": len(document["groups"]) - len(shared),
        "orders": [_order(order, anchors, now) for order in open_orders(entries)],
        "notes": [text for make in (waiting_text, unseen_text) if (text := make(document, len(entries)))],
        "history": _history(document["history"]),
        "branches": [_branch(entry, anchors[entry["branch"]], now) for entry in entries],
    }


def _is_reason(group: Mapping[str, Any]) -> bool:
    return bool(group["state"] != DRIFT)


def _group(group: Mapping[str, Any], anchors: Mapping[str, str]) -> dict[str, Any]:
    names = group["branches"]
    return {
        "state": group["state"],
        "title": STATES[group["state"]],
        "text": group["text"],
        "count": len(names),
        "branches": [(name, anchors[name]) for name in names],
    }


def _order(order: OpenOrder, anchors: Mapping[str, str], now: str) -> dict[str, Any]:
    return {
        "name": order.name,
        "anchor": anchors[order.branch],
        "items": order.items,
        "since": f"{day(order.since)} ({age(order.since, now)})",
    }


def _history(history: Mapping[str, Any]) -> dict[str, Any] | None:
    if not history["previous"]:
        return None
    return {
        "previous": moment(history["previous"]),
        "lists": [
            (title, history[key]) for key, title in (("new", "New differences"), ("gone", "Resolved differences"))
        ],
        "states": [
            {
                "branch": item["branch"],
                "from": STATES.get(item["from"], "not in the last report"),
                "to": STATES.get(item["to"], "not in this report"),
            }
            for item in history["states"]
        ],
    }


def _branch(entry: Mapping[str, Any], anchor: str, now: str) -> dict[str, Any]:
    return {
        "id": anchor,
        "name": entry["branch"],
        "region": entry["region"],
        "tags": entry["tags"],
        "state": entry["state"],
        "title": STATES[entry["state"]],
        "since": f"{day(entry['since'])} ({age(entry['since'], now)})",
        "evidence": branch_parts(entry["evidence"]) if "evidence" in entry else None,
        "unproven": open_texts(entry),
        "checks": check_texts(entry),
        "reason": entry["reason"],
        "summary": _summary(entry["records"]),
        "runs": list(_runs(entry["records"])),
        "records": [
            _record(record, entry, now) for record in entry["records"] if record["state"] not in (IN_SYNC, UNKNOWN)
        ],
    }


def _summary(records: Sequence[Mapping[str, Any]]) -> str:
    """Describe the row of cells in words."""
    found = [(title, sum(record["state"] == state for record in records)) for state, title in RECORD_STATES.items()]
    parts = [f"{number} {_PLURAL.get(title, title) if number > 1 else title}" for title, number in found if number]
    return f"{count(len(records), 'record')}: {', '.join(parts)}" if records else "no record is known"


def _runs(records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return the cells; up to ten adjacent cells that are in sync, or of unknown state, become one."""
    for state, same in groupby(records, key=lambda record: record["state"]):
        names = [record["name"] for record in same]
        length = _RUN if state in (IN_SYNC, UNKNOWN) else 1
        for start in range(0, len(names), length):
            run = names[start : start + length]
            yield {
                "state": state,
                "count": len(run),
                "marks": MARKS[state] * len(run),
                "names": f"{', '.join(run)}: {RECORD_STATES[state]}",
            }


def _record(record: Mapping[str, Any], entry: Mapping[str, Any], now: str) -> dict[str, Any]:
    notes = [_difference(item, entry, now) for item in record.get("differences", ())]
    notes += [
        f"{item['words']} ({order_name(entry['branch'], item['order'])}, item {item['item']}, "
        f"since {item['since']}, {age(item['since'], now)})"
        for item in record.get("pending", ())
    ]
    if record.get("unverified"):
        notes.append(f"{', '.join(record['unverified'])}: no fingerprint (not drift); apply sends it once")
    if record.get("undeclared"):
        notes.append(f"{NOT_DECLARED} (a warning)")
    kind = "definition" if record["resource"] == SMTP_SERVER.name else "sender" if _is_stray(record) else "user"
    title = RECORD_STATES[record["state"]]
    return {
        "state": record["state"],
        "title": title,
        "mark": MARKS[record["state"]],
        "kind": kind,
        "name": record["name"],
        "notes": notes,
    }


def _is_stray(record: Mapping[str, Any]) -> bool:
    """Whether it is known only from e-mails."""
    return any(not item["field"] and "seen_at" in item for item in record.get("differences", ()))


def _difference(item: Mapping[str, Any], entry: Mapping[str, Any], now: str) -> str:
    field = f"{item['field']} " if item["field"] and item["field"] != MAIL_SWITCH else ""
    # The row says since when the branch has drifted, so only later differences need their own date.
    since = "" if item["since"] == entry["since"] else f" (since {day(item['since'])}, {age(item['since'], now)})"
    return f"{field}{difference_words(item)}{since}"
