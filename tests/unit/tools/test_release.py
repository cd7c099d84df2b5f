# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a tree from being released."""

from __future__ import annotations

from pathlib import Path

import galaxy
import pytest
import release
import yaml


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of which 0.1.0 is released, and that has a fragment for what comes next."""
    fragments = tmp_path / "changelogs" / "fragments"
    fragments.mkdir(parents=True)
    (fragments / "new.yml").write_text("bugfixes: [x]\n")
    (fragments.parent / "changelog.yaml").write_text(yaml.safe_dump({"ancestor": None, "releases": {"0.1.0": {}}}))
    return tmp_path


def test_a_new_version_with_fragments_can_be_released(tree: Path) -> None:
    assert release.tree_problems(tree, "0.2.0") == []


def test_each_reason_against_a_release_is_named(tree: Path) -> None:
    (tree / "changelogs" / "fragments" / "new.yml").unlink()
    assert release.tree_problems(tree, "0.1.0") == [
        "0.1.0 is released already: raise the version in galaxy.yml",
        "there is no fragment in changelogs/fragments, so that nothing is new",
    ]
    assert "is not a version of three numbers" in release.tree_problems(tree, "0.2.0-dev")[0]


@pytest.mark.parametrize(
    ("line", "is_problem"),
    [
        ("WARNING: x.yml:1:1: y", True),
        ("ERROR: The import failed", True),
        ("Traceback (most recent call last):", True),
        ("Loading module fincon_mail_info", False),
        ("Linting collection via ansible-lint 26.10.1...", False),
    ],
)
def test_any_warning_of_the_importer_is_a_problem(line: str, is_problem: bool) -> None:
    assert bool(galaxy.PROBLEM.search(f"first\n{line}\nlast")) is is_problem
