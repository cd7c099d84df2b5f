# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the header of a message shows, and what is kept from many messages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short, visible
from ansible_collections.fincon.mail.plugins.module_utils._core.times import moment_of, utc_text
from ansible_collections.fincon.mail.plugins.module_utils._smtp.testmail import PROBE_HEADER
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import (
    Header,
    MessageError,
    address_key,
    header_of,
    sender_of,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Sighting
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Trust, submission

#: How many sightings of one sender are kept, the newest ones.
MOST_OF_A_SENDER = 10
#: How many sightings of a whole fleet are kept, the newest ones.
MOST_SIGHTINGS = 200_000

#: Characters of a text that are kept: the length of a line (RFC 5322 section 2.1.1).
_LONGEST = 998
#: The field of the probe's test messages, which have the login and the sender of a user.
_PROBE = PROBE_HEADER.lower()
#: Fields that may name the mailbox's own address.
_TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "bcc")


def sighting_of(content: bytes, trust: Trust, address: str = "") -> Sighting:
    """Return what a message shows.

    :param content: its header, perhaps with a part of its body.
    :param address: the mailbox's own; the result includes the text after its plus, and no other recipient.
    :raises MessageError: when it proves nothing.
    """
    header = header_of(content)
    if any(name == _PROBE for name, _value in header.fields):
        raise MessageError("it is a test message of the probe and does not come from Fincon")
    sender = sender_of(header)
    way = submission(header, address_key(sender.address).rpartition("@")[2], trust)
    hop = way.hop
    envelope = hop.envelope_sender or _return_path(header)
    return Sighting(
        visible(sender.address),
        short(sender.name, _LONGEST),
        way.relay.mail_server,
        visible(hop.by),
        way.when,
        1,
        hop.tls,
        hop.tls_version,
        hop.authenticated,
        short(hop.login, _LONGEST),
        _order(header, address),
        {**({"envelope_sender": short(envelope, _LONGEST)} if envelope else {}), **way.results},
    )


def _return_path(header: Header) -> str:
    """The envelope sender as our own server wrote it: above the first ``Received`` line."""
    for name, value in header.fields:
        if name == "received":
            break
        if name == "return-path":
            return value.strip().strip("<>").strip()
    return ""


def _order(header: Header, address: str) -> str:
    local, _at, domain = address.lower().rpartition("@")
    if not local:
        return ""
    own = re.compile(rf"(?<![^\s<,;:]){re.escape(local)}\+([a-z0-9._-]{{1,64}})@{re.escape(domain)}(?![a-z0-9.-])")
    found = (own.search(value.lower()) for name, value in header.fields if name in _TO)
    return next((match[1] for match in found if match), "")


@dataclass
class Sightings:
    """What is kept from all messages.

    :param kept: the sightings, by the values that make two of them the same.
    :param is_again: whether the messages may have been counted before, for example when a mailbox has new numbers.
    :param latest: UTC time; a message after it proves nothing. Otherwise it would hide all those before it.
    """

    kept: dict[tuple[object, ...], Sighting] = field(default_factory=dict)
    is_again: bool = False
    latest: str = "9999"
    read: int = 0
    unproven: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, sightings: Iterable[Sighting], is_again: bool, latest: str = "9999") -> Sightings:
        """Return the sightings that were kept before."""
        return cls({_key(one): one for one in sightings}, is_again, latest)

    def add(self, content: bytes, trust: Trust, address: str = "") -> None:
        """Add a message. A message that proves nothing is counted, by its reason."""
        self.read += 1
        try:
            seen = sighting_of(content, trust, address)
            if seen.seen_at > self.latest:
                raise MessageError("the times in its Received lines are in the future")
        except MessageError as exc:
            self.unproven[str(exc)] += 1
            return
        key = _key(seen)
        before = self.kept.get(key)
        if before:
            is_new = seen.seen_at > before.seen_at or not self.is_again
            newest = seen if seen.seen_at >= before.seen_at else before
            seen = replace(newest, count=before.count + is_new)
        self.kept[key] = seen
        if len(self.kept) > 2 * MOST_SIGHTINGS:
            self.kept = {_key(one): one for one in self.newest()}

    def newest(self, since: str = "") -> tuple[Sighting, ...]:
        """Return the sightings to keep, in the order of senders, the newest of each first.

        :param since: sightings before this time are dropped.
        """
        ordered = sorted(self.kept.values(), key=lambda one: one.seen_at, reverse=True)
        of_sender: Counter[str] = Counter()
        found: list[Sighting] = []
        for one in ordered:
            sender = address_key(one.sender_email)
            of_sender[sender] += 1
            if one.seen_at >= since and of_sender[sender] <= MOST_OF_A_SENDER and len(found) < MOST_SIGHTINGS:
                found.append(one)
        return tuple(sorted(found, key=lambda one: address_key(one.sender_email)))


def _key(one: Sighting) -> tuple[object, ...]:
    return (
        address_key(one.sender_email), one.sender_name, one.server, one.tls, one.authenticated, one.login, one.order,
    )  # fmt: skip


def days_before(moment: str, days: int) -> str:
    """Return the time this number of days before another time; the earliest time of all for 0 days."""
    if not days:
        return ""
    return utc_text(moment_of(moment) - timedelta(days=days))
