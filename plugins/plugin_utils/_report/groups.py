# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same trouble at many branches as one line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    PENDING,
    STATES,
    difference_text,
    pending_text,
)

#: What differs between branches that have the same trouble: addresses, hosts with a port, paths of files.
_OWN = re.compile(
    r"https?://[\w.\[\]-]+(?::\d+)?(?:/[\w./%-]*)?"
    r"|\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\](?::\d+)?"
    r"|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?"
    r"|(?<![\w/])(?:/[\w.@+-]+)+(?::\d+){0,2}"
    r"|\b[\w-]+(?:\.[\w-]+)*:\d+(?::\d+)?\b"
)
_ELLIPSIS = "…"


def groups(branches: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return ``state``, ``text`` and ``branches`` of each trouble, the one at most branches first.

    A difference is the same where it has the same words. A reason is the same where only addresses, paths and the
    name of the branch differ; then its text has an ellipsis in their place.

    :param branches: entries of branches, in the order of their names.
    """
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for entry in branches:
        for state, text in _troubles(entry):
            texts = found.setdefault((state, _general(text, entry["branch"], state)), {})
            texts.setdefault(text, []).append(entry["branch"])
    grouped = [_group(state, general, texts) for (state, general), texts in found.items()]
    order = list(STATES)
    return sorted(grouped, key=lambda group: (-len(group["branches"]), order.index(group["state"]), group["text"]))


def _troubles(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if entry["reason"]:
        yield entry["state"], entry["reason"]
    for record in entry["records"]:
        for difference in record.get("differences", ()):
            yield DRIFT, difference_text(record, difference)
        for item in record.get("pending", ()):
            yield PENDING, pending_text(record, item)


def _general(text: str, branch: str, state: str) -> str:
    """Return the text without what is the branch's own. What differs is told exactly; only a reason is general."""
    if state in (DRIFT, PENDING):
        return text
    general = _OWN.sub(_ELLIPSIS, text)
    return re.sub(rf"(?<![\w-]){re.escape(branch)}(?![\w-])", _ELLIPSIS, general, flags=re.I)


def _group(state: str, general: str, texts: Mapping[str, list[str]]) -> dict[str, Any]:
    branches = dict.fromkeys(name for names in texts.values() for name in names)
    return {"state": state, "text": general if len(texts) > 1 else next(iter(texts)), "branches": sorted(branches)}
