# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attended sites: work orders from the fleet's files to the ledger, and back by confirmation and import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import PASSWORDS, Site

NEW_PASSWORD = "c4nary-new-Lm3"


class Attended:
    """The branches of a site as attended ones, each with a ledger."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.outputs: list[str] = []
        site.fleet.with_name("branches").joinpath("polokwane.yml").unlink()
        self.write_branch("cape-town", [site.user("THANDI"), site.user("PIETER")])
        self.write_branch("durban", [site.user("LERATO")])

    def ledger(self, branch: str = "cape-town") -> Path:
        """The ledger of a branch."""
        return self.site.folder / "ledgers" / f"{branch}.yml"

    def installation(self, branch: str = "cape-town") -> dict[str, Any]:
        """The installation of a branch."""
        return {"backend": "attended", "ledger": str(self.ledger(branch))}

    def write_branch(self, branch: str, users: list[dict[str, Any]]) -> None:
        """Write the file of a branch."""
        self.site.write_branch(branch, installation=self.installation(branch), users=users)

    def playbook(self, name: str, *options: str, ok: bool = True, **variables: Any) -> str:
        """Run a playbook and return what it printed."""
        run = self.site.playbook(f"fincon.mail.{name}", *options, **variables)
        self.outputs.append(run.output)
        assert (run.status == 0) is ok, run.output
        return run.output

    def tasks(self, *tasks: dict[str, Any], options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Run tasks at the branch cape-town and return their results."""
        here = {"installation": self.installation()}
        chosen = [
            {name: {**args, **here} if name.startswith("fincon.") else args for name, args in task.items()}
            for task in tasks
        ]
        run = self.site.tasks(*chosen, options=options, defaults={})
        self.outputs += [run.output, str(run.results)]
        assert len(run.results) == len(tasks), run.output
        return run.results

    def files(self) -> dict[str, bytes]:
        """The ledgers and what stands beside them, pages of work orders included."""
        folder = self.ledger().parent
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def assert_no_secret_shows(self) -> None:
        """Look for the planted passwords in everything that was printed and written."""
        texts = self.outputs + [content.decode() for content in self.files().values()]
        for secret in [*PASSWORDS.values(), NEW_PASSWORD]:
            assert not any(secret in text for text in texts), f"{secret} shows"


@pytest.fixture
def attended(site: Site) -> Attended:
    """The branches as attended ones."""
    return Attended(site)


def branch_task(attended: Attended, **relay: Any) -> dict[str, Any]:
    """The branch cape-town by its module."""
    users = [attended.site.user("THANDI", smtp_server="HQ relay")]
    options = {"smtp_servers": [attended.site.relay(**relay)], "users": users, "ca_path": attended.site.mail.ca_path}
    return {"fincon.mail.fincon_mail_branch": options}


def confirm_task(order: int, **options: Any) -> dict[str, Any]:
    """A confirmation."""
    return {"fincon.mail.fincon_mail_confirm": {"order": order, **options}}


def test_an_attended_fleet_goes_the_full_circle(attended: Attended) -> None:
    here = ("--limit", "cape-town")
    attended.playbook("verify", *here)
    attended.playbook("apply", "--check", "--diff", *here)
    assert attended.files() == {}, "check mode makes no ledger, no lock and no folder"

    attended.playbook("apply", "--diff", "-vvv")
    assert sum(attended.site.mail.logins_tried.values()) > 0, "settings are verified before they are ordered"
    ordered = attended.files()
    assert {"cape-town.yml", "durban.yml"} <= set(ordered)
    assert "changed=0" in attended.playbook("apply", *here)
    assert attended.files() == ordered

    refused = attended.playbook("confirm", ok=False, fincon_order=1)
    assert "belongs to one branch, and this run is for 2 of them" in " ".join(refused.split())
    assert attended.files() == ordered

    typed = ("-e", "fincon_order=1", "-e", "fincon_confirmed_by='T. Nkosi'")
    done = attended.playbook("confirm", *here, *typed, "--diff")
    assert "PIETER, THANDI must log out of Fincon and in again" in done
    ledger = attended.ledger().read_text()
    assert "by: T. Nkosi" in ledger
    assert "ordered: null" in ledger
    attended.playbook("drift", *here)

    # Somebody changed it at the window, and somebody else noted that in the ledger.
    noted = ledger.replace("sender_email: thandi@example.co.za", "sender_email: thandi@home.example  # by phone")
    attended.ledger().write_text(noted)
    differs = attended.playbook("drift", *here, ok=False)
    assert "is thandi@home.example, declared thandi@example.co.za" in " ".join(differs.split())
    assert attended.ledger().read_text() == noted
    attended.playbook("apply", *here)
    assert "sender_email: thandi@home.example  # by phone" in attended.ledger().read_text()
    attended.assert_no_secret_shows()


def test_check_mode_foretells_orders_and_confirmations_and_writes_nothing(attended: Attended) -> None:
    branch, changed = branch_task(attended), branch_task(attended, password=NEW_PASSWORD, timeout=20)
    changed["fincon.mail.fincon_mail_branch"]["verify"] = "none"
    one = confirm_task(1, items=[1], by="T. Nkosi")
    steps = [branch, one, confirm_task(1), changed, confirm_task(2)]
    results = attended.tasks(*(step for task in steps for step in ({**task, "check_mode": True}, task, task)))
    before = attended.files()
    foretold = []
    for number in range(len(steps)):
        checked, done, again = results[3 * number : 3 * number + 3]
        assert checked.get("msg") is None, checked["msg"]
        assert checked["changed"] is done["changed"] is True
        assert {key: checked[key] for key in ("diff", "changes", "work_order")} == {
            key: done[key] for key in ("diff", "changes", "work_order")
        }
        assert again["changed"] is False
        assert again["work_order"] == done["work_order"]
        foretold.append(done["work_order"])
    assert [[item["item"] for item in order["items"]] if order else None for order in foretold] == [
        [1, 2, 3], [2, 3], None, [1], None,
    ]  # fmt: skip
    assert results[2]["pending"] == [{"order": 1, **item} for item in foretold[0]["items"]]
    assert foretold[3]["number"] == 2
    assert foretold[3]["items"][0]["fields"] == [
        {"field": "password", "have": "set", "want": "set, will change"},
        {"field": "timeout", "have": 10, "want": 20},
    ]
    assert results[4]["relogin_users"] == []
    assert results[7]["relogin_users"] == ["THANDI"]

    late, unknown, info = attended.tasks(confirm_task(1), confirm_task(3), {"fincon.mail.fincon_mail_info": {}})
    assert "work order 1 was closed before work order 2" in late["msg"]
    assert "there is no work order 3; the last one is 2" in unknown["msg"]
    assert [server["timeout"] for server in info["smtp_servers"]] == [20]
    assert (info["work_order"], info["pending"]) == (None, [])
    assert attended.files() == before
    attended.assert_no_secret_shows()


def test_settings_that_fail_their_verification_are_not_ordered(attended: Attended) -> None:
    (refused,) = attended.tasks(branch_task(attended, password="c4nary-not-it", username="pieter@example.co.za"))
    assert refused["failed"] is False, "the user's own login replaces the shared one"
    before = attended.ledger().read_bytes()
    wrong = branch_task(attended)
    wrong["fincon.mail.fincon_mail_branch"]["users"][0]["password"] = "c4nary-not-it"
    (refused,) = attended.tasks(wrong)
    assert refused["verification"]["diagnosis"]["id"] == "wrong_password"
    assert attended.ledger().read_bytes() == before


@pytest.mark.parametrize("way", ["worker", "process"])
def test_a_broken_ledger_is_told_by_line_and_column_and_never_overwritten(attended: Attended, way: str) -> None:
    attended.site.way = way
    attended.ledger().parent.mkdir()
    attended.ledger().write_text("ledger: 1\nconfirmed:\n  smtp_servers: []\n  users: [\n")
    broken = attended.ledger().read_bytes()
    results = attended.tasks(branch_task(attended), confirm_task(1), {"fincon.mail.fincon_mail_info": {}})
    for result in results:
        assert f"{attended.ledger()}:5:1: this is not YAML" in result["msg"]
        assert "Repair the ledger by hand" in result["msg"]
    assert attended.ledger().read_bytes() == broken


def test_an_empty_ledger_is_filled_with_what_is_declared(attended: Attended) -> None:
    checked = attended.playbook("import", "--check", "--diff")
    assert attended.files() == {}
    assert "+" in checked
    attended.playbook("import", "--diff")
    assert attended.playbook("import").count("changed=0") == 2
    applied = attended.playbook("apply")
    assert applied.count("changed=0") == 2, "the passwords are known as well"
    attended.write_branch("durban", [attended.site.user("LERATO", job_title="Clerk")])
    refused = attended.playbook("import", "--limit", "durban", ok=False)
    assert "the ledger is not empty (definitions: 1, users: 1, orders so far: 0)" in refused
    attended.assert_no_secret_shows()


def test_an_empty_ledger_is_filled_with_what_somebody_noted_in_a_spreadsheet(attended: Attended) -> None:
    relay, folder = attended.site.relay(), attended.site.folder
    (folder / "definitions.csv").write_text(
        "SMTP Name;Mail Server;Authenticate;Username;Password;Port;Use TLS;Time Out (Seconds)\r\n"
        f"HQ relay;localhost;Y;relay@example.co.za;yes;{relay['port']};Y;10\r\n"
    )
    users = "user,smtp_server,username,password,sender_name,sender_email,email_enabled\n"
    bad = folder / "bad.csv"
    bad.write_text(users + f"THANDI,HQ rely,,{PASSWORDS['thandi@example.co.za']},Thandi,thandi,perhaps\n")
    (folder / "users.csv").write_text(
        "\ufeff" + users + "THANDI,HQ relay,thandi@example.co.za,yes,Thandi,thandi@example.co.za,yes\n", "utf-8"
    )
    (folder / "latin.csv").write_bytes(
        users.encode() + "THANDI,HQ relay,,no,Andr\u00e9,a@b.co.za,yes\n".encode("latin-1")
    )

    def task(*files: str) -> dict[str, Any]:
        return {"fincon.mail.fincon_mail_import": {"csv_files": list(files)}}

    wrong, latin, missing = attended.tasks(task("definitions.csv", "bad.csv"), task("latin.csv"), task("no.csv"))
    assert wrong["msg"].splitlines() == [
        "bad.csv:2:password: must be yes or no: whether a password is set, never the password itself",
        "bad.csv:2:sender_email: must be one e-mail address, such as name@example.co.za, not the value 'thandi'",
        "bad.csv:2:email_enabled: must be yes or no, not 'perhaps'",
    ]
    assert latin["msg"].startswith("latin.csv:2: this is not UTF-8")
    assert missing["msg"].startswith("no.csv: the file cannot be read on the controller")
    bad.unlink()

    files = task("definitions.csv", "users.csv")
    checked, done, again = attended.tasks({**files, "check_mode": True}, files, files)
    assert checked["changes"] == done["changes"]
    assert checked["diff"] == done["diff"]
    assert [result["changed"] for result in (checked, done, again)] == [True, True, False]
    (applied,) = attended.tasks(branch_task(attended))
    assert [(item["name"], item["field"]) for item in applied["unverified"]] == [
        ("HQ relay", "password"), ("THANDI", "password"),
    ]  # fmt: skip
    assert [[field["field"] for field in change["fields"]] for change in applied["changes"]] == [["password"]] * 2

    several = attended.playbook("import", ok=False, fincon_import_csv="users.csv")
    assert "users.csv would be noted at 2 branches" in " ".join(several.split())
    attended.playbook("import", "--limit", "durban", fincon_import_csv=["definitions.csv", "{{ 'users' }}.csv"])
    assert "THANDI" in attended.ledger("durban").read_text()
    attended.assert_no_secret_shows()


def test_nobody_confirms_or_imports_where_the_backend_writes_by_itself(site: Site) -> None:
    run = site.tasks(confirm_task(1), {"fincon.mail.fincon_mail_import": {"users": []}}, defaults={})
    assert [result["failed"] for result in run.results] == [True, True]
    for result in run.results:
        assert "only an installation with the attended backend has a ledger" in result["msg"]
    assert site.standin.requests() == []


@pytest.mark.parametrize("way", ["worker", "process"])
def test_single_modules_one_after_another_in_a_play_add_to_one_order(attended: Attended, way: str) -> None:
    user = {key: value for key, value in attended.site.user("THANDI").items() if key != "email_enabled"}
    tasks = [
        {"fincon.mail.fincon_smtp_server": {**attended.site.relay(), "verify": "none"}},
        {"fincon.mail.fincon_mail_user": {**user, "smtp_server": "HQ relay", "verify": "none"}},
        {"fincon.mail.fincon_mail_enabled": {"users": ["THANDI", "PIETER"], "verify": "none"}},
    ]
    attended.site.way = way
    checked = attended.tasks(tasks[0], options=("--check",))
    assert attended.files() == {}
    done = attended.tasks(*tasks)
    assert checked[0]["work_order"] == done[0]["work_order"]
    assert [result["work_order"]["number"] for result in done] == [1, 1, 1]
    assert [len(result["work_order"]["items"]) for result in done] == [1, 2, 4]
    assert "last_order: 1\n" in attended.ledger().read_text("utf-8")
    again = attended.tasks(*tasks, options=("--check",)) + attended.tasks(*tasks)
    assert [(result["changed"], result["work_order"]["number"]) for result in again] == [(False, 1)] * 6
    (later,) = attended.tasks({"fincon.mail.fincon_mail_enabled": {"users": ["PIETER"], "enabled": False}})
    assert later["work_order"]["number"] == 2, "another play changes an order that may be printed"
    attended.assert_no_secret_shows()


def test_what_follows_the_role_in_a_play_gets_an_order_of_its_own_since_a_page_shows_that_of_the_role(
    attended: Attended,
) -> None:
    off = {"users": ["THANDI"], "enabled": False, "installation": "{{ fincon_installation }}"}
    tasks = [
        {"ansible.builtin.include_role": {"name": "fincon.mail.fincon"}, "vars": {"fincon_verify": "none"}},
        {"fincon.mail.fincon_mail_enabled": off},
    ]
    play = attended.site.folder / "role-and-module.yml"
    play.write_text(json.dumps([{"hosts": "cape-town", "gather_facts": False, "tasks": tasks}]))
    run = attended.site.playbook(str(play))
    assert run.status == 0, run.output
    page = attended.ledger().parent / "work-orders" / "cape-town.md"
    assert "CAPE-TOWN-1" in page.read_text("utf-8")
    assert "last_order: 2\n" in attended.ledger().read_text("utf-8")
