# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit mailboxes with the messages that the users of a fleet have sent: an mbox file, and Dovecot's IMAP server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import trustme
from collection import ROOT

from .fleets import Fleet
from .measure import apart

sys.path.insert(0, str(ROOT / "tests"))

from integration.evidence.servers import AUDIT, AUDIT_PASSWORD, MAIL_UID, MailboxDovecot

#: The mailbox's own server, which all messages name.
_OWN_SERVERS = ["mx.example.co.za"]

_MESSAGE = """\
Return-Path: <{address}>
Delivered-To: audit@example.co.za
Received: from smtp.example.co.za (smtp.example.co.za [192.0.2.25])
\tby mx.example.co.za (Postfix) with ESMTPS id 4X{number:08}
\tfor <audit@example.co.za>; {date}
Authentication-Results: mx.example.co.za; dkim=pass header.d=example.co.za; dmarc=pass header.from=example.co.za
Received: from TILL-PC (till.example.co.za [192.0.2.10])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
\t(No client certificate requested)
\t(Authenticated sender: {login})
\tby smtp.example.co.za (Postfix) with ESMTPSA id 1F{number:08}
\tfor <audit@example.co.za>; {date}
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.co.za; s=mail;
\th=From:To:Subject:Date:Message-ID; bh={padding}; b={padding}{padding}
From: {name} <{address}>
To: Customer {number} <customer{number}@example.org>
Subject: Statement {number}
Date: {date}
Message-ID: <{number}@smtp.example.co.za>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Your statement.

"""


@dataclass(frozen=True)
class Message:
    """A message, its sender and when it arrived."""

    sender: str
    moment: datetime
    text: str


def messages(fleet: Fleet, count: int) -> Iterator[Message]:
    """Make as many messages, one in a second, of all users in turn."""
    login = fleet.definition().get("username", "")
    users = [record for branch in fleet.names() for record in fleet.records(branch)]
    newest = datetime.now(UTC)
    for number in range(count):
        record = users[number % len(users)]
        moment = newest - timedelta(seconds=count - number)
        text = _MESSAGE.format(
            number=number,
            address=record["sender_email"],
            name=record["sender_name"],
            login=record.get("username") or login,
            date=format_datetime(moment),
            padding="x" * 44,
        )
        yield Message(record["sender_email"], moment, text)


def write_mbox(path: Path, fleet: Fleet, count: int) -> Mapping[str, Any]:
    """Write the messages into an mbox file; return the settings of that mailbox."""
    with path.open("w", encoding="utf-8") as file:
        for message in messages(fleet, count):
            file.write(f"From {message.sender} {message.moment:%a %b %d %H:%M:%S %Y}\n{message.text}")
    return {"kind": "mbox", "path": str(path), "servers": _OWN_SERVERS}


def imap_missing() -> str:
    """Why there is no IMAP server here; empty if there is one."""
    return MailboxDovecot.missing()


@contextmanager
def imap(fleet: Fleet, count: int) -> Iterator[Mapping[str, Any]]:
    """Serve the messages from a Maildir; give the settings of that mailbox."""
    with TemporaryDirectory(prefix="fincon-mail-bench-") as name:
        folder = Path(name)
        # The server reads it as a user of its own.
        folder.chmod(0o755)
        apart(lambda: _write_maildir(folder / "box", fleet, count))
        certificate, key = _certify(folder)
        with MailboxDovecot(certificate, key, folder) as server:
            yield {
                "kind": "imap", "host": "localhost", "port": server.implicit_port, "username": AUDIT,
                "password": AUDIT_PASSWORD, "ca_path": str(folder / "ca.pem"), "servers": _OWN_SERVERS,
            }  # fmt: skip


def _write_maildir(box: Path, fleet: Fleet, count: int) -> None:
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    for number, message in enumerate(messages(fleet, count)):
        name = f"{message.moment.timestamp():.0f}.{number}.benchmark:2,"
        (box / "cur" / name).write_text(message.text, "utf-8")
    for path in (box, *box.rglob("*")):
        os.chown(path, MAIL_UID, MAIL_UID)


def _certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate, its key and the authority behind it; return the first two."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return folder / "server.pem", folder / "key.pem"
