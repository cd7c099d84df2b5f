# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Findings: what is wrong, where, in which record and field."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

ERROR = "error"
WARNING = "warning"

#: The code of a finding about a placeholder that stands for a password.
PLACEHOLDER = "placeholder"


@dataclass(frozen=True)
class Finding:
    """One fault of the declared records.

    :param message: what is wrong and what to do, without any secret.
    :param resource: name of the resource, or empty.
    :param name: name of the record, or empty.
    :param field: name of the field, or empty.
    :param severity: :data:`ERROR` or :data:`WARNING`.
    :param branch: name of the branch, or empty.
    :param path: place in the data, such as ``users[3].port``.
    :param file: file as the user named it.
    :param line: line in the file, from 1; 0 when it is not known.
    :param column: column in the line, from 1.
    :param code: what kind of fault it is, where somebody has to tell it from others: :data:`PLACEHOLDER`, or empty.
    """

    message: str
    resource: str = ""
    name: str = ""
    field: str = ""
    severity: str = ERROR
    branch: str = ""
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    code: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self._subject()}{self.message}"

    def _subject(self) -> str:
        who = f"{self.resource} {self.name}".strip() if self.resource else ""
        what = self.path or (f"{who}, {self.field}" if who and self.field else who or self.field)
        note = f" ({who})" if self.path and self.name else ""
        return f"{what}{note}: " if what else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, for results and inventory variables."""
        return asdict(self)


def path_text(path: Iterable[Any]) -> str:
    """Return a path in data as people write it: ``users[3].port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that forbid going on."""
    return [finding for finding in findings if finding.severity == ERROR]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are only worth a look."""
    return [finding for finding in findings if finding.severity == WARNING]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the likeliest of the known words, or an empty string."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), by_case, n=1, cutoff=0.6)
    return f"; did you mean {by_case[close[0]]!r}?" if close else ""
