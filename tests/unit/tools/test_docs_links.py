# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A link of the documentation site that leads nowhere is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_links import dead


@pytest.mark.parametrize(
    "link", ["#here", "b.html", "sub/c.html#t%C3%A9", "style.css?v=1", "https://example.com/x#y", ""]
)
def test_a_link_to_a_page_a_place_or_another_site_is_right(tmp_path: Path, link: str) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.html", "style.css"):
        (tmp_path / name).touch()
    (tmp_path / "sub" / "c.html").write_text('<h2 id="té">', "utf-8")
    (tmp_path / "a.html").write_text(f'<a href="{link}">x</a><h2 id="here">', "utf-8")
    assert dead(tmp_path) == []


@pytest.mark.parametrize("link", ["#id1", "gone.html", "b.html#gone"])
def test_a_link_that_leads_nowhere_is_named_once_with_its_page(tmp_path: Path, link: str) -> None:
    (tmp_path / "b.html").touch()
    (tmp_path / "a.html").write_text(f'<a href="{link}">x</a><a href="{link}">y</a>', "utf-8")
    assert dead(tmp_path) == [f"a.html: {link} leads nowhere"]
