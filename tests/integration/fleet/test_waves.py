# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout in waves, its gate, and what drift says meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from ..conftest import Run, Site

WAVES = [{"branches": ["cape-town"], "title": "pilot"}, {"tags": ["coast"]}]


@pytest.fixture
def waves(site: Site) -> Site:
    """Three branches in three waves; the first one is attended."""
    ledger = site.folder / "ledgers" / "cape-town.yml"
    site.write_branch(
        "cape-town", installation={"backend": "attended", "ledger": str(ledger)}, users=[site.user("THANDI")]
    )
    site.write_branch("durban", tags=["coast"], users=[site.user("LERATO")])
    fleet = yaml.safe_load(site.fleet.read_text("utf-8"))
    site.fleet.write_text(yaml.safe_dump({**fleet, "waves": WAVES}))
    return site


def words(run: Run) -> str:
    return " ".join(run.output.split())


def apply(site: Site, *options: str, ok: bool = True, **variables: Any) -> str:
    run = site.playbook("fincon.mail.apply", *options, fincon_verify="none", **variables)
    assert (run.status == 0) is ok, run.output
    return words(run)


def writes(site: Site) -> set[str]:
    """The companies at which something was written since the last look, with the attended one."""
    companies = ("DURBAN", "POLOKWAN")
    found = {company for company in companies if site.standin.requests(company=company, writes=True)}
    site.standin.clear_log()
    return found


def test_a_wave_waits_until_the_branches_before_it_are_confirmed(waves: Site) -> None:
    ledger = waves.folder / "ledgers" / "cape-town.yml"
    assert "this fleet is rolled out in waves, 1 to 3" in apply(waves, ok=False)
    for options in ((), ("--check",)):
        early = apply(waves, *options, ok=False, fincon_wave=2)
        assert "wave 2 waits for the waves before it: 1 of 1 branch is not in sync" in early
        assert "cape-town: drift" in early
    assert not ledger.exists()
    assert writes(waves) == set()

    apply(waves, "--check", fincon_wave=1)
    assert not ledger.exists()
    apply(waves, fincon_wave=1)
    assert "last_order: 1" in ledger.read_text("utf-8")
    assert writes(waves) == set(), "the other waves are left alone"
    assert "CAPE-TOWN-1" in apply(waves, ok=False, fincon_wave=2)

    confirmed = waves.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=1)
    assert confirmed.status == 0, confirmed.output
    apply(waves, "--check", fincon_wave=2)
    assert writes(waves) == set()
    apply(waves, fincon_wave="2")
    assert writes(waves) == {"DURBAN"}
    assert "changed=0" in apply(waves, fincon_wave=2)
    apply(waves, fincon_wave=3)
    assert writes(waves) == {"POLOKWAN"}


def test_a_limit_does_not_hide_an_unfinished_wave_and_names_branches_without_one(waves: Site) -> None:
    refused = apply(waves, "--limit", "durban", ok=False, fincon_wave=2)
    assert "--limit hides them" in refused
    assert writes(waves) == set()
    apply(waves, "--limit", "durban")
    assert writes(waves) == {"DURBAN"}
    assert "there are the waves 1 to 3" in apply(waves, ok=False, fincon_wave=4)
    apply(waves, fincon_wave="all")
    assert writes(waves) == {"POLOKWAN"}


def test_a_branch_before_that_cannot_be_looked_at_holds_a_wave_back(waves: Site) -> None:
    installation = {"backend": "attended", "ledger": str(waves.folder / "ledgers" / "cape-town.yml")}
    waves.write_branch("cape-town", installation=installation, users=[waves.user("THANDI", nonsense="x")])
    early = apply(waves, ok=False, fincon_wave=2, fincon_faulty_branches="set_aside")
    assert "wave 2 waits for the waves before it" in early
    assert writes(waves) == set()


def test_drift_tells_what_is_not_yet_rolled_out_from_what_was_changed_in_fincon(waves: Site) -> None:
    apply(waves, fincon_wave="all")
    waves.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=1)
    report = waves.folder / "report"

    def drift(status: int) -> str:
        run = waves.playbook("fincon.mail.drift", fincon_report_dir=str(report))
        assert run.status == status, run.output
        return run.output

    drift(0)
    for branch in ("cape-town", "durban", "polokwane"):
        file = waves.fleet.parent / "branches" / f"{branch}.yml"
        data = yaml.safe_load(file.read_text("utf-8"))
        data["users"][0]["sender_name"] = "Accounts"
        file.write_text(yaml.safe_dump(data))
    waves.standin.tamper("POLOKWAN", user="KGOSI", fields={"SenderEmail": "kgosi@home.example"})
    found = drift(2)
    assert found.index("(changed in Fincon)") < found.index("(not yet rolled out)"), "what is urgent comes first"
    assert "Nothing differs but what is not yet rolled out (2): cape-town, durban" in " ".join(found.split())
    branches = json.loads((report / "drift-report.json").read_text("utf-8"))["branches"]
    origins = {
        (entry["branch"], item["field"]): item["changed_in"]
        for entry in branches
        for record in entry["records"]
        for item in record.get("differences", ())
    }
    assert origins == {
        ("cape-town", "sender_name"): "files",
        ("durban", "sender_name"): "files",
        ("polokwane", "sender_email"): "fincon",
        ("polokwane", "sender_name"): "files",
    }
    apply(waves, fincon_wave="all")
    waves.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=2)
    drift(0)
