# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login with two passwords stops validate and apply before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ..vaulted import encrypted
from .test_inventory import Folder

ONE, TWO = "c4nary-One5", "c4nary-Two6"
FLEET = """\
plugin: fincon.mail.fleet
branches: branches/*.yml
%sdefaults:
  installation: {backend: attended, ledger: "ledgers/{{ inventory_hostname }}.yml"}
  smtp_servers: [{name: HQ, mail_server: smtp.example.co.za, username: relay, password: "{{ vault_relay }}"}]
  user: {smtp_server: HQ, sender_name: N, sender_email: n@example.co.za}
"""
BRANCH = """\
branch: %s
users:
  - user: THANDI
    username: %s
    password: %s
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two branches with one mailbox, each with a variable of its own for the password."""
    made = Folder(tmp_path)
    made.write(
        fleet__fincon=FLEET % "",
        fleet__branches__a=BRANCH % ("a", "t@example.co.za", '"{{ vault_one }}"'),
        fleet__branches__b=BRANCH % ("b", "T@Example.co.za", '"{{ vault_two }}"'),
    )
    passwords(made)
    return made


def passwords(folder: Folder, two: object = TWO) -> None:
    """Write the variables of all branches."""
    data = {"vault_one": ONE, "vault_two": two, "vault_relay": ONE}
    folder.write(fleet__group_vars__all=yaml.safe_dump(data))


def run(folder: Folder, name: str, *options: str) -> tuple[int, str]:
    """Run a playbook; return its status and what it said."""
    options = (*folder.source("fleet/fincon.yml"), f"fincon.mail.{name}", "-e", "fincon_verify=none", *options)
    ran = folder.run("ansible-playbook", *options)
    said = ran.output + ran.errors
    assert "Traceback" not in said
    assert ONE not in said
    assert TWO not in said
    return ran.status, said


def finding(folder: Folder, first: str, second: str) -> str:
    """The finding, with the places in the files of the branches."""
    branches = f"{folder.path}/fleet/branches"
    return (
        f"{branches}/b.yml:{second}: users[0].password (mail_user THANDI): in branch b this login has another password "
        f"than in branch a (mail_user THANDI, {branches}/a.yml:{first}); one of the two is wrong"
    )


@pytest.mark.parametrize("name", ["validate", "apply"])
@pytest.mark.parametrize("options", [(), ("--check",), ("-vvv",)])
def test_two_vault_variables_of_different_value_are_told(folder: Folder, name: str, options: tuple[str]) -> None:
    status, said = run(folder, name, *options)
    assert status != 0
    assert finding(folder, "5:5", "5:5") in said
    assert said.count("one of the two is wrong") == 1
    assert list(folder.path.rglob("ledgers/*.yml")) == []


def test_equal_values_pass(folder: Folder) -> None:
    passwords(folder, ONE)
    assert run(folder, "validate")[0] == 0
    assert run(folder, "apply")[0] == 0


@pytest.mark.parametrize("limit", ["a", "b"])
def test_two_passwords_are_told_whatever_the_run_is_limited_to(folder: Folder, limit: str) -> None:
    status, said = run(folder, "apply", "--limit", limit)
    assert status != 0
    assert finding(folder, "5:5", "5:5") in said
    assert list(folder.path.rglob("ledgers/*.yml")) == []


def test_both_branches_are_set_aside_and_the_others_go_on(folder: Folder) -> None:
    folder.write(fleet__branches__c=BRANCH % ("c", "c@example.co.za", '"{{ vault_one }}"'))
    status, said = run(folder, "apply", "-e", "fincon_faulty_branches=set_aside")
    assert status != 0
    assert finding(folder, "5:5", "5:5") in said
    assert [ledger.name for ledger in folder.path.rglob("ledgers/*.yml")] == ["c.yml"]
    assert run(folder, "apply", "-e", "fincon_faulty_branches=set_aside", "--limit", "c")[0] == 0


@pytest.mark.parametrize(("value", "status"), [(ONE, 0), (TWO, 2)])
def test_vaulted_values_are_compared_decrypted(folder: Folder, value: str, status: int) -> None:
    key = folder.path / "key"
    key.write_text("k3y")
    for name, text in (("a", ONE), ("b", value)):
        data = {"branch": name, "users": [{"user": "THANDI", "username": "relay", "password": encrypted(key, text)}]}
        (folder.path / "fleet" / "branches" / f"{name}.yml").write_text(yaml.dump(data, Dumper=yaml.SafeDumper))
    ended, said = run(folder, "validate", "--vault-password-file", str(key))
    assert ended == status
    # Each is compared with the definition that all share, too.
    assert (f"(smtp_server HQ, {folder.path}/fleet/fincon.yml:5:79)" in said) is bool(status), said


def test_a_value_that_cannot_be_rendered_is_told_alone(folder: Folder) -> None:
    folder.write(fleet__branches__b=BRANCH % ("b", "t@example.co.za", '"{{ vault_tow }}"'))
    status, said = run(folder, "validate")
    assert status != 0
    assert "the variable vault_tow is not defined; did you mean 'vault_two'?" in said
    assert "another password" not in said


def test_both_kinds_of_errors_are_told_together(folder: Folder) -> None:
    more = "  - {user: KGOSI, username: k, password: '{{ vault_nothing_like_it }}'}\n"
    folder.write(fleet__branches__a=BRANCH % ("a", "t@example.co.za", '"{{ vault_one }}"') + more)
    status, said = run(folder, "validate")
    assert status != 0
    assert finding(folder, "5:5", "5:5") in said
    assert "vault_nothing_like_it is not defined" in said


def test_host_variables_without_a_fleet_are_compared_too(folder: Folder) -> None:
    folder.write(plain__hosts="fincon: {hosts: {x: {}, y: {}}, vars: {ansible_connection: local}}\n")
    for name, variable in (("x", ONE), ("y", TWO)):
        user = {"user": "U", "smtp_server": "M", "sender_name": "N", "sender_email": "n@example.co.za"}
        data = {
            "fincon_installation": {"backend": "attended", "ledger": f"{name}.yml"},
            "fincon_smtp_servers": [{"name": "M", "mail_server": "m.example.co.za"}],
            "own_password": variable,
            "fincon_users": [{**user, "username": "login", "password": "{{ own_password }}"}],
        }
        folder.write(**{f"plain__host_vars__{name}": yaml.safe_dump(data)})
    ran = folder.run("ansible-playbook", *folder.source("plain/hosts.yml"), "fincon.mail.validate")
    said = ran.output + ran.errors
    assert ran.status != 0
    assert f"{folder.path}/plain/host_vars/y.yml:" in said
    assert f"(mail_user U, {folder.path}/plain/host_vars/x.yml:" in said
    assert ONE not in said
    assert TWO not in said


def test_variables_of_a_csv_file_are_rendered_and_compared_with_row_and_column(folder: Folder) -> None:
    rows = "b,kgosi,t@example.co.za,vault_two\nb,lerato,l@example.co.za,vault_lreato\n"
    folder.write(fleet__fincon=FLEET % "users_from: users.csv\n", fleet__branches__b="branch: b\n")
    csv = folder.path / "fleet" / "users.csv"
    csv.write_text(f"\ufeffbranch,user,username,password_variable\n{rows}")
    status, said = run(folder, "validate", "-e", "vault_lerato=x")
    assert status != 0
    assert f"{csv}:2:4: mail_user kgosi, password: in branch b this login has another password" in said, said
    misspelt = "the variable vault_lreato is not defined; did you mean 'vault_lerato'?"
    assert f"{csv}:3:4: mail_user lerato, password: cannot be rendered: {misspelt}" in said
    csv.write_text(csv.read_text().replace("vault_two", "vault_one").replace("lreato", "lerato"))
    assert run(folder, "apply", "-e", "vault_lerato=x")[0] == 0
    assert "LERATO" in (folder.path / "fleet" / "ledgers" / "b.yml").read_text()


@pytest.mark.parametrize("options", [(), ("--vault-password-file", "other")])
def test_a_vault_value_that_nothing_decrypts_is_told_with_its_place(folder: Folder, options: tuple[str, ...]) -> None:
    key = folder.path / "key"
    key.write_text("k3y")
    (folder.path / "other").write_text("0ther")
    data = {"branch": "a", "users": [{"user": "THANDI", "username": "t", "password": encrypted(key, ONE)}]}
    (folder.path / "fleet" / "branches" / "a.yml").write_text(yaml.dump(data, Dumper=yaml.SafeDumper))
    status, said = run(folder, "validate", *(str(folder.path / one) if one == "other" else one for one in options))
    assert status != 0
    words = "users[0].password (mail_user THANDI): cannot be decrypted with the vault passwords that were given"
    assert f"{folder.path}/fleet/branches/a.yml:3:3: {words}" in said, said
    assert "ANSIBLE_VAULT" not in said


def test_one_ledger_that_two_templates_give_is_told_before_anything_is_written(folder: Folder) -> None:
    passwords(folder, ONE)
    for name in ("a", "b"):
        text = BRANCH % (name, "t@example.co.za", '"{{ vault_one }}"')
        folder.write(**{f"fleet__branches__{name}": text + "installation: {ledger: '{{ inventory_dir }}/l.yml'}\n"})
    status, said = run(folder, "apply")
    assert status != 0
    branches = f"{folder.path}/fleet/branches"
    words = f"installation.ledger: is also the ledger of {branches}/a.yml; each branch needs its own"
    assert said.count(f"{branches}/b.yml:6:16: {words}") == 1, said
    assert not (folder.path / "fleet" / "l.yml").exists()


def test_what_is_wrong_with_the_result_of_a_template_says_so(folder: Folder) -> None:
    passwords(folder, 12345678)
    status, said = run(folder, "validate")
    assert status != 0
    assert "must be text; put it in quotes (this is about what its template gives)" in said
    assert "12345678" not in said


def test_a_title_whose_template_cannot_be_rendered_is_told(folder: Folder) -> None:
    passwords(folder, ONE)
    folder.write(fleet__branches__a="branch: a\ntitle: '{{ nothing_like_it }}'\n")
    status, said = run(folder, "validate")
    assert status != 0
    assert "a.yml:2:1: title: cannot be rendered: the variable nothing_like_it is not defined" in said
