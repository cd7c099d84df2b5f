# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet as Ansible's own programs see it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..conftest import Site

CANARY = "c4nary-fleet-Hn5"
FLEET = """\
plugin: fincon.mail.fleet
branches: %s
defaults:
  installation: {backend: attended, ledger: "ledgers/{{ inventory_hostname }}.yml"}
  user: {password: "{{ vault_password }}"}
"""
DEBUG = """\
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ fincon_users }} {{ fincon_installation.ledger }}"}
"""


@dataclass
class Ran:
    """What a program printed, the results and what it said about them."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """The output as data, without the mark of text that is not a template."""
        assert self.status == 0, self.errors
        return json.loads(self.output, object_hook=lambda item: item.get("__ansible_unsafe", item))


class Folder:
    """A folder with fleets, and Ansible's programs run beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.elsewhere = path / "elsewhere"
        (path / "home").mkdir()
        self.elsewhere.mkdir()
        self.config = path / "home" / "ansible.cfg"
        self.config.touch()

    def write(self, **files: str) -> None:
        """Write files; `a__b` stands for a/b.yml."""
        for name, text in files.items():
            file = self.path / f"{name.replace('__', '/')}.yml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def run(self, program: str, *arguments: str, **environment: str) -> Ran:
        """Run a program of Ansible in another folder than that of the fleets."""
        own = {**Site.environment(self.path), "ANSIBLE_CONFIG": str(self.config)}
        done = subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments], env={**own, **environment},
            cwd=self.elsewhere, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        # Ansible breaks long lines of messages where the terminal would.
        return Ran(done.returncode, done.stdout, " ".join(done.stderr.split()))

    def inventory(self, *arguments: str, **environment: str) -> Ran:
        """Run ansible-inventory."""
        return self.run("ansible-inventory", *arguments, **environment)

    def source(self, name: str) -> tuple[str, str]:
        """The option for an inventory."""
        return "-i", str(self.path / name)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two branches of one fleet."""
    made = Folder(tmp_path)
    made.write(
        fleet__fincon=FLEET % "branches/*.yml",
        fleet__branches__a="branch: a\ntitle: Alpha, first floor\nregion: west\ntags: [retail]\n"
        "users:\n  - {user: THANDI, job_title: Clerk}\n",
        fleet__branches__b="branch: b\nregion: east\nvars: {ansible_connection: ssh}\n",
    )
    return made


def test_the_fleet_is_listed_in_every_form(folder: Folder) -> None:
    fleet = folder.source("fleet/fincon.yml")
    listed = folder.inventory(*fleet, "--list", "--export").json
    assert listed["fincon"]["hosts"] == ["a", "b"]
    assert (listed["region_west"]["hosts"], listed["tag_retail"]["hosts"]) == (["a"], ["a"])
    variables = listed["_meta"]["hostvars"]
    assert set(variables) == {"a", "b"}
    assert variables["a"]["ansible_connection"] == "local"
    assert variables["b"]["ansible_connection"] == "ssh"
    assert [variables[name]["fincon_title"] for name in "ab"] == ["Alpha, first floor", ""]
    assert variables["a"]["fincon_users"] == [
        {"user": "THANDI", "job_title": "Clerk", "password": "{{ vault_password }}"}
    ]

    assert set(folder.inventory(*fleet, "--list", "--limit", "b").json["_meta"]["hostvars"]) == {"b"}
    as_yaml = folder.inventory(*fleet, "--list", "--yaml")
    assert as_yaml.status == 0
    assert "branches/a.yml" in as_yaml.output
    graph = folder.inventory(*fleet, "--graph")
    assert "@region_east:" in graph.output
    assert graph.errors == ""


def test_a_template_is_rendered_when_it_is_used_and_its_place_is_told_when_it_cannot_be(folder: Folder) -> None:
    folder.write(play=DEBUG, fleet__branches__b=f"branch: b\nusers:\n  - user: PIETER\n    username: {CANARY}\n")
    run = folder.run(
        "ansible-playbook", *folder.source("fleet/fincon.yml"), str(folder.path / "play.yml"), "-e", "vault_password=pw"
    )
    assert run.status == 0, run.output + run.errors
    assert '"password": "pw"' in run.output or "'password': 'pw'" in run.output
    assert f"{folder.path}/fleet/ledgers/b.yml" in run.output

    own = f"branch: b\nusers:\n  - user: PIETER\n    username: {CANARY}\n    password: '{{{{ vault_of_pieter }}}}'\n"
    folder.write(fleet__branches__b=own)
    run = folder.run(
        "ansible-playbook", *folder.source("fleet/fincon.yml"), str(folder.path / "play.yml"), "--limit", "b"
    )
    assert run.status != 0
    assert "'vault_of_pieter' is undefined" in run.output
    assert f"Origin: {folder.path}/fleet/branches/b.yml:5:15" in run.output
    assert CANARY not in run.output + run.errors, "the lines around it are not shown"


def test_vaults_are_decrypted_where_they_are_used_and_nowhere_else(folder: Folder) -> None:
    key = folder.path / "key"
    key.write_text("key of this test")
    secret = ("--vault-password-file", str(key))
    value = folder.run("ansible-vault", "encrypt_string", *secret, CANARY).output
    folder.write(
        fleet__branches__a=f"branch: a\nusers:\n  - user: THANDI\n    password: {value}",
        fleet__branches__b=f"branch: b\nusers:\n  - {{user: PIETER, password: {CANARY}-2}}\n",
        play=DEBUG,
    )
    folder.run("ansible-vault", "encrypt", *secret, str(folder.path / "fleet/branches/b.yml"))
    fleet = folder.source("fleet/fincon.yml")
    listed = folder.inventory(*fleet, *secret, "--list")
    (thandi,) = listed.json["_meta"]["hostvars"]["a"]["fincon_users"]
    assert thandi["password"]["__ansible_vault"].startswith("$ANSIBLE_VAULT;1.1;AES256")
    (pieter,) = listed.json["_meta"]["hostvars"]["b"]["fincon_users"]
    assert pieter["password"] == f"{CANARY}-2"

    run = folder.run("ansible-playbook", *fleet, *secret, str(folder.path / "play.yml"), "--limit", "a")
    # From 2.22 on, ansible-core shows a mark in place of what it has decrypted.
    assert CANARY in run.output or "$REDACTED$" in run.output

    sealed = folder.inventory(*fleet, "--list", "--limit", "a")
    assert f"{folder.path}/fleet/branches/b.yml" in sealed.errors, "without the key, it is said which file it is"


def test_several_fleets_are_one_inventory_in_which_every_branch_stands_once(folder: Folder) -> None:
    folder.write(other__fincon=FLEET % "'*-branch.yml'", **{"other__c-branch": "branch: c\n"})
    both = (*folder.source("fleet/fincon.yml"), *folder.source("other/fincon.yml"))
    listed = folder.inventory(*both, "--list").json
    assert listed["fincon"]["hosts"] == ["a", "b", "c"]

    folder.write(
        **{
            "other__c-branch": "branch: a\ninstallation: {ledger: ../fleet/one.yml}\n",
            "fleet__branches__a": "branch: a\ninstallation: {ledger: one.yml}\n",
        }
    )
    for first, second in (("fleet/fincon.yml", "other/fincon.yml"), ("other/fincon.yml", "fleet/fincon.yml")):
        run = folder.inventory(*folder.source(first), *folder.source(second), "--list")
        files = [f"{folder.path}/fleet/branches/a.yml", f"{folder.path}/other/c-branch.yml"]
        known, late = files if first.startswith("fleet") else reversed(files)
        found = {name: values["fincon_fleet_findings"] for name, values in run.json["_meta"]["hostvars"].items()}
        assert found["b"] == []
        assert found["a"] == [
            f"{late}:1:1: branch: 'a' is also the name of {known}; names are compared without case",
            f"{late}:2:16: installation.ledger: is also the ledger of {known}; each branch needs its own",
        ]
    twice = folder.inventory(*folder.source("fleet/fincon.yml"), *folder.source("fleet/fincon.yml"), "--list")
    assert twice.json["_meta"]["hostvars"]["b"]["fincon_fleet_findings"] == []


def test_a_directory_is_an_inventory_when_ansible_is_kept_from_the_branch_files(folder: Folder) -> None:
    folder.config.write_text("[inventory]\nignore_patterns = branches\nany_unparsed_is_failed = true\n")
    folder.write(fleet__more="fincon:\n  vars: {shared: 1}\n")
    listed = folder.inventory(*folder.source("fleet"), "--list").json
    assert listed["fincon"]["hosts"] == ["a", "b"]
    assert listed["_meta"]["hostvars"]["a"]["shared"] == 1

    # Or the branch files are elsewhere.
    folder.config.write_text("[inventory]\nany_unparsed_is_failed = true\n")
    folder.write(inventory__fincon=FLEET % "../fleet/branches/*.yml")
    assert folder.inventory(*folder.source("inventory"), "--list").json["fincon"]["hosts"] == ["a", "b"]


def test_nothing_of_a_fleet_is_cached(folder: Folder) -> None:
    folder.write(fleet__branches__a=f"branch: a\nusers:\n  - {{user: THANDI, password: {CANARY}}}\n")
    cache = {
        "ANSIBLE_INVENTORY_CACHE": "1",
        "ANSIBLE_INVENTORY_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(folder.path / "home" / "cache"),
    }
    assert CANARY in folder.inventory(*folder.source("fleet/fincon.yml"), "--list", **cache).output
    written = [path for path in (folder.path / "home").rglob("*") if path.is_file()]
    assert not any(CANARY in path.read_text("utf-8", "replace") for path in written)

    text = (folder.path / "fleet" / "fincon.yml").read_text()
    folder.write(fleet__fincon=f"{text}cache: true\n")
    run = folder.inventory(*folder.source("fleet/fincon.yml"), "--graph")
    assert "cache: is not a known key" in run.errors


def test_faults_leave_the_branch_its_files_and_findings_and_nothing_else(folder: Folder) -> None:
    folder.write(fleet__branches__a="branch: a\nuser: []\n")
    run = folder.inventory(*folder.source("fleet/fincon.yml"), "--list", "--yaml", "--export")
    assert f"{folder.path}/fleet/branches/a.yml:2:1: user: is not a known key; did you mean 'users'?" in run.errors
    host = yaml.load(run.output, yaml.BaseLoader)["all"]["children"]["fincon"]["hosts"]
    assert set(host["a"]) == {"fincon_files", "fincon_fleet_findings"}
    assert host["b"]["fincon_fleet_findings"] == []
    assert "fincon_installation" in host["b"]
    strict = folder.inventory(
        *folder.source("fleet/fincon.yml"), "--graph", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="1"
    )
    assert strict.status != 0


LAYERED = """\
plugin: fincon.mail.fleet
branches: %s
defaults:
  installation: {backend: attended, ledger: "ledgers/{{ inventory_hostname }}.yml"}
  smtp_servers:
    - {name: HQ relay, mail_server: hq.example.co.za, port: 25}
    - {name: Bulk, mail_server: bulk.example.co.za}
  user: {smtp_server: HQ relay, password: c4nary-fleet-Hn5}
  vars: {size: small}
regions:
  west:
    smtp_servers: [{name: HQ relay, port: 587}]
    vars: {size: large}
%s"""
CONSTRUCTED = """\
compose: {contact: "'manager@' ~ fincon_branch"}
groups: {large_ones: size == 'large'}
keyed_groups: [{key: fincon_region, prefix: area}]
"""
OWN_LOGIN = "  - {user: THANDI, username: t, sender_name: T, sender_email: t@example.co.za%s}\n"


def test_a_host_has_what_comes_of_its_layers_and_no_statement_of_the_files(folder: Folder) -> None:
    own = "branch: a\nregion: west\nusers:\n" + OWN_LOGIN % ", without: [password]"
    folder.write(fleet__fincon=LAYERED % ("branches/*.yml", ""), fleet__branches__a=own)
    run = folder.inventory(*folder.source("fleet/fincon.yml"), "--host", "a")
    host = run.json
    assert host["size"] == "large"
    assert host["fincon_smtp_servers"] == [{"name": "HQ relay", "mail_server": "hq.example.co.za", "port": 587}]
    (user,) = host["fincon_users"]
    assert user == {
        "user": "THANDI", "smtp_server": "HQ relay", "username": "t", "sender_name": "T",
        "sender_email": "t@example.co.za",
    }  # fmt: skip
    assert {"without", "unlinked"}.isdisjoint(host)


def test_groups_and_variables_are_constructed_in_each_of_two_fleets_by_its_own_file(folder: Folder) -> None:
    folder.write(
        fleet__fincon=LAYERED % ("branches/*.yml", CONSTRUCTED),
        other__fincon=LAYERED % ("branches/c.yml", ""),
        other__branches__c="branch: c\nregion: west\n",
    )
    run = folder.inventory(*folder.source("fleet/fincon.yml"), *folder.source("other/fincon.yml"), "--list")
    assert run.errors == ""
    listed = run.json
    assert listed["large_ones"]["hosts"] == ["a"]
    assert (listed["area_west"]["hosts"], listed["area_east"]["hosts"]) == (["a"], ["b"])
    variables = listed["_meta"]["hostvars"]
    assert variables["b"]["contact"] == "manager@b"
    assert "contact" not in variables["c"]


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ("compose: {x: fincon_users.0.nothing | upper}", ":14:11: compose.x: cannot be evaluated for a: "),
        ("groups: {x: nosuchvariable is match('a')}", ":14:10: groups.x: cannot be evaluated for a: "),
        ("keyed_groups: [{key: nosuchvariable}]", ":14:16: keyed_groups[0]: cannot be evaluated for a: "),
    ],
)
def test_an_expression_that_cannot_be_evaluated_is_an_error_where_the_fleet_is_strict(
    folder: Folder, entry: str, place: str
) -> None:
    fleet = folder.source("fleet/fincon.yml")
    own = "branch: a\nusers:\n" + OWN_LOGIN % ""
    folder.write(fleet__fincon=LAYERED % ("branches/a.yml", f"{entry}\nstrict: true\n"), fleet__branches__a=own)
    run = folder.inventory(*fleet, "--list")
    assert f"{folder.path}/fleet/fincon.yml{place}" in run.errors
    assert CANARY not in run.errors + run.output
    assert set(json.loads(run.output)["_meta"]["hostvars"]["a"]) == {"fincon_files", "fincon_fleet_findings"}
    folder.write(fleet__fincon=LAYERED % ("branches/a.yml", f"{entry}\n"))
    assert "fincon_users" in folder.inventory(*fleet, "--host", "a").json


def test_nothing_is_constructed_of_a_branch_with_errors(folder: Folder) -> None:
    folder.write(
        fleet__fincon=LAYERED % ("branches/*.yml", CONSTRUCTED),
        fleet__branches__a="branch: a\nregion: west\n",
        fleet__branches__b="branch: b\nregion: west\nregoin: x\n",
    )
    run = folder.inventory(*folder.source("fleet/fincon.yml"), "--list")
    assert "did you mean 'region'?" in run.errors
    assert json.loads(run.output)["large_ones"]["hosts"] == ["a"]


def test_an_expression_that_cannot_be_evaluated_for_some_branches_sets_these_aside(folder: Folder) -> None:
    entry = "compose: {first: fincon_users.0.user}\nstrict: true\n"
    folder.write(fleet__fincon=LAYERED % ("branches/*.yml", entry))
    for name, users in (("a", "users:\n" + OWN_LOGIN % ""), ("b", "users: []\n"), ("c", "users: []\n")):
        folder.write(**{f"fleet__branches__{name}": f"branch: {name}\n{users}"})
    run = folder.inventory(*folder.source("fleet/fincon.yml"), "--list")
    assert run.errors.count("compose.first: cannot be evaluated for b and 1 more: ") == 1
    hosts = json.loads(run.output)["_meta"]["hostvars"]
    assert hosts["a"]["first"] == {"__ansible_unsafe": "THANDI"}
    assert hosts["a"]["fincon_fleet_findings"] == []
    assert set(hosts["b"]) == {"fincon_files", "fincon_fleet_findings"}


def test_a_misspelt_option_of_the_constructed_features_is_found(folder: Folder) -> None:
    folder.write(fleet__fincon=LAYERED % ("branches/*.yml", "keyed_group: []\nkeyed_groups: [{prefx: a}]\n"))
    errors = folder.inventory(*folder.source("fleet/fincon.yml"), "--list").errors
    assert "keyed_group: is not a known key; did you mean 'keyed_groups'?" in errors
    assert "keyed_groups[0].prefx: is not a known key; did you mean 'prefix'?" in errors


def test_the_playbook_show_names_the_place_of_each_value_and_no_secret(folder: Folder) -> None:
    own = "branch: a\nregion: west\nusers:\n" + OWN_LOGIN % ""
    folder.write(fleet__fincon=LAYERED % ("branches/*.yml", ""), fleet__branches__a=own)
    show = ("ansible-playbook", *folder.source("fleet/fincon.yml"), "fincon.mail.show", "--limit", "a")
    run = folder.run(*show)
    assert run.status == 0, run.output + run.errors
    fleet = f"{folder.path}/fleet/fincon.yml"
    assert f"  port: 587   {fleet}:12:37" in run.output
    assert f"  password: set   {fleet}:8:33" in run.output
    assert "Bulk" not in run.output
    assert CANARY not in run.output + run.errors
    run = folder.run(*show, "-e", "fincon_user=thandi")
    assert "users: THANDI" in run.output
    assert "smtp_servers: " not in run.output


def test_a_branch_file_may_be_json(folder: Folder) -> None:
    (folder.path / "fleet" / "branches" / "c.json").write_text('{"branch": "c", "users": [{"user": "PIETER"}]}')
    folder.write(fleet__fincon=FLEET % '["branches/*.yml", "branches/*.json"]')
    host = folder.inventory(*folder.source("fleet/fincon.yml"), "--host", "c").json
    assert [user["user"] for user in host["fincon_users"]] == ["PIETER"]
