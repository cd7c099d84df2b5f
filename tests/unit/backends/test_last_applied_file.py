# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The note of what was applied last: damaged, in the way, or old, it fails no run and says nothing that is wrong."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.last_applied_file import LastAppliedFile
from ansible_collections.fincon.mail.plugins.module_utils._io import files


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b'{"smtp_server/X": 3}', b'{"other/X": {}}', b"\xff"])
def test_a_damaged_note_is_none(tmp_path, content):
    note = LastAppliedFile(tmp_path / "fingerprints.json")
    note.write({"smtp_server/HQ": {"port": 587}}, None)
    assert note.read() == {"smtp_server/HQ": {"port": 587}}
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert note.read() is None


def test_a_note_is_written_only_when_it_changes_for_its_owner_and_fails_no_run(tmp_path):
    note = LastAppliedFile(tmp_path / "state" / "fingerprints.json")
    note.write({"smtp_server/HQ": None}, None)
    (file,) = (tmp_path / "state").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.stat().st_ino
    assert note.written_at() == file.stat().st_mtime
    note.write({"smtp_server/HQ": None}, {"smtp_server/HQ": None})
    assert file.stat().st_ino == before
    (tmp_path / "file").write_text("in the way")
    LastAppliedFile(tmp_path / "file" / "x").write({"smtp_server/HQ": None}, None)
    assert LastAppliedFile(None).read() is None
    assert LastAppliedFile(None).written_at() is None
    assert LastAppliedFile(tmp_path / "other").written_at() is None


def test_a_note_that_cannot_be_written_is_gone_and_not_old(tmp_path, monkeypatch):
    note = LastAppliedFile(tmp_path / "fingerprints.json")
    note.write({"smtp_server/HQ": {"port": 587}}, None)

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "replace", full)
    note.write({"smtp_server/HQ": False}, note.read())
    assert note.read() is None
