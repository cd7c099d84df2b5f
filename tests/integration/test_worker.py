# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's result is the same whether it runs in the controller's worker or as a process."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

import pytest

from .conftest import PASSWORDS, WAYS, Run, Site
from .test_modules import ABSENT, module, three


def scenario(site: Site) -> list[dict[str, Any]]:
    """Tasks that change, fail and warn in every way, and leave nothing behind."""
    relay, thandi = site.relay(), site.user("THANDI", smtp_server="HQ relay")
    switch = thandi.pop("email_enabled")
    nowhere = {**site.installation("CAPETOWN"), "url": "http://127.0.0.1:1"}
    secret = {"password": "pa55-never-shown"}
    login = {"mail_server": "localhost", "port": site.mail.starttls_port, "username": "thandi@example.co.za"}
    return [
        *three(module("fincon_smtp_server", **relay)),
        *three(module("fincon_mail_user", **thandi)),
        *three(module("fincon_mail_enabled", users=["THANDI", "PIETER"], enabled=switch)),
        module("fincon_mail_branch", smtp_servers=[relay, {**relay, "name": "hq RELAY"}]),
        module("fincon_mail_branch", smtp_servers=[{**relay, "port": 99999, **secret}], users=[thandi]),
        module("fincon_mail_branch", smtp_servers=[{**relay, **secret}]),
        module("fincon_mail_branch", smtp_servers=[{**relay, **secret}], verify_failure="warn", check_mode=True),
        module("fincon_mail_branch", users=[{"user": "NINECHARS", "sender_name": "N"}]),
        module("fincon_mail_branch", smtp_servers=[relay], purge=True, purge_limit=0, users=[]),
        module("fincon_smtp_server", name="HQ relay", prot=587, **secret),
        module("fincon_smtp_server", name="HQ relay", prot=587, password="a"),
        module("fincon_smtp_server", name="HQ relay", port="not a number", **secret),
        module("fincon_smtp_server", mail_server="localhost"),
        module("fincon_mail_user", installation=nowhere, user="THANDI", job_title="Clerk"),
        # A password that is like a word of the result is masked there as well.
        module("fincon_mail_user", user="THANDI", job_title="Branch clerk", verify="none", password="clerk"),
        module("fincon_mail_info", installation=nowhere),
        module("fincon_mail_info", installation={"backend": "rest"}),
        module("fincon_smtp_probe", **login, password=PASSWORDS["thandi@example.co.za"]),
        module("fincon_smtp_probe", **login, **secret),
        module("fincon_smtp_probe", **login, **secret, fail_on_error=False),
        module("fincon_smtp_probe"),
        *three(module("fincon_mail_user", user="THANDI", **ABSENT)),
        *three(module("fincon_smtp_server", name="hq relay", **ABSENT)),
    ]


def comparable(run: Run) -> list[dict[str, Any]]:
    """The results without what the clock has measured."""
    text = json.dumps(run.results, sort_keys=True)
    return json.loads(re.sub(r'"ms": \d+', '"ms": 0', text))


def test_every_result_is_the_same_both_ways_and_holds_no_secret(site: Site) -> None:
    runs = {}
    for way in WAYS:
        site.way = way
        # Neither begins with what the other has noted.
        shutil.rmtree(site.folder / "home" / ".ansible" / "fincon_mail", ignore_errors=True)
        for switched in ("THANDI", "PIETER"):
            site.standin.tamper("CAPETOWN", user=switched, fields={"MailEnabled": "N"})
        runs[way] = site.tasks(*scenario(site))
        assert len(runs[way].results) == len(scenario(site)), runs[way].output
    worker, process = comparable(runs["worker"]), comparable(runs["process"])
    for task, here, there in zip(scenario(site), worker, process, strict=True):
        assert here == there, (task, here, there)
    assert sum(result["changed"] for result in worker) >= 10
    assert sum(result["failed"] for result in worker) >= 10
    shown = json.dumps(worker) + runs["worker"].output + runs["process"].output
    for secret in (*PASSWORDS.values(), "pa55-never-shown"):
        assert secret not in shown


@pytest.mark.parametrize(
    "task",
    [
        {"become": True, "become_method": "ansible.builtin.su"},
        {"environment": {"SSL_CERT_DIR": "/nonexistent"}},
        {"async": 60, "poll": 1},
    ],
    ids=["another user", "another environment", "the background"],
)
def test_what_asks_for_another_user_environment_or_the_background_gets_a_process(
    site: Site, task: dict[str, Any]
) -> None:
    # Ansible looks for the job below the user's own home, and the site has another.
    jobs = {"ansible_async_dir": str(site.folder / "jobs")}
    run = site.tasks({**module("fincon_mail_info"), **task, "vars": jobs}, options=("-vvv",), defaults={})
    assert "modules/fincon_mail_info.py" in run.output
    assert "users" in run.result, run.output


def test_without_either_a_local_host_needs_no_process(site: Site) -> None:
    run = site.tasks(module("fincon_mail_info"), options=("-vvv",), defaults={})
    assert "modules/fincon_mail_info.py" not in run.output
    assert "users" in run.result


def test_a_module_is_itself_by_its_short_name_too(site: Site) -> None:
    read = {"fincon_mail_info": {}, "register": "read"}
    proof = {"ansible.builtin.assert": {"that": ["read.users is defined", "read.changes is not defined"]}}
    play = {"hosts": "cape-town", "gather_facts": False, "collections": ["fincon.mail"], "tasks": [read, proof]}
    path = site.folder / "short.yml"
    path.write_text(json.dumps([play]))
    run = site.playbook(str(path))
    assert run.status == 0, run.output
