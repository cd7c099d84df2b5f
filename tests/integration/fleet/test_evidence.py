# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit mailbox of a fleet file at work: its BCC, work orders, waves, reports, and the probe that waits."""

from __future__ import annotations

import json
import mailbox
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import store
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    FleetEvidence,
    Stray,
    UserEvidence,
)
from ansible_collections.fincon.mail.tests.standin.mail import Message

from ..conftest import Run, Site

AUDIT = "audit@example.co.za"
NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
PROVEN = UserEvidence("THANDI", "proven", NOW)


class Delivered(list[Message]):
    """The messages of a mail server, each of which is delivered into a Maildir."""

    def __init__(self, maildir: mailbox.Maildir) -> None:
        super().__init__()
        self._maildir = maildir

    def append(self, message: Message) -> None:
        super().append(message)
        self._maildir.add(message.content)


@pytest.fixture
def audited(site: Site) -> Site:
    """An attended branch in wave 1, one of the REST server in wave 2, and an audit mailbox."""
    ledger = site.folder / "ledgers" / "cape-town.yml"
    attended = {"backend": "attended", "ledger": str(ledger)}
    site.write_branch("cape-town", installation=attended, users=[site.user("THANDI")])
    site.write_branch("durban", users=[site.user("LERATO")])
    (site.fleet.parent / "branches" / "polokwane.yml").unlink()
    fleet = yaml.safe_load(site.fleet.read_text("utf-8"))
    found = {"kind": "maildir", "path": "audit", "servers": ["mx.example.co.za"]}
    evidence = {"mailbox": found, "bcc": AUDIT, "plus_addresses": True, "gate": "proven"}
    waves = [{"branches": ["cape-town"]}]
    site.fleet.write_text(yaml.safe_dump({**fleet, "waves": waves, "evidence": evidence}))
    mailbox.Maildir(site.fleet.parent / "audit")
    return site


def keep(site: Site, *strays: Stray, **users: tuple[UserEvidence, ...]) -> None:
    """Write the file that the playbook evidence would have written."""
    branches = {name.replace("_", "-"): found for name, found in users.items()}
    kept = {name: BranchEvidence(name, NOW, "audit", found, strays) for name, found in branches.items()}
    store.save(str(site.fleet.parent / "evidence.json"), FleetEvidence(branches=kept))


def apply(site: Site, wave: int, *options: str) -> Run:
    return site.playbook("fincon.mail.apply", *options, fincon_verify="none", fincon_wave=wave)


def words(run: Run) -> str:
    return " ".join(run.output.split())


def report(site: Site) -> dict[str, Any]:
    path: Path = site.folder / "fincon-report" / "drift-report.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_a_wave_waits_for_proof_and_the_reports_show_it(audited: Site) -> None:
    ordered = apply(audited, 1)
    assert ordered.status == 0, ordered.output
    page = (audited.folder / "ledgers" / "work-orders" / "cape-town.md").read_text("utf-8")
    assert "**audit+cape-town-1@example.co.za**" in page
    assert f"| BCC | **{AUDIT}** |" in page, "the definition has the BCC of the fleet"
    for options in ((), ("--check",)):
        early = apply(audited, 2, *options)
        assert "1 of 1 branch is not proven" in words(early)
        assert "cape-town: no evidence yet; run fincon.mail.evidence" in early.output
    keep(audited, cape_town=())
    assert "cape-town: unknown: THANDI" in apply(audited, 2).output, "who is declared and was never seen"
    assert audited.standin.requests(company="DURBAN", writes=True) == []

    keep(audited, cape_town=(PROVEN,))
    assert apply(audited, 2, "--check").status == 0
    assert audited.standin.requests(company="DURBAN", writes=True) == []
    status = audited.playbook("fincon.mail.status", fincon_status_file="status.json")
    assert "evidence: 1 of 1 proven, last seen " in words(status)
    assert json.loads((audited.folder / "status.json").read_text("utf-8"))["branches"][0]["evidence"]["proven"] == 1
    done = apply(audited, 2)
    assert done.status == 0, done.output
    assert "changed=0" in words(apply(audited, 2)).partition("PLAY RECAP")[2].partition("durban")[2]

    assert audited.playbook("fincon.mail.confirm", "--limit", "cape-town", fincon_order=1).status == 0
    name = Difference("sender_name", "Thandi", "T. Nkosi")
    lerato = UserEvidence("LERATO", "differs", NOW, differences=(Difference("use_tls", True, False),))
    stray = Stray("old@example.co.za", "localhost", NOW, 2)
    keep(audited, stray, cape_town=(UserEvidence("THANDI", "differs", NOW, differences=(name,)),), durban=(lerato,))
    drift = audited.playbook("fincon.mail.drift")
    assert drift.status == 2, drift.output
    assert "Evidence: 0 of 2 users proven by their e-mails; 2 differ, 1 stray" in words(drift)
    cape_town, durban = report(audited)["branches"]
    assert (cape_town["state"], durban["state"]) == ("drift", "in_sync"), "what was read itself is no drift"
    assert "THANDI, sender_name: is T. Nkosi in e-mails, declared Thandi" in words(drift)
    assert "old@example.co.za: sends e-mail by localhost and is declared nowhere" in words(drift)
    page = (audited.folder / "fincon-report" / "drift-report.md").read_text("utf-8")
    assert "differs: LERATO; LERATO, use_tls: is false in e-mails, declared true; old@example.co.za: sends" in page
    told = [entry["evidence"] for entry in report(audited)["branches"]]
    settings = "[defaults]\ncallbacks_enabled = fincon.mail.drift_report\n[fincon_drift_report]\ndirectory = ../mine\n"
    (audited.folder / "home" / "ansible.cfg").write_text(settings)
    called = audited.playbook("fincon.mail.apply", "--check", fincon_verify="none", fincon_wave="all")
    assert called.status == 0, called.output
    mine = json.loads((audited.folder / "mine" / "drift-report.json").read_text("utf-8"))
    assert [entry["evidence"] for entry in mine["branches"]] == told, "the callback shows the same"
    (audited.fleet.parent / "evidence.json").write_text("{}")
    assert "this is not the evidence of a fleet" in words(audited.playbook("fincon.mail.drift"))
    unknown = words(audited.playbook("fincon.mail.apply", "--check", fincon_verify="none", fincon_wave="all"))
    assert "durban: the report has no evidence of this branch" in unknown


def test_accepted_becomes_arrived(audited: Site) -> None:
    maildir = audited.fleet.parent / "audit"
    send = {"fincon_verify_level": "send", "fincon_verify_arrival": 60}
    for audited.way in ("worker", "process"):
        audited.mail.messages = Delivered(mailbox.Maildir(maildir))
        run = audited.playbook("fincon.mail.verify", **send)
        assert run.status == 0, run.output
        assert "2 of 2 logins passed" in run.output
        found = [(one.sender, one.recipients) for one in audited.mail.messages]
        assert sorted(found) == [("lerato@example.co.za", (AUDIT,)), ("thandi@example.co.za", (AUDIT,))]
    audited.mail.messages = []
    lost = audited.playbook("fincon.mail.verify", "--limit", "durban", **{**send, "fincon_verify_arrival": 1})
    assert lost.status == 2
    assert "1 x not_arrived at localhost" in words(lost)
    assert "after 1 seconds it had not arrived" in words(lost)
    refused = audited.playbook("fincon.mail.verify", "--limit", "durban", **{**send, "fincon_verify_level": "auth"})
    assert "arrival_timeout waits for a test message: it needs level: send" in words(refused)
    assert len(audited.mail.messages) == 1
    secret = "c4nary-mailbox-Vt3"
    closed = {
        "kind": "imap",
        "host": "localhost",
        "port": 9,
        "username": "audit",
        "password": secret,
        "servers": ["mx"],
    }
    unread = audited.playbook("fincon.mail.verify", "--limit", "durban", "-vvv", **send, fincon_evidence_mailbox=closed)
    assert unread.status == 2
    assert "the mailbox INBOX at localhost cannot be read" in unread.output or "IMAPClient" in unread.output
    assert secret not in unread.output
