# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fincon_verify_failure: skip``: one bad login does not hold back the others, at any backend."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Site

ADAPTER = Path(__file__).parents[2] / "examples" / "adapters" / "json_file.py"
BAD = "c4nary-mistyped-Rt5"


def installation(site: Site, backend: str) -> dict[str, Any]:
    """The installation of cape-town by a backend."""
    if backend == "attended":
        return {"backend": "attended", "ledger": str(site.folder / "ledgers" / "cape-town.yml")}
    if backend == "command":
        store = site.folder / "store.json"
        users = [{"user": name} for name in ("THANDI", "PIETER")]
        store.write_text(json.dumps({"smtp_servers": [], "users": users}), "utf-8")
        return {"backend": "command", "command": [sys.executable, str(ADAPTER), str(store)]}
    return site.installation("CAPETOWN")


@pytest.mark.parametrize("backend", ["rest", "command", "attended"])
def test_the_others_are_applied_or_ordered_and_the_run_fails_at_its_end(site: Site, backend: str) -> None:
    users = [site.user("THANDI"), site.user("PIETER", password=BAD)]
    site.write_branch("cape-town", installation=installation(site, backend), users=users)
    pages = site.folder / "ledgers" / "work-orders"

    checked = site.playbook("fincon.mail.apply", "--check", fincon_verify_failure="skip")
    run = site.playbook("fincon.mail.apply", fincon_verify_failure="skip")
    again = site.playbook("fincon.mail.apply", fincon_verify_failure="skip")
    for one in (checked, run, again):
        assert one.status == 2, one.output
        assert "held back, and not applied or ordered:" in one.output
        assert "mail user PIETER: localhost:" in one.output
        assert BAD not in one.output
    assert "durban                     : ok=" in run.output
    recap = {line.split()[0]: line for line in again.output.splitlines() if " : ok=" in line}
    assert all("changed=0" in line for line in recap.values())
    assert {name: "failed=1" in line for name, line in recap.items()} == {
        "cape-town": True, "durban": False, "polokwane": False,
    }  # fmt: skip
    if backend == "attended":
        for suffix in ("html", "md"):
            page = (pages / f"cape-town.{suffix}").read_text("utf-8")
            assert "THANDI" in page
            assert "leave them as they are: PIETER." in " ".join(page.split())

    site.write_branch(
        "cape-town", installation=installation_again(site, backend), users=[site.user("THANDI"), site.user("PIETER")]
    )
    mended = site.playbook("fincon.mail.apply", fincon_verify_failure="skip")
    assert mended.status == 0, mended.output
    assert "cape-town" in mended.output
    if backend == "attended":
        assert "leave them as they are" not in (pages / "cape-town.md").read_text("utf-8")


def installation_again(site: Site, backend: str) -> dict[str, Any]:
    """The same installation, with what it holds."""
    kept = site.folder / "store.json"
    text = kept.read_text("utf-8") if kept.exists() else ""
    made = installation(site, backend)
    if text:
        kept.write_text(text, "utf-8")
    return made


@pytest.mark.parametrize("backend", ["rest", "command", "attended"])
def test_a_single_module_holds_its_record_back_and_fails(site: Site, backend: str) -> None:
    made = installation(site, backend)
    relay = {**site.relay(), "username": "", "password": ""}
    settings = {"installation": made, "verify_failure": "skip"}
    users = {name: site.user(name, smtp_server="HQ relay") for name in ("THANDI", "PIETER")}
    for user in users.values():
        user.pop("email_enabled")
    users["PIETER"]["password"] = BAD
    run = site.tasks(
        {"fincon.mail.fincon_smtp_server": {**relay, **settings}},
        {"fincon.mail.fincon_mail_user": {**users["PIETER"], **settings}},
        {"fincon.mail.fincon_mail_user": {**users["THANDI"], **settings}},
    )
    outcomes = [result["outcome"] for result in run.results]
    assert outcomes == ["applied", "held_back", "applied"], run.output
    refused = run.results[1]
    assert (refused["changed"], refused["failed"]) == (False, True)
    assert [one["name"] for one in refused["held_back"]] == ["PIETER"]
