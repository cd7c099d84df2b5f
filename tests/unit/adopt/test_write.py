# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files below a folder."""

from __future__ import annotations

import os

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.write import DIFFERENT, MISSING, SAME, compare, write


def test_files_are_compared_with_what_stands_there(tmp_path):
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("other")
    assert compare(tmp_path, {"a": "same", "b": "mine", "c/d": "new"}) == {"a": SAME, "b": DIFFERENT, "c/d": MISSING}
    assert not (tmp_path / "c").exists()


def test_a_new_file_is_for_its_owner_only_and_a_replaced_one_keeps_its_mode(tmp_path):
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o644)
    write(tmp_path, {"a": "new", "b/c": "Zoë"})
    assert ((tmp_path / "a").read_text("utf-8"), (tmp_path / "b/c").read_text("utf-8")) == ("new", "Zoë")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "b/c")] == [0o644, 0o600]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    def refuse(*_args):
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, {"a": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}
