# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a text that is not YAML, in words that repeat no part of it, and the place of the error.

PyYAML's own messages contain pieces of the text, which may be passwords.
"""

from __future__ import annotations

import re

import yaml

_NODE_CONTENT = "node content"
#: The message or context of PyYAML, and what to say instead. The first match counts.
_WORDS = (
    ("escape", r"this backslash does not go together with what follows: write \\, or use single quotes"),
    ("quoted scalar", "a quote is opened here and never closed"),
    ("another document", "a second document begins here; a file holds one"),
    ("cannot start any token", "this cannot begin a value: indent with spaces, and put a text like this in quotes"),
    ("mapping values are not allowed", "a colon is not expected here: put a text with a colon in quotes"),
    ("alias", "a text that begins with * must be in quotes (if an alias is meant: there is no anchor & above it)"),
    ("',' or ']'", "in this list, in brackets, a comma or the closing bracket is missing"),
    ("',' or '}'", "in this mapping, in braces, a comma or the closing brace is missing"),
    (_NODE_CONTENT, "a value is missing here, or a bracket that was opened is not closed"),
    ("expected key", "this does not fit the text before it: check the indentation and the quotes"),
    ("expected '-' indicator", "this does not fit the list above it: check the indentation and the quotes"),
    ("<block end>", "this does not fit the text before it: check the indentation and the quotes"),
    ("expected ':'", "a key without its colon: check the indentation and the quotes"),
    ("anchor", "a text that begins with & must be in quotes"),
    ("tag", "a text that begins with ! must be in quotes (if a tag is meant: it is not a known tag)"),
    ("directive", "a line that begins with % must be indented or in quotes"),
    ("block scalar", "the text after | or > has to begin on the next line, indented"),
)
#: The place of these errors is where they were opened, if reading failed in a later line.
_OPENED = ("quoted scalar", "',' or ']'", "',' or '}'")
_BARE_TEMPLATE = re.compile(r"[:\-,\[]\s+\{\{")

UNQUOTED_TEMPLATE = 'a template without quotes: put the whole value in quotes, "{{ … }}"'


def fault_of(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int, int]:
    """Return what is wrong, with line and column from 1.

    :param error: the error of PyYAML.
    :param text: the whole text.
    """
    said = f"{error.problem or ''} {error.context or ''}"
    key, words = next(((key, words) for key, words in _WORDS if key in said), ("", "this is not YAML"))
    mark = error.problem_mark or error.context_mark
    if key in _OPENED and error.context_mark and mark and mark.line > error.context_mark.line:
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    if _bare_template(lines, line):
        return UNQUOTED_TEMPLATE, line + 1, lines[line].index("{{") + 1
    quote, bracket = _left_open(text, line)
    if quote and key not in _OPENED:
        return "a quote is opened here and closed only some lines below; is its end missing?", *quote
    if bracket and key == _NODE_CONTENT:
        return "a bracket or brace is opened here and not closed", *bracket
    return words, line + 1, column + 1


def _bare_template(lines: list[str], number: int) -> bool:
    return number < len(lines) and _BARE_TEMPLATE.search(lines[number]) is not None


def _left_open(text: str, line: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Return the place of the last multi-line quoted text that ends where reading failed, and of the last open bracket.

    :param line: where reading failed, from 0.
    """
    quote = None
    brackets: list[tuple[int, int]] = []
    try:
        for token in yaml.scan(text, yaml.SafeLoader):
            begin, end = token.start_mark, token.end_mark
            place = begin.line + 1, begin.column + 1
            if isinstance(token, (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)):
                brackets.append(place)
            elif isinstance(token, (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)):
                del brackets[-1:]
            elif isinstance(token, yaml.ScalarToken) and not token.plain and token.style in ("'", '"'):
                quote = place if begin.line < end.line <= line <= end.line + 1 else quote
    except yaml.YAMLError:
        # Only the tokens before the error are examined.
        pass
    return quote, brackets[-1] if brackets else None
