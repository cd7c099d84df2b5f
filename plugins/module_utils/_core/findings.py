# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Findings: what is wrong, where, in which record and field."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, short, visible

ERROR = "error"
WARNING = "warning"

#: The code of a finding about a placeholder for a password.
PLACEHOLDER = "placeholder"

#: The keys of files: the name of a field, or that of a record (``mail_user/THANDI``).
_KEY = re.compile(r"[A-Za-z_][\w.-]*|[a-z_]+/.+", re.ASCII)
#: Characters of a message that are shown.
_LONGEST = 1000


@dataclass(frozen=True)
class Finding:
    """One error or warning about the declared records.

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
    :param related: resource, record and field of another place that the finding is about, or empty. Code that knows the
        files adds that place to the message.
    :param code: the kind of finding, if callers must distinguish it from others: :data:`PLACEHOLDER`, or empty.
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
    related: tuple[str, ...] = ()

    def __str__(self) -> str:
        file = visible(self.file)
        place = f"{file}:{self.line}:{self.column}: " if self.line else f"{file}: " if file else ""
        # Keys and names come from files: none of them may control a terminal or hide the sentence.
        return f"{place}{self._subject()}{short(self.message, _LONGEST)}"

    def _subject(self) -> str:
        who = f"{self.resource} {short(self.name)}".strip() if self.resource else ""
        what = short(self.path) or (f"{who}, {self.field}" if who and self.field else who or self.field)
        note = f" ({who})" if self.path and self.name else ""
        return f"{what}{note}: " if what else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain data, for results and inventory variables."""
        return {name: all_visible(value) for name, value in asdict(self).items() if name != "related"}


def path_text(path: Iterable[Any]) -> str:
    """Return a path in data as people write it: ``users[3].port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{key_text(part)}" if text else key_text(part)
    return text


def key_text(key: Any) -> str:
    """Return a key if it looks like one. When a colon is missing, the text that is read as a key may be a password."""
    return short(str(key)) if _KEY.fullmatch(str(key)) else "(not a name)"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop the work."""
    return [finding for finding in findings if finding.severity == ERROR]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that do not stop the work."""
    return [finding for finding in findings if finding.severity == WARNING]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that suggests the most similar known word, or an empty string."""
    by_case = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), by_case, n=1, cutoff=0.6)
    return f"; did you mean {by_case[close[0]]!r}?" if close else ""
