# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module that writes: check mode, the run, the second run; and what each refuses."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import PASSWORDS, WAYS, Site

ABSENT = {"state": "absent"}


@pytest.fixture(params=WAYS)
def site(request: pytest.FixtureRequest, site: Site) -> Site:
    """A site on which modules run in the worker, and one on which they run as processes."""
    site.way = request.param
    return site


def module(action: str, /, **options: Any) -> dict[str, Any]:
    """A task."""
    return {f"fincon.mail.{action}": options}


def three(task: dict[str, Any]) -> list[dict[str, Any]]:
    """The task in check mode, for real, and again."""
    return [{**task, "check_mode": True}, task, task]


def test_every_module_tells_in_check_mode_what_the_run_does_and_then_changes_nothing(site: Site) -> None:
    thandi = site.user("THANDI", smtp_server="HQ relay")
    switch = thandi.pop("email_enabled")
    branch = {"smtp_servers": [site.relay(timeout=20)], "users": [site.user("PIETER", smtp_server="HQ relay")]}
    site.standin.tamper("CAPETOWN", user="THANDI", fields={"MailEnabled": "N"})
    site.standin.clear_log()
    tasks = [
        module("fincon_smtp_server", **site.relay()),
        module("fincon_mail_user", **thandi),
        module("fincon_mail_enabled", users=["thandi"], enabled=switch),
        module("fincon_mail_branch", **branch),
        module("fincon_mail_user", user="THANDI", **ABSENT),
        module("fincon_mail_user", user="PIETER", **ABSENT),
        module("fincon_smtp_server", name="hq relay", **ABSENT),
    ]
    run = site.tasks(*(step for task in tasks for step in three(task)))
    assert run.status == 0, run.output
    for number in range(len(tasks)):
        checked, done, again = run.results[3 * number : 3 * number + 3]
        assert checked.get("msg") is None, checked["msg"]
        assert checked["changed"] is done["changed"] is True, (number, done)
        assert checked["changes"] == done["changes"]
        assert checked["diff"] == done["diff"]
        assert again["changed"] is False, (number, again["changes"])
        assert again["changes"] == []
    assert site.standin.state("CAPETOWN")["smtp_servers"] == {}


def test_check_mode_sends_no_write(site: Site) -> None:
    run = site.tasks(
        module("fincon_smtp_server", **site.relay()),
        module("fincon_mail_enabled", users=["THANDI"], enabled=False),
        options=("--check", "--diff"),
    )
    assert [result["changed"] for result in run.results] == [True, True]
    assert site.standin.requests() != []
    assert site.standin.requests(writes=True) == []


@pytest.mark.parametrize(
    ("mode", "same", "other"), [("on_change", False, True), ("always", True, True), ("on_create", False, False)]
)
def test_update_password_does_as_it_says_the_second_time_too(site: Site, mode: str, same: bool, other: bool) -> None:
    relay = {**site.relay(), "update_password": mode, "verify": "none"}
    changed = {**relay, "password": "c4nary-other-Gh2"}
    run = site.tasks(*(module("fincon_smtp_server", **options) for options in (relay, relay, relay, changed)))
    assert [result["changed"] for result in run.results] == [True, same, same, other]
    kept = "c4nary-other-Gh2" if other else PASSWORDS["relay@example.co.za"]
    assert site.standin.password_is("CAPETOWN", "smtp_server", "HQ relay", kept)


def test_a_password_that_nobody_can_compare_is_sent_once_and_named_as_unverified(site: Site) -> None:
    secret = PASSWORDS["relay@example.co.za"]
    fields = {"MailServer": "localhost", "Port": site.mail.starttls_port, "Username": "relay@example.co.za"}
    fields |= {"Password": secret, "Authenticate": "Y", "UseTLS": "Y", "TimeOut": 10}
    site.standin.tamper("CAPETOWN", smtp_server="HQ relay", fields=fields)
    task = module("fincon_smtp_server", **site.relay())
    first, second = site.tasks(task, task).results
    assert first["unverified"] == [{"resource": "smtp_server", "name": "HQ relay", "field": "password"}]
    assert first["changed"] is True
    assert second["unverified"] == []
    assert second["changed"] is False


def test_an_omitted_field_is_left_alone_and_an_empty_text_clears_it(site: Site) -> None:
    options = {**site.relay(), "bcc": "archive@example.co.za"}
    run = site.tasks(
        module("fincon_smtp_server", **options),
        module("fincon_smtp_server", name="HQ relay", timeout=11),
        module("fincon_smtp_server", name="HQ relay", bcc=""),
    )
    assert [change["fields"] for change in run.results[1]["changes"]] == [
        [{"field": "timeout", "have": 10, "want": 11, "changed_in": "files"}]
    ]
    cleared = [{"field": "bcc", "have": "archive@example.co.za", "want": "", "changed_in": "files"}]
    assert [change["fields"] for change in run.results[2]["changes"]] == [cleared]


def test_purge_removes_what_is_not_declared_within_its_guards(site: Site) -> None:
    branch = {"smtp_servers": [site.relay()], "users": [site.user("THANDI", smtp_server="HQ relay")]}
    both = {**branch, "users": [*branch["users"], site.user("PIETER", smtp_server="HQ relay")]}
    run = site.tasks(
        module("fincon_mail_branch", **both),
        module("fincon_mail_branch", **branch, purge=True, purge_limit=0),
        module("fincon_mail_branch", smtp_servers=[site.relay()], users=[], purge=True),
        module("fincon_mail_branch", **branch, purge=True, purge_protect=["pieter"]),
        module("fincon_mail_branch", **branch, purge=True),
    )
    _made, over, empty, protected, purged = run.results
    assert "more than purge_limit 0" in over["msg"]
    assert "purge_empty" in empty["msg"]
    assert protected["changed"] is False
    assert [(change["resource"], change["name"], change["action"]) for change in purged["changes"]] == [
        ("mail_enabled", "PIETER", "update"), ("mail_user", "PIETER", "delete"),
    ], "nothing is left that a login could use"  # fmt: skip
    assert purged["undeclared"] == {"counts_as": "drift", "complete": True, "smtp_servers": [], "users": []}


def test_a_write_that_fails_midway_is_reported_and_the_next_run_converges(site: Site) -> None:
    branch = {
        "smtp_servers": [site.relay()],
        "users": [site.user(name, smtp_server="HQ relay") for name in ("THANDI", "PIETER")],
    }
    site.standin.fault("error_info", method="UpdateMailUser", times=1, text="Disk full")
    task = module("fincon_mail_branch", **branch)
    failed, done, again = site.tasks(task, task, task).results
    assert failed["failed"] is True
    assert "Disk full" in failed["msg"]
    assert [change["name"] for change in failed["applied"]] == ["HQ relay"]
    assert [change["name"] for change in failed["remaining"]] == ["THANDI", "PIETER"]
    assert [change["name"] for change in done["changes"]] == ["THANDI", "PIETER"]
    assert again["changed"] is False


def test_what_cannot_be_is_refused_with_its_record_and_field(site: Site) -> None:
    sender = {"sender_name": "Thandi", "sender_email": "thandi@example.co.za"}
    run = site.tasks(
        module("fincon_mail_user", user="THANDY", smtp_server="HQ relay", **sender),
        module("fincon_mail_user", user="THANDI", smtp_server="HQ rely", **sender),
        module("fincon_smtp_server", name="Empty"),
        module("fincon_smtp_server", **site.relay(port=70000)),
        module("fincon_smtp_server", **site.relay(password="*****")),
    )
    texts = [result["msg"] for result in run.results]
    assert all(result["failed"] for result in run.results)
    assert "did you mean 'THANDI'" in texts[0]
    assert "neither declared nor installed" in texts[1]
    assert "mail_server: is needed for a new SMTP definition" in texts[2]
    assert "from 1 to 65535, not 70000" in texts[3]
    assert "is a mask" in texts[4]
    assert site.standin.requests(writes=True) == []


def test_info_reads_what_is_installed_and_tells_of_passwords_only_whether_they_are_set(site: Site) -> None:
    branch = {"smtp_servers": [site.relay()], "users": [site.user("THANDI", smtp_server="HQ relay")]}
    site.standin.tamper("CAPETOWN", user="PIETER", fields={"MailEnabled": "N"})
    run = site.tasks(module("fincon_mail_branch", **branch, verify="none"), module("fincon_mail_info"), defaults={})
    _made, installed = run.results
    assert installed.get("msg") is None, installed["msg"]
    users = {user["user"]: user for user in installed["users"]}
    assert installed["changed"] is False
    assert installed["smtp_servers"] == [{**site.relay(), "password": "set", "bcc": ""}]
    declared = {**site.user("THANDI"), "smtp_server": "HQ relay", "password": "set"}
    assert {field: users["THANDI"][field] for field in declared} == declared
    assert users["PIETER"]["password"] == "unset"
    assert users["PIETER"]["email_enabled"] is False


def test_the_probe_changes_nothing_and_fails_the_task_only_when_it_may(site: Site) -> None:
    settings = {key: value for key, value in site.relay().items() if key != "name"}
    wrong = {**settings, "password": "c4nary-not-it"}
    run = site.tasks(
        *(module("fincon_smtp_probe", **settings, level=level) for level in ("connect", "tls", "auth")),
        module("fincon_smtp_probe", **wrong),
        module("fincon_smtp_probe", **wrong, fail_on_error=False),
    )
    assert [result["changed"] for result in run.results] == [False] * 5
    assert [result["verification"]["ok"] for result in run.results] == [True, True, True, False, False]
    assert [result["failed"] for result in run.results[3:]] == [True, False]
    assert run.results[3]["verification"]["diagnosis"]["id"] == "wrong_password"
    assert "c4nary" not in str(run.results)
