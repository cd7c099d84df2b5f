# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ledgers that lead elsewhere, groups with the names of branches, and what the patterns of a fleet file match."""

from __future__ import annotations

import re

import pytest

from .conftest import FLEET, branch_text, lines

ATTENDED = "plugin: fincon.mail.fleet\nbranches: branches/*.yml\ndefaults: {installation: {backend: attended%s}}\n"


def attended(name, ledger):
    return f"branch: {name}\ninstallation: {{ledger: {ledger}}}\n"


@pytest.mark.parametrize(
    ("ledger", "found"),
    [
        ("ledgers/", "ends with a slash, as a folder does; name a file"),
        ("branches", "is a folder; name a file in it"),
        ("'~'", "is a folder; name a file in it"),
        ("branches/a.yml", "is a file of this fleet, and not a ledger"),
        ('"a\\nb.yml"', "must be text on one line, without control characters"),
        ('"a\\0b.yml"', "must be text on one line, without control characters"),
        ('"a\\u202eb.yml"', "has a right-to-left override (U+202E) as character 2; delete it, or type the text again"),
        ("branches/../fincon.yml", "is a file of this fleet, and not a ledger"),
    ],
)
def test_a_ledger_that_leads_elsewhere_is_found_before_anything_is_written(fleet, ledger, found):
    (line,) = lines(fleet({"a": attended("a", ledger)}, ATTENDED % ""))
    assert line == f"branches/a.yml:2:16: installation.ledger: {found}"


def test_a_ledger_on_another_machine_is_not_looked_for_here(fleet):
    text = attended("a", "branches") + "vars: {ansible_connection: ssh}\n"
    assert not lines(fleet({"a": text}, ATTENDED % ""))


def test_one_ledger_by_two_ways_is_one_ledger(fleet, tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "link").symlink_to("books")
    local = "vars: {ansible_connection: ansible.builtin.local}\n"
    branches = {"a": attended("a", "books/x.yml"), "b": attended("b", "link/x.yml") + local}
    (line,) = lines(fleet(branches, ATTENDED % ""))
    assert line.startswith("branches/b.yml:2:16: installation.ledger: is also the ledger of branches/a.yml")


def test_a_ledger_of_all_branches_is_one_error_where_it_is_written(fleet):
    loaded = fleet({name: f"branch: {name}\n" for name in "abc"}, ATTENDED % ", ledger: one.yml")
    (line,) = lines(loaded)
    assert line.startswith("fincon.yml:3:46: defaults.installation.ledger: is also the ledger of branches/a.yml")
    assert set(loaded.faulty) == set("abc")


@pytest.mark.parametrize(
    ("name", "more"),
    [("region_north", "region: north\n"), ("tag_x", "tags: [x]\n"), ("fincon_wave_1", ""), ("coast", "")],
)
def test_a_branch_cannot_have_the_name_of_a_group(fleet, name, more):
    text = FLEET + f"waves: [{{branches: [{name}]}}]\ngroups: {{coast: 'true'}}\n"
    (line,) = lines(fleet({"a": branch_text(name, more=more)}, text))
    assert line == "branches/a.yml:1:1: branch: is also the name of a group that this fleet makes; choose another one"


@pytest.mark.parametrize(
    ("first", "second", "place", "group"),
    [
        ("region: north-west", "region: north_west", "3:1: region", "region_north_west"),
        ("tags: [north.west]", "tags: [till, north-west]", "3:14: tags[1]", "tag_north_west"),
    ],
)
def test_two_words_that_would_be_one_group_are_an_error_at_the_second(fleet, first, second, place, group):
    texts = {"a": first, "b": second, "c": "region: north_wes"}
    (line,) = lines(fleet({name: branch_text(name, more=f"{more}\n") for name, more in texts.items()}))
    words = [re.search(r"north.west", text)[0] for text in (second, first)]
    said = f"{words[0]!r} and {words[1]!r} (branch a) would be one group, {group}; write both alike"
    assert line == f"branches/b.yml:{place}: {said}"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("'*.yml'", "'*.yml' matches the fleet file itself; keep branch files in a folder of their own"),
        ("$FINCON_NOWHERE/*.yml", "names the environment variable FINCON_NOWHERE, which is not set"),
        ("'{{ x }}/*.yml'", "must be the path itself: the file is read before any template is rendered"),
        ("x/a.yml, x/b.yml", "'x/a.yml, x/b.yml' matches no file in .; write several patterns as a list"),
        ("/nowhere/*.yml", "'/nowhere/*.yml' matches no file"),
    ],
)
def test_a_pattern_that_matches_no_branch_file_says_why(fleet, pattern, found):
    (line,) = lines(fleet({"a": branch_text("a")}, FLEET.replace("branches/*.yml", pattern)))
    assert line == f"fincon.yml:2:1: branches: {found}"


def test_a_folder_among_branch_files_is_to_be_moved(fleet, tmp_path):
    (tmp_path / "branches" / "c.yml").mkdir()
    (line,) = lines(fleet({"a": branch_text("a")}))
    assert line.endswith("'branches/*.yml' matches a folder (branches/c.yml); move it elsewhere")


def test_a_pattern_may_begin_with_a_variable(fleet, tmp_path, monkeypatch):
    monkeypatch.setenv("FINCON_HERE", str(tmp_path))
    loaded = fleet({"a": branch_text("a")}, FLEET.replace("branches/*.yml", "$FINCON_HERE/branches/*.yml"))
    assert [branch.name for branch in loaded.branches] == ["a"]
    assert not lines(loaded)


def test_a_faulty_layer_is_told_once_and_nothing_follows_from_it(fleet):
    text = "plugin: fincon.mail.fleet\nbranches: branches/*.yml\ndefaults: []\n"
    (line,) = lines(fleet({"a": branch_text("a")}, text))
    assert line.startswith("fincon.yml:3:1: defaults: must be a mapping")


def test_a_backend_that_is_missing_or_misspelt_is_told_as_such(fleet):
    (missing,) = lines(fleet({"a": "branch: a\n"}, "plugin: fincon.mail.fleet\nbranches: branches/*.yml\n"))
    assert missing == "branches/a.yml: installation.backend: is needed: one of attended, command, rest"
    (line,) = lines(fleet({"a": "branch: a\ninstallation: {backend: Attended}\n"}, ATTENDED % ", ledger: x.yml"))
    assert line.endswith("must be one of attended, command, rest; did you mean 'attended'?")


def test_one_file_by_two_patterns_is_one_branch(fleet):
    loaded = fleet({"a": branch_text("a")}, FLEET.replace("branches/*.yml", "[branches/*.yml, ./branches/a.yml]"))
    assert not lines(loaded)
    assert len(loaded.branches) == 1


def test_a_password_of_the_installation_cannot_end_in_a_line_feed(fleet):
    text = branch_text("a") + "vars: {x: 1}\n"
    text = text.replace("installation: {data_id: a}", "installation:\n  data_id: a\n  password: |\n    CANARY")
    (line,) = lines(fleet({"a": text}))
    assert line == ("branches/a.yml:4:3: installation.password: must be text on one line, without control characters")
