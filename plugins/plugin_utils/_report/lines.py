# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report in a few lines, for the end of a run. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import check_texts, totals_text
from ansible_collections.fincon.mail.plugins.plugin_utils._report.orders import open_orders
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    FAILED,
    INVALID,
    LISTED,
    PENDING,
    STATES,
    UNREACHABLE,
    age,
    count,
    day,
    difference_text,
    is_only_in_files,
    moment,
    some,
    subject,
)

_WIDTH = 110
_LENGTH = 500
_GROUPS = 40
_CHECKS = 4


def summary(document: Document) -> list[str]:
    """Return the counts, then each problem with the branches that share it; branches in sync are only counted."""
    lines = [_counts(document), *_evidence(document), *_history(document)]
    for group in document["groups"][:_GROUPS]:
        title = f"{len(group['branches'])} x {STATES[group['state']]}: {group['text']}"
        lines += ["", *_wrapped(title)]
        lines += textwrap.wrap(
            f"at: {some(group['branches'], LISTED)}", _WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    more = len(document["groups"]) - _GROUPS
    if more > 0:
        lines += ["", f"and {more:,} more, each at no more branches than these; the report has all of them"]
    return [*lines, *_waiting(document), *_unverified(document), *_notes(document)]


def _wrapped(text: str) -> Iterator[str]:
    """Return the text in lines that are not too long. A line that it has itself stays a line of its own."""
    for number, line in enumerate(text.splitlines()):
        yield from textwrap.wrap(line, _WIDTH, initial_indent="    " if number else "", subsequent_indent="    ")


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
    texts += [f"{order.title}: {', '.join(order.items)}" for order in open_orders([entry])]
    return "; ".join(texts)


def _counts(document: Document) -> str:
    found = {state: number for state, number in document["counts"].items() if state != "branches" and number}
    states = ", ".join(f"{number:,} {STATES[state]}" for state, number in found.items())
    return f"{count(document['counts']['branches'], 'branch', 'branches')}: {states or 'none'}"


def _evidence(document: Document) -> list[str]:
    text = totals_text(document)
    return [f"Evidence: {text}"] if text else []


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
    """The open work orders."""
    orders = open_orders(document["branches"])
    if orders:
        yield from ("", "Open work orders:")
    for order in orders[:_GROUPS]:
        age_of = age(order.since, document["generated"])
        yield f"  {order.name}: {count(len(order.items), 'item')} since {day(order.since)} ({age_of})"
    if len(orders) > _GROUPS:
        yield f"  and {len(orders) - _GROUPS:,} more"


def _unverified(document: Document) -> Iterator[str]:
    names = [
        f"{entry['branch']} ({record['name']})"
        for entry in document["branches"]
        for record in entry["records"]
        if record.get("unverified")
    ]
    if names:
        text = f"Passwords without a fingerprint (not drift; apply sends them once): {some(names, LISTED)}"
        yield ""
        yield from textwrap.wrap(text, _WIDTH, subsequent_indent="    ")


def _notes(document: Document) -> Iterator[str]:
    texts = (waiting_text, undeclared_text, unseen_text, check_text)
    for text in (make(document, LISTED) for make in texts):
        if text:
            yield ""
            yield from textwrap.wrap(text, _WIDTH, subsequent_indent="    ")


def waiting_text(document: Document, limit: int) -> str:
    """Return the branches at which the only differences are not yet rolled out; empty when there are none.

    :param limit: how many are named.
    """
    names = [entry["branch"] for entry in document["branches"] if is_only_in_files(entry)]
    return f"Nothing differs but what is not yet rolled out ({len(names):,}): {some(names, limit)}" if names else ""


def undeclared_text(document: Document, limit: int) -> str:
    """Return the undeclared records that are not drift; empty when there are none.

    :param limit: how many are named.
    """
    names = [
        f"{entry['branch']} ({subject(record)})"
        for entry in document["branches"]
        for record in entry["records"]
        if record.get("undeclared")
    ]
    return f"Installed and declared nowhere (a warning, not drift): {some(names, limit)}" if names else ""


def unseen_text(document: Document, limit: int) -> str:
    """Return the branches at which not all installed records can be seen; empty when there are none.

    :param limit: how many are named.
    """
    names = [entry["branch"] for entry in document["branches"] if entry.get("undeclared_unknown")]
    return (
        f"Undeclared records are known only as far as the ledger lists them at: {some(names, limit)}" if names else ""
    )


def check_text(document: Document, limit: int) -> str:
    """Return the findings of e-mails that are not as declared but are not drift; empty when there are none.

    :param limit: how many branches are named.
    """
    found = [
        f"{entry['branch']} ({some(texts, _CHECKS)})" for entry in document["branches"] if (texts := check_texts(entry))
    ]
    return f"E-mails that are not as declared (an extra check, not drift): {some(found, limit)}" if found else ""


def out_of_sync(document: Document, fail_on_pending: bool) -> dict[str, str]:
    """Return the branches for which a run fails, each with its problems."""
    failing = {DRIFT, FAILED, INVALID, UNREACHABLE} | ({PENDING} if fail_on_pending else set())
    return {entry["branch"]: brief(entry) for entry in document["branches"] if entry["state"] in failing}
