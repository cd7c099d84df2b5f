# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which branch is in which wave, and which hosts a run is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.waves import (
    WaveError,
    earlier_hosts,
    hosts_of,
    waves_of,
)

DAMAGED = ["{percent: 0}", "{percent: 101}", "{percent: ten}", "{tag: [x]}", "{branches: x}", "{tags: [{a: 1}]}", "x"]
GROUPS = {"all": ["a"], "fincon_wave_1": ["a"], "fincon_wave_2": [], "fincon_wave_10": ["b"], "fincon_wave_x": ["c"]}


def branch(name, region="", *tags):
    return Branch(name, f"{name}.yml", region, tags, {})


def test_a_branch_is_in_the_first_wave_that_names_it_and_the_others_in_one_more():
    branches = [branch("a"), branch("b", "south"), branch("c", "south", "big"), branch("d", "north")]
    waves = [{"branches": ["a"], "tags": ["big"]}, {"regions": ["south"], "branches": ["a"]}]
    assert waves_of(waves, branches) == {"a": 1, "b": 2, "c": 1, "d": 3}
    assert waves_of([], branches) == {}


@pytest.mark.parametrize(("percent", "chosen"), [(1, 1), (10, 2), (50, 6), (100, 11)])
def test_a_percentage_is_of_all_branches_rounded_up_and_the_same_whatever_their_order(percent, chosen):
    branches = [branch(f"branch-{number}") for number in range(12)]
    waves = [{"branches": ["branch-3"]}, {"percent": percent}]
    found = waves_of(waves, branches)
    assert sorted(found.values()) == [1] + [2] * chosen + [3] * (11 - chosen)
    assert waves_of(waves, branches[::-1]) == found


def test_names_and_a_percentage_in_one_wave_add_up():
    found = waves_of([{"branches": ["a"], "percent": 50}], [branch(name) for name in "abcd"])
    assert found["a"] == 1
    assert sorted(found.values()) == [1, 1, 1, 2]


def test_a_name_in_a_wave_that_no_branch_has_is_a_warning_with_its_place(tmp_path):
    fleet = tmp_path / "fincon.yml"
    fleet.write_text(
        "plugin: fincon.mail.fleet\nbranches: branches/*.yml\nwaves:\n  - branches: [sowetto]\n  - tags: [coast]\n"
    )
    (tmp_path / "branches").mkdir()
    (tmp_path / "branches" / "soweto.yml").write_text(
        "branch: soweto\ninstallation: {backend: attended, ledger: l.yml}\nusers: []\n"
    )
    loaded = load_fleet(str(fleet), lambda path: Path(path).read_text("utf-8"))
    texts = [str(finding) for finding in loaded.findings]
    assert len(texts) == 2, texts
    assert "fincon.yml:4:" in texts[0]
    assert "there is no branch of this name; did you mean 'soweto'?" in texts[0]
    assert "no branch has this tag" in texts[1]
    assert loaded.faulty == {}
    assert loaded.waves == {"soweto": 3}


@pytest.mark.parametrize(
    "wave", ["{percent: 0}", "{percent: 101}", "{percent: ten}", "{tag: [x]}", "{branches: x}", "{tags: [{a: 1}]}", "x"]
)
def test_a_wave_that_is_not_one_is_an_error_of_the_fleet_file(tmp_path, wave):
    fleet = tmp_path / "fincon.yml"
    fleet.write_text(f"plugin: fincon.mail.fleet\nbranches: '*.yaml'\nwaves:\n  - {wave}\n")
    (tmp_path / "soweto.yaml").write_text("branch: soweto\ninstallation: {backend: attended, ledger: l.yml}\n")
    loaded = load_fleet(str(fleet), lambda path: Path(path).read_text("utf-8"))
    assert [finding.line for finding in loaded.findings] == [4]
    assert loaded.waves["soweto"] in (1, 2)
    assert set(loaded.faulty) == {"soweto"}


def test_a_run_is_for_one_wave_for_all_or_for_what_it_is_limited_to():
    assert hosts_of("1", GROUPS, "") == ("&fincon_wave_1",)
    assert hosts_of("10", GROUPS, "a") == ("&fincon_wave_10",)
    assert hosts_of("all", GROUPS, "") == ()
    assert hosts_of("", GROUPS, "a") == ()
    assert hosts_of("", {"all": ["a"]}, "") == ()


@pytest.mark.parametrize(
    ("wave", "groups", "text"),
    [
        ("", GROUPS, "in waves, 1 to 10. Use -e fincon_wave=1"),
        ("2", GROUPS, "wave 2 has no branch"),
        ("3", GROUPS, "fincon_wave is '3'; there are the waves 1 to 10, and all"),
        ("²", GROUPS, "fincon_wave is '²'"),
        ("pilot", GROUPS, "fincon_wave is 'pilot'"),
        ("1", {"all": ["a"]}, "no fleet file has waves"),
    ],
)
def test_a_wave_that_cannot_be_rolled_out_is_refused_with_what_to_give(wave, groups, text):
    with pytest.raises(WaveError) as refused:
        hosts_of(wave, groups, "")
    assert text in str(refused.value)


def test_the_waves_before_one_are_all_of_them_and_a_limit_must_not_hide_them():
    assert earlier_hosts("10", GROUPS, "") == ("fincon_wave_1", "fincon_wave_2")
    for wave in ("1", "all", ""):
        assert earlier_hosts(wave, GROUPS, "") == ("all", "!all")
    with pytest.raises(WaveError, match="--limit hides them"):
        earlier_hosts("10", GROUPS, "b")


@pytest.mark.parametrize(("percent", "text"), [("0", "must be at least 1"), ("101", "must be at most 100")])
def test_a_percentage_that_is_none_is_told_with_its_bound(tmp_path, percent, text):
    fleet = tmp_path / "fincon.yml"
    fleet.write_text(f"plugin: fincon.mail.fleet\nbranches: '*.yaml'\nwaves:\n  - percent: {percent}\n")
    (tmp_path / "soweto.yaml").write_text("branch: soweto\ninstallation: {backend: attended, ledger: l.yml}\n")
    (finding,) = load_fleet(str(fleet), lambda path: Path(path).read_text("utf-8")).findings
    assert str(finding).endswith(f"fincon.yml:4:5: waves[0].percent: {text}")
