# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a report of ``fincon-probe``, which comes from outside. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, visible
from ansible_collections.fincon.mail.plugins.module_utils._core.times import moment_of
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import FORMAT, VERSION
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.probe import probe_report_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import (
    TYPE_WORDS,
    MissingLibraries,
    SchemaCheck,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

#: Largest size of a report, in bytes: some hundred logins.
LIMIT = 1024 * 1024

#: How many errors of one file are reported.
_NAMED = 5

_CHECK = SchemaCheck(probe_report_schema)


def read_probe_report(content: bytes, name: str) -> dict[str, Any]:
    """Return the report in a file, with all characters of its texts visible.

    :param content: JSON in UTF-8, or in UTF-16 as PowerShell on Windows writes it.
    :param name: how messages call it.
    :raises ReportError: when it is not a report of this version.
    """
    if len(content) > LIMIT:
        raise ReportError(f"{name}: is not a report of {FORMAT}: it has more than {LIMIT // 1024} KiB")
    report = all_visible(_parsed(content, name))
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise ReportError(f"{name}: is not a report of {FORMAT}, which --json and --output write")
    if report.get("version") != VERSION:
        raise ReportError(
            f"{name}: is a report of another version than {VERSION}, which this collection reads; "
            f"use the {FORMAT} of this version of the collection"
        )
    try:
        errors = _CHECK.errors(report)
    except MissingLibraries as exc:
        raise ReportError(f"{name}: cannot be read. {exc}") from exc
    problems = [_sentence(error) for error in errors] or _time_problems(report)
    if problems:
        more = f"; and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
        raise ReportError(f"{name}: is not a report of {FORMAT}: {'; '.join(problems[:_NAMED])}{more}")
    return report


def _parsed(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except json.JSONDecodeError as exc:
        raise ReportError(f"{name}:{exc.lineno}:{exc.colno}: is not JSON ({exc.msg})") from None
    except (RecursionError, ValueError):
        raise ReportError(f"{name}: is not JSON that can be read") from None


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _time_problems(report: dict[str, Any]) -> list[str]:
    try:
        moment_of(report["created"])
    except ValueError:
        return ["created is not a time"]
    return []


def _sentence(error: ValidationError) -> str:
    """An error of the schema in words. Values and unknown names come from outside, so they are not repeated."""
    path = visible(error.json_path.removeprefix("$").removeprefix("."))[:80]
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{path}.{missing[0]} is missing".removeprefix(".")
    if error.validator == "additionalProperties":
        return f"{path} has a member that is not known".lstrip()
    if error.validator == "type" and error.validator_value in TYPE_WORDS:
        return f"{path} must be {TYPE_WORDS[error.validator_value]}"
    return f"{path} has a value that no report has there"
