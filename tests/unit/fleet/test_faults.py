# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which branches an error concerns."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import WARNING, Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import Conflict
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.faults import faulty_branches
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import LOADED, Loaded, faulty_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet

FLEET = """\
plugin: fincon.mail.fleet
branches: "*-branch.yml"
defaults:
  installation: {backend: attended}
"""


def branch_text(name, ledger="", more=""):
    return f"branch: {name}\ninstallation: {{ledger: {ledger or name}.yml}}\n{more}"


@pytest.fixture
def fleet(tmp_path):
    def load(branches, text=FLEET):
        (tmp_path / "fincon.yml").write_text(text)
        for name, content in branches.items():
            (tmp_path / f"{name}-branch.yml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_fleet(str(tmp_path / "fincon.yml"), lambda path: (tmp_path / path).read_text("utf-8"))

    return load


def faulty(loaded):
    return {name: list(found) for name, found in loaded.faulty.items()}


def test_an_error_of_a_branch_is_its_own_and_one_of_the_fleet_is_that_of_all(fleet):
    texts = {name: branch_text(name) for name in "ab"}
    assert faulty(fleet(texts)) == {}
    loaded = fleet({**texts, "a": branch_text("a", more="user: []\n")})
    assert loaded.findings
    assert faulty(loaded) == {"a": list(loaded.findings)}
    loaded = fleet(texts, FLEET.replace("attended", "attnded"))
    assert loaded.findings
    assert faulty(loaded) == {"a": list(loaded.findings), "b": list(loaded.findings)}
    loaded = fleet({**texts, "c": b"\xff"})
    assert loaded.findings
    assert faulty(loaded) == {"a": list(loaded.findings), "b": list(loaded.findings)}


def test_an_error_of_the_defaults_concerns_the_branches_in_which_it_shows():
    branches = [Branch(name, f"{name}.yml", "", (), {}) for name in "abc"]
    shared = [Finding("wrong", file="fincon.yml", line=3, branch=name) for name in "bc"]
    late = Finding("twice", file="c.yml", branch="c")
    warning = Finding("odd", file="a.yml", branch="a", severity=WARNING)
    found = faulty_branches([*shared, *shared, warning, late], branches, [Conflict(late, "elsewhere")])
    assert found == {"b": (shared[0],), "c": (shared[1], late), "elsewhere": (late,)}


def test_both_of_two_branches_that_claim_the_same_are_faulty(fleet):
    loaded = fleet({"a": branch_text("a"), "b": branch_text("b", "a"), "c": branch_text("c")})
    assert loaded.findings
    assert faulty(loaded) == {"a": list(loaded.findings), "b": list(loaded.findings)}


def test_what_has_been_reported_is_only_counted(monkeypatch):
    monkeypatch.setitem(LOADED, "fincon.yml", Loaded(("one", "two")))
    assert faulty_text([]) == ""
    assert faulty_text(["one"]) == "the files of this branch have an error, named above"
    assert faulty_text(["one", "two"]) == "the files of this branch have 2 errors, named above"
    assert faulty_text(["one", "new"]) == "the files of this branch have errors:\nnew"
