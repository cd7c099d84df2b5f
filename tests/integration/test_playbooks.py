# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks over a fleet, from the files to the installations and back."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import PASSWORDS, SERVER_PASSWORD, WAYS, Site


@pytest.fixture(params=WAYS)
def site(request: pytest.FixtureRequest, site: Site) -> Site:
    """A site on which modules run in the worker, and one on which they run as processes."""
    site.way = request.param
    return site


def recap(output: str) -> dict[str, dict[str, int]]:
    """The counts of each host at the end of a run."""
    hosts = re.findall(r"^(\S+)\s+: (ok=.*)$", output, re.M)
    return {host: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", counts)} for host, counts in hosts}


def test_a_fleet_goes_the_full_circle(site: Site) -> None:
    assert site.playbook("fincon.mail.validate").status == 0
    verified = site.playbook("fincon.mail.verify")
    assert verified.status == 0, verified.output
    assert site.standin.requests() == [], "neither validate nor verify asks Fincon"

    checked = site.playbook("fincon.mail.apply", "--check")
    assert checked.status == 0, checked.output
    assert site.standin.requests(writes=True) == [], "check mode sends no write"

    applied = site.playbook("fincon.mail.apply")
    assert applied.status == 0, applied.output
    assert {host: counts["changed"] for host, counts in recap(applied.output).items()} == {
        "cape-town": 1, "durban": 1, "polokwane": 1,
    }  # fmt: skip
    assert site.standin.password_is("CAPETOWN", "user", "THANDI", PASSWORDS["thandi@example.co.za"])

    site.standin.clear_log()
    again = site.playbook("fincon.mail.apply")
    assert all(counts["changed"] == 0 for counts in recap(again.output).values()), again.output
    assert site.standin.counts() == {"CAPETOWN": 4, "DURBAN": 4, "POLOKWAN": 4}, "four requests a branch"

    site.standin.tamper("DURBAN", user="LERATO", fields={"SenderEmail": "lerato@home.example", "MailEnabled": "N"})
    drift = site.playbook("fincon.mail.drift")
    assert drift.status != 0
    assert "LERATO, sender_email: is lerato@home.example, declared lerato@example.co.za" in drift.output
    assert "LERATO: e-mail is off, declared on" in drift.output
    assert recap(drift.output)["durban"]["failed"] == 1
    assert recap(drift.output)["cape-town"]["failed"] == 0

    repaired = site.playbook("fincon.mail.apply")
    changed = {host for host, counts in recap(repaired.output).items() if counts["changed"]}
    assert changed == {"durban"}, repaired.output
    assert site.playbook("fincon.mail.drift").status == 0


def test_a_wrong_smtp_password_is_refused_before_anything_is_written_and_stops_no_other_branch(site: Site) -> None:
    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-not-it")])
    run = site.playbook("fincon.mail.apply")
    assert run.status != 0
    assert "THANDI: localhost" in run.output
    assert "535" in run.output
    assert "What to do:" in run.output
    assert site.standin.requests(company="CAPETOWN", writes=True) == []
    assert site.standin.requests(company="DURBAN", writes=True) != []
    assert site.mail.logins_tried["thandi@example.co.za"] == 1, "one login is tried once"
    assert "c4nary" not in run.output

    verified = site.playbook("fincon.mail.verify")
    assert verified.status != 0
    assert "wrong_password at localhost" in verified.output
    assert "cape-town (THANDI)" in verified.output


def test_a_login_that_branches_share_is_tried_once_over_the_whole_fleet(site: Site) -> None:
    shared = {"username": "", "password": ""}
    site.write_fleet(
        cape_town=[site.user("THANDI", **shared), site.user("PIETER", **shared)], durban=[site.user("LERATO", **shared)]
    )
    run = site.playbook("fincon.mail.verify")
    assert run.status == 0, run.output
    assert site.mail.logins_tried == {"relay@example.co.za": 1}


def test_two_refused_logins_end_the_attempts_of_the_whole_fleet_at_that_server(site: Site) -> None:
    wrong = {"password": "c4nary-not-it"}
    site.write_fleet(
        cape_town=[site.user("THANDI", **wrong), site.user("PIETER", **wrong)],
        durban=[site.user("LERATO", **wrong)],
        polokwane=[site.user("KGOSI", username="kgosi@example.co.za", **wrong)],
    )
    run = site.playbook("fincon.mail.verify", "-v")
    assert run.status != 0
    stages = r"at localhost:\d+: dns \d+ ms, connect \d+ ms, .*auth FAILED \d+ ms"
    assert len(re.findall(stages, run.output)) == 2, "-v shows how far each login got"
    assert sum(site.mail.logins_tried.values()) == 2, run.output
    assert "2 x wrong_password at localhost" in run.output
    assert "2 x not_tried at localhost" in run.output


@pytest.mark.parametrize("options", [(), ("--limit", "durban")])
def test_faults_of_the_files_stop_every_playbook_that_writes_or_judges_before_the_first_connection(
    site: Site, options: tuple[str, ...]
) -> None:
    path = site.write_branch("cape-town", users=[site.user("THANDI", port=1), site.user("thandi", sender_email="foo")])
    for name in ("validate", "verify", "apply"):
        run = site.playbook(f"fincon.mail.{name}", *options)
        assert run.status != 0
        assert "users[0].port (mail_user THANDI): is not a known key" in run.output
        assert "users[1].sender_email (mail_user thandi): must be one e-mail address" in run.output
        assert re.search(rf"{re.escape(str(path))}:\d+:\d+: ", run.output)
        # With --limit the play on localhost is left out, and the branch itself has to tell.
        assert "is undefined" not in run.output
    assert site.standin.requests() == []
    assert not site.mail.logins_tried


def test_a_value_that_is_wrong_once_rendered_is_found_by_validate_at_its_place(site: Site) -> None:
    path = site.write_branch("cape-town", users=[site.user("THANDI", sender_email="{{ address_of_thandi }}")])
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "sender_email" in text)
    run = site.playbook("fincon.mail.validate", address_of_thandi="not an address")
    assert run.status != 0
    assert f"{path}:{line}:3: users[0].sender_email" in run.output
    assert site.playbook("fincon.mail.validate", address_of_thandi="thandi@example.co.za").status == 0


def test_a_branch_that_cannot_be_reached_stops_no_other_and_is_named_by_drift(site: Site) -> None:
    far = {**site.installation("CAPETOWN"), "url": "http://127.0.0.1:9"}
    site.write_branch("cape-town", installation=far, users=[site.user("THANDI")])
    run = site.playbook("fincon.mail.apply", fincon_verify="none")
    assert run.status != 0
    assert "127.0.0.1:9: no connection" in run.output
    assert {host: counts["failed"] for host, counts in recap(run.output).items()} == {
        "cape-town": 1, "durban": 0, "polokwane": 0,
    }  # fmt: skip
    drift = site.playbook("fincon.mail.drift")
    assert "3 branches: 1 unreachable, 2 in sync" in drift.output
    assert re.search(r"1 x unreachable: .*127\.0\.0\.1:9: no connection", drift.output)
    assert "at: cape-town" in drift.output


def test_plain_host_vars_work_as_a_fleet_does(site: Site) -> None:
    inventory = site.folder / "plain" / "hosts.yml"
    inventory.parent.mkdir()
    variables: dict[str, Any] = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "fincon_installation": site.installation("DURBAN"),
        "fincon_smtp_servers": [site.relay()],
        "fincon_users": [site.user("LERATO", smtp_server="hq RELAY")],
    }
    site._write(inventory, {"fincon": {"hosts": {"durban": variables}}})
    run = site.playbook("fincon.mail.apply", inventory=inventory)
    assert run.status == 0, run.output
    assert recap(site.playbook("fincon.mail.apply", inventory=inventory).output)["durban"]["changed"] == 0


def spellings(secret: str, user: str) -> set[str]:
    """How a secret could show."""
    encoded = (secret, f"\0{user}\0{secret}", f"{user}:{secret}")  # SMTP LOGIN, SMTP PLAIN, HTTP Basic
    return {secret, *(base64.b64encode(text.encode()).decode() for text in encoded)}


def test_no_secret_shows_in_any_output_result_or_file(site: Site) -> None:
    secrets = {text for user, secret in PASSWORDS.items() for text in spellings(secret, user)}
    secrets |= spellings(SERVER_PASSWORD, site.standin.server_username)
    secrets |= spellings("c4nary-new-Lm3", "thandi@example.co.za")
    outputs = [site.playbook(f"fincon.mail.{name}", "-vvv", "--diff").output for name in ("verify", "apply", "drift")]
    site.write_fleet(cape_town=[site.user("THANDI", password="c4nary-new-Lm3")])
    outputs += [site.playbook(f"fincon.mail.{name}", "-vvv", "--diff").output for name in ("verify", "apply", "drift")]
    branch = {"fincon.mail.fincon_mail_branch": {"smtp_servers": [site.relay()], "users": [site.user("THANDI")]}}
    changed = site.tasks(branch, options=("-vvv", "--diff"))
    read = site.tasks({"fincon.mail.fincon_mail_info": {}}, options=("-vvv", "--diff"), defaults={})
    assert not read.result["failed"], read.output
    outputs += [text for run in (changed, read) for text in (run.output, str(run.results))]
    # The inputs hold secrets: the fleet's files, and the plays and hosts that the test wrote.
    written = [
        path
        for path in site.folder.rglob("*")
        if path.is_file() and path.parent.name not in ("fleet", "branches") and not is_input(path)
    ]
    assert any(path.name.endswith(".json") and ".ansible" in str(path) for path in written), "fingerprints are kept"
    for path in written:
        outputs.append(path.read_text("utf-8", "replace"))
    for secret in secrets:
        assert not any(secret in output for output in outputs), f"{secret} shows"


def is_input(path: Path) -> bool:
    """Whether the test itself wrote the file."""
    return path.name.startswith(("play-", "hosts-"))


def test_the_file_of_fingerprints_is_for_its_owner_only(site: Site) -> None:
    site.playbook("fincon.mail.apply")
    kept = list((site.folder / "home" / ".ansible" / "fincon_mail").glob("*.json"))
    assert len(kept) == 3
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_vault_value_is_decrypted_when_it_is_used_and_checked_then(site: Site) -> None:
    key = site.folder / "vault-key"
    key.write_text("key of this test")
    options = ("--vault-password-file", str(key))

    def encrypted(value: str) -> str:
        command = [str(Path(sys.executable).parent / "ansible-vault"), "encrypt_string", *options, value]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    path = site.write_branch("cape-town", users=[site.user("THANDI", password="PLACEHOLDER")])
    text = path.read_text()
    path.write_text(text.replace("PLACEHOLDER", encrypted(PASSWORDS["thandi@example.co.za"])))
    run = site.playbook("fincon.mail.apply", *options)
    assert run.status == 0, run.output
    assert site.standin.password_is("CAPETOWN", "user", "THANDI", PASSWORDS["thandi@example.co.za"])

    path.write_text(text.replace("PLACEHOLDER", encrypted("*****")))
    run = site.playbook("fincon.mail.validate", *options)
    assert run.status != 0
    assert "users[0].password (mail_user THANDI): is a mask, not a password" in run.output


def test_plain_host_vars_are_judged_by_the_schema_of_branch_files(site: Site) -> None:
    good = {"fincon_smtp_servers": [], "fincon_users": [], "fincon_installation": site.installation("DURBAN")}
    faulty: dict[str, dict[str, Any]] = {
        "strings": {"fincon_users": ["THANDI"]},
        "text": {"fincon_users": "THANDI"},
        "numbers": {"fincon_users": [{"user": 123}], "fincon_smtp_servers": [{"name": 5}]},
        "typo": {"fincon_users": [{"user": "THANDI", "sender_emial": "thandi@example.co.za"}]},
        "installation": {"fincon_installation": "nonsense"},
    }
    inventory = site.folder / "plain" / "hosts.yml"
    inventory.parent.mkdir()
    hosts = {name: {"ansible_connection": "local", **good, **fault} for name, fault in faulty.items()}
    site._write(inventory, {"fincon": {"hosts": hosts}})
    run = site.playbook("fincon.mail.validate", inventory=inventory)
    assert run.status != 0
    for text in (
        "users[0]: must be a mapping",
        "users: must be a list",
        "users[0].user: must be text, not the number 123",
        "smtp_servers[0].name: must be text, not the number 5",
        "users[0].sender_emial (mail_user THANDI): is not a known key; did you mean 'sender_email'?",
        "installation: must be a mapping",
    ):
        assert text in run.output, text
    assert {host for host, counts in recap(run.output).items() if counts["failed"]} == set(faulty)
    assert "caused by" not in run.output
