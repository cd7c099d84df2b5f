# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command backend, from the fleet's files to an adapter's store and back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle

from ..conftest import BRANCHES, COMPANIES, PASSWORDS, Run, Site

ADAPTERS = Path(__file__).parents[3] / "examples" / "adapters"


class AdapterSite(Site):
    """A site whose branches are reached by the example adapter, each with a JSON file of its own."""

    def __init__(self, folder: Path, mail: MailHandle) -> None:
        self.options: list[str] = []
        super().__init__(folder, None, mail)
        for company, users in COMPANIES.items():
            self.store(company).write_text(json.dumps({"smtp_servers": [], "users": [{"user": one} for one in users]}))

    def store(self, company: str) -> Path:
        """The file that holds a company's records."""
        return self.folder / f"{company}.json"

    def stores(self) -> dict[str, str]:
        """What all companies hold."""
        return {company: self.store(company).read_text("utf-8") for company in COMPANIES}

    def user_of(self, company: str, name: str) -> dict[str, Any]:
        """What a company holds of a user."""
        return next(one for one in json.loads(self.store(company).read_text())["users"] if one["user"] == name)

    def by_hand(self, company: str, name: str, **fields: Any) -> None:
        """Change a user as somebody at Fincon's window would."""
        data = json.loads(self.store(company).read_text("utf-8"))
        next(one for one in data["users"] if one["user"] == name).update(fields)
        self.store(company).write_text(json.dumps(data))

    def installation(self, company: str) -> dict[str, Any]:
        command = [str(ADAPTERS / "json_file.py"), str(self.store(company)), *self.options]
        return {"backend": "command", "command": command}


@pytest.fixture
def adapter_site(tmp_path: Path) -> Iterator[AdapterSite]:
    """A fresh site of adapters."""
    with MailHandle(PASSWORDS, may_send_as={"relay@example.co.za": ["@example.co.za"]}) as mail:
        yield AdapterSite(tmp_path, mail)


def counts(run: Run, what: str) -> dict[str, int]:
    """A column of the recap, for the branches."""
    return {host: int(number) for host, number in re.findall(rf"^(\S+)\s+: .*\b{what}=(\d+)", run.output, re.M)
            if host in BRANCHES}  # fmt: skip


def test_a_fleet_of_adapters_goes_the_full_circle(adapter_site: AdapterSite) -> None:
    site = adapter_site
    empty = site.stores()
    assert site.playbook("fincon.mail.validate").status == 0
    verified = site.playbook("fincon.mail.verify")
    assert verified.status == 0, verified.output
    checked = site.playbook("fincon.mail.apply", "--check")
    assert checked.status == 0, checked.output
    assert site.stores() == empty, "nothing was written so far"

    applied = site.playbook("fincon.mail.apply", "-vvv", "--diff")
    assert applied.status == 0, applied.output
    assert counts(applied, "changed") == dict.fromkeys(BRANCHES, 1)
    assert site.user_of("CAPETOWN", "THANDI")["password"] == PASSWORDS["thandi@example.co.za"]
    done = site.stores()

    again = site.playbook("fincon.mail.apply")
    assert counts(again, "changed") == dict.fromkeys(BRANCHES, 0), again.output
    assert site.playbook("fincon.mail.drift").status == 0

    site.by_hand("DURBAN", "LERATO", sender_email="lerato@home.example", email_enabled=False)
    drift = site.playbook("fincon.mail.drift")
    assert drift.status != 0
    assert "lerato@home.example" in drift.output
    assert counts(drift, "failed") == {"cape-town": 0, "durban": 1, "polokwane": 0}

    mended = site.playbook("fincon.mail.apply")
    assert counts(mended, "changed") == {"cape-town": 0, "durban": 1, "polokwane": 0}
    assert {company: json.loads(text) for company, text in site.stores().items()} == {
        company: json.loads(text) for company, text in done.items()
    }
    for run in (verified, checked, applied, again, drift, mended):
        assert "c4nary" not in run.output


def test_a_branch_whose_adapter_cannot_reach_it_stops_no_other(adapter_site: AdapterSite) -> None:
    adapter_site.store("DURBAN").unlink()
    run = adapter_site.playbook("fincon.mail.apply")
    assert counts(run, "failed") == {"cape-town": 0, "durban": 1, "polokwane": 0}
    assert f"{adapter_site.store('DURBAN')} cannot be read: No such file or directory" in run.output
    drift = adapter_site.playbook("fincon.mail.drift")
    assert re.search(r"durban\s.*unreachable", drift.output), drift.output


def test_check_mode_and_the_run_tell_the_same_in_a_process_of_its_own(adapter_site: AdapterSite) -> None:
    site = adapter_site
    site.way, site.options = "process", ["--password-readback"]
    users = [site.user("THANDI", smtp_server="HQ relay")]
    branch = {"fincon.mail.fincon_mail_branch": {"smtp_servers": [site.relay()], "users": users}}
    before = site.stores()
    foretold = site.tasks(branch, options=("--check", "--diff", "-vvv"))
    assert site.stores() == before
    applied = site.tasks(branch, branch, options=("--diff",))
    run, again = applied.results
    told = ("changed", "diff", "changes", "unverified", "relogin_users", "backend")
    assert foretold.result["changed"], foretold.output
    assert [foretold.result[name] for name in told] == [run[name] for name in told]
    assert (again["changed"], again["unverified"]) == (False, [])
    assert run["backend"] == {"name": "command", "version": "json_file 1.0"}

    site.by_hand("CAPETOWN", "THANDI", password="by-hand")
    read = site.tasks({"fincon.mail.fincon_mail_info": {}}, defaults={})
    assert {user["user"]: user["password"] for user in read.result["users"]}["THANDI"] == "set"
    by_hand = site.tasks(branch, options=("--check", "--diff"))
    (change,) = by_hand.result["changes"]
    assert change["fields"] == [{"field": "password", "have": "set", "want": "set, will change"}]
    for one in (foretold, applied, read, by_hand):
        assert not any(secret in one.output + str(one.results) for secret in ("c4nary", "by-hand"))


def verdicts(run: Run) -> dict[str, str]:
    """The verdict on each rule."""
    return {rule: verdict for verdict, rule in re.findall(r"^(pass|fail|skipped) +(\w+) ", run.output, re.M)}


def test_the_kit_judges_the_adapters_of_a_fleet(adapter_site: AdapterSite) -> None:
    site, lent = adapter_site, {"fincon_conformance_user": "thandi"}
    judged = site.playbook("fincon.mail.conformance", "--limit", "cape-town", **lent)
    assert judged.status == 0, judged.output
    assert len(verdicts(judged)) == 16
    assert set(verdicts(judged).values()) == {"pass"}
    held = site.user_of("CAPETOWN", "THANDI")
    assert not any(value for name, value in held.items() if name != "user"), "everything was put back"
    assert json.loads(site.store("CAPETOWN").read_text())["smtp_servers"] == []

    before = site.stores()
    quiet = site.playbook("fincon.mail.conformance", "--limit", "cape-town", "--check", **lent)
    assert quiet.status == 0, quiet.output
    assert list(verdicts(quiet).values()) == ["pass"] * 3 + ["skipped"] * 13
    unknown = site.playbook("fincon.mail.conformance", "--limit", "cape-town", fincon_conformance_user="NOBODY")
    assert unknown.status != 0
    assert verdicts(unknown)["read"] == "fail"
    assert "1 of 16 rules failed: read" in unknown.output
    assert site.stores() == before


@pytest.mark.skipif(shutil.which("jq") is None, reason="the shell adapter needs jq")
def test_the_kit_judges_an_adapter_by_itself(adapter_site: AdapterSite) -> None:
    site = adapter_site
    folder = site.folder / "company"
    for kind in ("smtp_servers", "users"):
        (folder / kind).mkdir(parents=True)
    (folder / "users" / "THANDI.json").write_text('{"user": "THANDI"}')
    adapter = [str(ADAPTERS / "shell.sh"), str(folder)]
    nowhere = site.folder / "nowhere.yml"
    nowhere.write_text("all: {}\n")
    nothing = site.playbook("fincon.mail.conformance", inventory=nowhere)
    assert nothing.status != 0
    assert "Name the adapter" in nothing.output
    text = site.playbook("fincon.mail.conformance", inventory=nowhere, fincon_adapter=" ".join(adapter))
    assert text.status != 0
    assert "The adapter is a list" in text.output
    judged = site.playbook(
        "fincon.mail.conformance", inventory=nowhere, fincon_adapter=adapter, fincon_conformance_user="THANDI"
    )
    assert judged.status == 0, judged.output
    assert set(verdicts(judged).values()) == {"pass"}
    assert list((folder / "smtp_servers").iterdir()) == []
