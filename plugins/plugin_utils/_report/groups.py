# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line for the same problem at many branches. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import FILES
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    ORIGINS,
    STATES,
    difference_text,
)

#: What differs between branches with the same problem: addresses, hosts with a port, paths of files.
_OWN = re.compile(
    r"https?://[\w.\[\]-]+(?::\d+)?(?:/[\w./%-]*)?"
    r"|\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\](?::\d+)?"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?"
    r"|(?<![\w/])(?:/[\w.@+-]+)+(?::\d+){0,2}"
    r"|\b[\w-]+(?:\.[\w-]+)*:\d+(?::\d+)?\b"
)
_ELLIPSIS = "…"


def groups(branches: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return ``state``, ``text`` and ``branches`` of each problem. The problem at most branches is first, and what is
    not yet rolled out is last.

    An open work order is not a problem.

    Differences are the same if their words are the same. Reasons are the same if only addresses, paths and the name of
    the branch differ; then the text has an ellipsis in their place.

    :param branches: entries of branches, in the order of their names.
    """
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for entry in branches:
        for state, text in _troubles(entry):
            texts = found.setdefault((state, _general(text, entry["branch"], state)), {})
            texts.setdefault(text, []).append(entry["branch"])
    grouped = [_group(state, general, texts) for (state, general), texts in found.items()]
    order = list(STATES)
    return sorted(grouped, key=lambda one: (_waits(one), -len(one["branches"]), order.index(one["state"]), one["text"]))


def _waits(group: Mapping[str, Any]) -> bool:
    """Whether it is only not yet rolled out, which is not a problem."""
    return group["state"] == DRIFT and str(group["text"]).endswith(f"({ORIGINS[FILES]})")


def _troubles(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if entry["reason"]:
        yield entry["state"], entry["reason"]
    for record in entry["records"]:
        for difference in record.get("differences", ()):
            yield DRIFT, difference_text(record, difference)


def _general(text: str, branch: str, state: str) -> str:
    """Return the text without what is specific to the branch. Only reasons are generalised, not differences."""
    if state == DRIFT:
        return text
    general = _OWN.sub(_ELLIPSIS, text)
    return re.sub(rf"(?<![\w-]){re.escape(branch)}(?![\w-])", _ELLIPSIS, general, flags=re.I)


def _group(state: str, general: str, texts: Mapping[str, list[str]]) -> dict[str, Any]:
    branches = dict.fromkeys(name for names in texts.values() for name in names)
    return {"state": state, "text": general if len(texts) > 1 else next(iter(texts)), "branches": sorted(branches)}
