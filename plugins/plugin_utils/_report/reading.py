# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading an earlier report: the result is a document, or an error that says what is wrong. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import VERSION, Document, document_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import PENDING
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import Schema, opened
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import (
    TYPE_WORDS,
    MissingLibraries,
    SchemaCheck,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

#: Keys that hold a date or a time.
_DAYS = ("generated", "checked", "since", "read_at", "newest", "seen_at")

#: How many errors of one file are reported.
_NAMED = 10


class ReportError(Exception):
    """A file is not a readable report: where, what is wrong, and what to do."""


def _reading_schema() -> Schema:
    """The part of a report that is read; the rest follows from it. Unknown keys of later versions are ignored."""
    schema = opened(document_schema())
    read = ("generated", "branches")
    return {**schema, "required": list(read), "properties": {name: schema["properties"][name] for name in read}}


_CHECK = SchemaCheck(_reading_schema)


def read_report(text: str, name: str) -> Document:
    """Return the document in a report.

    :param text: the report as JSON.
    :param name: how messages call it.
    :raises ReportError: when it is not a report of this version.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as exc:
        raise ReportError(f"{name}:{exc.lineno}:{exc.colno}: is not JSON ({exc.msg})") from None
    except RecursionError:
        raise ReportError(f"{name}: is not a drift report: it is nested too deeply") from None
    except ValueError:
        raise ReportError(f"{name}: is not a drift report: it has a number of too many digits") from None
    if not isinstance(document, dict) or "version" not in document:
        raise ReportError(f"{name}: is not a drift report of fincon.mail: it names no version")
    if document["version"] != VERSION:
        raise ReportError(
            f"{name}: is a report of version {document['version']!r}, and this collection reads version {VERSION}; "
            "write it again with this version of the collection"
        )
    _refuse_other_shapes(document, name)
    return document


def _refuse_other_shapes(document: Document, name: str) -> None:
    try:
        errors = _CHECK.errors(document)
    except MissingLibraries as exc:
        raise ReportError(f"{name}: cannot be read. {exc}") from exc
    found = [problem for error in errors for problem in _problems(error)]
    found += [] if found else [*_impossible_days(document, ""), *_pending_without_items(document)]
    if found:
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise ReportError(f"{name}: is not a drift report of fincon.mail: {'; '.join(found[:_NAMED])}{more}")


def _impossible_days(value: Any, path: str) -> list[str]:
    """Impossible dates that match the pattern, such as 30 February."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in _impossible_days(item, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [text for index, item in enumerate(value) for text in _impossible_days(item, f"{path}[{index}]")]
    if path.rpartition(".")[2] not in _DAYS or not value:
        return []
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return [f"{path} must be a date or a time in UTC"]
    return []


def _pending_without_items(document: Document) -> list[str]:
    """Branches that are pending although nothing is ordered, so that the start of the state is unknown."""
    return [
        f"branches[{index}] is {PENDING} without a pending item"
        for index, entry in enumerate(document["branches"])
        if entry["state"] == PENDING and not any(record.get("pending") for record in entry["records"])
    ]


def _problems(error: ValidationError) -> Iterable[str]:
    """Return the sentences for an error of the schema, which may contain several errors."""
    path = error.json_path.removeprefix("$").removeprefix(".")
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return [f"{path}.{key} is missing".removeprefix(".") for key in missing]
    return [f"{path} {_sentence(error)}"]


def _sentence(error: ValidationError) -> str:
    wanted = error.validator_value
    if "pattern" in error.schema:
        return "must be a date or a time in UTC"
    if error.validator == "enum":
        return f"must be one of {', '.join(wanted)}"
    if error.validator == "type":
        return f"must be {TYPE_WORDS[wanted]}"
    return f"must be at least {wanted}" if error.validator == "minimum" else "must not be empty"
