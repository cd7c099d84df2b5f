# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One reading after the other: each message counts once, and what is no longer believed is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import gather
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.gather import (
    Wanted,
    read_evidence,
    wait_for_evidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import Mailbox, Page
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    Place,
    UserEvidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Relay, Trust, hosts_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import DeclaredBranch, DeclaredUser
from ansible_collections.fincon.mail.plugins.plugin_utils._report import evidence_lines
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence_lines import problems, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, PROVEN, SILENT, UNKNOWN

from .samples import OWN_FROM_RELAY, OWN_FROM_STRANGER, POSTFIX_LOGIN, message

SERVER = "smtp.example.co.za"
TRUST = Trust(hosts_of(["mx.example.co.za"]), (Relay(SERVER, hosts_of(["relay.example.co.za"])),))
THANDI = DeclaredUser("THANDI", "thandi@example.co.za", "Thandi Nkosi", SERVER)
WANTED = Wanted((DeclaredBranch("soweto", (THANDI,), (SERVER,)),), TRUST, days=3650)
GOOD = message(OWN_FROM_RELAY, POSTFIX_LOGIN)
OTHER = message(OWN_FROM_RELAY, POSTFIX_LOGIN, sender="X <thandi@example.co.za>")
STRAY = message(OWN_FROM_RELAY, POSTFIX_LOGIN, sender="gone@example.co.za")
FORGED = message(OWN_FROM_STRANGER, POSTFIX_LOGIN)


class Shelf(Mailbox):
    """A mailbox in memory, of one page."""

    name = identity = "shelf"

    def __init__(self, *contents: bytes) -> None:
        self.contents, self.epoch = list(contents), "1"

    def pages(self, place: Place | None) -> Iterator[Page]:
        begin = self.known(place, self.epoch)
        yield Page(self.contents[begin.position :], Place(self.identity, self.epoch, len(self.contents)))

    def holds(self, message_id: str) -> bool:
        raise NotImplementedError


def test_what_was_read_counts_once_and_is_kept() -> None:
    shelf = Shelf(STRAY, STRAY, FORGED)
    first = read_evidence(shelf, None, WANTED)
    assert (first.messages, dict(first.unproven)) == (3, {"it did not come by a declared mail server": 1})
    shelf.contents.append(GOOD)
    second = read_evidence(shelf, first.evidence, WANTED)
    soweto = second.evidence.branches["soweto"]
    assert (second.messages, soweto.users[0].verdict, soweto.strays[0].count) == (1, PROVEN, 2)
    # The mailbox has new numbers: it is read again, and counts nothing twice.
    shelf.epoch = "2"
    third = read_evidence(shelf, second.evidence, WANTED)
    assert (third.messages, third.evidence.branches["soweto"].strays[0].count) == (4, 2)


def test_a_message_from_the_future_hides_none_of_those_before_it() -> None:
    future = GOOD.replace(b" Nov 2026 ", b" Nov 2999 ")
    read = read_evidence(Shelf(future, OTHER), None, WANTED)
    assert dict(read.unproven) == {"the times in its Received lines are in the future": 1}
    assert read.evidence.branches["soweto"].users[0].verdict == DIFFERS


def test_what_another_trust_has_believed_is_read_again() -> None:
    shelf = Shelf(GOOD, GOOD)
    first = read_evidence(shelf, None, WANTED)
    narrow = replace(WANTED, trust=replace(TRUST, own=hosts_of(["mx2.example.co.za"])))
    second = read_evidence(shelf, first.evidence, narrow)
    assert (second.messages, second.evidence.sightings) == (2, ())
    assert read_evidence(shelf, second.evidence, WANTED).evidence.sightings == first.evidence.sightings


def test_a_change_of_the_files_is_judged_by_what_was_seen_before() -> None:
    first = read_evidence(Shelf(GOOD), None, WANTED)
    renamed = replace(WANTED.branches[0], users=(replace(THANDI, sender_name="Thandi Zulu"),))
    second = read_evidence(Shelf(GOOD), first.evidence, replace(WANTED, branches=(renamed,)))
    assert (second.messages, second.evidence.branches["soweto"].users[0].verdict) == (0, DIFFERS)


def test_it_waits_until_each_user_is_seen_or_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(FORGED)
    monkeypatch.setattr(gather.time, "sleep", lambda _seconds: shelf.contents.extend((FORGED, OTHER)))
    read = wait_for_evidence(shelf, None, WANTED, ["soweto"], 60)
    assert (read.messages, sum(read.unproven.values())) == (3, 2)
    assert read.evidence.branches["soweto"].users[0].verdict == DIFFERS
    read = wait_for_evidence(Shelf(), None, WANTED, ["soweto"], 0)
    assert read.evidence.branches["soweto"].users[0].verdict == UNKNOWN


def test_the_lines_tell_what_is_the_matter_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_lines, "moment", lambda text: text)
    read = read_evidence(Shelf(OTHER, STRAY, FORGED), None, WANTED)
    stray = (
        "gone@example.co.za: sends e-mail by smtp.example.co.za and is declared nowhere (1 message, the last one "
        "2026-11-27T08:12:06Z)"
    )
    differs = "THANDI, sender_name: is X in e-mails, declared Thandi Nkosi (2026-11-27T08:12:06Z)"
    assert summary(read.evidence, ["soweto", "elsewhere"], read.messages, read.unproven) == [
        "0 of 1 user proven by their e-mails; 1 differs, 1 stray",
        f"soweto: {differs}",
        f"soweto: {stray}",
        "shelf: 3 new messages",
        "  1 without proof: it did not come by a declared mail server",
    ]
    assert problems(read.evidence, ["soweto", "elsewhere"], [DIFFERS]) == {"soweto": f"{differs}\n{stray}"}
    assert problems(read.evidence, ["soweto"], []) == {"soweto": stray}


@pytest.mark.parametrize(
    ("user", "line"),
    [
        (UserEvidence("T", SILENT, "2026-11-27T08:12:06Z"), "T: silent since 2026-11-27T08:12:06Z"),
        (UserEvidence("T", UNKNOWN), "T: nothing seen since the last confirmation or change"),
        (UserEvidence("T", UNKNOWN, facts={"also_declared_by": "a/T"}), "T: has the same sender address as a/T;"),
        (UserEvidence("T", UNKNOWN, "x", facts={"pending": "use_tls"}), "T: use_tls: still the old value (x)"),
        (UserEvidence("T", DIFFERS, "x", differences=(Difference("email_enabled", False, True),)),
         "T: e-mail is on according to received e-mails, declared off (x)"),
    ],
)  # fmt: skip
def test_a_user_who_is_not_proven_has_a_line(user: UserEvidence, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_lines, "moment", lambda text: text)
    (told,) = evidence_lines.branch_lines(BranchEvidence("soweto", "now", "shelf", (user,)))
    assert told.startswith(line)
