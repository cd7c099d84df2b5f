# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Beyond one machine: runs by ansible-runner, in ephemeral environments, over slices of a fleet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import BRANCHES, COMPANIES, PASSWORDS, SERVER_PASSWORD, Site
from ..vaulted import encrypted
from .conftest import HERE, Controller, Job, program, slices


@pytest.fixture
def controller(site: Site, runner_tools: Path, installed: Path) -> Controller:
    """A controller, and a fleet whose secrets are templates, or vault texts, and whose fingerprints are on a volume."""
    key = site.folder / "vault-key"
    key.write_text("key of this test")
    secrets = {
        "vault_server": SERVER_PASSWORD,
        "vault_user": site.standin.fincon_password,
        "vault_relay": PASSWORDS["relay@example.co.za"],
        "volume": str(site.folder / "volume"),
    }
    common: dict[str, Any] = {
        **site.installation(""),
        "server_password": "{{ vault_server }}",
        "password": "{{ vault_user }}",
        "fingerprints": "{{ volume }}/{{ inventory_hostname }}.json",
    }
    del common["data_id"]
    defaults = {
        "installation": common,
        "smtp_servers": [site.relay(password="{{ vault_relay }}")],
        "user": {"smtp_server": "HQ relay", "username": "", "password": ""},
    }
    site._write(site.fleet, {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": defaults})
    for branch, company in BRANCHES.items():
        users = [site.user(name, username="", password="") for name in COMPANIES[company]]
        if company == "CAPETOWN":
            users[0] |= {
                "username": "thandi@example.co.za",
                "password": encrypted(key, PASSWORDS["thandi@example.co.za"]),
            }
        site.write_branch(branch, region=branch, installation={"data_id": company}, users=users)
    return Controller(site, runner_tools, installed, secrets, key)


def report(folder: Path) -> dict[str, Any]:
    """The report of a run of drift."""
    return json.loads((folder / "drift-report.json").read_text("utf-8"))


def unverified(folder: Path) -> list[str]:
    """The records of a report with passwords that nobody can compare."""
    records = [record for branch in report(folder)["branches"] for record in branch["records"]]
    return [record["name"] for record in records if record.get("unverified")]


def test_slices_of_a_fleet_run_by_ansible_runner_and_report_as_one(site: Site, controller: Controller) -> None:
    jobs: list[Job] = [controller.run("fincon.mail.apply", site.fleet)]
    assert jobs[0].status == "successful", jobs[0].output
    assert "changed=1" in jobs[0].output

    site.standin.tamper("DURBAN", user="LERATO", fields={"JobTitle": "Clerk", "SenderName": "L"})
    exported = program(
        [HERE / "ansible-inventory", "-i", site.fleet, "--list", "--export"],
        site.folder,
        ANSIBLE_COLLECTIONS_PATH=str(controller.collections),
    )
    assert not [secret for secret in PASSWORDS.values() if secret in exported], "what AWX stores is still encrypted"
    parts = [site.folder / "report-1", site.folder / "report-2"]
    for inventory, folder in zip(slices(json.loads(exported), 2, site.folder), parts, strict=True):
        jobs.append(controller.run("fincon.mail.drift", inventory, fincon_report_dir=str(folder)))
    assert [job.status for job in jobs[1:]] == ["successful", "failed"], jobs[1].output + jobs[2].output
    states = [{branch["branch"]: branch["state"] for branch in report(folder)["branches"]} for folder in parts]
    assert states == [{"cape-town": "in_sync", "polokwane": "in_sync"}, {"durban": "drift"}]
    assert not unverified(parts[0]), "the fingerprints on the volume are known in a fresh environment"

    whole = site.folder / "report"
    names = [str(folder / "drift-report.json") for folder in parts]
    merged = controller.run("fincon.mail.merge_reports", site.fleet, fincon_reports=names, fincon_report_dir=str(whole))
    assert merged.status == "failed", "a part has drift"
    assert {branch["branch"]: branch["state"] for branch in report(whole)["branches"]} == {**states[0], **states[1]}

    # By region, and without the volume: nobody knows what the passwords are, which is not drift.
    alone = site.folder / "report-alone"
    jobs.append(
        controller.run(
            "fincon.mail.drift",
            site.fleet,
            "--limit=region_cape_town",
            fincon_report_dir=str(alone),
            volume=str(site.folder / "elsewhere"),
        )
    )
    assert jobs[-1].status == "successful", jobs[-1].output
    (branch,) = report(alone)["branches"]
    assert (branch["branch"], branch["state"]) == ("cape-town", "in_sync")
    assert unverified(alone) == ["HQ relay", "THANDI"]

    canaries = {*PASSWORDS.values(), SERVER_PASSWORD, site.standin.fincon_password}
    for job in [*jobs, merged]:
        assert list((job.artifacts / "job_events").glob("*.json"))
        for path in job.artifacts.rglob("*"):
            if path.is_file():
                text = path.read_text("utf-8", "replace")
                assert not [secret for secret in canaries if secret in text], path
