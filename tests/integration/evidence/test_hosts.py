# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of an audit mailbox: what they declare counts, and one whose variables are wrong hides no other."""

from __future__ import annotations

import time
from pathlib import Path

from ansible_collections.fincon.mail.tests.unit.evidence.samples import OWN_FROM_RELAY, POSTFIX_LOGIN, message

from ..conftest import Site


def deliver(maildir: Path, name: str, sender: str, date: str) -> None:
    """Put a message into a Maildir that the mail server of the site took."""
    line = POSTFIX_LOGIN.replace("by relay.example.co.za", "by localhost").rpartition(";")[0]
    own = OWN_FROM_RELAY.rpartition(";")[0]
    content = message(f"{own}; {date}", f"{line}; {date}", sender=sender)
    for folder in ("new", "cur"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    (maildir / "new" / f"{int(time.time())}.{name}.host").write_bytes(content)


def test_what_a_change_has_made_old_is_no_proof_and_a_faulty_variable_stops_no_other_branch(site: Site) -> None:
    maildir = site.fleet.with_name("audit")
    deliver(maildir, "old", "Thandi <thandi@example.co.za>", "Fri, 01 May 2026 08:00:00 +0000")
    mailbox = {"kind": "maildir", "path": "audit", "servers": ["mx.example.co.za"]}
    relays = [{"mail_server": "localhost", "seen_as": ["localhost", "relay.example.co.za"]}]
    variables = {"fincon_evidence_mailbox": mailbox, "fincon_evidence_relays": relays, "fincon_evidence_days": 3650}
    site.write_branch("durban", users=[site.user("LERATO", sender_name="{{ nobody_defines_this }}")])
    run = site.playbook("fincon.mail.evidence", **variables)
    assert run.status == 2, run.output
    assert (
        "durban: cannot be compared: a value cannot be rendered: the variable nobody_defines_this is not" in run.output
    )
    assert "cape-town: PIETER: nothing seen" in run.output
    assert "cape-town: THANDI" not in run.output
    # From now on only what is newer than this change shows how Fincon is set up.
    site.write_branch("durban", users=[])
    assert site.playbook("fincon.mail.apply", "--limit", "cape-town", fincon_verify="none").status == 0
    run = site.playbook("fincon.mail.evidence", **variables)
    assert run.status == 0, run.output
    assert "cape-town: THANDI: nothing seen since the last confirmation or change" in run.output
    now = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    deliver(maildir, "new", "Thandi <thandi@example.co.za>", now)
    run = site.playbook("fincon.mail.evidence", "--limit", "cape-town", **variables)
    assert "1 of 2 users proven by their e-mails; 1 unknown" in run.output, run.output
    assert "Traceback" not in run.output
