# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a report that was written before: its text becomes a document, or an error that says what is wrong. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import VERSION, Document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import RECORD_STATES, STATES

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])(T\d\d:\d\d:\d\dZ)?\Z")


class ReportError(Exception):
    """A file is not a report that can be read: where, what is wrong, and what to do."""


@dataclass(frozen=True)
class _Optional:
    """A key that may be left out."""

    shape: Any


@dataclass(frozen=True)
class _Word:
    """One of some words."""

    words: Mapping[str, str]


_ANY, _TIME = object(), object()
_DIFFERENCE = {"field": str, "have": _ANY, "want": _ANY, "words": str, "since": _TIME}
_PENDING = {
    "order": int,
    "item": int,
    "since": _TIME,
    "days": int,
    "action": str,
    "fields": [{"field": str, "have": _ANY, "want": _ANY}],
    "words": str,
}
_RECORD = {
    "resource": str,
    "name": str,
    "state": _Word(RECORD_STATES),
    "differences": _Optional([_DIFFERENCE]),
    "unverified": _Optional([str]),
    "pending": _Optional([_PENDING]),
}
_BRANCH = {
    "branch": str,
    "region": str,
    "tags": [str],
    "state": _Word(STATES),
    "since": _TIME,
    "checked": _TIME,
    "reason": str,
    "records": [_RECORD],
}
#: What is read of a report; all else follows from it. ``schemas/drift-report.schema.json`` says it for other programs,
#: which have the time of a full schema validation: for 1,000 branches that takes seconds.
_SHAPE = {"generated": _TIME, "branches": [_BRANCH]}


def read_report(text: str, name: str) -> Document:
    """Return the document that a report holds.

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
    if not isinstance(document, dict) or "version" not in document:
        raise ReportError(f"{name}: is not a drift report of fincon.mail: it names no version")
    if document["version"] != VERSION:
        raise ReportError(
            f"{name}: is a report of version {document['version']!r}, and this collection reads version {VERSION}; "
            "write it again with this version of the collection"
        )
    problem = _problem(document, _SHAPE, "")
    if problem:
        raise ReportError(f"{name}: is not a drift report of fincon.mail: {problem}")
    return document


def _problem(value: Any, shape: Any, path: str) -> str:
    """Return the first place at which a value has not the shape, or nothing."""
    if shape is _ANY:
        return ""
    if isinstance(shape, dict):
        return _mapping_problem(value, shape, path)
    if isinstance(shape, list):
        return _list_problem(value, shape[0], path)
    if isinstance(shape, _Word):
        known = isinstance(value, str) and value in shape.words
        return "" if known else f"{path} must be one of {', '.join(shape.words)}"
    if shape is _TIME:
        return "" if isinstance(value, str) and _DATE.match(value) else f"{path} must be a date or a time in UTC"
    names = {str: "text", int: "a whole number"}
    # JSON's true and false are numbers to Python.
    fits = isinstance(value, shape) and not isinstance(value, bool)
    return "" if fits else f"{path} must be {names[shape]}"


def _mapping_problem(value: Any, shape: dict[str, Any], path: str) -> str:
    if not isinstance(value, dict):
        return f"{path or 'it'} must be a mapping"
    for key, inner in shape.items():
        here = f"{path}.{key}" if path else key
        optional = isinstance(inner, _Optional)
        if key not in value:
            if optional:
                continue
            return f"{here} is missing"
        problem = _problem(value[key], inner.shape if optional else inner, here)
        if problem:
            return problem
    return ""


def _list_problem(value: Any, shape: Any, path: str) -> str:
    if not isinstance(value, list):
        return f"{path} must be a list"
    for place, item in enumerate(value):
        problem = _problem(item, shape, f"{path}[{place}]")
        if problem:
            return problem
    return ""
