# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a text that is not YAML, in words that repeat no part of it, and the place of the error.

PyYAML's own messages contain pieces of the text, which may be passwords.
"""

from __future__ import annotations

import re

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import ODD_SPACES, character_name

_NODE_CONTENT = "node content"
_COLON = "mapping values are not allowed"
_SIMPLE_KEY = "expected ':'"
_SECOND_DOCUMENT = "a second document begins here; a file holds one"
#: The message or context of PyYAML, and what to say instead. The first match counts.
_WORDS = (
    ("escape", r"this backslash does not go together with what follows: write \\, or use single quotes"),
    ("quoted scalar", "a quote is opened here and never closed"),
    ("another document", _SECOND_DOCUMENT),
    ("<document start>", _SECOND_DOCUMENT),
    ("tab character", "a tab is not allowed here: indent with spaces"),
    ("mapping keys are not allowed", "a text that begins with ? and a space must be in quotes"),
    (
        "sequence entries are not allowed",
        "a text that begins with - must be in quotes; a list begins in the next line",
    ),
    ("cannot start any token", "this cannot begin a value: indent with spaces, and put a text like this in quotes"),
    (_COLON, "a colon is not expected here: put a text with a colon in quotes"),
    ("alias", "a text that begins with * must be in quotes (if an alias is meant: there is no anchor & above it)"),
    ("',' or ']'", "in this list, in brackets, a comma or the closing bracket is missing"),
    ("',' or '}'", "in this mapping, in braces, a comma or the closing brace is missing"),
    (_NODE_CONTENT, "a value is missing here, or a bracket that was opened is not closed"),
    ("expected key", "this does not fit the text before it: check the indentation and the quotes"),
    ("expected '-' indicator", "this does not fit the list above it: check the indentation and the quotes"),
    ("<block end>", "this does not fit the text before it: check the indentation and the quotes"),
    (_SIMPLE_KEY, "a key without its colon: check the indentation and the quotes"),
    ("anchor", "a text that begins with & must be in quotes"),
    ("tag", "a text that begins with ! must be in quotes (if a tag is meant: it is not a known tag)"),
    ("directive", "a line that begins with % must be indented or in quotes"),
    ("block scalar", "the text after | or > has to begin on the next line, indented"),
)
#: The place of these errors is where they were opened, if reading failed in a later line.
_OPENED = ("quoted scalar", "',' or ']'", "',' or '}'")
#: A space that is none to YAML, where a line or a value begins.
_ODD_SPACE = re.compile(rf"^[ \t-]*([{ODD_SPACES}])|:([{ODD_SPACES}])")
#: A dash or a key, and what follows without a space.
_GLUED = re.compile(r"^[ \t]*(-)(?=\w)|^[ \t-]*[A-Za-z_]\w*(:)(?=[^\s/])")
#: The beginning of a line whose first colon is that of its key.
_BEFORE_COLON = re.compile(r"[ \t-]*[\w ]+")
_HAS_VALUE = re.compile(r"[ \t-]*[A-Za-z_]\w*:[ \t]+[^\s#]")
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
    if key == _SIMPLE_KEY and error.context_mark:
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    mistyped = _odd_space(lines, line) or (_spacing(lines, line, column, key) if key in (_COLON, _SIMPLE_KEY) else None)
    if mistyped:
        return mistyped
    if _bare_template(lines, line):
        return UNQUOTED_TEMPLATE, line + 1, lines[line].index("{{") + 1
    quote, bracket = _left_open(text, line)
    if quote and key not in _OPENED:
        return "a quote is opened here and closed only some lines below; is its end missing?", *quote
    if bracket and key == _NODE_CONTENT:
        return "a bracket or brace is opened here and not closed", *bracket
    return words, line + 1, column + 1


def _odd_space(lines: list[str], number: int) -> tuple[str, int, int] | None:
    """Return the space that YAML does not take for one, in a line or just above it."""
    for line in range(number, max(number - 3, -1), -1):
        found = _ODD_SPACE.search(lines[line]) if line < len(lines) else None
        if found:
            odd = found[1] or found[2]
            return f"{character_name(odd)} is no space for YAML: type a plain space instead", line + 1, found.end()
    return None


def _spacing(lines: list[str], number: int, column: int, key: str) -> tuple[str, int, int] | None:
    """Return what is wrong with spaces or a colon in a line, or in the line above its first key."""
    above = number
    if key == _COLON:
        if not _BEFORE_COLON.fullmatch(lines[number][:column]):
            return None
        written = (line for line in range(number - 1, -1, -1) if lines[line].strip() and lines[line].strip()[0] != "#")
        above = next(written, number)
    text = lines[above] if above < len(lines) else ""
    glued = _GLUED.search(text)
    if glued:
        return f"a space is missing after this {'dash' if glued[1] else 'colon'}", above + 1, glued.end()
    if above == number:
        return None
    if _HAS_VALUE.match(text):
        indent = len(lines[number]) - len(lines[number].lstrip())
        return "the line above has its value already: this line must not be indented further", number + 1, indent + 1
    if ":" not in text:
        return "a colon is missing in this line, after its key", above + 1, len(text) - len(text.lstrip()) + 1
    return None


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
