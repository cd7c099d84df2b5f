# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message says of the users that are declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    Sighting,
    UserEvidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Relay, Trust, hosts_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import (
    DeclaredBranch,
    DeclaredUser,
    Reading,
    verdicts,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, PROVEN, SILENT, UNKNOWN

SERVER, OTHER = "smtp.example.co.za", "mail.example.org"
TRUST = Trust(
    hosts_of(["mx.example.co.za"]),
    (Relay(SERVER, hosts_of(["relay.example.co.za"])), Relay(OTHER, hosts_of([OTHER]))),
)
READING = Reading("INBOX at imap.example.co.za", "2026-11-27T12:00:00Z", 14)
THANDI = DeclaredUser("THANDI", "thandi@example.co.za", "Thandi Nkosi", SERVER, True, True, "thandi@example.co.za")
PIET = replace(THANDI, user="PIET", sender_email="piet@example.co.za", username="piet@example.co.za")
SEEN = Sighting(
    "Thandi@Example.co.za", "Thandi Nkosi", SERVER, "relay.example.co.za", "2026-11-27T08:12:06Z", 1, True, "TLS1.3",
    True, "thandi@example.co.za", "", {"dkim": "pass"},
)  # fmt: skip
SOWETO = DeclaredBranch("soweto", (THANDI,), (SERVER,))


def of(*sightings: Sighting, branches: tuple[DeclaredBranch, ...] = (SOWETO,), **reading: Any) -> BranchEvidence:
    """The evidence of the first of these branches."""
    found = verdicts(branches, sightings, TRUST, replace(READING, **reading))
    assert list(found) == [branch.branch for branch in branches]
    return found[branches[0].branch]


def user(*sightings: Sighting, branches: tuple[DeclaredBranch, ...] = (SOWETO,), **reading: Any) -> UserEvidence:
    """That of its only user."""
    return of(*sightings, branches=branches, **reading).users[0]


def test_a_user_whose_message_is_as_declared_is_proven() -> None:
    assert user(SEEN) == UserEvidence(
        "THANDI", PROVEN, SEEN.seen_at, "relay.example.co.za", True, "thandi@example.co.za", (),
        {"dkim": "pass", "authenticated": "yes", "tls_version": "TLS1.3"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "differences"),
    [
        ({"sender_name": "Thandi N"}, [Difference("sender_name", "Thandi Nkosi", "Thandi N")]),
        ({"sender_name": "Th\u0430ndi Nkosi"}, [Difference("sender_name", "Thandi Nkosi", "Th\\u0430ndi Nkosi")]),
        ({"tls": False}, [Difference("use_tls", True, False)]),
        ({"authenticated": False, "login": ""}, [Difference("authenticate", True, False)]),
        ({"login": "shared@example.co.za"}, [Difference("username", "thandi@example.co.za", "shared@example.co.za")]),
        ({"server": OTHER, "received_by": OTHER}, [Difference("mail_server", SERVER, OTHER)]),
        ({"sender_email": "t@example.co.za"}, [Difference("sender_email", "thandi@example.co.za", "t@example.co.za")]),
    ],
)
def test_each_field_that_is_not_as_declared_is_named(seen: dict[str, Any], differences: list[Difference]) -> None:
    found = user(replace(SEEN, **seen))
    assert (found.verdict, list(found.differences)) == (DIFFERS, differences)


def test_a_name_is_compared_whatever_form_its_accents_and_blanks_have() -> None:
    zoe = replace(SOWETO, users=(replace(THANDI, sender_name="Zoe\u0308  Nkosi"),))
    assert user(replace(SEEN, sender_name="Zo\u00eb Nkosi"), branches=(zoe,)).verdict == PROVEN


def test_of_two_messages_of_one_second_the_one_that_differs_decides() -> None:
    other = replace(SEEN, sender_name="Thandi N")
    assert {user(SEEN, other).verdict, user(other, SEEN).verdict} == {DIFFERS}


def test_what_the_server_does_not_say_is_no_difference() -> None:
    found = user(replace(SEEN, tls=None, tls_version="", authenticated=None, login=""))
    assert (found.verdict, found.tls, found.facts) == (PROVEN, None, {"dkim": "pass"})


def test_what_the_files_do_not_say_is_no_difference() -> None:
    declared = DeclaredUser("THANDI", "thandi@example.co.za")
    assert user(SEEN, branches=(replace(SOWETO, users=(declared,)),)).verdict == PROVEN


def test_a_login_may_lack_its_domain() -> None:
    assert user(replace(SEEN, login="THANDI")).verdict == PROVEN
    assert user(replace(SEEN, login="thandi@example.org")).verdict == DIFFERS


def test_the_newest_message_decides() -> None:
    old = replace(SEEN, sender_name="Thandi N", seen_at="2026-11-26T08:00:00Z")
    assert user(SEEN, old).verdict == PROVEN
    assert user(replace(SEEN, seen_at="2026-11-25T08:00:00Z"), old).verdict == DIFFERS


def test_a_user_of_whom_nothing_has_come_for_long_is_silent_and_one_of_whom_nothing_has_come_is_unknown() -> None:
    assert user(SEEN, days=14, read_at="2026-12-11T08:12:06Z").verdict == PROVEN
    assert user(SEEN, days=14, read_at="2026-12-11T08:12:07Z").verdict == SILENT
    assert user().verdict == UNKNOWN


def test_only_a_message_since_the_last_confirmation_counts() -> None:
    day = {"since": "2026-11-26T22:00:00Z", "settled": "2026-11-27T22:00:00Z"}
    after = {"since": "2026-11-27T22:00:00Z", "settled": "2026-11-28T22:00:00Z"}
    assert user(SEEN, branches=(replace(SOWETO, **after),)).verdict == UNKNOWN
    # Of the day of the confirmation: what is as declared is proof, and what is not may be from the hours before.
    differing = replace(SEEN, tls=False)
    assert user(SEEN, branches=(replace(SOWETO, **day),)).verdict == PROVEN
    assert user(differing, branches=(replace(SOWETO, **day),)).verdict == UNKNOWN
    later = replace(differing, seen_at="2026-11-28T06:00:00Z")
    assert user(later, branches=(replace(SOWETO, **day),), read_at="2026-11-28T07:00:00Z").verdict == DIFFERS


def test_a_change_that_is_ordered_is_expected_of_nobody_yet_and_counts_once_it_shows() -> None:
    waiting = replace(SOWETO, users=(replace(THANDI, pending=frozenset({"sender_name"})),))
    found = user(replace(SEEN, sender_name="Thandi N"), branches=(waiting,))
    assert (found.verdict, found.differences, found.facts["pending"]) == (UNKNOWN, (), "sender_name")
    assert user(SEEN, branches=(waiting,)).verdict == PROVEN
    both = user(replace(SEEN, sender_name="Thandi N", tls=False), branches=(waiting,))
    assert (both.verdict, [one.field for one in both.differences]) == (DIFFERS, ["use_tls"])


def test_a_user_whose_e_mail_is_off_is_expected_to_be_silent() -> None:
    off = replace(SOWETO, users=(replace(THANDI, enabled=False),))
    assert of(branches=(off,)).users == ()
    assert user(SEEN, branches=(off,)).differences == (Difference("email_enabled", False, True),)


def test_what_a_user_sent_who_was_removed_later_makes_no_stray() -> None:
    gone = replace(SEEN, sender_email="gone@example.co.za", login="")
    for settled, count in (("", 1), (SEEN.seen_at, 1), ("2026-11-27T08:12:07Z", 0)):
        branch = replace(SOWETO, since=settled, settled=settled)
        assert len(of(gone, branches=(branch,)).strays) == count


def test_a_sender_who_has_stopped_is_no_stray_after_the_days_of_silence() -> None:
    gone = replace(SEEN, sender_email="gone@example.co.za", login="")
    assert of(gone, read_at="2026-12-11T08:12:06Z").strays
    assert not of(gone, read_at="2026-12-11T08:12:07Z").strays


def test_a_sender_that_no_branch_declares_is_a_stray_of_each_branch_of_its_server() -> None:
    durban = DeclaredBranch("durban", (PIET,), (SERVER,))
    george = DeclaredBranch("george", (), (OTHER,))
    gone = replace(SEEN, sender_email="gone@example.co.za", login="", count=3)
    newer = replace(gone, sender_name="Gone", seen_at="2026-11-27T09:00:00Z", count=2)
    found = verdicts((SOWETO, durban, george), (gone, newer), TRUST, READING)
    for branch in ("soweto", "durban"):
        (stray,) = found[branch].strays
        assert (stray.sender_address, stray.server, stray.seen_at, stray.count) == (
            "gone@example.co.za", SERVER, "2026-11-27T09:00:00Z", 5,
        )  # fmt: skip
    assert found["george"].strays == ()
    assert of(gone, is_complete=False).strays == ()


def test_a_shared_login_makes_nobody_the_sender() -> None:
    shared = replace(SOWETO, users=(replace(THANDI, username="fincon", is_shared=True),))
    found = of(replace(SEEN, sender_email="gone@example.co.za", login="fincon"), branches=(shared,))
    assert found.users[0].verdict == UNKNOWN
    assert len(found.strays) == 1


def test_of_users_with_one_address_the_one_whose_settings_show_has_sent_the_message() -> None:
    other = replace(THANDI, sender_name="Thandi, Durban")
    durban = DeclaredBranch("durban", (other,), (SERVER,))
    found = verdicts((SOWETO, durban), [SEEN], TRUST, READING)
    assert [found[name].users[0].verdict for name in found] == [PROVEN, UNKNOWN]
    # It is nobody's as it should be, so it is wrong at each.
    found = verdicts((SOWETO, durban), [replace(SEEN, sender_name="X")], TRUST, READING)
    assert [found[name].users[0].verdict for name in found] == [DIFFERS, DIFFERS]


def test_a_message_that_could_be_of_two_users_is_proof_for_neither_unless_its_order_tells() -> None:
    durban = DeclaredBranch("Durban", (THANDI,), (SERVER,))
    found = verdicts((SOWETO, durban), [SEEN], TRUST, READING)
    assert [(found[name].users[0].verdict, found[name].users[0].facts) for name in found] == [
        (UNKNOWN, {"also_declared_by": "Durban/THANDI"}),
        (UNKNOWN, {"also_declared_by": "soweto/THANDI"}),
    ]
    found = verdicts((SOWETO, durban), [replace(SEEN, order="durban-3")], TRUST, READING)
    assert [found[name].users[0].verdict for name in found] == [UNKNOWN, PROVEN]
