# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole fleets: what branches share, and every finding at its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings

from .conftest import FLEET, USER, branch_text, lines


def test_branches_come_in_the_order_of_their_names_without_findings(fleet):
    loaded = fleet({"a": branch_text("durban"), "b": branch_text("cape-town", more="region: wc\ntags: [x]\n")})
    assert lines(loaded) == []
    assert [(item.name, item.region, item.tags) for item in loaded.branches] == [
        ("cape-town", "wc", ("x",)),
        ("durban", "", ()),
    ]


def test_what_a_branch_says_replaces_the_defaults_field_by_field(fleet):
    more = "vars: {both: branch}\nsmtp_servers:\n  - {name: hq RELAY, port: 465}\n  - {name: Own, mail_server: o.za}\n"
    (branch,) = fleet({"a": branch_text("a", more=more)}).branches
    assert branch.data["installation"]["url"] == "https://10.1.2.3:4090"
    assert branch.data["installation"]["data_id"] == "a"
    assert branch.data["smtp_servers"] == [
        {"name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": True, "port": 465},
        {"name": "Own", "mail_server": "o.za"},
    ]
    assert branch.data["users"][0]["smtp_server"] == "HQ relay"
    assert branch.data["vars"] == {"shared": 1, "both": "branch"}


def test_a_branch_does_not_show_what_it_holds(fleet):
    (branch,) = fleet({"a": branch_text("a").replace("'{{ p }}'", "canary-pw-9")}).branches
    assert branch.data["users"][0]["password"] == "canary-pw-9"
    assert "canary" not in repr(branch)


def test_a_missing_setting_is_named_and_placed_at_the_installation(fleet):
    text = FLEET.replace('    server_password: "{{ vault_server }}"\n', "")
    assert lines(fleet({"a": branch_text("a")}, text)) == [
        "branches/a.yml:2:1: installation.server_password: is needed by the rest backend"
    ]


def test_a_missing_login_names_the_field_and_is_placed_at_the_user(fleet):
    users = USER % "PIETER" + "  - {user: THANDI, sender_name: N, sender_email: n@example.co.za}\n"
    (finding,) = fleet({"a": branch_text("a", users)}).findings
    assert (finding.path, finding.file, finding.line, finding.column) == ("users[1].username", "branches/a.yml", 5, 5)
    assert finding.branch == "a"
    assert "is needed, here or at 'HQ relay'" in finding.message


def test_a_fault_of_the_defaults_is_one_finding_at_the_fleet_file(fleet):
    text = FLEET.replace("smtp_server: HQ relay", "smtp_server: HQ reley")
    (line,) = lines(fleet({"a": branch_text("a"), "b": branch_text("b")}, text))
    assert line.startswith("fincon.yml:13:10: defaults.user.smtp_server")
    assert "did you mean 'HQ relay'?" in line


def test_a_user_that_stands_twice_is_found_at_the_second_place(fleet):
    (line,) = lines(fleet({"a": branch_text("a", USER % "THANDI" + USER % "thandi")}))
    assert line.startswith("branches/a.yml:5:5: users[1] (mail_user thandi): is declared twice")


def test_findings_of_the_whole_fleet_come_at_once(fleet):
    loaded = fleet(
        {
            "a": branch_text("a", more="regoin: x\n"),
            "b": "branch: [\n",
            "c": b"branch: \xff\n",
            "d": branch_text("d", USER % '"A B"'),
            "e": "",
        }
    )
    text = "\n".join(lines(loaded))
    assert "branches/a.yml:3:1: regoin: is not a known key; did you mean 'region'?" in text
    assert "branches/b.yml:1:9: a bracket or brace is opened here" in text
    assert "branches/c.yml:1:9: the file cannot be read: it is not UTF-8" in text
    assert "branches/d.yml:4:6: users[0].user (mail_user A B): must be a user name" in text
    assert "branches/e.yml" in text
    assert [branch.name for branch in loaded.branches] == ["a", "d"]


def test_two_branches_of_one_name_are_found(fleet):
    loaded = fleet({"a": branch_text("x"), "b": branch_text("x").replace("data_id: x", "data_id: y")})
    assert lines(loaded) == [
        "branches/b.yml:1:1: branch: 'x' is also the name of branches/a.yml; names are compared without case"
    ]


def test_two_branches_of_one_installation_are_found(fleet):
    (line,) = lines(fleet({"a": branch_text("a"), "b": branch_text("b").replace("data_id: b", "data_id: A")}))
    assert line.startswith("branches/b.yml:2:1: installation: is the same as that of branches/a.yml")


ATTENDED = "plugin: fincon.mail.fleet\nbranches: branches/*.yml\ndefaults: {installation: {backend: attended%s}}\n"


def attended(name, ledger, more=""):
    return f"branch: {name}\ninstallation: {{ledger: {ledger}}}\n{more}"


@pytest.mark.parametrize(
    ("ledger", "path"),
    [
        ("ledgers/a.yml", "sites/ledgers/a.yml"),
        ("'ledgers/{{ inventory_hostname }}.yml'", "sites/ledgers/{{ inventory_hostname }}.yml"),
        ("/srv/a.yml", "/srv/a.yml"),
        ("~/a.yml", "~/a.yml"),
        ("$HOME/a.yml", "$HOME/a.yml"),
        ("'{{ folder }}/a.yml'", "{{ folder }}/a.yml"),
    ],
)
def test_a_relative_ledger_starts_at_the_fleet_file(tmp_path, monkeypatch, ledger, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "a.yml").write_text(attended("a", ledger))
    text = ATTENDED.replace("branches/*", "a") % ""
    read = {"sites/fincon.yml": text}.get
    loaded = load_fleet("sites/fincon.yml", lambda file: read(file) or (tmp_path / file).read_text())
    assert lines(loaded) == []
    (branch,) = loaded.branches
    assert branch.data["installation"]["ledger"] == path
    if "{{" in ledger:
        assert branch.data["installation"]["ledger"].place.startswith("sites/a.yml:2:24")


def test_two_branches_of_one_ledger_are_found(fleet):
    (line,) = lines(fleet({"a": attended("a", "l/x.yml"), "b": attended("b", "./l//x.yml")}, ATTENDED % ""))
    assert line == (
        "branches/b.yml:2:16: installation.ledger: is also the ledger of branches/a.yml; each branch needs its own"
    )


def test_a_ledger_in_the_defaults_is_that_of_every_branch(fleet):
    found = lines(fleet({name: f"branch: {name}\n" for name in "abc"}, ATTENDED % ", ledger: one.yml"))
    assert [line.split(": ")[0] for line in found] == ["fincon.yml:3:46"]
    assert lines(fleet({name: f"branch: {name}\n" for name in "abc"}, ATTENDED % ", ledger: '{{ x }}'")) == []


@pytest.mark.parametrize("connection", ["ansible.builtin.ssh", "'{{ way }}'"])
def test_what_a_branch_sees_from_a_machine_of_its_own_is_its_own(fleet, connection):
    more = f"vars: {{ansible_connection: {connection}}}\n"
    ledgers = {name: attended(name, "/var/ledger.yml", more) for name in "ab"}
    assert lines(fleet(ledgers, ATTENDED % "")) == []
    installations = {name: branch_text(name, more=more).replace(f"data_id: {name}", "data_id: MAIN") for name in "ab"}
    assert lines(fleet(installations)) == []


def test_branches_of_fleets_that_are_used_together_are_held_against_each_other(fleet):
    first = fleet({"a": branch_text("a"), "b": branch_text("b")})
    renamed = [replace(first.branches[0], name="x", file="other/x.yml"), replace(first.branches[1], file="other/b.yml")]
    second = load_fleet("fincon.yml", lambda path: Path(path).read_text(), renamed)
    assert lines(second) == [
        "branches/a.yml:2:1: installation: is the same as that of other/x.yml; each branch needs its own installation",
        "branches/b.yml:1:1: branch: 'b' is also the name of other/b.yml; names are compared without case",
        "branches/b.yml:2:1: installation: is the same as that of other/b.yml; each branch needs its own installation",
    ]


def test_a_number_with_a_fraction_of_nothing_is_one_finding_in_files_and_rendered(fleet):
    more = "smtp_servers: [{name: Own, mail_server: o.za, port: 587.0}]\n"
    loaded = fleet({"a": branch_text("a", more=more)})
    expected = (
        "branches/a.yml:3:47: smtp_servers[0].port (smtp_server Own): must be a whole number from 1 to 65535, "
        "not the number 587.0"
    )
    assert lines(loaded) == [expected]

    templated = fleet({"a": branch_text("a", more=more.replace("587.0", "'{{ port }}'"))})
    assert lines(templated) == []
    (branch,) = templated.branches
    server = {"name": "Own", "mail_server": "o.za", "port": 587.0}
    data = {**branch.data, "smtp_servers": [branch.data["smtp_servers"][0], server]}
    del data["vars"]
    (finding,) = rendered_findings(data, {"branch": branch.file, "fleet": templated.file})
    assert str(finding) == expected


def test_a_cache_is_refused_as_any_unknown_key(fleet):
    (line,) = lines(fleet({"a": branch_text("a")}, FLEET + "cache: true\n"))
    assert line.startswith("fincon.yml:15:1: cache: is not a known key")


def test_a_pattern_that_leads_to_no_file_is_found(fleet):
    (line,) = lines(fleet({}))
    assert line == "fincon.yml:2:1: branches: 'branches/*.yml' matches no file in ."


def test_a_file_that_cannot_be_read_is_a_finding():
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)

    loaded = load_fleet("fincon.yml", refuse)
    assert lines(loaded) == ["fincon.yml: the file cannot be read: Permission denied"]
    assert loaded.branches == ()


def test_a_vault_value_passes(fleet):
    vault = "  - user: THANDI\n    username: u\n    password: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n"
    user = vault + "    sender_name: N\n    sender_email: n@example.co.za\n"
    assert lines(fleet({"a": branch_text("a", user)})) == []


def test_a_rendered_value_is_found_at_the_place_of_its_template(fleet):
    loaded = fleet({"a": branch_text("a")})
    (branch,) = loaded.branches
    users = [{**branch.data["users"][0], "password": "********"}]
    data = {**branch.data, "users": users}
    (finding,) = rendered_findings(data, {"branch": branch.file, "fleet": loaded.file})
    assert str(finding).startswith("branches/a.yml:4:33: users[0].password (mail_user THANDI): is a mask")


def test_a_value_that_is_wrong_is_not_told_to_be_missing_too(fleet):
    text = FLEET.replace('    server_password: "{{ vault_server }}"\n', "    server_password: 5\n")
    loaded = fleet({"a": branch_text("a").replace("data_id: a", "data_id: 101").replace("'{{ p }}'", "7")}, text)
    assert [line.split(": ")[0:2] for line in lines(loaded)] == [
        ["fincon.yml:8:5", "defaults.installation.server_password"],
        ["branches/a.yml:2:16", "installation.data_id"],
        ["branches/a.yml:4:33", "users[0].password (mail_user THANDI)"],
    ]


def test_what_is_wrong_with_yaml_names_branch_record_and_field(fleet):
    (finding,) = fleet({"a": branch_text("a").replace("'{{ p }}'", "!CANARY x")}).findings
    assert str(finding).startswith("branches/a.yml:4:43: users[0].password (mail_user THANDI): this tag is not known")
    assert (finding.branch, finding.resource, finding.field) == ("a", "mail_user", "password")


def test_other_faults_of_a_broken_file_are_found_and_nothing_is_told_to_be_missing(fleet):
    users = "  - {user: THANDI, sender_name: 5}\n  - {user: PIETER, sender_nmae: x}\n"
    loaded = fleet({"a": branch_text("a", users) + 'vars: {x: "\n'})
    assert [line.split(": ")[0] for line in lines(loaded)] == [
        "branches/a.yml:4:20", "branches/a.yml:5:20", "branches/a.yml:6:11",
    ]  # fmt: skip
    assert [branch.name for branch in loaded.branches] == ["a"], "its host is there for --limit"


def test_the_rest_of_a_password_with_a_comma_is_not_repeated(fleet):
    users = "  - {user: THANDI, password: xK9,CANARYrest}\n  - {user: PIETER, password: xK9,canary_rest}\n"
    text = "\n".join(lines(fleet({"a": branch_text("a", users)})))
    assert "canary" not in text.casefold()
    assert "branches/a.yml:4:34: users[0] (mail_user THANDI): a key that is not known; a text with a comma" in text


@pytest.mark.parametrize("name", ["365", "true", "[x]", "~"])
def test_a_definition_whose_name_is_no_text_is_a_finding_in_the_defaults_and_in_a_branch(fleet, name):
    text = FLEET.replace("name: HQ relay", f"name: {name}")
    loaded = fleet({"a": branch_text("a", more=f"smtp_servers: [{{name: {name}, port: 26}}]\n")}, text)
    places = [line.split(": ")[0] for line in lines(loaded)]
    assert places == ["fincon.yml:12:8", "branches/a.yml:3:17"]
    assert [branch.name for branch in loaded.branches] == ["a"]


def test_a_definition_that_stands_twice_in_one_file_is_found_with_both_places(fleet):
    more = "smtp_servers:\n  - {name: hq RELAY, port: 26}\n  - {name: HQ relay, port: 27}\n"
    (line,) = lines(fleet({"a": branch_text("a", more=more)}))
    assert line == (
        "branches/a.yml:5:5: smtp_servers[1] (smtp_server HQ relay): is declared twice; "
        "the first is at branches/a.yml:4:5"
    )
    text = FLEET.replace("  user: {", "    - {name: hq relay, port: 26}\n  user: {")
    (line,) = lines(fleet({"a": branch_text("a")}, text))
    assert line.startswith("fincon.yml:13:7: defaults.smtp_servers[1] (smtp_server hq relay): is declared twice")


def test_what_is_special_in_a_pattern_may_be_in_the_name_of_the_folder(tmp_path):
    folder = tmp_path / "fleet [prod] *?"
    folder.mkdir()
    (folder / "fincon.yml").write_text(ATTENDED.replace("branches/*.yml", "'[ab].yml'") % "")
    (folder / "a.yml").write_text(attended("a", "a.ledger"))
    loaded = load_fleet(str(folder / "fincon.yml"), lambda path: Path(path).read_text())
    assert (lines(loaded), [branch.name for branch in loaded.branches]) == ([], ["a"])


def test_a_branch_file_with_another_ending_is_named(fleet, tmp_path):
    (tmp_path / "branches" / "durban.yaml").write_text("branch: durban\n")
    (finding,) = fleet({"a": branch_text("a")}).findings
    assert finding.severity == "warning"
    assert str(finding).startswith("branches/durban.yaml: is not a branch of this fleet: no pattern matches it")
    (tmp_path / "branches" / "a.yml").unlink()
    (line,) = lines(fleet({}))
    assert line.endswith("matches no file in .; there is branches/durban.yaml")


def test_a_merged_value_is_found_where_it_is_written(fleet):
    users = "  - &u {user: A, sender_name: 5, username: a, password: b}\n  - {<<: *u, user: B}\n"
    places = [line.split(": ")[0] for line in lines(fleet({"a": branch_text("a", users)}))]
    assert set(places) == {"branches/a.yml:4:18"}


@pytest.mark.parametrize("setting", ["ledger", "fingerprints", "ca_path"])
def test_every_relative_path_of_an_installation_starts_at_the_fleet_file(fleet, setting, tmp_path):
    backend = "attended" if setting == "ledger" else "rest"
    (tmp_path / "sub").mkdir()
    text = f"branch: a\ninstallation: {{backend: {backend}, {setting}: state/x}}\n"
    (tmp_path / "sub" / "a.yml").write_text(text)
    (tmp_path / "sub" / "f.yml").write_text("plugin: fincon.mail.fleet\nbranches: a.yml\n")
    (branch,) = load_fleet("sub/f.yml", lambda path: Path(path).read_text()).branches
    assert branch.data["installation"][setting] == "sub/state/x"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://10.1.2.3", "https://10.1.2.3:4090"),
        ("https://Fincon.example/", "https://fincon.EXAMPLE:4090"),
        ("https://10.1.2.3:4090/datasnap/rest/FinconAPI/", "https://10.1.2.3"),
    ],
)
def test_an_installation_is_the_same_however_its_address_is_written(fleet, one, other):
    text = FLEET.replace("    url: https://10.1.2.3:4090\n", "")
    branches = {
        name: branch_text(name).replace(f"data_id: {name}", f"data_id: MAIN, url: '{url}'")
        for name, url in (("a", one), ("b", other))
    }
    (line,) = lines(fleet(branches, text))
    assert "installation: is the same as that of branches/a.yml" in line


def test_a_list_that_nobody_gives_is_no_empty_list(fleet):
    text = FLEET.replace(
        "  smtp_servers:\n    - {name: HQ relay, mail_server: smtp.example.co.za, authenticate: true}\n", ""
    )
    loaded = fleet(
        {"a": "branch: a\ninstallation: {data_id: a}\n", "b": "branch: b\ninstallation: {data_id: b}\nusers: []\n"},
        text,
    )
    assert [(branch.data["smtp_servers"], branch.data["users"]) for branch in loaded.branches] == [
        (None, None), (None, []),
    ]  # fmt: skip


def test_a_misspelt_name_in_the_contract_is_found_when_the_fleet_is_loaded(fleet):
    loaded = fleet({"a": branch_text("a").replace("data_id: a", "data_id: a, contract: {metods: {A: B}}")})
    assert "installation.contract.metods: is not a known key; did you mean 'methods'?" in lines(loaded)[0]
