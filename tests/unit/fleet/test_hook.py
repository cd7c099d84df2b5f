# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of fleet files for hooks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.hook import main

CANARY = "c4nary-hook-Fd3"
FLEET = "plugin: fincon.mail.fleet\nbranches: '*.branch.yml'\ndefaults: {vars: {fincon_purge_protct: [x]}}\n"
BRANCH = "branch: a\ninstallation: {backend: attended, ledger: l.yml}\n"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    (tmp_path / "a.branch.yml").write_text(BRANCH)
    path = tmp_path / "fincon.yml"
    path.write_text(FLEET)
    return path


def test_a_sound_fleet_passes_and_its_warnings_are_shown(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(fleet)]) == 0
    assert capsys.readouterr().out.startswith(f"warning: {fleet}:3:19: defaults.vars.fincon_purge_protct: ")


def test_every_error_is_one_line_with_its_place_and_without_its_value(
    fleet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = f"users:\n  - {{user: A, sender_email: '{CANARY}'}}\n  - {{user: B, prot: 1}}\n"
    (fleet.parent / "a.branch.yml").write_text(BRANCH + users)
    assert main([str(fleet)]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("warning: ")]
    assert [line.split(":")[1:3] for line in lines] == [["4", "15"], ["5", "15"]]
    assert CANARY not in "".join(lines)


def test_a_file_that_cannot_be_read_is_an_error(fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fleet.parent / "a.branch.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6161\n")
    assert main([str(fleet)]) == 1
    assert "it is encrypted as a whole, so it cannot be checked here" in capsys.readouterr().out
    assert main([str(fleet.parent / "none.yml")]) == 1


def test_two_fleets_are_checked_together(fleet: Path) -> None:
    other = fleet.with_name("other.yml")
    other.write_text(FLEET)
    assert main([str(fleet), str(other)]) == 1, "the branch is declared twice"
