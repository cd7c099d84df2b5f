# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown, short enough for a pull request or an e-mail. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import (
    branch_text,
    check_texts,
    open_texts,
    totals_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import (
    problems,
    undeclared_text,
    unseen_text,
    waiting_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.orders import OpenOrder, open_orders
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    IN_SYNC,
    STATES,
    age,
    count,
    day,
    moment,
    pressing,
    some,
)

# At the most common hosts, a comment on a pull request holds up to 65,536 characters.
_GROUPS = 25
_BRANCHES = 60
_CHANGES = 15
_NAMES = 10
_TEXT = 300
_LONG_TEXT = 3000

#: Characters with a meaning in the middle of a line; these texts never begin one. Within a word, _ has no meaning.
_SPECIAL = re.compile(r"([\\`*\[\]|~]|\b_|_\b)")


def to_markdown(document: Document) -> str:
    """Return the report as Markdown: counts, problems, branches that are not in sync, changes since the last report."""
    lines = [
        "# Fincon mail: drift",
        "",
        f"{count(document['counts']['branches'], 'branch', 'branches')} on {moment(document['generated'])}.",
        "",
        *_table(("State", "Branches"), _counts(document)),
        *_evidence(document),
        *_groups(document),
        *_orders(document),
        *_branches(document),
        *_undeclared(document),
        *_history(document),
    ]
    return "\n".join(lines) + "\n"


def _counts(document: Document) -> Iterable[tuple[str, str]]:
    counts = document["counts"]
    return [(STATES[state], f"{counts[state]:,}") for state in STATES if counts[state]]


def _evidence(document: Document) -> list[str]:
    """How many users are proven, and the branches at which not all are."""
    text = totals_text(document)
    if not text:
        return []
    found = [entry for entry in document["branches"] if "evidence" in entry]
    unproven = [
        entry for entry in found if entry["evidence"]["users"] > entry["evidence"]["proven"] or check_texts(entry)
    ]
    rows = [
        (
            _text(entry["branch"]),
            branch_text(entry["evidence"]),
            _text("; ".join([*open_texts(entry), *check_texts(entry)])),
        )
        for entry in unproven[:_GROUPS]
    ]
    table = ["", *_table(("Branch", "Evidence", "Not proven"), rows)] if rows else []
    return ["", "## Evidence", "", f"{text}.", *table, *_more(unproven, _GROUPS, "in the other formats")]


def _groups(document: Document) -> list[str]:
    groups = document["groups"]
    if not groups:
        return []
    rows = [
        (
            str(len(group["branches"])),
            STATES[group["state"]],
            _text(group["text"]),
            _text(some(group["branches"], _NAMES)),
        )
        for group in groups[:_GROUPS]
    ]
    table = _table(("Branches", "State", "What", "Where"), rows)
    return ["", "## Problems", "", *table, *_more(groups, _GROUPS, "in the other formats of this report")]


def _orders(document: Document) -> list[str]:
    orders = open_orders(document["branches"])
    if not orders:
        return []
    rows = [_order(order, document["generated"]) for order in orders[:_BRANCHES]]
    table = _table(("Work order", "Open items", "Since", "Still to type in"), rows)
    return ["", "## Open work orders", "", *table, *_more(orders, _BRANCHES, "in the other formats")]


def _order(order: OpenOrder, now: str) -> tuple[str, str, str, str]:
    since = f"{day(order.since)} ({age(order.since, now)})"
    return _text(order.name), str(len(order.items)), since, _text("; ".join(order.items))


def _branches(document: Document) -> list[str]:
    others = sorted((entry for entry in document["branches"] if entry["state"] != IN_SYNC), key=pressing)
    if not others:
        return []
    rows = [_branch(entry, document["generated"]) for entry in others[:_BRANCHES]]
    head: tuple[str, ...] = ("Branch", "State", "Since", "What")
    if "evidence" in document:
        head = (*head, "Evidence")
        rows = [(*row, branch_text(entry.get("evidence"))) for row, entry in zip(rows, others, strict=False)]
    table = _table(head, rows)
    waiting = waiting_text(document, _BRANCHES)
    notes = ["", f"{_text(waiting, _LONG_TEXT)}."] if waiting else []
    return [
        "",
        "## Branches that are not in sync",
        "",
        *table,
        *_more(others, _BRANCHES, "in the other formats"),
        *notes,
    ]


def _branch(entry: Mapping[str, Any], now: str) -> tuple[str, ...]:
    since = f"{day(entry['since'])} ({age(entry['since'], now)})"
    return _text(entry["branch"]), STATES[entry["state"]], since, _text(problems(entry))


def _undeclared(document: Document) -> list[str]:
    texts = [text for text in (undeclared_text(document, _BRANCHES), unseen_text(document, _BRANCHES)) if text]
    lines = [line for text in texts for line in ("", f"{_text(text, _LONG_TEXT)}.")]
    return ["", "## Declared nowhere", *lines] if lines else []


def _history(document: Document) -> list[str]:
    history = document["history"]
    if not history["previous"]:
        return []
    lines = ["", f"## Since the report of {moment(history['previous'])}", ""]
    if not any(history[key] for key in ("new", "gone", "states")):
        return [*lines, "Nothing has changed."]
    for key, title in (("new", "New"), ("gone", "Resolved")):
        lines += [f"- {title}: {_text(item['branch'])}: {_text(item['text'])}" for item in history[key][:_CHANGES]]
        lines += _more(history[key], _CHANGES, f"that are {title.lower()}", "- ")
    lines += [
        f"- {_text(item['branch'])}: {_state(item['from'], 'not in the last report')} → "
        f"{_state(item['to'], 'not in this report')}"
        for item in history["states"][:_CHANGES]
    ]
    return [*lines, *_more(history["states"], _CHANGES, "in another state", "- ")]


def _state(state: str | None, absent: str) -> str:
    return STATES[state] if state else absent


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]


def _more(items: list[Any], shown: int, where: str, bullet: str = "") -> list[str]:
    more = len(items) - shown
    return [*([] if bullet else [""]), f"{bullet}and {more:,} more {where}"] if more > 0 else []


def _text(text: str, length: int = _TEXT) -> str:
    """Return a text as Markdown shows it literally, in one line."""
    short = textwrap.shorten(text, length, placeholder=" …")
    return _SPECIAL.sub(r"\\\1", short.replace("&", "&amp;").replace("<", "&lt;"))
