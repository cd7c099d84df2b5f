# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever cannot be read or understood stops the playbooks, with a status other than 0, before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_inventory import Folder

CANARY = "c4nary-guard-Vt2"
SHARED = "{installation: {backend: attended}, smtp_servers: [{name: HQ, mail_server: m.za}], user: {smtp_server: HQ}}"
FLEET = f"plugin: fincon.mail.fleet\nbranches: branches/*.yml\ndefaults: {SHARED}\n"
USER = "{user: %s, sender_name: N, sender_email: n@example.co.za, username: u, password: %s}"


def branch(name: str, password: str = CANARY) -> str:
    """The text of a sound branch file, unless the password is not."""
    user = USER % ("THANDI", password)
    return f"branch: {name}\ninstallation: {{ledger: ledgers/{name}.yml}}\nusers:\n  - {user}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two fleets, of one branch and of two."""
    made = Folder(tmp_path)
    made.write(
        fleet__fincon=FLEET,
        fleet__branches__a=branch("a"),
        fleet__branches__b=branch("b"),
        other__fincon=FLEET,
        other__branches__c=branch("c"),
    )
    return made


def run(folder: Folder, name: str, *options: str, **environment: str) -> tuple[int, str]:
    """Run a playbook over both fleets; return its status and all that it said."""
    inventory = (*folder.source("other/fincon.yml"), *folder.source("fleet/fincon.yml"))
    ran = folder.run("ansible-playbook", *inventory, name, "-e", "fincon_verify=none", *options, **environment)
    return ran.status, ran.output + ran.errors


def written(folder: Folder) -> set[Path]:
    """The files of the branch, without the locks, and without what is noted of its ledger in the home."""
    found = {path for path in folder.path.rglob("cape-town.*") if path.suffix != ".lock"}
    return {path for path in found if not path.is_relative_to(folder.path / "home")}


def ledgers(folder: Folder) -> list[str]:
    """The ledgers that were made."""
    return sorted(path.name for path in folder.path.rglob("ledgers/*.yml"))


def not_utf_8(path: Path) -> None:
    path.write_bytes(branch("b").replace("THANDI", "JOSÉ").encode("latin-1"))


def link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def vault_without_password(path: Path) -> None:
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")


def broken_yaml(path: Path) -> None:
    path.write_text(path.read_text() + 'vars: {x: "\n')


@pytest.mark.parametrize("spoil", [not_utf_8, link_to_nothing, vault_without_password, broken_yaml])
@pytest.mark.parametrize(("file", "limit"), [("fleet/branches/b.yml", "c"), ("fleet/fincon.yml", "b")])
def test_a_file_that_cannot_be_read_stops_every_run(folder: Folder, spoil, file: str, limit: str) -> None:
    path = folder.path / file
    spoil(path)
    status, said = run(folder, "fincon.mail.apply", "--limit", limit, ANSIBLE_STRATEGY="free")
    assert status not in (0, 250)
    assert str(path) in said or spoil is link_to_nothing
    assert "Traceback" not in said
    assert CANARY not in said
    assert ledgers(folder) == []


@pytest.mark.parametrize("name", ["fleet/fincom.yml", "fleets", "fleet/hosts"])
def test_a_source_that_is_not_there_stops_a_run_although_another_fleet_is_good(folder: Folder, name: str) -> None:
    status, said = run(folder, "fincon.mail.apply", *folder.source(name))
    assert status == 4
    assert f"nothing was done: {folder.path}/{name} could not be loaded" in said
    assert said.count(f"{folder.path}/{name}: the file cannot be read: there is no such file") == 1, said
    assert ledgers(folder) == []


def test_a_list_of_hosts_is_no_source_that_could_be_missing(folder: Folder) -> None:
    status, said = run(folder, "fincon.mail.apply", "-i", "elsewhere,", "-i", "one,two")
    assert status == 0, said
    assert ledgers(folder) == ["a.yml", "b.yml", "c.yml"]


def test_without_any_source_the_fleet_file_is_asked_for_and_no_other_file_is_missed(folder: Folder) -> None:
    ran = folder.run("ansible-playbook", "fincon.mail.apply")
    assert ran.status == 2
    assert "could not be loaded" not in ran.output + ran.errors
    assert "Give a fleet file as the inventory" in ran.output


def test_each_error_of_the_files_is_told_once_with_its_place(folder: Folder) -> None:
    folder.write(fleet__branches__b=branch("b", "'x{{CANARY'") + "vars: {y: 2026-02-30}\n")
    status, said = run(folder, "fincon.mail.validate")
    assert status != 0
    for place, words in (("4:90", "this template cannot be read"), ("5:11", "this looks like a date")):
        assert said.count(f"{folder.path}/fleet/branches/b.yml:{place}: ") == 1, said
        assert said.count(words) == 1
    assert "CANARY" not in said


def test_errors_that_come_with_an_exported_inventory_stop_a_run_too(folder: Folder) -> None:
    folder.write(fleet__branches__b=branch("b", "5"))
    exported = folder.inventory(*folder.source("fleet/fincon.yml"), "--list", "--export").output
    assert json.loads(exported)["all"]["vars"]["fincon_fleet_findings"]
    script = folder.path / "inventory.sh"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{exported}\nEND\n")
    script.chmod(0o755)
    for options in ((), ("--limit", "a")):
        ran = folder.run("ansible-playbook", "-i", str(script), "fincon.mail.apply", *options)
        assert ran.status != 0
        assert "users[0].password (mail_user THANDI): must be text" in ran.output + ran.errors
    assert ledgers(folder) == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + FLEET,
        '"plugin": fincon.mail.fleet\n' + FLEET.partition("\n")[2],
        "{plugin: fincon.mail.fleet, branches: branches/*.yml, defaults: {installation: {backend: attended}}}\n",
        json.dumps({"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": {}}, indent=1).replace(
            "{}", '{"installation": {"backend": "attended"}}'
        ),
    ],
    ids=["byte order mark", "quoted", "flow", "JSON"],
)
def test_a_fleet_file_is_known_however_it_is_written(folder: Folder, text: str) -> None:
    folder.write(fleet__fincon=text)
    assert folder.inventory(*folder.source("fleet/fincon.yml"), "--list").json["fincon"]["hosts"] == ["a", "b"]


def test_an_encrypted_fleet_file_is_read_with_its_password(folder: Folder) -> None:
    key = folder.path / "key"
    key.write_text("key of this test")
    secret = ("--vault-password-file", str(key))
    folder.run("ansible-vault", "encrypt", *secret, str(folder.path / "fleet/fincon.yml"))
    listed = folder.inventory(*folder.source("fleet/fincon.yml"), *secret, "--list")
    assert listed.json["fincon"]["hosts"] == ["a", "b"]


@pytest.mark.parametrize("name", ["apply", "drift"])
def test_the_strategy_of_a_site_leaves_the_guards_in_place(folder: Folder, name: str) -> None:
    folder.write(fleet__branches__b=branch("b", "'{{ nowhere_defined }}'"))
    status, said = run(folder, f"fincon.mail.{name}", "-f", "1", ANSIBLE_STRATEGY="free")
    assert status != 0
    assert ledgers(folder) == []
    assert said.count("3 branches: ") == (1 if name == "drift" else 0)


@pytest.mark.parametrize("become", [(), ("-e", "ansible_become=true", "-e", "ansible_become_method=su")])
def test_relative_paths_of_plain_host_vars_start_at_the_inventory(folder: Folder, become: tuple[str, ...]) -> None:
    folder.write(
        plain__hosts="fincon:\n  hosts:\n    cape-town:\n      ansible_connection: local\n"
        "      fincon_installation: {backend: attended, ledger: ledgers/cape-town.yml}\n"
        f"      fincon_smtp_servers: [{{name: HQ, mail_server: m.example.co.za}}]\n"
        f"      fincon_users: [{USER.replace('user: ', 'smtp_server: HQ, user: ') % ('THANDI', CANARY)}]\n"
    )
    options = ("-e", "fincon_verify=none", "-e", "fincon_work_order_secrets=true", *become)
    ran = folder.run("ansible-playbook", *folder.source("plain/hosts.yml"), "fincon.mail.apply", *options)
    if become and "su: " in ran.output + ran.errors:
        pytest.skip("su does not work here")
    assert ran.status == 0, ran.output + ran.errors
    assert ledgers(folder) == ["cape-town.yml"]
    below = folder.path / "plain/ledgers"
    expected = {below / name for name in ("cape-town.yml", "work-orders/cape-town.md", "work-orders/cape-town.html")}
    assert written(folder) == expected
    if become:
        return
    reply = json.dumps({"fincon_replies": {"cape-town": {"order": 1, "items": [1]}}})
    ran = folder.run("ansible-playbook", *folder.source("plain/hosts.yml"), "fincon.mail.confirm", "-e", reply)
    assert ran.status == 0, ran.output + ran.errors
    made = written(folder)
    assert made == expected | {below / "cape-town.yml.bak"}
    assert "Item 1" not in (below / "work-orders/cape-town.md").read_text()


def test_an_environment_variable_is_replaced_once_and_has_to_be_set(folder: Folder) -> None:
    folder.write(fleet__branches__b=branch("b").replace("ledgers/", "$FINCON_TEST_STATE/"))
    state = folder.path / "state"
    status, said = run(folder, "fincon.mail.apply", FINCON_TEST_STATE=str(state))
    assert status == 0, said
    assert {path.name for path in state.rglob("b.*")} == {"b.yml", "b.yml.lock", "b.md", "b.html"}
    status, said = run(folder, "fincon.mail.apply")
    assert status != 0
    assert "installation.ledger: names the environment variable FINCON_TEST_STATE, which is not set" in said
    assert not list(folder.path.rglob("$*"))


def test_check_mode_does_not_ask_to_print_what_it_has_not_written(folder: Folder) -> None:
    status, said = run(folder, "fincon.mail.apply", "--check", "--limit", "a")
    assert status == 0, said
    assert "A run without --check writes" in said
    assert "Print /" not in said


def test_a_list_that_is_not_given_is_not_purged(folder: Folder) -> None:
    ledger = folder.path / "fleet" / "ledgers" / "a.yml"
    assert run(folder, "fincon.mail.import", "--limit", "a")[0] == 0
    before = ledger.read_text()
    assert "THANDI" in before
    folder.write(fleet__branches__a="branch: a\ninstallation: {ledger: ledgers/a.yml}\n")
    for name in ("apply", "drift"):
        status, said = run(folder, f"fincon.mail.{name}", "--limit", "a", "-e", "fincon_purge=true")
        assert status == 0, said
    assert ledger.read_text() == before


@pytest.mark.parametrize("name", ["confirm", "apply"])
def test_a_value_that_was_split_at_a_blank_stops_the_run_and_is_not_cut_off(folder: Folder, name: str) -> None:
    said_by = "fincon_confirmed_by=T. Nkosi"
    status, said = run(folder, f"fincon.mail.{name}", "--limit", "a", "-e", "fincon_order=1", "-e", said_by)
    assert status != 0
    assert "a value of -e name=value was split at a blank" in " ".join(said.split())
    assert """-e '{"fincon_confirmed_by": "T. Nkosi"}'""" in " ".join(said.split())
    assert ledgers(folder) == []


@pytest.mark.parametrize("name", ["status", "apply", "drift", "confirm"])
def test_a_wrong_value_given_with_e_ends_the_run_and_is_told_once(folder: Folder, name: str) -> None:
    wrong = ("-e", f"fincon_fail_on_pending_days={CANARY}", "-e", "fincon_update_password=allways")
    status, said = run(folder, f"fincon.mail.{name}", *wrong)
    assert status == 4
    assert said.count("fincon_fail_on_pending_days: must be a whole number from 0 to 1000000 (set in") == 1, said
    assert said.count("must be on_change, always or on_create; did you mean 'always'?") == 1
    assert CANARY not in said
    assert ledgers(folder) == []


def test_a_wrong_value_in_the_vars_of_a_host_stops_the_branch(folder: Folder) -> None:
    folder.write(fleet__host_vars__b="fincon_work_order_due_days: soon\n")
    status, said = run(folder, "fincon.mail.apply")
    assert status == 2
    assert said.count("fincon_work_order_due_days: must be a whole number from 0 to 365 (set in") == 1, said
    assert "b.yml" not in ledgers(folder)


@pytest.mark.parametrize("options", [(), ("--limit", "c")])
def test_a_fleet_file_that_is_not_there_stops_the_run_though_there_is_another(
    folder: Folder, options: tuple[str, ...]
) -> None:
    (folder.path / "fleet" / "fincon.yml").unlink()
    status, said = run(folder, "fincon.mail.apply", *options)
    assert status != 0
    assert f"{folder.path}/fleet/fincon.yml: the file cannot be read: there is no such file" in said
    assert ledgers(folder) == []


def test_a_fleet_file_in_utf_16_stops_the_run_though_there_is_another(folder: Folder) -> None:
    for encoding in ("utf-16", "utf-16-le"):
        (folder.path / "fleet" / "fincon.yml").write_bytes(FLEET.encode(encoding))
        status, said = run(folder, "fincon.mail.validate")
        assert status != 0
        assert f"{folder.path}/fleet/fincon.yml:1:1: the file cannot be read: it is UTF-16, not UTF-8" in said


def test_a_misspelt_treatment_of_faulty_branches_is_told_in_one_sentence(folder: Folder) -> None:
    status, said = run(folder, "fincon.mail.drift", "-e", "fincon_faulty_branches=setaside")
    assert status != 0
    assert "fincon_faulty_branches: must be stop or set_aside; did you mean 'set_aside'?" in said
    assert "Origin" not in said


def test_a_filter_that_there_is_not_is_told_though_the_fleet_is_not_strict(folder: Folder) -> None:
    folder.write(
        fleet__fincon=FLEET + "compose: {x: 'fincon_branch | uper', y: 'fincon_branch | upper is match(\"A\")'}\n"
    )
    status, said = run(folder, "fincon.mail.validate")
    assert status != 0
    assert f"{folder.path}/fleet/fincon.yml:4:11: compose.x: uses a filter or a test that is not installed" in said
    assert "compose.y" not in said
