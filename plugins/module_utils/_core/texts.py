# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Texts from outside. Made safe to show, nothing in them controls a terminal or hides what follows. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

#: Control characters (C0, DEL and C1), separators of lines, and marks that turn the direction of writing (UAX 9).
_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

#: A line that git writes around two versions which it could not merge.
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
CONFLICT_PROBLEM = "two versions were merged here and git could not settle it"


def conflict_line(text: str) -> int | None:
    """Return the number of the first line that a failed merge of git has left, counted from 1."""
    found = _CONFLICT.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None


def visible(text: str) -> str:
    """Return the text on one line, each active character as its escape, such as ``\\x1b``."""
    return _ACTING.sub(lambda found: _escape(ord(found[0])), text)


def short(text: str, most: int = 200) -> str:
    """Return the text on one line, made visible, and cut to a readable length.

    :param most: how many characters are shown.
    """
    shown = visible(text[: most + 1])
    return shown if len(text) <= most and len(shown) <= most else f"{shown[: most - 1]}…"


def all_visible(value: Any) -> Any:
    """Return plain data with all its texts made visible. The keys are ours and stay as they are."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: all_visible(item) for key, item in value.items()}
    return [all_visible(item) for item in value] if isinstance(value, (list, tuple)) else value


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
