# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What real e-mails show, in the form that reports and gates use. Pure.

At an attended site the collection cannot read Fincon, so an e-mail that is not as declared is drift. Elsewhere the
installation itself was read, and its e-mails are an extra check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import is_present
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import BranchEvidence, UserEvidence
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import (
    DRIFT,
    count,
    day,
    difference_text,
    seen_words,
    some,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, PROVEN, SILENT, UNKNOWN

#: The verdicts, in the order in which they are reported.
VERDICTS = (PROVEN, DIFFERS, SILENT, UNKNOWN)
#: What such an e-mail counts as when the installation itself was read.
CHECK = "check"

_USERS = 5


def with_declared(evidence: BranchEvidence, users: Sequence[Mapping[str, Any]]) -> BranchEvidence:
    """Return the evidence, with an added user without evidence for each declared sender who is not in it.

    :param users: as they are written, so a template counts as a value.
    """
    known = {normal_key(MAIL_USER, user.user) for user in evidence.users}
    sending = [
        str(user["user"])
        for user in users
        if is_present(user) and user.get("sender_email") and user.get("email_enabled") is not False
    ]
    unseen = [UserEvidence(name, UNKNOWN) for name in sending if normal_key(MAIL_USER, name) not in known]
    return replace(evidence, users=(*evidence.users, *unseen))


def of_branch(evidence: BranchEvidence, counts_as: str) -> dict[str, Any]:
    """Return the evidence of a branch: the number of users with each verdict, and the strays.

    :param counts_as: what an e-mail that is not as declared counts as: :data:`DRIFT` or :data:`CHECK`.
    """
    found = Counter(user.verdict for user in evidence.users)
    return {
        "read_at": evidence.read_at,
        "newest": max((user.seen_at for user in evidence.users), default=""),
        "counts_as": counts_as,
        "users": len(evidence.users),
        **{verdict: found[verdict] for verdict in VERDICTS},
        "strays": [asdict(stray) for stray in evidence.strays],
    }


def as_data(evidence: BranchEvidence) -> dict[str, Any]:
    """Return the evidence of a branch as plain data for playbooks: its numbers, ``words`` and ``verdicts``."""
    found = of_branch(evidence, CHECK)
    del found["counts_as"]
    verdicts = [{"user": user.user, "verdict": user.verdict, "seen_at": user.seen_at} for user in evidence.users]
    return {**found, "words": branch_text(found), "verdicts": verdicts}


def of_user(user: UserEvidence) -> dict[str, Any]:
    """Return the evidence of a user, for the user's record. It has no ``differences`` if all is as declared."""
    differences = [
        {
            "field": item.field,
            "have": item.seen,
            "want": item.declared,
            "words": seen_words(item.field, item.seen, item.declared),
        }
        for item in user.differences
    ]
    found = {"verdict": user.verdict, "seen_at": user.seen_at}
    return {**found, "differences": differences} if differences else found


def totals(branches: Iterable[Mapping[str, Any]]) -> dict[str, int] | None:
    """Return the evidence of a fleet in numbers; ``None`` when it has none.

    A stray of several branches counts once.

    :param branches: entries of branches.
    """
    found = [entry["evidence"] for entry in branches if entry.get("evidence")]
    if not found:
        return None
    strays = {(stray["sender_address"], stray["server"]) for one in found for stray in one["strays"]}
    sums = {key: sum(one[key] for one in found) for key in ("users", *VERDICTS)}
    return {"branches": len(found), **sums, "strays": len(strays)}


def totals_text(document: Mapping[str, Any]) -> str:
    """Return the evidence of a fleet in one sentence; empty when it has none."""
    found = document.get("evidence")
    if not found:
        return ""
    others = [
        f"{found[verdict]:,} {'differ' if verdict == DIFFERS and found[verdict] > 1 else verdict}"
        for verdict in VERDICTS[1:]
        if found[verdict]
    ]
    others += [count(found["strays"], "stray")] * bool(found["strays"])
    text = f"{found[PROVEN]:,} of {count(found['users'], 'user')} proven by their e-mails"
    return f"{text}; {', '.join(others)}" if others else text


def branch_text(evidence: Mapping[str, Any] | None) -> str:
    """Return the evidence of a branch in a few words, with the date; empty when it has none.

    :param evidence: made by :func:`of_branch`.
    """
    return ", ".join(branch_parts(evidence)) if evidence else ""


def branch_parts(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Return how many users of a branch are proven, and when one was last seen.

    :param evidence: made by :func:`of_branch`.
    """
    newest = evidence["newest"]
    when = f"last seen {day(newest)}" if newest else f"none seen up to {day(evidence['read_at'])}"
    return f"{evidence[PROVEN]:,} of {evidence['users']:,} proven", when


def open_texts(entry: Mapping[str, Any]) -> list[str]:
    """Return the users of a branch who are not proven, a text for each verdict.

    :param entry: of the branch.
    """
    names: dict[str, list[str]] = {}
    for record in entry["records"]:
        if "evidence" in record:
            names.setdefault(record["evidence"]["verdict"], []).append(record["name"])
    return [f"{verdict}: {some(names[verdict], _USERS)}" for verdict in VERDICTS[1:] if verdict in names]


def check_texts(entry: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each finding of the e-mails that is not as declared but is not drift.

    :param entry: of the branch.
    """
    evidence = entry.get("evidence")
    if not evidence or evidence["counts_as"] == DRIFT:
        return []
    texts = [
        difference_text(record, item)
        for record in entry["records"]
        for item in record.get("evidence", {}).get("differences", ())
    ]
    return texts + [f"{stray['sender_address']}: {stray_words(stray)}" for stray in evidence["strays"]]


def stray_words(stray: Mapping[str, Any]) -> str:
    """Return what is wrong with a sender that no branch declares."""
    return f"sends e-mail by {stray['server']} and is declared nowhere"
