# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: one document; every format is a view of it. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import totals
from ansible_collections.fincon.mail.plugins.plugin_utils._report.groups import groups
from ansible_collections.fincon.mail.plugins.plugin_utils._report.history import carried, history
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import RECORD_STATES, STATES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.report import report_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import Schema

#: Version of the document. It increases with a change that a reader of the old version would misunderstand.
VERSION = 1
#: Version of the collection; a test compares it with galaxy.yml, which an installed collection does not have.
COLLECTION = "0.1.0"

Document = dict[str, Any]


def document_schema() -> Schema:
    """Return the JSON Schema of the document."""
    return report_schema(VERSION, STATES, RECORD_STATES)


def make_document(entries: Iterable[Entry], generated: str, previous: Mapping[str, Any] | None = None) -> Document:
    """Return the report of a fleet.

    :param entries: one for each branch, in any order.
    :param generated: when the report was made, UTC, as ISO 8601.
    :param previous: the previous report, for the history.
    :return: a document in the shape of ``schemas/drift-report.schema.json``.
    """
    before = {entry["branch"]: entry for entry in previous["branches"]} if previous else {}
    ordered = sorted(entries, key=lambda entry: entry["branch"])
    branches = [carried(entry, before.get(entry["branch"])) for entry in ordered]
    evidence = totals(branches)
    return {
        "version": VERSION,
        "generated": generated,
        "collection": COLLECTION,
        "counts": counts(branches),
        **({"evidence": evidence} if evidence else {}),
        "groups": groups(branches),
        "history": history(branches, previous),
        "branches": branches,
    }


def counts(branches: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of branches, in total and in each state."""
    found = Counter(entry["state"] for entry in branches)
    return {"branches": found.total(), **{state: found[state] for state in STATES}}


def merged_entries(documents: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the branches of several reports; for a branch in more than one of them, the latest entry.

    :param documents: reports of parts of a fleet, or of the same fleet at different times.
    """
    newest: dict[str, Entry] = {}
    for document in documents:
        for entry in document["branches"]:
            known = newest.get(entry["branch"])
            if known is None or known["checked"] < entry["checked"]:
                newest[entry["branch"]] = dict(entry)
    return list(newest.values())


def to_json(document: Document) -> str:
    """Return the document as JSON, with one branch or group per line, so that version control shows what changed."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value:
            items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
            parts.append(f" {json.dumps(key)}: [\n{items}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
