# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of fingerprints."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends import fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import (
    FingerprintFile,
    default_path,
    load,
    save,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SAME, Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.state import UPDATE, Change

SECRET = "canary-fp-1"


def test_what_was_saved_is_loaded_by_its_owner_only(tmp_path):
    path, kept = tmp_path / "new" / "prints.json", Fingerprints()
    kept.remember("mail_user", "THANDI", SECRET)
    save(path, kept)
    assert load(path).compare("mail_user", "THANDI", SECRET) == SAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert SECRET not in path.read_text()
    assert [item.name for item in path.parent.iterdir()] == ["prints.json"]


def test_a_file_that_is_not_there_keeps_nothing(tmp_path):
    assert load(tmp_path / "none.json").stored == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "{", '["a"]', '{"fingerprints": 1}', '{"fingerprints": {"a": 1}}', "[" * 50000]
)
def test_a_file_of_something_else_is_an_error_that_says_what_to_do(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(FinconError, match="not a file of fingerprints; remove it"):
        load(path)


def test_a_place_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FinconError, match=r"prints\.json: the fingerprints cannot be written"):
        save(tmp_path / "file" / "prints.json", Fingerprints())


def test_what_a_killed_run_left_half_written_is_cleared_away_by_the_next(tmp_path):
    path, kept = tmp_path / "prints.json", Fingerprints()
    (tmp_path / "prints.json.tmp").write_text('{"fingerprints": {"smtp_')
    save(path, kept)
    assert [item.name for item in tmp_path.iterdir()] == ["prints.json"]
    assert load(path).stored == {}


def test_without_the_lock_nothing_is_written_and_the_old_fingerprints_stay(tmp_path):
    path, change = tmp_path / "prints.json", Change("smtp_server", "HQ", UPDATE, secrets={"password": SECRET})
    kept = Fingerprints()
    kept.remember("smtp_server", "hq", SECRET)
    save(path, kept)
    (tmp_path / "prints.json.lock").mkdir()
    with FingerprintFile(str(path), "").open(writing=True) as opened:
        with pytest.raises(FinconError, match=r"prints\.json: the fingerprints cannot be written \("):
            opened.doubt([change])
        assert load(path).compare("smtp_server", "hq", SECRET) == SAME


def test_a_symbolic_link_is_followed_and_shares_the_lock_of_its_file(tmp_path, monkeypatch):
    path, link = tmp_path / "prints.json", tmp_path / "elsewhere" / "link.json"
    link.parent.mkdir()
    link.symlink_to(path)
    change = Change("smtp_server", "HQ", UPDATE, secrets={"password": SECRET})
    with FingerprintFile(str(link), "").open(writing=True) as opened:
        opened.settle([change], [], {})
        monkeypatch.setattr(fingerprints, "_LOCK_WAIT", 0)
        with pytest.raises(FinconError, match="another run"), FingerprintFile(str(path), "").open(writing=True):
            pass
    assert link.is_symlink()
    assert load(path).compare("smtp_server", "hq", SECRET) == SAME


def test_installations_whose_names_look_alike_have_different_files():
    assert default_path("https://a:1/X") != default_path("https://a:1-X")
    assert default_path("https://a:1/X") == default_path("https://a:1/X")
