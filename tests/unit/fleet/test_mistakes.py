# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes that a fleet used to take for something else."""

from __future__ import annotations

import pytest

from .conftest import FLEET, branch_text, lines


def test_names_that_differ_only_in_case_are_one_name(fleet):
    loaded = fleet({"a": branch_text("durban"), "b": branch_text("Durban")})
    assert "branches/b.yml:1:1: branch: 'Durban' is also the name of branches/a.yml" in "\n".join(lines(loaded))


@pytest.mark.parametrize("name", ["all", "ungrouped", "localhost", "fincon"])
def test_a_branch_cannot_have_a_name_of_ansible(fleet, name):
    (line,) = lines(fleet({"a": branch_text(name)}))
    assert line == (
        "branches/a.yml:1:1: branch: is a name that Ansible or this collection uses itself; choose another one"
    )


def test_a_pattern_that_matches_a_folder_is_found_at_its_place(fleet):
    (line,) = lines(fleet({"a": branch_text("a")}, FLEET.replace("branches: branches/*.yml", "branches: branches")))
    assert line == (
        "fincon.yml:2:1: branches: 'branches' matches a folder (branches); name files, for example 'branches/*.yml'"
    )


@pytest.mark.parametrize(
    ("written", "warned"),
    [
        ("CANARY #x", True),
        ("CANARY # of the relay", True),
        ("CANARY#x", False),
        ("'CANARY #x'", False),
        ('"{{ vault_x }}"  # in the vault', False),
    ],
)
def test_a_password_that_a_comment_cuts_off_is_warned_of(fleet, written, warned):
    user = "  - user: THANDI\n    username: t\n    sender_name: N\n    sender_email: n@example.co.za\n"
    user += f"    password: {written}\n"
    found = lines(fleet({"a": branch_text("a", user)}))
    assert len(found) == warned
    assert not warned or found[0].startswith("branches/a.yml:8:22: what follows this # is a comment")
    assert "CANARY" not in "".join(found)
