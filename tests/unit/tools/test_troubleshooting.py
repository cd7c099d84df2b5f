# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/troubleshooting.md quotes is what the program says."""

from __future__ import annotations

import re

import pytest
from collection import ROOT, files

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
#: The words in double quotes at the beginning of a row.
QUOTED = re.findall(r'^\| "([^"]+)"', PAGE, re.MULTILINE)
PROGRAM = "\n".join(
    (ROOT / name).read_text("utf-8")
    for name in files()
    if name.startswith(("playbooks/", "plugins/", "roles/")) and name.endswith((".py", ".yml"))
)


def test_the_page_quotes_messages() -> None:
    assert len(QUOTED) > 15


@pytest.mark.parametrize("words", QUOTED)
def test_a_quoted_message_is_one_of_the_program(words: str) -> None:
    assert words in PROGRAM
