# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A branch whose files have errors is set aside, or stops the run: each playbook has its default."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from .test_guards import CANARY, FLEET, branch, ledgers
from .test_inventory import Folder, Ran

NUMBER = "users[0].password (mail_user THANDI): must be text"
SET_ASIDE = ("-e", "fincon_faulty_branches=set_aside")
STOP = ("-e", "fincon_faulty_branches=stop")


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A fleet of three branches and one of one. Each branch has a work order."""
    made = Folder(tmp_path_factory.mktemp("applied"))
    made.write(
        fleet__fincon=FLEET,
        **{f"fleet__branches__{name}": branch(name) for name in "abc"},
        other__fincon=FLEET,
        other__branches__d=branch("d"),
    )
    assert run(made, "apply").status == 0
    return made


@pytest.fixture
def folder(applied: Folder, tmp_path: Path) -> Folder:
    """A copy of it, for one test."""
    made = Folder(tmp_path)
    for name in ("fleet", "other"):
        shutil.copytree(applied.path / name, tmp_path / name)
    return made


def run(folder: Folder, name: str, *options: str, inventory: tuple[str, ...] = (), **environment: str) -> Ran:
    """Run a playbook over both fleets, or another inventory."""
    sources = inventory or (*folder.source("other/fincon.yml"), *folder.source("fleet/fincon.yml"))
    report = ("-e", f"fincon_report_dir={folder.path}/report", "-e", "fincon_verify=none")
    return folder.run("ansible-playbook", *sources, f"fincon.mail.{name}", *report, *options, **environment)


def spoil(folder: Folder, name: str = "b") -> str:
    """Give the branch file an error, and return its place."""
    folder.write(**{f"fleet__branches__{name}": branch(name, "5")})
    return f"{folder.path}/fleet/branches/{name}.yml:4:80: "


def failed(ran: Ran) -> dict[str, bool]:
    """The hosts of the recap, and whether they failed."""
    recap = ran.output.partition("PLAY RECAP")[2].splitlines()[1:]
    return {line.split()[0]: " failed=0 " not in line for line in recap if " : " in line}


def confirmed(folder: Folder, fleet: str, name: str) -> bool:
    """Whether the ledger of a branch holds anything confirmed."""
    text = (folder.path / fleet / "ledgers" / f"{name}.yml").read_text()
    return "by: Tester" in text


def exported(folder: Folder) -> tuple[str, str]:
    """An inventory that was made elsewhere, with what the plugin found."""
    sources = (*folder.source("other/fincon.yml"), *folder.source("fleet/fincon.yml"))
    text = folder.inventory(*sources, "--list", "--export").output
    script = folder.path / "inventory.sh"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
    script.chmod(0o755)
    return "-i", str(script)


def replies(*names: str) -> tuple[str, str]:
    """The option that confirms the first work order of branches."""
    return "-e", json.dumps({"fincon_replies": {name: {"order": 1, "by": "Tester"} for name in names}})


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_drift_reports_a_faulty_branch_as_invalid_and_compares_the_others(folder: Folder, strategy: str) -> None:
    place = spoil(folder)
    ran = run(folder, "drift", ANSIBLE_STRATEGY=strategy)
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    report = json.loads((folder.path / "report" / "drift-report.json").read_text())
    assert {entry["branch"]: entry["state"] for entry in report["branches"]} == {
        "a": "pending", "b": "invalid", "c": "pending", "d": "pending",
    }  # fmt: skip
    (reason,) = [entry["reason"] for entry in report["branches"] if entry["branch"] == "b"]
    assert reason == f"errors in the fleet files:\n{place}{NUMBER}; put it in quotes"
    assert ran.errors.count(place) == 1
    assert CANARY not in ran.output + ran.errors


def test_status_names_a_faulty_branch_and_lists_the_others(folder: Folder) -> None:
    place = spoil(folder)
    ran = run(folder, "status", "-e", f"fincon_status_file={folder.path}/status.json")
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    assert (ran.output + ran.errors).count(place) == 1, ran.output
    found = json.loads((folder.path / "status.json").read_text())
    assert found["counts"]["open"] == 3
    assert [one["branch"] for one in found["branches"] if one["problem"]] == ["b"]


def test_status_goes_on_with_a_branch_whose_installation_cannot_be_rendered(folder: Folder) -> None:
    folder.write(fleet__branches__b=branch("b").replace("ledgers/b.yml", "'{{ nowhere_defined }}'"))
    ran = run(folder, "status", "-e", f"fincon_status_file={folder.path}/status.json")
    assert ran.status != 0
    assert {name for name, is_failed in failed(ran).items() if is_failed} == {"b"}
    found = json.loads((folder.path / "status.json").read_text())
    assert [one["branch"] for one in found["branches"] if one["problem"]] == ["b"]
    assert found["counts"]["open"] == 3


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_the_reply_of_a_faulty_branch_is_refused_and_the_others_are_confirmed(
    folder: Folder, check: tuple[str, ...]
) -> None:
    place = spoil(folder)
    ran = run(folder, "confirm", *replies("a", "b", "d"), *check)
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    said = ran.output + ran.errors
    assert "b: not confirmed: the branch's files have errors" in said
    assert said.count(place) == 1
    assert "the files of this branch have an error, named above" in ran.output
    done = {name: confirmed(folder, "fleet", name) for name in "abc"} | {"d": confirmed(folder, "other", "d")}
    assert done == {"a": not check, "b": False, "c": False, "d": not check}


def test_a_run_of_replies_fails_at_a_faulty_branch_that_has_sent_none(folder: Folder) -> None:
    spoil(folder)
    ran = run(folder, "confirm", *replies("a"))
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    assert "the files of this branch have an error, named above" in ran.output
    assert confirmed(folder, "fleet", "a")


@pytest.mark.parametrize("name", ["drift", "status"])
def test_a_run_that_is_limited_to_sound_branches_does_not_fail_for_others(folder: Folder, name: str) -> None:
    spoil(folder)
    assert run(folder, name, "--limit", "a,d").status == 0
    assert run(folder, name, "--limit", "b").status != 0


def test_confirm_of_one_branch_heeds_its_own_errors_alone(folder: Folder) -> None:
    spoil(folder)
    order = ("-e", '{"fincon_order": 1, "fincon_confirmed_by": "Tester"}')
    assert run(folder, "confirm", "--limit", "a", *order).status == 0
    assert run(folder, "confirm", "--limit", "b", *order).status != 0
    assert confirmed(folder, "fleet", "a")
    assert not confirmed(folder, "fleet", "b")


@pytest.mark.parametrize("name", ["validate", "apply", "import", "verify", "adopt", "conformance"])
@pytest.mark.parametrize("limit", [(), ("--limit", "a")])
def test_what_writes_or_judges_stops_at_a_faulty_branch(folder: Folder, name: str, limit: tuple[str, ...]) -> None:
    place = spoil(folder)
    folder.write(fleet__branches__a=branch("a", "changed"))
    before = (folder.path / "fleet/ledgers/a.yml").read_text()
    for sources in ((), exported(folder)):
        ran = run(folder, name, *limit, "-e", f"fincon_adopt_dir={folder.path}/adopted", inventory=sources)
        assert ran.status not in (0, 250), ran.output
        assert (ran.output + ran.errors).count(place) == 1, ran.output + ran.errors
        assert (folder.path / "fleet/ledgers/a.yml").read_text() == before
        assert not (folder.path / "adopted").exists()


@pytest.mark.parametrize("name", ["confirm", "drift", "status"])
def test_stop_stops_what_would_go_on(folder: Folder, name: str) -> None:
    spoil(folder)
    ran = run(folder, name, *replies("a"), *STOP)
    assert ran.status != 0
    assert "nothing was done" in ran.output + ran.errors
    assert not confirmed(folder, "fleet", "a")
    assert not (folder.path / "report").exists()


def test_adopt_stops_whatever_it_is_told(folder: Folder) -> None:
    spoil(folder)
    ran = run(folder, "adopt", *SET_ASIDE, "-e", f"fincon_adopt_dir={folder.path}/adopted")
    assert ran.status != 0
    assert not (folder.path / "adopted").exists()


@pytest.mark.parametrize(
    "text",
    [branch("b", "5"), branch("b", "'{{ nowhere_defined }}'"), branch("b") + "vars: {x: 'open\n"],
    ids=["at load", "on rendering", "broken"],
)
def test_apply_can_set_a_faulty_branch_aside(tmp_path: Path, text: str) -> None:
    folder = Folder(tmp_path)
    folder.write(fleet__fincon=FLEET, fleet__branches__b=text, fleet__branches__c=branch("c"))
    fleet = folder.source("fleet/fincon.yml")
    assert run(folder, "apply", inventory=fleet).status != 0
    assert ledgers(folder) == []
    for check, written in (("--check",), []), ((), ["c.yml"]):
        ran = run(folder, "apply", *SET_ASIDE, *check, inventory=fleet)
        assert ran.status != 0
        assert {name for name, is_failed in failed(ran).items() if is_failed} == {"b"}
        assert ledgers(folder) == written


def test_an_inventory_that_was_made_elsewhere_sets_the_faulty_branch_aside(folder: Folder) -> None:
    place = spoil(folder)
    inventory = exported(folder)
    ran = run(folder, "drift", inventory=inventory)
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    ran = run(folder, "confirm", *replies("a", "b"), inventory=inventory)
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    assert f"{place}{NUMBER}" in ran.output
    assert confirmed(folder, "fleet", "a")
    assert not confirmed(folder, "fleet", "b")


@pytest.mark.parametrize("first", ["fleet", "other"])
def test_of_two_branches_that_claim_one_ledger_neither_is_worked_on(folder: Folder, first: str) -> None:
    folder.write(other__branches__d=branch("d").replace("ledgers/d.yml", "../fleet/ledgers/b.yml"))
    names = [first, "other" if first == "fleet" else "fleet"]
    inventory = tuple(part for name in names for part in folder.source(f"{name}/fincon.yml"))
    ran = run(folder, "confirm", *replies("a", "b", "d"), inventory=inventory)
    assert ran.status != 0
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": True}
    assert (ran.output + ran.errors).count("is also the ledger of") == 1
    assert confirmed(folder, "fleet", "a")
    assert not confirmed(folder, "fleet", "b")
    listed = folder.inventory(*inventory, "--list").json["_meta"]["hostvars"]
    assert all("fincon_users" not in listed[name] and listed[name]["fincon_fleet_findings"] for name in "bd")


def test_a_branch_that_is_faulty_already_still_claims_its_ledger(folder: Folder) -> None:
    spoil(folder)
    folder.write(other__branches__d=branch("d").replace("ledgers/d.yml", "../fleet/ledgers/b.yml"))
    inventory = (*folder.source("fleet/fincon.yml"), *folder.source("other/fincon.yml"))
    listed = folder.inventory(*inventory, "--list").json["_meta"]["hostvars"]
    assert [len(listed[name]["fincon_fleet_findings"]) for name in "abcd"] == [0, 2, 0, 1]


@pytest.mark.parametrize(
    "fault",
    [
        FLEET.replace("smtp_servers: [{name: HQ", "smtp_servers: [{nam: HQ"),
        FLEET.replace("branches: branches/*.yml", "branches: [branches/*.yml, none/*.yml]"),
    ],
    ids=["defaults", "patterns"],
)
def test_a_fault_of_the_fleet_file_concerns_all_its_branches_and_no_other_fleet(folder: Folder, fault: str) -> None:
    folder.write(fleet__fincon=fault)
    ran = run(folder, "status")
    assert ran.status != 0
    assert failed(ran) == {"a": True, "b": True, "c": True, "d": False}
    assert run(folder, "status", "--limit", "d").status == 0


@pytest.mark.parametrize("limit", [(), ("--limit", "d")])
def test_a_fleet_without_any_branch_stops_every_run(folder: Folder, limit: tuple[str, ...]) -> None:
    folder.write(fleet__fincon="plugin: fincon.mail.fleet\nbranches: none/*.yml\n")
    assert run(folder, "status", *limit).status != 0
    if not limit:
        ran = run(folder, "status", inventory=exported(folder))
        assert ran.status != 0
        assert "matches no file" in ran.output
    (folder.path / "fleet/fincon.yml").write_text("plugin: fincon.mail.fleet\n\t- x: [")
    assert run(folder, "status", *limit).status != 0


def test_a_module_of_ones_own_playbook_fails_at_the_faulty_branch_alone(folder: Folder) -> None:
    place = spoil(folder)
    folder.write(
        play="- hosts: fincon\n  gather_facts: false\n  tasks:\n"
        "    - {fincon.mail.fincon_mail_info: {}, register: found}\n"
    )
    sources = (*folder.source("other/fincon.yml"), *folder.source("fleet/fincon.yml"))
    ran = folder.run("ansible-playbook", *sources, str(folder.path / "play.yml"))
    assert failed(ran) == {"a": False, "b": True, "c": False, "d": False}
    assert place in ran.output


def test_a_check_of_ones_own_playbook_finds_the_faulty_branch_alone(folder: Folder) -> None:
    place = spoil(folder)
    folder.write(
        play="- hosts: fincon\n  gather_facts: false\n  tasks:\n"
        "    - ansible.builtin.assert: {that: query('fincon.mail.branch_findings') | length == 0}\n"
        "    - ansible.builtin.debug: {msg: \"{{ query('fincon.mail.branch_findings') }}\"}\n"
    )
    command = ("ansible-playbook", *folder.source("fleet/fincon.yml"), str(folder.path / "play.yml"))
    assert failed(folder.run(*command)) == {"a": True, "b": True, "c": True}, "errors stop every branch"
    ran = folder.run(*command, "-e", "fincon_faulty_branches=set_aside")
    assert failed(ran) == {"a": False, "b": True, "c": False}
    assert place in ran.output + ran.errors


def test_a_source_that_has_to_be_sound_stops_every_command(folder: Folder) -> None:
    spoil(folder)
    assert run(folder, "status", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="1").status != 0


def test_a_misspelt_choice_is_refused(folder: Folder) -> None:
    ran = run(folder, "status", "-e", "fincon_faulty_branches=set-aside")
    assert ran.status != 0
    assert "set_aside" in ran.output + ran.errors


@pytest.mark.parametrize("shown", ["true", "false"])
def test_each_unknown_name_is_warned_of_once_wherever_it_is_set(folder: Folder, shown: str) -> None:
    folder.write(
        fleet__fincon=FLEET.replace("defaults: {", "defaults: {vars: {fincon_purge_protct: [c4nary]}, "),
        fleet__group_vars__fincon="fincon_verfy: c4nary\nvault_fincon_x: 1\n",
    )
    # Ansible hides the warnings of a task with its result. A new site hides skipped tasks, and so does docs/output.md.
    options = ("-e", "fincon_undeclard=c4nary", "-e", '{"fincon_purge_protect": ["THANDY"]}')
    ran = run(folder, "apply", "--check", *options, ANSIBLE_DISPLAY_SKIPPED_HOSTS=shown)
    assert ran.status == 0, ran.output + ran.errors
    for name, meant in (
        ("fincon_purge_protct", "fincon_purge_protect"),
        ("fincon_verfy", "fincon_verify"),
        ("fincon_undeclard", "fincon_undeclared"),
    ):
        assert ran.errors.count(name) == 1, ran.errors
        assert f"did you mean '{meant}'?" in ran.errors
    assert "has the name 'THANDY'; did you mean 'THANDI'?" in ran.errors
    assert "vault_fincon_x" not in ran.errors
    assert "c4nary" not in ran.output + ran.errors


def test_drift_tells_what_cannot_be_rendered_with_all_places_and_goes_on(folder: Folder) -> None:
    text = branch("b", "'{{ nothing_like_it }}'").replace("sender_name: N", "sender_name: '{{ nor_this }}'")
    folder.write(fleet__branches__b=text)
    run(folder, "drift")
    report = json.loads((folder.path / "report" / "drift-report.json").read_text())
    states = {entry["branch"]: entry for entry in report["branches"]}
    assert {name: entry["state"] == "invalid" for name, entry in states.items()} == {
        "a": False,
        "b": True,
        "c": False,
        "d": False,
    }
    reason = states["b"]["reason"].splitlines()
    place = re.escape(f"{folder.path}/fleet/branches/b.yml:4:")
    assert len(reason) == 2
    assert re.match(place + r"\d+: users\[0\]\.sender_name .* the variable nor_this is not defined", reason[0])
    assert re.match(place + r"\d+: users\[0\]\.password .* the variable nothing_like_it is not defined", reason[1])
