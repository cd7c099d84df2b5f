# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables under our prefix that nothing reads."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet import names
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.options import EVIDENCE_OPTIONS, OPTIONS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from collection import ROOT

FLEET = """\
plugin: fincon.mail.fleet
branches: x.yml
defaults:
  vars: {fincon_purge_protct: [c4nary], vault_fincon_x: 1, fincon_mine: {vars: {fincon_deep: 1}}, other: 2}
layers:
  - {region: west, vars: {fincon_Verify: none, fincon_verify: none}}
"""


def found(kind, text):
    source = Source("f.yml", text)
    data, broken = source.load()
    assert not broken
    return names.file_findings(kind, data, source)


def test_the_known_names_are_those_of_the_playbooks_and_the_role():
    # A new site has no branch yet, so the options of its role are no variables of one.
    ours = {path.stem for folder in ("plugins/modules", "roles") for path in (ROOT / folder).iterdir()}
    files = [*(ROOT / "playbooks").glob("*.yml"), *(ROOT / "roles" / "fincon").rglob("*.*")]
    used = {name for file in files for name in re.findall(r"\bfincon_[a-z_]+", file.read_text("utf-8"))}
    assert (used | EVIDENCE_OPTIONS) - ours == OPTIONS.keys() | names.INTERNAL
    assert not OPTIONS.keys() & names.INTERNAL


def test_each_unknown_name_of_a_fleet_file_is_a_warning_at_its_place_without_its_value():
    first, own, second = found("fleet", FLEET)
    assert str(first) == (
        "f.yml:4:10: defaults.vars.fincon_purge_protct: is not a variable of this collection, and does nothing here; "
        "did you mean 'fincon_purge_protect'?"
    )
    assert (own.path, own.message) == (
        "defaults.vars.fincon_mine", "is not a variable of this collection, and does nothing here",
    )  # fmt: skip
    assert (second.line, second.path) == (6, "layers[0].vars")
    assert second.message.startswith("fincon_Verify is not a variable")
    assert second.message.endswith("did you mean 'fincon_verify'?")
    assert {first.severity, own.severity, second.severity} == {"warning"}


def test_in_a_branch_file_only_its_own_vars_are_looked_at():
    text = "branch: b\nvars: {fincon_purg: true}\nusers:\n  - {user: A, vars: {fincon_x: 1}}\n"
    assert [(finding.line, finding.column) for finding in found("branch", text)] == [(2, 8)]
    assert found("branch", "branch: b\nvars: 5\n") == []


def test_a_host_is_warned_of_what_the_files_were_not_warned_of(monkeypatch):
    monkeypatch.setattr(names, "REPORTED", {"fincon_told"})
    assert names.host_warnings(["fincon_told", "fincon_verify", "fincon_checked", "vault_fincon_x", "fincon_purg"]) == [
        "fincon_purg: is not a variable of this collection, and does nothing here; did you mean 'fincon_purge'? "
        "(set in host_vars, group_vars, a play or with -e)"
    ]


def test_an_unknown_name_in_the_defaults_is_one_warning_and_stops_no_branch(tmp_path):
    (tmp_path / "fincon.yml").write_text(FLEET.partition("layers")[0].replace("x.yml", "'[ab].yml'"))
    for name in "ab":
        (tmp_path / f"{name}.yml").write_text(f"branch: {name}\ninstallation: {{backend: attended, ledger: l{name}}}\n")
    loaded = load_fleet(str(tmp_path / "fincon.yml"), lambda path: (tmp_path / path).read_text("utf-8"))
    assert [(finding.line, finding.severity) for finding in loaded.findings] == [(4, "warning"), (4, "warning")]
    assert loaded.faulty == {}


def test_a_variable_that_the_files_set_themselves_does_nothing():
    text = "branch: a\nusers: []\nvars: {fincon_title: x, fincon_users: [], fincon_smtp_servers: [], fincon_files: {}}"
    title, users, files = map(str, found("branch", text))
    assert title == "f.yml:3:8: vars.fincon_title: does nothing here: the key 'title' of a branch file sets it"
    assert users.startswith("f.yml:3:25: vars.fincon_users: does nothing here")
    assert files.endswith("vars.fincon_files: does nothing here: take it out")


@pytest.mark.parametrize("name", ["fincon_hosts", "fincon_faulty_branches", "fincon_wave", "fincon_replies"])
def test_an_option_that_chooses_where_a_run_works_does_nothing_in_a_file(name):
    (line,) = map(str, found("branch", f"branch: a\nvars: {{{name}: stop}}\n"))
    assert line.startswith(f"f.yml:2:8: vars.{name}: does nothing here: give it with -e")


def test_a_name_that_no_template_can_use_is_a_warning_without_it():
    (line,) = map(str, found("branch", "branch: a\nvars: {c4-nary: 1, ok: 2}\n"))
    assert line.startswith("f.yml:2:8: vars: a name in it cannot be used in templates")
    assert "c4-nary" not in line
