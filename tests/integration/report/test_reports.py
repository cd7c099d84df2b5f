# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift reports of real runs: all states, all formats, history, merging, and the callback in other people's plays."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from collection import ROOT
from jsonschema import Draft7Validator

from ..conftest import PASSWORDS, SERVER_PASSWORD, Run, Site

SCHEMA = json.loads((ROOT / "schemas" / "drift-report.schema.json").read_text("utf-8"))
FILES = ["drift-report.html", "drift-report.json", "drift-report.md", "drift-report.xml"]


def report(folder: Path) -> dict[str, Any]:
    """The JSON of a report, which is of the shape of its schema."""
    document: dict[str, Any] = json.loads((folder / "drift-report.json").read_text("utf-8"))
    Draft7Validator(SCHEMA).validate(document)
    return document


def states(document: dict[str, Any]) -> dict[str, str]:
    """The state of each branch."""
    return {entry["branch"]: entry["state"] for entry in document["branches"]}


def cells(document: dict[str, Any], branch: str) -> dict[str, str]:
    """The state of each record of a branch."""
    entry = next(entry for entry in document["branches"] if entry["branch"] == branch)
    return {record["name"]: record["state"] for record in entry["records"]}


def outcome(run: Run, what: str) -> dict[str, int]:
    """A count of each host at the end of a run."""
    return {host: int(number) for host, number in re.findall(rf"^(\S+)\s+: .*\b{what}=(\d+)", run.output, re.M)}


def assert_no_secret(run: Run, folder: Path) -> None:
    """No secret shows in the output or in a file of the report."""
    texts = [run.output, *(path.read_text("utf-8") for path in folder.iterdir())]
    for secret in (*PASSWORDS.values(), SERVER_PASSWORD, "c4nary"):
        assert not any(secret in text for text in texts)


@pytest.fixture
def applied(site: Site) -> Site:
    """A site whose three branches are as declared."""
    run = site.playbook("fincon.mail.apply", fincon_verify="none")
    assert run.status == 0, run.output
    return site


def test_a_report_names_every_state_and_the_next_one_what_has_changed(applied: Site) -> None:
    site, folder = applied, applied.folder / "fincon-report"
    far = {**site.installation("CAPETOWN"), "url": "http://127.0.0.1:9"}
    site.write_branch("far", installation=far, users=[site.user("THANDI", username="", password="")])
    site.write_branch("closed", installation={**site.installation("CAPETOWN"), "data_id": "NOWHERE"}, users=[])
    site.write_branch(
        "wrong", installation={**site.installation("CAPETOWN"), "data_id": "OTHER"},
        users=[site.user("THANDI", sender_email="{{ 'no address' }}")],
    )  # fmt: skip
    site.write_branch("unset", installation={**site.installation("CAPETOWN"), "data_id": "{{ nothing_of_this_name }}"})
    site.standin.tamper("DURBAN", user="LERATO", fields={"SenderEmail": "lerato@home.example", "MailEnabled": "N"})
    site.standin.clear_log()

    run = site.playbook("fincon.mail.drift", "--check", "--diff")
    assert run.status != 0
    assert site.standin.requests(writes=True) == []
    assert sorted(path.name for path in folder.iterdir()) == FILES, "--check writes the report, as a run does"
    first = report(folder)
    assert states(first) == {
        "cape-town": "in_sync", "closed": "failed", "durban": "drift", "far": "unreachable", "polokwane": "in_sync",
        "unset": "invalid", "wrong": "invalid",
    }  # fmt: skip
    assert cells(first, "durban") == {"HQ relay": "in_sync", "LERATO": "differs"}
    assert cells(first, "far") == {"HQ relay": "unknown", "THANDI": "unknown"}
    assert {entry["region"] for entry in first["branches"]} == {"south"}
    assert "1 x drift: LERATO, sender_email: is lerato@home.example, declared lerato@example.co.za" in run.output
    assert "127.0.0.1:9: no connection" in run.output
    assert "nothing_of_this_name" in next(entry["reason"] for entry in first["branches"] if entry["branch"] == "unset")
    failed = {host for host, number in outcome(run, "failed").items() if number}
    assert failed == {"closed", "durban", "far", "unset", "wrong"}, "each branch fails for itself"
    changed = {host for host, number in outcome(run, "changed").items() if number}
    assert changed == {"durban"}, "what would be changed; the report is no change of a branch"
    suite = ElementTree.parse(folder / "drift-report.xml").find("testsuite")
    assert suite is not None
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["7", "1", "4", "0"]
    assert "lerato@home.example" in (folder / "drift-report.html").read_text("utf-8")
    assert "| drift | 1 |" in (folder / "drift-report.md").read_text("utf-8")
    assert_no_secret(run, folder)

    shutil.copytree(folder, site.folder / "monday")
    site.standin.tamper("DURBAN", user="LERATO", fields={"SenderEmail": "lerato@example.co.za"})
    site.standin.tamper("POLOKWAN", user="KGOSI", fields={"JobTitle": "x", "SenderName": "Somebody"})
    limit = "durban,polokwane,far"
    run = site.playbook("fincon.mail.drift", "--limit", limit, fincon_report_formats=["json"])
    second = report(folder)
    assert second["history"]["previous"] == first["generated"]
    assert [item["branch"] for item in second["history"]["new"]] == ["polokwane"]
    assert [item["branch"] for item in second["history"]["gone"]] == ["durban"]
    assert "1 difference new, 1 resolved" in run.output
    since = {entry["branch"]: entry["since"] for entry in second["branches"]}
    assert since["durban"] == since["far"] == first["generated"] < since["polokwane"]

    reports = [str(site.folder / "*day" / "drift-report.json"), "fincon-report/drift-report.json"]
    merged = site.playbook("fincon.mail.merge_reports", fincon_reports=reports, fincon_report_dir="merged")
    assert merged.status == 2, merged.output
    whole = report(site.folder / "merged")
    assert sorted(path.name for path in (site.folder / "merged").iterdir()) == FILES
    assert states(whole) == {**states(first), "polokwane": "drift"}
    assert whole["generated"] == second["generated"]
    assert "7 branches: 2 drift, 1 failed, 1 unreachable, 2 invalid, 1 in sync" in merged.output


def test_merging_names_what_is_missing_or_not_a_report(site: Site) -> None:
    run = site.playbook("fincon.mail.merge_reports")
    assert run.status != 0
    assert "Name the JSON reports, or a pattern of them" in run.output
    (site.folder / "a.json").write_text('{"version": 7}')
    run = site.playbook("fincon.mail.merge_reports", fincon_reports="a.json")
    assert run.status != 0
    assert "a.json: is a report of version 7, and this collection reads version 1" in run.output
    assert not (site.folder / "fincon-report").exists()


def test_a_fleet_that_is_as_declared_ends_well_and_a_broken_report_before_is_only_a_warning(applied: Site) -> None:
    folder = applied.folder / "fincon-report"
    folder.mkdir()
    (folder / "drift-report.json").write_text("{")
    run = applied.playbook("fincon.mail.drift")
    assert run.status == 0, run.output
    assert ".drift-report.previous:1:2: is not JSON" in run.output
    assert "3 branches: 3 in sync" in run.output
    assert set(states(report(folder)).values()) == {"in_sync"}
    assert set(cells(report(folder), "cape-town")) == {"HQ relay", "THANDI", "PIETER"}


def test_an_order_that_waits_is_pending_which_fails_only_on_demand(site: Site) -> None:
    for branch in ("durban", "polokwane"):
        (site.fleet.parent / "branches" / f"{branch}.yml").unlink()
    ledger = {"backend": "attended", "ledger": str(site.folder / "ledgers" / "cape-town.yml")}
    site.write_branch("cape-town", installation=ledger, users=[site.user("THANDI")])
    applied = site.playbook("fincon.mail.apply", fincon_verify="none")
    assert applied.status == 0, applied.output

    run = site.playbook("fincon.mail.drift")
    assert run.status == 0, run.output
    waiting = report(site.folder / "fincon-report")
    assert states(waiting) == {"cape-town": "pending"}
    assert cells(waiting, "cape-town") == {"HQ relay": "pending", "THANDI": "pending"}
    assert "CAPE-TOWN-1: " in run.output
    run = site.playbook("fincon.mail.drift", fincon_fail_on_pending=True)
    assert run.status != 0
    assert re.search(r"CAPE-TOWN-1: \d+ items since 2", run.output)
    assert f"pending: see {site.folder}/fincon-report/drift-report.html" in run.output

    # Something else is declared: that is drift, and what waits is told as well.
    site.write_branch("cape-town", installation=ledger, users=[site.user("THANDI", sender_name="Thandi Nkosi")])
    run = site.playbook("fincon.mail.drift")
    assert run.status != 0
    both = report(site.folder / "fincon-report")
    assert states(both) == {"cape-town": "drift"}
    assert cells(both, "cape-town") == {"HQ relay": "pending", "THANDI": "differs"}
    assert_no_secret(run, site.folder / "fincon-report")


def test_the_callback_makes_the_same_report_of_any_playbook(site: Site) -> None:
    settings = "[defaults]\ncallbacks_enabled = fincon.mail.drift_report\n[fincon_drift_report]\ndirectory = ../mine\n"
    (site.folder / "home" / "ansible.cfg").write_text(settings)
    run = site.playbook("fincon.mail.apply", "--check", fincon_verify="none")
    assert run.status == 0, run.output
    assert site.standin.requests(writes=True) == []
    checked = report(site.folder / "mine")
    assert set(states(checked).values()) == {"drift"}
    assert cells(checked, "durban") == {"HQ relay": "missing", "LERATO": "missing"}
    assert sorted(path.name for path in (site.folder / "mine").iterdir()) == FILES
    assert "DRIFT REPORT" in run.output
    assert_no_secret(run, site.folder / "mine")

    drift = site.playbook("fincon.mail.drift", fincon_report_dir="theirs")
    assert "DRIFT REPORT" not in drift.output, "the playbook has written its own"
    told = {
        entry["branch"]: [record.get("differences") for record in entry["records"]] for entry in checked["branches"]
    }
    for entry in report(site.folder / "theirs")["branches"]:
        words = [[item["words"] for item in record["differences"]] for record in entry["records"]]
        assert words == [[item["words"] for item in found or []] for found in told[entry["branch"]]]

    # A real run: what it has changed is no drift, and what it left undone is.
    site.standin.fault("error_info", method="UpdateMailUser", times=1, text="Disk full")
    play = [
        {
            "hosts": "fincon",
            "gather_facts": False,
            "tasks": [
                {
                    "name": "Apply",
                    "fincon.mail.fincon_mail_branch": {
                        "smtp_servers": "{{ fincon_smtp_servers }}", "users": "{{ fincon_users }}", "verify": "none",
                    },
                    "check_mode": "{{ inventory_hostname == 'polokwane' }}",
                    "throttle": 1,
                },
            ],
        }
    ]  # fmt: skip
    site._write(site.folder / "own.yml", play)
    run = site.playbook(str(site.folder / "own.yml"))
    left = report(site.folder / "mine")
    assert states(left) == {"cape-town": "failed", "durban": "in_sync", "polokwane": "drift"}, run.output
    assert cells(left, "cape-town") == {"HQ relay": "in_sync", "THANDI": "missing", "PIETER": "missing"}
    assert left["history"]["previous"] == checked["generated"]
    assert_no_secret(run, site.folder / "mine")
