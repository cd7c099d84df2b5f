# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of an audit mailbox: a first reading of all its messages, compared with a play that only runs debug."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from .cases import memory, times
from .figures import Figure
from .fleets import Fleet, write_attended_fleet
from .lab import Lab
from .measure import FailedRun, Sample, cpu, interleaved, median, peak
from .sizes import Sizes

_MB = 1024 * 1024
#: The target: memory compared with that of debug.
MEMORY_MB = 50.0

_MESSAGE = """\
From {address} {mbox_date}
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


def evidence(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Read a mailbox for the first time, and run debug at the same branches."""
    mailbox = _Mailbox(lab, Fleet(sizes.attended, sizes.users), sizes.messages)
    samples = interleaved({"debug": mailbox.debug, "read": mailbox.read}, sizes.slow_repeats)
    for name, runs in samples.items():
        yield from times(f"evidence.{name}", runs)
        yield memory(f"evidence.{name}.peak", runs)
    more = {name: median(samples["read"], figure) - median(samples["debug"], figure)
            for name, figure in (("cpu", cpu), ("peak", peak))}  # fmt: skip
    yield Figure("evidence.messages_per_second", sizes.messages / max(more["cpu"], 0.01))
    yield Figure("evidence.peak_over_debug", max(more["peak"], 0) / _MB, "MB", limit=MEMORY_MB)


class _Mailbox:
    """An mbox file of messages that the users of a fleet have sent."""

    def __init__(self, lab: Lab, fleet: Fleet, messages: int) -> None:
        self._lab, self._messages = lab, messages
        self._file = write_attended_fleet(fleet, lab.folder / "audited")
        path = lab.folder / "mbox"
        self._write(path, fleet)
        mailbox = {"kind": "mbox", "path": str(path), "servers": ["mx.example.co.za"]}
        self._variables = json.dumps({"fincon_evidence_mailbox": mailbox})

    def _write(self, path: Path, fleet: Fleet) -> None:
        login = fleet.definition().get("username", "")
        users = [record for branch in fleet.names() for record in fleet.records(branch)]
        newest = datetime.now(UTC)
        with path.open("w", encoding="utf-8") as file:
            for number in range(self._messages):
                record = users[number % len(users)]
                moment = newest - timedelta(seconds=self._messages - number)
                text = _MESSAGE.format(
                    number=number,
                    address=record["sender_email"],
                    name=record["sender_name"],
                    login=record.get("username") or login,
                    date=format_datetime(moment),
                    mbox_date=moment.strftime("%a %b %d %H:%M:%S %Y"),
                    padding="x" * 44,
                )
                file.write(text)

    def debug(self) -> Sample:
        """Run a minimal play."""
        return self._lab.play("debug", self._file)

    def read(self) -> Sample:
        """Read the mailbox from its beginning.

        :raises FailedRun: when it does not read each message, or finds a user who is not proven.
        """
        self._file.with_name("evidence.json").unlink(missing_ok=True)
        sample = self._lab.playbook("evidence", self._file, "-e", self._variables)
        if f": {self._messages:,} new messages" not in sample.output or "without proof" in sample.output:
            raise FailedRun(f"not all messages were read and believed:\n{sample.output[-4000:]}")
        return sample
