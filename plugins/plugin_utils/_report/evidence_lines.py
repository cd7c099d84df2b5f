# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of reading the audit mailbox, in a few lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    FleetEvidence,
    UserEvidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import (
    CHECK,
    of_branch,
    stray_words,
    totals,
    totals_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import count, moment, seen_words, subject
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, SILENT, UNKNOWN


def summary(evidence: FleetEvidence, hosts: Iterable[str], messages: int, unproven: Mapping[str, int]) -> list[str]:
    """Return the lines for some hosts: the totals, the users who are not proven, and what was read.

    :param messages: how many messages were read.
    :param unproven: how many of them prove nothing, by the reason.
    """
    branches = [evidence.branches[host] for host in hosts if host in evidence.branches]
    found = totals({"evidence": of_branch(branch, CHECK)} for branch in branches)
    lines = [totals_text({"evidence": found})] if found else []
    lines += [f"{branch.branch}: {line}" for branch in branches for line in branch_lines(branch)]
    if branches:
        lines.append(f"{branches[0].mailbox}: {count(messages, 'new message')}")
    return [*lines, *(f"  {number:,} without proof: {reason}" for reason, number in sorted(unproven.items()))]


def branch_lines(branch: BranchEvidence, verdicts: Iterable[str] = (DIFFERS, SILENT, UNKNOWN)) -> Iterator[str]:
    """Yield a line for each difference, for each other user with one of some verdicts, and for each stray."""
    wanted = set(verdicts)
    for user in branch.users:
        if user.verdict in wanted:
            yield from _user_lines(user)
    for stray in branch.strays:
        seen = f"{count(stray.count, 'message')}, the last one {moment(stray.seen_at)}"
        yield f"{stray.sender_address}: {stray_words(asdict(stray))} ({seen})"


def _user_lines(user: UserEvidence) -> Iterator[str]:
    record = {"resource": MAIL_USER.name, "name": user.user}
    for one in user.differences:
        words = seen_words(one.field, one.seen, one.declared)
        yield f"{subject(record, one.field)}: {words} ({moment(user.seen_at)})"
    if not user.differences:
        yield f"{user.user}: {_words(user)}"


def _words(user: UserEvidence) -> str:
    """The text for a user without a difference who is not proven."""
    if user.verdict == SILENT:
        return f"silent since {moment(user.seen_at)}"
    if "pending" in user.facts:
        return f"{user.facts['pending']}: still the old value ({moment(user.seen_at)})"
    if "also_declared_by" in user.facts:
        return f"has the same sender address as {user.facts['also_declared_by']}; e-mails cannot distinguish them"
    return "nothing seen since the last confirmation or change"


def problems(evidence: FleetEvidence, hosts: Iterable[str], verdicts: Iterable[str]) -> dict[str, str]:
    """Return the problems of each host: users with certain verdicts, and strays."""
    wanted = tuple(verdicts)
    found = ((host, list(branch_lines(evidence.branches[host], wanted))) for host in hosts if host in evidence.branches)
    return {host: "\n".join(lines) for host, lines in found if lines}
