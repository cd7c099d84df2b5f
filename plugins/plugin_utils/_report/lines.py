# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in a few lines, for the end of a run. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    FAILED,
    INVALID,
    PENDING,
    STATES,
    UNREACHABLE,
    age,
    count,
    difference_text,
    moment,
    some,
)

_WIDTH = 110
_LENGTH = 500
_NAMES = 12
_GROUPS = 40


def summary(document: Document) -> list[str]:
    """Return the counts, then each trouble with the branches that share it; branches in sync are only counted."""
    lines = [_counts(document), *_history(document)]
    for group in document["groups"][:_GROUPS]:
        title = f"{len(group['branches'])} x {STATES[group['state']]}: {group['text']}"
        lines += ["", *textwrap.wrap(title, _WIDTH, subsequent_indent="    ")]
        lines += textwrap.wrap(
            f"at: {some(group['branches'], _NAMES)}", _WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    more = len(document["groups"]) - _GROUPS
    if more > 0:
        lines += ["", f"and {more:,} more, each at no more branches than these; the report has all of them"]
    return [*lines, *_waiting(document), *_unverified(document), *_undeclared(document)]


def brief(entry: Mapping[str, Any]) -> str:
    """Return the state of one branch and its problems in one line."""
    return textwrap.shorten(f"{STATES[entry['state']]}: {_problems(entry)}", _LENGTH, placeholder=" …")


def problems(entry: Mapping[str, Any]) -> str:
    """Return the problems of one branch in one line."""
    return textwrap.shorten(_problems(entry), _LENGTH, placeholder=" …")


def _problems(entry: Mapping[str, Any]) -> str:
    texts = [entry["reason"]] * bool(entry["reason"])
    for record in entry["records"]:
        texts += [difference_text(record, item) for item in record.get("differences", ())]
        texts += [
            f"{record['resource']} {record['name']} is pending in work order {item['order']} since {item['since']}"
            for item in record.get("pending", ())
        ]
    return "; ".join(texts)


def _counts(document: Document) -> str:
    found = {state: number for state, number in document["counts"].items() if state != "branches" and number}
    states = ", ".join(f"{number:,} {STATES[state]}" for state, number in found.items())
    return f"{count(document['counts']['branches'], 'branch', 'branches')}: {states or 'none'}"


def _history(document: Document) -> list[str]:
    history = document["history"]
    if not history["previous"]:
        return []
    new, gone, changed = (len(history[key]) for key in ("new", "gone", "states"))
    changes = (
        f"{count(new, 'difference')} new, {gone:,} resolved, {count(changed, 'branch', 'branches')} in another state"
    )
    return [f"Since {moment(history['previous'])}: {changes}"]


def _waiting(document: Document) -> Iterator[str]:
    """How long the oldest item of each work order has been pending."""
    orders: dict[tuple[str, int], str] = {}
    for entry in document["branches"]:
        for record in entry["records"]:
            for item in record.get("pending", ()):
                key = (entry["branch"], item["order"])
                orders[key] = min(orders.get(key, item["since"]), item["since"])
    if orders:
        yield from ("", "Open work orders:")
    oldest = sorted(orders.items(), key=lambda entry: (entry[1], entry[0]))
    for (branch, number), since in oldest[:_GROUPS]:
        yield f"  {branch}: work order {number} since {since} ({age(since, document['generated'])})"
    if len(oldest) > _GROUPS:
        yield f"  and {len(oldest) - _GROUPS:,} more"


def _unverified(document: Document) -> Iterator[str]:
    names = [
        f"{entry['branch']} ({record['name']})"
        for entry in document["branches"]
        for record in entry["records"]
        if record.get("unverified")
    ]
    if names:
        text = f"Passwords without a fingerprint (not drift; apply sends them once): {some(names, _NAMES)}"
        yield ""
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent="    ")


def _undeclared(document: Document) -> Iterator[str]:
    for text in (undeclared_text(document, _NAMES), unseen_text(document, _NAMES)):
        if text:
            yield ""
            yield from textwrap.wrap(text, _WIDTH, subsequent_indent="    ")


def undeclared_text(document: Document, limit: int) -> str:
    """Return which records are declared nowhere without being drift; empty when there are none.

    :param limit: how many are named.
    """
    names = [
        f"{entry['branch']} ({record['resource']} {record['name']})"
        for entry in document["branches"]
        for record in entry["records"]
        if record.get("undeclared")
    ]
    return f"Installed and declared nowhere (a warning, not drift): {some(names, limit)}" if names else ""


def unseen_text(document: Document, limit: int) -> str:
    """Return at which branches nobody can see all that is installed; empty when there are none.

    :param limit: how many are named.
    """
    names = [entry["branch"] for entry in document["branches"] if entry.get("undeclared_unknown")]
    return f"What is declared nowhere is known only as far as the ledger goes at: {some(names, limit)}" if names else ""


def out_of_sync(document: Document, fail_on_pending: bool) -> dict[str, str]:
    """Return the branches for which a run fails, each with its problems."""
    failing = {DRIFT, FAILED, INVALID, UNREACHABLE} | ({PENDING} if fail_on_pending else set())
    return {entry["branch"]: brief(entry) for entry in document["branches"] if entry["state"] in failing}
