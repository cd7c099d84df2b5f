# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts from outside never act on a terminal, a page or a report."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import all_visible, short, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thandi Nkosi", "Thandi Nkosi"),
        ("Zoë 😀 日本", "Zoë 😀 日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("nul\x00", "nul\\x00"),
        ("csi\x9b2J", "csi\\x9b2J"),
        ("fdp.\u202eexe", "fdp.\\u202eexe"),
        ("line\u2028break", "line\\u2028break"),
    ],
)
def test_acting_characters_are_shown_as_escapes_and_all_others_stay(text, shown):
    assert visible(text) == shown
    assert all_visible({"a": [text, 1, None], "b": {"c": text}}) == {"a": [shown, 1, None], "b": {"c": shown}}


@pytest.mark.parametrize(
    ("text", "shown"), [("abcdef", "abcdef"), ("abcdefg", "abcde…"), ("\x1babcd", "\\x1ba…"), ("", "")]
)
def test_a_long_text_is_cut_where_its_end_is_shown(text, shown):
    assert short(text, 6) == shown
