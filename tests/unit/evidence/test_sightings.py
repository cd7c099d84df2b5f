# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of messages: little, and no recipient."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import sightings as module
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    FleetEvidence,
    Place,
    Sighting,
    Stray,
    UserEvidence,
    from_json,
    to_json,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.sightings import Sightings, days_before, sighting_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Relay, Trust, hosts_of
from hypothesis import given, settings
from hypothesis import strategies as st

from .samples import OWN_FROM_RELAY, OWN_FROM_STRANGER, POSTFIX_LOGIN, message

TRUST = Trust(hosts_of(["mx.example.co.za"]), (Relay("smtp.example.co.za", hosts_of(["relay.example.co.za"])),))
AUDIT = "Audit@example.co.za"


def seen(*, date: str = "27 Nov 2026 10:12:06 +0200", name: str = "Thandi Nkosi", more: str = "") -> bytes:
    line = POSTFIX_LOGIN.replace("27 Nov 2026 10:12:06 +0200", date)
    own = OWN_FROM_RELAY.replace("27 Nov 2026 08:12:08 +0000", date)
    return message(own, line, sender=f"{name} <thandi@example.co.za>", more=more)


def test_of_a_message_what_shows_the_settings_is_kept() -> None:
    found = sighting_of(seen(more="Return-Path: <thandi@example.co.za>\n"), TRUST, AUDIT)
    assert found == Sighting(
        "thandi@example.co.za", "Thandi Nkosi", "smtp.example.co.za", "relay.example.co.za", "2026-11-27T08:12:06Z", 1,
        True, "TLS1.3", True, "thandi@example.co.za", "", {"envelope_sender": "thandi@example.co.za"},
    )  # fmt: skip


def test_no_recipient_is_kept_but_what_stands_behind_the_plus_of_the_mailbox() -> None:
    to = "Delivered-To: audit+Soweto-3@example.co.za\nTo: secret@client.test, x-audit+no@example.co.za\n"
    found = sighting_of(seen(more=to), TRUST, AUDIT)
    assert found.order == "soweto-3"
    assert "client" not in str(asdict(found))
    assert sighting_of(seen(more=to), TRUST).order == ""


def test_messages_that_show_the_same_are_one_sighting_and_what_proves_nothing_is_counted() -> None:
    kept = Sightings()
    kept.add(seen(), TRUST)
    kept.add(seen(date="26 Nov 2026 10:00:00 +0200"), TRUST)
    kept.add(seen(name="Thandi N"), TRUST)
    kept.add(message(OWN_FROM_STRANGER, POSTFIX_LOGIN), TRUST)
    assert [(one.sender_name, one.seen_at, one.count) for one in kept.newest()] == [
        ("Thandi Nkosi", "2026-11-27T08:12:06Z", 2),
        ("Thandi N", "2026-11-27T08:12:06Z", 1),
    ]
    assert (kept.read, dict(kept.unproven)) == (4, {"it did not come by a declared mail server": 1})


def test_a_mailbox_that_is_read_again_counts_nothing_twice() -> None:
    first = Sightings()
    first.add(seen(), TRUST)
    again = Sightings.of(first.newest(), is_again=True)
    again.add(seen(), TRUST)
    again.add(seen(date="28 Nov 2026 10:00:00 +0200"), TRUST)
    assert [one.count for one in again.newest()] == [2]


def test_the_newest_are_kept_of_a_sender_with_many_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SIGHTINGS", 20)
    kept = Sightings()
    for number in range(60):
        kept.add(seen(name=f"Name {number}", date=f"27 Nov 2026 10:{number:02}:00 +0200"), TRUST)
        assert len(kept.kept) <= 41
    assert [one.sender_name for one in kept.newest()] == [f"Name {number}" for number in range(59, 49, -1)]


def test_what_is_older_than_the_days_to_keep_is_forgotten() -> None:
    kept = Sightings()
    kept.add(seen(), TRUST)
    assert kept.newest(days_before("2026-12-27T08:12:06Z", 30))
    assert not kept.newest(days_before("2026-12-27T08:12:07Z", 30))
    assert days_before("2026-12-27T08:12:07Z", 0) == ""


EVIDENCE = FleetEvidence(
    Place("imap x", "7", 9, ("a", "b")),
    {
        "soweto": BranchEvidence(
            "soweto", "2026-11-27T08:12:06Z", "INBOX",
            (UserEvidence("T", "differs", "", "r", None, "", (Difference("use_tls", True, False),), {"dkim": "pass"}),),
            (Stray("x@y.z", "s", "2026-11-27T08:12:06Z", 2),),
        )
    },
    (sighting_of(seen(), TRUST),),
    "digest",
)  # fmt: skip


@pytest.mark.parametrize("evidence", [FleetEvidence(), EVIDENCE])
def test_evidence_survives_its_file(evidence: FleetEvidence) -> None:
    assert from_json(to_json(evidence), "evidence.json") == evidence


TEXT = to_json(EVIDENCE)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", TEXT[:-20], TEXT.replace('"differs"', '"fine"'), TEXT.replace("2026", "never"),
     TEXT.replace('"evidence": 1', '"evidence": 2'), "[" * 100_000, TEXT.replace('"count": 2', '"count": 0')],
)  # fmt: skip
def test_a_damaged_file_is_an_error_that_names_it_and_never_empty(text: str) -> None:
    with pytest.raises(FinconError, match=r"^evidence\.json: .*remove the file"):
        from_json(text, "evidence.json")


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_whatever_a_message_holds_it_is_read_or_counted(content: bytes) -> None:
    kept = Sightings()
    for text in (content, b"Received: " + OWN_FROM_RELAY.encode() + b"\n" + content, seen()[:-30] + content):
        kept.add(text, TRUST, AUDIT)
    assert kept.read == 3
