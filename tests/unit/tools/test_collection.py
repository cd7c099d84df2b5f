# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout as a collection: a link for the tests, a copy for ansible-test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import collection
import pytest


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A small repository that stands for the checkout."""
    root = tmp_path / "checkout"
    root.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    (root / ".gitignore").write_text("/.cache/\n")
    (root / "galaxy.yml").write_text("name: mail\n")
    monkeypatch.setattr(collection, "ROOT", root)
    monkeypatch.setattr(collection, "COLLECTIONS", root / ".cache" / "collections")
    return root


def test_the_link_leads_to_the_checkout(checkout: Path) -> None:
    link = collection.link_collection() / "ansible_collections" / "fincon" / "mail"
    assert link.resolve() == checkout.resolve()


def test_a_link_that_leads_elsewhere_is_replaced(checkout: Path, tmp_path: Path) -> None:
    link = collection.link_collection() / "ansible_collections" / "fincon" / "mail"
    link.unlink()
    link.symlink_to(tmp_path)
    collection.link_collection()
    assert link.resolve() == checkout.resolve()


def test_a_copy_has_new_files_and_lacks_ignored_and_deleted_ones(checkout: Path, tmp_path: Path) -> None:
    (checkout / "deleted.yml").write_text("")
    subprocess.run(["git", "add", "."], cwd=checkout, check=True)
    (checkout / "deleted.yml").unlink()
    (checkout / "new.yml").write_text("")
    collection.link_collection()
    copy = collection.copy_collection(tmp_path / "copies")
    assert sorted(path.name for path in copy.iterdir()) == [".gitignore", "galaxy.yml", "new.yml"]


def test_a_copy_replaces_an_older_one(checkout: Path, tmp_path: Path) -> None:
    copy = collection.copy_collection(tmp_path / "copies")
    (copy / "stale.yml").write_text("")
    assert not (collection.copy_collection(tmp_path / "copies") / "stale.yml").exists()
