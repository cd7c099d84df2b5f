# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop with real programs: what Exim and Postfix take from clients is proven, and what is wrong is found."""

from __future__ import annotations

import json
import os
import re
import smtplib
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
import trustme
import yaml
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle

from ..conftest import COMPANIES, SERVER_PASSWORD, Site
from .servers import AUDIT, AUDIT_PASSWORD, MAIL_UID, MailboxDovecot, MailboxPostfix, RelayExim, missing, send

pytest.importorskip("imapclient", reason="not installed: IMAPClient (requirements/core-2.21.txt)")
pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "it can run")

THANDI = ("Thandi Nkosi", "thandi@example.test")
PIETER = ("Pieter Botha", "pieter@example.test")


class Loop:
    """The servers, and a fleet of two attended branches: one sends through Exim, the other through Postfix."""

    def __init__(self, folder: Path, site: Site, held: ExitStack) -> None:
        self.site = site
        # The servers give up root and must still get in.
        self.mail = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="audit-mail-")))
        self.mail.chmod(0o755)
        for name in ("", "box", "box/new", "box/cur", "box/tmp"):
            (self.mail / name).mkdir(exist_ok=True)
            os.chown(self.mail / name, MAIL_UID, MAIL_UID)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.mail / "ca.pem")
        issued = authority.issue_cert("localhost")
        issued.cert_chain_pems[0].write_to_path(self.mail / "server.pem")
        issued.private_key_pem.write_to_path(self.mail / "key.pem")
        self.ca = self.mail / "ca.pem"
        files = (self.mail / "server.pem", self.mail / "key.pem")
        self.postfix = held.enter_context(MailboxPostfix(*files, self.mail))
        self.exim = held.enter_context(RelayExim(*files, self.postfix))
        self.dovecot = held.enter_context(MailboxDovecot(*files, self.mail))
        self.through_exim = partial(send, self.exim.starttls_port, self.ca)
        self.through_postfix = partial(send, self.postfix.starttls_port, self.ca)
        self._delivered = 0
        self._write_fleet()

    def _write_fleet(self) -> None:
        mailbox = {
            "kind": "imap", "host": "localhost", "port": self.dovecot.implicit_port, "username": AUDIT,
            "password": "{{ vault_audit }}", "ca_path": str(self.ca), "servers": ["mail.example.test"],
            "address": AUDIT,
        }  # fmt: skip
        relays = [
            {"mail_server": "smtp.relay.test", "seen_as": ["relay.example.test", "127.0.0.2"]},
            {"mail_server": "smtp.mail.test", "seen_as": ["mail.example.test"]},
        ]
        defaults = {"smtp_servers": [
            {"name": "Exim", "mail_server": "smtp.relay.test", "port": 587, "use_tls": True, "authenticate": True},
            {"name": "Postfix", "mail_server": "smtp.mail.test", "port": 587, "use_tls": True, "authenticate": True},
        ]}  # fmt: skip
        fleet = {
            "plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": defaults,
            "evidence": {"mailbox": mailbox, "relays": relays, "days": 14},
        }  # fmt: skip
        self.site.fleet.write_text(yaml.safe_dump(fleet, sort_keys=False), "utf-8")
        for path in self.site.fleet.with_name("branches").iterdir():
            path.unlink()
        for branch, server, (name, address) in (("soweto", "Exim", THANDI), ("durban", "Postfix", PIETER)):
            user = {
                "user": name.split()[0].upper(), "sender_name": name, "sender_email": address, "username": address,
                "password": "c4nary-user-Qw2", "smtp_server": server,
            }  # fmt: skip
            ledger = {"backend": "attended", "ledger": f"ledgers/{branch}.yml"}
            self.site.write_branch(branch, installation=ledger, users=[user])

    def arrived(self, number: int) -> None:
        """Wait until so many more messages have been delivered."""
        self._delivered += number
        until = time.monotonic() + 30
        while (
            count := len(list((self.mail / "box").glob("[nc]e[wu]*/*")) + list((self.mail / "box/cur").iterdir()))
        ) < (self._delivered):
            assert time.monotonic() < until, (count, self.exim.log(), self.postfix.log())
            time.sleep(0.1)

    def read(self, *options: str, status: int = 0, **variables: object) -> str:
        """Run the playbook and return what it printed."""
        run = self.site.playbook("fincon.mail.evidence", *options, vault_audit=AUDIT_PASSWORD, **variables)
        assert run.status == status, f"{run.output}\n{self.dovecot.log()}"
        assert "c4nary" not in run.output
        return run.output

    @property
    def file(self) -> Path:
        """The file that keeps the evidence."""
        return self.site.fleet.with_name("evidence.json")


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    with ExitStack() as held:
        standin = held.enter_context(StandIn(COMPANIES, server_password=SERVER_PASSWORD))
        mail = held.enter_context(MailHandle({}))
        yield Loop(tmp_path, Site(tmp_path, standin, mail), held)


def told(output: str) -> str:
    """The lines of the evidence, without what differs from run to run."""
    text = output.partition("TASK [Show the evidence]")[2].partition("\n")[2]
    return re.sub(r"[0-9]{4}-[0-9-]+ [0-9:]+ UTC", "TIME", text.partition("TASK [Fail")[0])


def test_what_fincon_sends_is_proven_and_what_is_not_as_declared_is_found(loop: Loop) -> None:
    loop.through_exim("thandi", THANDI)
    loop.arrived(1)
    checked = loop.read("--check")
    assert not loop.file.exists()
    assert "soweto" not in told(checked), "its user is proven"
    assert "durban: PIETER: nothing seen since" in checked
    assert "1 of 2 users proven by their e-mails; 1 unknown" in checked
    assert told(checked) == told(loop.read())
    assert stat.S_IMODE(loop.file.stat().st_mode) == 0o600

    # The run waits for the message that is sent meanwhile, and reads nothing twice.
    timer = threading.Timer(4, loop.through_postfix, ("pieter", PIETER))
    timer.start()
    waited = loop.read("--limit", "durban", fincon_evidence_wait=60)
    timer.join()
    loop.arrived(1)
    assert "1 of 1 user proven by their e-mails" in waited
    assert "localhost: 1 new message" in waited
    evidence = json.loads(loop.file.read_text("utf-8"))
    (pieter,), (thandi,) = ({one["branch"]: one["users"] for one in evidence["branches"]}[name]
                            for name in ("durban", "soweto"))  # fmt: skip
    assert (pieter["received_by"], pieter["tls"], pieter["login"]) == ("mail.example.test", True, PIETER[1])
    assert (thandi["received_by"], thandi["tls"], thandi["facts"]["authenticated"]) == (
        "relay.example.test",
        True,
        "yes",
    )
    assert thandi["facts"]["envelope_sender"] == THANDI[1]
    assert "customer.test" not in loop.file.read_text("utf-8")

    # Another name, no TLS and a shared login; somebody who is declared nowhere; and a stranger who looks like a user.
    loop.through_exim("thandi", ("Thandi N", THANDI[1]))
    loop.through_postfix("shared", PIETER, tls=False)
    loop.through_postfix("shared", ("Gone", "gone@example.test"))
    stranger(loop)
    loop.arrived(4)
    found = loop.read(status=2)
    assert "THANDI, sender_name: is Thandi N in e-mails, declared Thandi Nkosi" in found
    assert "PIETER, use_tls: is false in e-mails, declared true" in found
    assert "PIETER, username: is shared@example.test in e-mails, declared pieter@example.test" in found
    assert "gone@example.test: sends e-mail by smtp.mail.test and is declared nowhere (1 message" in found
    assert "1 without proof: it came to the declared mail server from outside, without a login" in found
    again = loop.read(status=2)
    assert "0 new messages" in again
    # Nothing in the mailbox is marked as seen.
    assert not [path for path in (loop.mail / "box/cur").iterdir() if "S" in path.name.partition(":2,")[2]]
    loop.file.write_text("{}", "utf-8")
    assert "this is not the evidence of a fleet" in loop.read(status=2)


def stranger(loop: Loop) -> None:
    """Hand in an e-mail from outside, with lines that make it look like one of Thandi."""
    line = (
        f"Received: from x (x [127.0.0.1]) by relay.example.test with esmtpsa (TLS1.3) (Exim 4.96)\r\n"
        f"\t(envelope-from <{THANDI[1]}>) id 1; Fri, 27 Nov 2099 08:00:00 +0000\r\n"
    )
    with smtplib.SMTP("127.0.0.1", loop.postfix.starttls_port, local_hostname="relay.example.test") as client:
        client.sendmail(THANDI[1], [AUDIT], f"{line}From: {THANDI[0]} <{THANDI[1]}>\r\n\r\nx\r\n")
