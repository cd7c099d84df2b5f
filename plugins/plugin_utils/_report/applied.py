# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The output at the end of apply: the fleet in a few lines, and why a branch failed. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import (
    APPLIED,
    HELD_BACK,
    PLANNED,
    UNCHANGED,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.plugin_utils._report.undeclared import undeclared_lines
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import LISTED, count

_WIDTH = 110

#: The outcome of a branch, in the order in which the summary counts it.
_CHANGED = "changed"
_WOULD_CHANGE = "would change"
_ORDERED = "ordered"
_WOULD_ORDER = "would be ordered"
_PENDING = "pending"
_AS_DECLARED = "as declared"
_HELD_BACK = "held back in part"
_FAILED = "failed"
#: Also a branch of a later batch, where a play has ``serial``.
_NOT_REACHED = "not reached"
_STATES = (
    _CHANGED, _WOULD_CHANGE, _ORDERED, _WOULD_ORDER, _PENDING, _AS_DECLARED, _HELD_BACK, _FAILED, _NOT_REACHED,
)  # fmt: skip

Results = Mapping[str, Mapping[str, Any]]


def apply_lines(results: Results, verbose: bool = False) -> list[str]:
    """Return what was done at a fleet.

    :param results: the result of ``fincon_mail_branch`` of each branch; empty for a branch that was not reached.
    :param verbose: name every branch, not only the first ones of each list.
    """
    states = Counter(_state(result) for result in results.values())
    found = [f"{states[state]:,} {state}" for state in _STATES if states[state]]
    changes = sum(len(_done(result)) for result in results.values())
    first = f"{count(len(results), 'branch', 'branches')}: {', '.join(found)}; {count(changes, 'change')}"
    limit = len(results) if verbose else LISTED
    return [
        first,
        *_listed("Must log out of Fincon and in again:", list(_relogins(results)), limit),
        *_open(sum(bool(result.get("work_order")) for result in results.values())),
        *_cut(undeclared_lines(results), limit),
    ]


def failure_text(result: Mapping[str, Any]) -> str:
    """Return why a module failed when its task did not, because of ``failed_when: false``; empty when it succeeded."""
    if result.get("outcome") in (UNCHANGED, PLANNED, APPLIED):
        return ""
    return str(result.get("msg") or ("no reason was given" if result.get("failed") or "outcome" in result else ""))


def _state(result: Mapping[str, Any]) -> str:
    if not result:
        return _NOT_REACHED
    outcome, order = result.get("outcome"), result.get("work_order")
    if outcome == APPLIED:
        return _ORDERED if order else _CHANGED
    if outcome == PLANNED:
        return _WOULD_ORDER if order else _WOULD_CHANGE
    if outcome == UNCHANGED:
        return _PENDING if order else _AS_DECLARED
    return _HELD_BACK if outcome == HELD_BACK else _FAILED


def _done(result: Mapping[str, Any]) -> Sequence[Any]:
    """The changes that were made, ordered or planned."""
    if result.get("outcome") in (APPLIED, PLANNED, HELD_BACK):
        return result.get("changes") or ()
    return result.get("applied") or ()


def _relogins(results: Results) -> Iterator[str]:
    """Who must log in again, by branch. At an attended site nothing has changed yet; the order's page says it."""
    for branch, result in sorted(results.items()):
        if _done(result) and result.get("relogin_users") and "work_order" not in result:
            yield f"{branch}: {', '.join(result['relogin_users'])}"


def _open(number: int) -> list[str]:
    if not number:
        return []
    them = "it" if number == 1 else "them"
    return [f"{count(number, 'work order')} to be typed in and confirmed; fincon.mail.status lists {them}"]


def _listed(title: str, names: Sequence[str], limit: int) -> list[str]:
    lines = [
        line
        for name in names
        for line in textwrap.wrap(visible(name), _WIDTH, initial_indent="  ", subsequent_indent="    ")
    ]
    return _cut([title, *lines], limit) if names else []


def _cut(lines: Sequence[str], limit: int) -> list[str]:
    more = len(lines) - 1 - limit
    return [*lines[: limit + 1], *([f"  and {more:,} more; -v names all"] if more > 0 else [])]
