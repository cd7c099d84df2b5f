# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users who leave, definitions that get another name, and what nobody declared, by playbooks at each backend."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle

from ..command.test_command import AdapterSite
from ..conftest import PASSWORDS, Run, Site

HERE = ("--limit", "cape-town")


class Rest:
    """The branch cape-town with a REST server."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.order = 0

    @property
    def installation(self) -> dict[str, Any]:
        """How the branch is reached."""
        return self.site.installation("CAPETOWN")

    def write(self, users: list[dict[str, Any]] | None, relay: dict[str, Any] | None = None, **more: Any) -> None:
        """Write the fleet: one branch, and a definition in the defaults."""
        site, relay = self.site, relay or self.site.relay()
        for path in site.fleet.parent.glob("branches/*.yml"):
            path.unlink()
        defaults = {"smtp_servers": [relay], "user": {"smtp_server": relay["name"]}}
        fleet = {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": defaults}
        site._write(site.fleet, fleet)
        lists = {} if users is None else {"users": users}
        site.write_branch("cape-town", installation=self.installation, **lists, **more)

    def apply(self, *options: str) -> Run:
        """Run the playbook apply."""
        run = self.site.playbook("fincon.mail.apply", *options)
        assert run.status == 0, run.output
        assert not any(secret in run.output for secret in PASSWORDS.values())
        return run

    def settle(self) -> None:
        """Bring the branch to what is declared, in check mode first, and see that nothing is left to do."""
        before = self.kept()
        foretold = self.apply("--check", "--diff")
        assert self.kept() == before
        done = self.apply("--diff")
        assert shown(foretold) == shown(done), "check mode tells the same"
        assert re.search(r"^changed: \[cape-town\]", done.output, re.M)
        self.finish()
        assert self.drift() == 0

    def finish(self) -> None:
        """What a person has to do."""

    def kept(self) -> Any:
        """All that a write would change."""
        return self.site.standin.state("CAPETOWN")

    def drift(self, **variables: Any) -> int:
        """The exit status of the playbook drift."""
        self.last = self.site.playbook("fincon.mail.drift", **variables)
        return self.last.status

    def installed(self) -> dict[str, dict[str, Any]]:
        """What is installed, read by the module: definitions, and users who are more than a name."""
        installation = {"installation": self.installation}
        read = self.site.tasks({"fincon.mail.fincon_mail_info": installation}, defaults={}).result
        users = {user["user"]: user for user in read["users"] if user["sender_name"] or user.get("email_enabled")}
        return {"smtp_servers": {server["name"]: server for server in read["smtp_servers"]}, "users": users}


class Command(Rest):
    """The branch cape-town with an adapter."""

    def kept(self) -> str:
        assert isinstance(self.site, AdapterSite)
        return self.site.stores()["CAPETOWN"]


class Attended(Rest):
    """The branch cape-town as an attended one."""

    @property
    def installation(self) -> dict[str, Any]:
        return {"backend": "attended", "ledger": str(self.site.folder / "ledgers" / "cape-town.yml")}

    def kept(self) -> str:
        return Path(self.installation["ledger"]).read_text("utf-8")

    def finish(self) -> None:
        self.order += 1
        confirmed = self.site.playbook("fincon.mail.confirm", *HERE, fincon_order=self.order)
        assert confirmed.status == 0, confirmed.output


def shown(run: Run) -> list[str]:
    """The lines of a run's differences."""
    return re.findall(r"^[+-] .*$", run.output, re.M)


@pytest.fixture(params=["rest", "command", "attended"])
def branch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rest]:
    """The branch cape-town at each backend, with two users as declared."""
    if request.param == "command":
        with MailHandle(PASSWORDS, may_send_as={"relay@example.co.za": ["@example.co.za"]}) as mail:
            yield begun(Command(AdapterSite(tmp_path, mail)))
    else:
        site = request.getfixturevalue("site")
        yield begun(Rest(site) if request.param == "rest" else Attended(site))


def begun(branch: Rest) -> Rest:
    """A branch at which Thandi and Pieter are as declared."""
    site = branch.site
    branch.write([site.user("THANDI"), site.user("PIETER")])
    branch.apply()
    branch.finish()
    return branch


def test_somebody_leaves_and_a_definition_gets_another_name_and_nobody_else_loses_anything(branch: Rest) -> None:
    site = branch.site
    branch.write([site.user("THANDI"), site.user("PIETER", state="absent")])
    branch.settle()
    held = branch.installed()
    assert list(held["users"]) == ["THANDI"]

    branch.write([site.user("THANDI"), {"user": "PIETER", "state": "absent"}], site.relay(name="Mail relay"))
    # The file says nothing of the old definition, which is therefore shown; then it says what became of it.
    assert branch.drift() != 0
    renamed = site.relay(name="Mail relay", renamed_from="hq relay")
    del renamed["mail_server"]
    branch.write([site.user("THANDI"), {"user": "PIETER", "state": "absent"}], renamed)
    branch.settle()
    after = branch.installed()
    assert list(after["smtp_servers"]) == ["Mail relay"]
    assert {**after["smtp_servers"]["Mail relay"], "name": "HQ relay"} == held["smtp_servers"]["HQ relay"]
    assert after["users"] == {"THANDI": {**held["users"]["THANDI"], "smtp_server": "Mail relay"}}


def test_whoever_is_taken_out_of_the_file_is_shown_until_a_purge_and_counts_as_the_fleet_says(branch: Rest) -> None:
    site = branch.site
    branch.write([site.user("THANDI")])
    applied = branch.apply()
    assert re.search(r"Undeclared, and left as it is.*\n.*cape-town: PIETER", applied.output)
    assert branch.drift() != 0
    assert "PIETER: is not declared" in branch.last.output
    # Nobody can list what an attended site holds, beside its ledger.
    assert branch.last.output.count("known only as far as the ledger lists them") == isinstance(branch, Attended)
    assert branch.drift(fincon_undeclared="warning") == 0
    assert "a warning, not drift" in branch.last.output
    assert branch.drift(fincon_undeclared="ignore") == 0
    assert "PIETER" not in branch.last.output

    branch.write([site.user("THANDI")], vars={"fincon_undeclared": "warning"})
    assert branch.drift() == 0, "a branch may say it for itself"
    branch.write([site.user("THANDI")], vars={"fincon_purge_protect": ["pieter"]})
    assert branch.drift() == 0, "known, and left alone"
    branch.write(None)
    assert branch.drift() == 0, "a branch that declares no users claims none"
    branch.write([site.user("THANDI")], vars={"fincon_purge": True})
    branch.settle()
    assert list(branch.installed()["users"]) == ["THANDI"]


def test_a_definition_that_somebody_is_linked_to_is_not_deleted_whoever_that_is(branch: Rest) -> None:
    site = branch.site
    own = {"name": "Own relay", "mail_server": "localhost", "port": site.mail.starttls_port, "authenticate": True}
    gone = {"name": "hq relay", "state": "absent"}
    branch.write([site.user("THANDI"), site.user("PIETER")], smtp_servers=[gone])
    refused = site.playbook("fincon.mail.validate")
    assert refused.status != 0
    text = " ".join(refused.output.split())
    assert re.search(r"cannot be deleted: THANDI is linked to it; .* \(see \S+fincon.yml:\d+:\d+\)", text)

    # Pieter is not declared, so only the run can see that he is linked to it.
    users = [site.user("THANDI", smtp_server="Own relay")]
    branch.write(users, smtp_servers=[own, gone])
    before = branch.kept()
    refused = site.playbook("fincon.mail.apply")
    assert refused.status != 0
    assert "cannot be deleted: PIETER is linked to it" in " ".join(refused.output.split())
    assert branch.kept() == before

    branch.write([*users, {"user": "PIETER", "state": "absent"}], smtp_servers=[own, gone])
    branch.settle()
    assert list(branch.installed()["smtp_servers"]) == ["Own relay"]


def test_an_undeclared_user_is_linked_to_the_definition_under_its_new_name(branch: Rest) -> None:
    site = branch.site
    branch.write([site.user("THANDI")], site.relay(name="Mail relay", renamed_from="HQ relay"))
    applied = branch.apply("--diff")
    branch.finish()
    assert "cape-town: PIETER" in applied.output
    held = branch.installed()
    assert {name: user["smtp_server"] for name, user in held["users"].items()} == {
        "PIETER": "Mail relay", "THANDI": "Mail relay",
    }  # fmt: skip
    assert list(held["smtp_servers"]) == ["Mail relay"]


def test_an_adopted_fleet_has_nobody_who_left(site: Site) -> None:
    branch = begun(Rest(site))
    branch.write([site.user("THANDI"), site.user("PIETER", state="absent")])
    branch.settle()
    adopted = site.playbook("fincon.mail.adopt", fincon_adopt_dir="adopted")
    assert adopted.status == 0, adopted.output
    text = (site.folder / "adopted" / "branches" / "cape-town.yml").read_text("utf-8")
    assert "THANDI" in text
    assert "PIETER" not in text


def test_a_rename_that_fails_half_way_leaves_nobody_without_a_definition_and_is_finished_later(site: Site) -> None:
    branch = begun(Rest(site))
    branch.write(
        [site.user("THANDI"), site.user("PIETER")], site.relay(name="Mail relay", renamed_from="HQ relay")
    )  # fmt: skip
    site.standin.fault("error_info", method="UpdateMailUser", times=1, text="Disk full")
    failed = site.playbook("fincon.mail.apply")
    assert failed.status != 0
    state = site.standin.state("CAPETOWN")
    links = {user["SMTPName"] for user in state["users"].values() if user["SMTPName"]}
    assert links == {"HQ relay"}
    assert set(state["smtp_servers"]) == {"HQ relay", "Mail relay"}
    branch.apply()
    assert branch.drift() == 0
    assert list(site.standin.state("CAPETOWN")["smtp_servers"]) == ["Mail relay"]
    report = json.loads((site.folder / "fincon-report" / "drift-report.json").read_text("utf-8"))
    assert report["counts"]["in_sync"] == 1
