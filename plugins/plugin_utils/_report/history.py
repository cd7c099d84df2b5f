# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New and resolved differences since the previous report, and since when each has existed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    IN_SYNC,
    PENDING,
    difference_text,
)

#: States in which the installation was read, so that a record without differences is in sync.
_READ = (IN_SYNC, DRIFT, PENDING)


def carried(entry: Entry, before: Mapping[str, Any] | None) -> Entry:
    """Return the entry with ``since`` at its state and at each difference.

    A state or difference that is also in the previous report keeps its time; others begin when this branch was read. A
    branch has been pending since its oldest item was ordered.

    :param before: the branch in the previous report, or ``None`` when it was not in it.
    """
    known = dict(_differences(before)) if before else {}
    state_before = before["since"] if before and before["state"] == entry["state"] else None
    ordered = _oldest_item(entry) if entry["state"] == PENDING else None
    return {
        **entry,
        "since": _earlier(entry.get("since"), state_before, ordered, entry["checked"]),
        "records": [_carried_record(record, known, entry["checked"]) for record in entry["records"]],
    }


def history(branches: Iterable[Mapping[str, Any]], previous: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return ``previous``, the time of the previous report or null, and the differences and states that changed.

    If a branch could not be read, its differences are neither new nor resolved.

    :param branches: all branches of the new report.
    :param previous: the previous report.
    """
    history: dict[str, Any] = {
        "previous": previous["generated"] if previous else None,
        "new": [],
        "gone": [],
        "states": [],
    }
    if previous is None:
        return history
    now = {entry["branch"]: entry for entry in branches}
    then = {entry["branch"]: entry for entry in previous["branches"]}
    for name in sorted({*now, *then}):
        first, last = then.get(name), now.get(name)
        state_before, state = (entry["state"] if entry else None for entry in (first, last))
        if state_before != state:
            history["states"].append({"branch": name, "from": state_before, "to": state})
        texts_before, texts = (dict(_differences(entry)) if entry else {} for entry in (first, last))
        if state_before in (*_READ, None):
            history["new"] += [{"branch": name, "text": text} for text in texts if text not in texts_before]
        if state in _READ:
            history["gone"] += [{"branch": name, "text": text} for text in texts_before if text not in texts]
    return history


def _differences(entry: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for record in entry["records"]:
        for difference in record.get("differences", ()):
            yield difference_text(record, difference), difference["since"]


def _oldest_item(entry: Mapping[str, Any]) -> str:
    return min(item["since"] for record in entry["records"] for item in record.get("pending", ()))


def _carried_record(record: Mapping[str, Any], known: Mapping[str, str], checked: str) -> dict[str, Any]:
    if "differences" not in record:
        return dict(record)
    dated = [
        {**item, "since": _earlier(item.get("since"), known.get(difference_text(record, item)), checked)}
        for item in record["differences"]
    ]
    return {**record, "differences": dated}


def _earlier(*times: str | None) -> str:
    return min(time for time in times if time)
