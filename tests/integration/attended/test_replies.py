# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of many attended branches, confirmed in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import encode

from ..conftest import PASSWORDS, Run, Site

BRANCHES = ("cape-town", "durban", "polokwane")


class Fleet:
    """Attended branches whose work orders are open, and a folder of replies."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.replies = site.folder / "replies to come"
        self.replies.mkdir()
        for branch in BRANCHES:
            installation = {"backend": "attended", "ledger": f"ledgers/{branch}.yml"}
            site.write_branch(branch, installation=installation, users=[site.user("THANDI"), site.user("PIETER")])
        self.playbook("apply", fincon_verify="none")

    def playbook(self, name: str, *options: str, ok: bool = True, **variables: Any) -> Run:
        """Run a playbook on all branches."""
        run = self.site.playbook(f"fincon.mail.{name}", *options, **variables)
        assert (run.status == 0) is ok, run.output
        for secret in PASSWORDS.values():
            assert secret not in run.output
        return run

    def ledger(self, branch: str) -> dict[str, Any]:
        """What the ledger of a branch holds."""
        held: dict[str, Any] = yaml.safe_load((self.site.fleet.parent / "ledgers" / f"{branch}.yml").read_text("utf-8"))
        return held

    def files(self) -> dict[str, bytes]:
        """Ledgers and pages."""
        folder = self.site.fleet.parent / "ledgers"
        return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def reply(self, branch: str, name: str, **fields: Any) -> Path:
        """Put a reply into the folder."""
        ordered = self.ledger(branch)["ordered"] if branch in BRANCHES else None
        data = {
            "reply": 1, "branch": branch, "order": 1, "ordered": ordered["date"] if ordered else "2026-11-24",
            "done": [1, 2, 3, 4, 5], "not_done": [], "by": "T. Nkosi", "date": "2026-11-25", "remarks": "",
        }  # fmt: skip
        path = self.replies / name
        path.write_text(json.dumps({**data, **fields}), "utf-8")
        return path


@pytest.fixture
def fleet(site: Site) -> Fleet:
    """The branches."""
    return Fleet(site)


def test_replies_of_many_branches_are_confirmed_in_one_run_and_bad_ones_stop_no_other(fleet: Fleet) -> None:
    hostile = "{{ lookup('pipe', 'touch owned') }}\x1b[2J"
    not_done = [{"item": 3, "reason": hostile}]
    fleet.reply("cape-town", "a.json")
    fleet.reply("durban", "b.json", done=[1, 2, 4, 5], not_done=not_done, by=hostile, remarks="Line one\nline two")
    fleet.reply("polokwane", "c.json", order=9)
    fleet.reply("nowhere", "d.json")
    (fleet.replies / "e.json").write_text("{")
    before = fleet.files()

    checked = fleet.playbook("confirm", "--check", ok=False, fincon_replies=str(fleet.replies))
    assert fleet.files() == before, "check mode writes nothing"
    assert "items 1, 2, 3, 4, 5 would be confirmed, by T. Nkosi" in checked.output

    done = fleet.playbook("confirm", ok=False, fincon_replies=str(fleet.replies))
    for said in (
        "CAPE-TOWN-1", "DURBAN-1", "item 3 is still pending", "there is no work order 9; the last one is 1",
        "'nowhere' is not a branch of this run", "e.json: refused: is not JSON (line 1, column 2)",
        "5 replies: 2 confirmed, 0 confirmed already, 3 refused",
    ):  # fmt: skip
        assert said in " ".join(done.output.split()), said
    assert "\x1b[2J" not in done.output
    assert not (fleet.site.folder / "owned").exists()
    assert fleet.ledger("cape-town")["ordered"] is None
    (entry,) = fleet.ledger("durban")["history"]
    assert entry["remarks"] == "Line one line two"
    assert entry["by"] == entry["not_done"][0]["reason"] == hostile.replace("\x1b", r"\x1b")
    assert [item["item"] for item in fleet.ledger("durban")["ordered"]["items"]] == [3]
    pages = [name for name in fleet.files() if name.endswith(".html")]
    assert [Path(name).stem for name in pages] == ["durban", "polokwane"], "the page of what is done is gone"

    after = fleet.files()
    again = fleet.playbook("confirm", ok=False, fincon_replies=str(fleet.replies))
    assert "0 confirmed, 2 confirmed already, 3 refused" in again.output
    assert fleet.files() == after
    fleet.playbook("apply", fincon_verify="none")
    assert fleet.files() == after, "the pages are those that apply writes, to the byte"


def test_codes_and_a_mapping_confirm_as_files_do(fleet: Fleet) -> None:
    ordered = fleet.ledger("cape-town")["ordered"]["date"]
    codes = [encode("CAPE-TOWN-1", ordered, [2]), encode("DURBAN-1", ordered, [])]
    told = fleet.playbook("confirm", fincon_replies=codes, fincon_confirmed_by="P. Naidoo")
    assert "2 replies: 2 confirmed" in told.output
    assert fleet.ledger("durban")["last_confirmed"]["by"] == "P. Naidoo"
    mapping = {"cape-town": 1, "polokwane": {"order": 1, "except": [5], "by": "T. Nkosi"}}
    assert "2 replies: 2 confirmed" in fleet.playbook("confirm", fincon_replies=mapping).output
    assert [len(fleet.ledger(branch)["history"]) for branch in BRANCHES] == [2, 1, 1]
    assert fleet.ledger("polokwane")["history"][0]["remaining"] == [5]

    # What was confirmed before a later work order is confirmed already.
    fleet.site.write_branch(
        "durban",
        installation={"backend": "attended", "ledger": "ledgers/durban.yml"},
        users=[fleet.site.user("LERATO")],
    )
    fleet.playbook("apply", fincon_verify="none")
    assert "1 confirmed already" in fleet.playbook("confirm", fincon_replies=codes[1]).output
    assert fleet.ledger("durban")["ordered"]["number"] == 2


def test_a_ledger_on_another_machine_is_confirmed_by_a_task_of_its_host(fleet: Fleet) -> None:
    fleet.site.way = "process"
    replies = {"durban": {"order": 1, "except": [3], "by": "T. Nkosi"}, "polokwane": 9}
    run = fleet.playbook("confirm", ok=False, fincon_replies=replies)
    shown = " ".join(run.output.split())
    assert "DURBAN-1 (durban): its ledger is on another machine" in shown
    assert "there is no work order 9" in shown
    assert [item["item"] for item in fleet.ledger("durban")["ordered"]["items"]] == [3]
    assert fleet.ledger("durban")["history"][0]["by"] == "T. Nkosi"
    page = fleet.site.fleet.parent / "ledgers" / "work-orders" / "durban.html"
    assert 'id="item-3"' in page.read_text("utf-8")
    assert 'id="item-2"' not in page.read_text("utf-8")
    again = fleet.playbook("confirm", fincon_replies={"durban": replies["durban"]})
    assert "changed=0" in again.output


def test_the_status_names_what_is_open_and_fails_for_what_is_open_too_long(fleet: Fleet) -> None:
    fleet.playbook("confirm", fincon_replies={"cape-town": 1, "durban": {"order": 1, "except": [3], "by": "T. Nkosi"}})
    file = fleet.site.folder / "status.json"
    before = fleet.files()
    shown = fleet.playbook("status", fincon_status_file=file.name)
    assert fleet.files() == before
    for said in ("DURBAN-1: 1 item left", "by T. Nkosi", "2 open work orders at 3 attended branches: 6 items left"):
        assert said in shown.output, said
    report = json.loads(file.read_text("utf-8"))
    assert [one["name"] for one in report["branches"]] == ["DURBAN-1", "POLOKWANE-1", ""]
    assert all(Path(one["page"]).is_file() for one in report["branches"] if one["order"])

    ledger = fleet.site.fleet.parent / "ledgers" / "durban.yml"
    day = fleet.ledger("durban")["ordered"]["date"]
    ledger.write_text(ledger.read_text().replace(f"since: '{day}'", "since: '2024-01-31'"))
    fleet.playbook("status", fincon_fail_on_pending_days=10000)
    late = fleet.playbook("status", ok=False, fincon_fail_on_pending_days=14)
    assert "DURBAN-1 has been pending for" in late.output
    ledger.write_text("torn")
    torn = fleet.playbook("status", ok=False)
    assert "durban could not be read" in torn.output
    assert "POLOKWANE-1" in torn.output


def test_what_one_reply_denies_is_confirmed_by_no_other_until_one_of_them_is_given_alone(fleet: Fleet) -> None:
    fleet.reply("cape-town", "a.json")
    ordered = fleet.ledger("cape-town")["ordered"]["date"]
    denying = {"ordered": ordered, "done": [1, 2, 4, 5], "not_done": [{"item": 3, "reason": "No rights."}]}
    second = fleet.reply("cape-town", "b.json", **denying)
    for options in (["--check"], []):
        run = fleet.playbook("confirm", *options, ok=False, fincon_replies=str(fleet.replies))
        assert "a.json: refused: says that item 3 is done, and" in " ".join(run.output.split())
        assert "1 refused" in run.output
    assert [item["item"] for item in fleet.ledger("cape-town")["ordered"]["items"]] == [3]

    second.unlink()
    fleet.playbook("confirm", fincon_replies=str(fleet.replies))
    assert fleet.ledger("cape-town")["ordered"] is None
    fleet.reply("cape-town", "b.json", **denying)
    before = fleet.files()
    again = fleet.playbook("confirm", fincon_replies=str(fleet.replies))
    assert "2 replies: 0 confirmed, 2 confirmed already, 0 refused" in again.output
    assert fleet.files() == before

    later = {**denying, "done": [1, 2, 3, 5], "not_done": [{"item": 4, "reason": ""}], "date": "2026-11-26"}
    fleet.reply("cape-town", "c.json", **later)
    denied = fleet.playbook("confirm", ok=False, fincon_replies=str(fleet.replies / "c.json"))
    assert "item 4 was confirmed on" in denied.output
    assert fleet.files() == before
