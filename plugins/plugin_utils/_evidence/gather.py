# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reading of an audit mailbox: combines the kept evidence with what has arrived since then."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import IMAP, MAILDIR, mailbox_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.times import utc_text
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import tell
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.imap import ImapMailbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import Mailbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.maildir import Maildir
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mbox import Mbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import FleetEvidence, Place
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.sightings import Sightings, days_before
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Trust
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import DeclaredBranch, Reading, verdicts
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import SILENT, UNKNOWN

#: Seconds between two checks of a mailbox while waiting for a message.
_INTERVAL = 5.0
#: By how much the clock of a mail server may be ahead of this machine's.
_AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Wanted:
    """The parameters of a reading.

    :param branches: all branches of the fleet.
    :param trust: what is trusted.
    :param address: the mailbox's own, or empty.
    :param days: after which a user is silent.
    :param keep_days: after which a sighting is dropped; 0 for never.
    :param is_complete: whether ``branches`` are all branches there are.
    """

    branches: Sequence[DeclaredBranch]
    trust: Trust
    address: str = ""
    days: int = 14
    keep_days: int = 0
    is_complete: bool = True


@dataclass
class Read:
    """The result of a reading.

    :param evidence: the new evidence to keep.
    :param messages: how many messages were read.
    :param unproven: how many prove nothing, by the reason.
    """

    evidence: FleetEvidence
    messages: int = 0
    unproven: Mapping[str, int] = field(default_factory=dict)


def mailbox_of(settings: Mapping[str, Any]) -> Mailbox:
    """Return a mailbox.

    :param settings: the fields of ``MAILBOX`` in ``_core/evidence.py``, with defaults and absolute paths.
    :raises FinconError: when something is wrong with them, or a library is missing.
    """
    found: list[Finding] = mailbox_findings(settings)
    if found:
        raise FinconError("; ".join(f"{one.path} {one.message}" for one in found))
    if settings["kind"] == IMAP:
        return ImapMailbox(settings)
    return Maildir(settings["path"]) if settings["kind"] == MAILDIR else Mbox(settings["path"])


def read_evidence(mailbox: Mailbox, before: FleetEvidence | None, wanted: Wanted) -> Read:
    """Read what has arrived since the last reading.

    :param before: the evidence of that reading.
    :raises FinconError: when the mailbox cannot be read.
    """
    digest = wanted.trust.digest()
    # Sightings under another trust are not reliable; the messages themselves are read again.
    known = before if before and before.trust == digest else FleetEvidence()
    latest = utc_text(datetime.now(UTC) + _AHEAD)
    sightings: Sightings | None = None
    place: Place | None = known.place
    for page in mailbox.pages(known.place):
        if sightings is None:
            is_again = known.place is not None and not _continues(known.place, page.place)
            sightings = Sightings.of(known.sightings, is_again, latest)
        for content in page.contents:
            sightings.add(content, wanted.trust, wanted.address)
        place = page.place
        tell(sightings.read, 0, "messages")
    found = sightings or Sightings.of(known.sightings, False)
    read_at = utc_text(datetime.now(UTC))
    kept = found.newest(days_before(read_at, wanted.keep_days))
    reading = Reading(mailbox.name, read_at, wanted.days, wanted.is_complete)
    branches = verdicts(wanted.branches, kept, wanted.trust, reading)
    return Read(FleetEvidence(place, branches, kept, digest), found.read, found.unproven)


def _continues(before: Place, after: Place) -> bool:
    return (before.mailbox, before.epoch) == (after.mailbox, after.epoch) and before.position <= after.position


def wait_for_evidence(
    mailbox: Mailbox, before: FleetEvidence | None, wanted: Wanted, hosts: Collection[str], seconds: float
) -> Read:
    """Read until each user of some hosts is seen, as declared or not, but no longer than some seconds.

    :raises FinconError: when the mailbox cannot be read.
    """
    deadline = Deadline.after(seconds)
    read = read_evidence(mailbox, before, wanted)
    while _is_waiting(read.evidence, hosts) and not deadline.passed:
        time.sleep(min(_INTERVAL, deadline.remaining()))
        more = read_evidence(mailbox, read.evidence, wanted)
        unproven = {
            reason: read.unproven.get(reason, 0) + more.unproven.get(reason, 0)
            for reason in {**read.unproven, **more.unproven}
        }
        read = replace(more, messages=read.messages + more.messages, unproven=unproven)
    return read


def _is_waiting(evidence: FleetEvidence, hosts: Collection[str]) -> bool:
    branches = (evidence.branches[host] for host in hosts if host in evidence.branches)
    return any(user.verdict in (SILENT, UNKNOWN) for branch in branches for user in branch.users)


def find_message(settings: Mapping[str, Any], message_id: str, deadline: Deadline) -> bool:
    """Wait until a message that was just sent arrives, and return whether it has.

    :param settings: as :func:`mailbox_of` takes them.
    :param message_id: its ``Message-ID``, with the angle brackets.
    :param deadline: the latest time.
    :raises FinconError: when the mailbox cannot be read.
    """
    mailbox = mailbox_of(settings)
    while not (found := mailbox.holds(message_id)) and not deadline.passed:
        time.sleep(min(_INTERVAL, deadline.remaining()))
    return found
