# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit mailbox shows about a fleet, and its JSON. Pure.

A *sighting* is what messages of one sender have in common. The verdicts follow from the sightings, which are kept so
that verdicts can be decided again when the files or a ledger change. None of these records holds a recipient's address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import VERSION, evidence_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import SchemaCheck


@dataclass(frozen=True)
class Difference:
    """A field that is not as declared.

    :param field: its name in the records table: ``sender_name``, ``sender_email``, ``mail_server``, ``use_tls``,
        ``authenticate`` or ``username``.
    :param declared: its declared value.
    :param seen: its value in the message; for a login that two users share, that login.
    """

    field: str
    declared: str | bool
    seen: str | bool


@dataclass(frozen=True)
class UserEvidence:
    """What the mailbox shows about one declared user.

    :param user: the Fincon user, as declared.
    :param verdict: :data:`PROVEN`, :data:`DIFFERS`, :data:`SILENT` or :data:`UNKNOWN`.
    :param seen_at: UTC time of the newest message that decides it, ``CCYY-MM-DDThh:mm:ssZ``; empty for none.
    :param received_by: the server that received this message from Fincon, by the name that it gives itself.
    :param tls: whether TLS was used; ``None`` when the server does not say.
    :param login: the login that the server names; empty when it names none.
    :param differences: what is not as declared; empty unless the verdict is :data:`DIFFERS`.
    :param facts: what else is known, as text by name: ``authenticated`` (``yes``, ``no``), ``tls_version``,
        ``envelope_sender``, ``dkim``, ``dmarc``, ``spf``; ``also_declared_by`` (other users whom the message fits) and
        ``pending`` (fields that are not as declared because their change is in a work order). Unknown facts are left
        out.
    """

    user: str
    verdict: str
    seen_at: str = ""
    received_by: str = ""
    tls: bool | None = None
    login: str = ""
    differences: tuple[Difference, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stray:
    """A sender that no branch declares, although its mail came through a declared server.

    :param sender_address: its address.
    :param server: the declared ``mail_server``.
    :param seen_at: UTC time of its newest message.
    :param count: its messages so far.
    """

    sender_address: str
    server: str
    seen_at: str
    count: int


@dataclass(frozen=True)
class BranchEvidence:
    """What the mailbox shows about one branch.

    :param branch: its host.
    :param read_at: UTC time at which the mailbox was read.
    :param mailbox: the mailbox's name for people.
    :param users: in the order of their declaration.
    :param strays: of the servers that the branch declares. The strays of a shared server are listed at each branch.
    """

    branch: str
    read_at: str
    mailbox: str
    users: tuple[UserEvidence, ...] = ()
    strays: tuple[Stray, ...] = ()


@dataclass(frozen=True)
class Place:
    """How far a mailbox was read.

    :param mailbox: its unique identity; a different mailbox is read from its beginning.
    :param epoch: if it changes, ``position`` is invalid: UIDVALIDITY, or a digest of an mbox file's beginning.
    :param position: the last UID, or the bytes of an mbox file that were read.
    :param names: the files of a Maildir that were read.
    """

    mailbox: str
    epoch: str = ""
    position: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sighting:
    """What messages of one sender, by one declared server, have in common.

    :param sender_email: the address in ``From``, as written.
    :param sender_name: the name in ``From``, decoded.
    :param server: the declared ``mail_server``.
    :param received_by: its name in the ``Received`` line that it wrote.
    :param seen_at: UTC time of the newest message, from that line.
    :param count: how many there were.
    :param tls: as in :class:`UserEvidence`.
    :param tls_version: such as ``TLS1.3``; empty when the server does not say.
    :param authenticated: whether the sender logged in; ``None`` when the server does not say.
    :param login: as in :class:`UserEvidence`.
    :param order: the text after the plus in the mailbox's own address, such as ``soweto-3``; empty for none.
    :param facts: ``envelope_sender`` and the results of the mailbox's own server.
    """

    sender_email: str
    sender_name: str
    server: str
    received_by: str
    seen_at: str
    count: int = 1
    tls: bool | None = None
    tls_version: str = ""
    authenticated: bool | None = None
    login: str = ""
    order: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FleetEvidence:
    """What one file of evidence holds.

    :param place: how far the mailbox was read; ``None`` before the first time.
    :param branches: by their hosts.
    :param sightings: the verdicts follow from these.
    :param trust: what was trusted when they were read (:meth:`Trust.digest`). With another trust the mailbox is read
        from its beginning.
    """

    place: Place | None = None
    branches: Mapping[str, BranchEvidence] = field(default_factory=dict)
    sightings: tuple[Sighting, ...] = ()
    trust: str = ""


_CHECK = SchemaCheck(evidence_schema)


def to_json(evidence: FleetEvidence) -> str:
    """Return evidence as the text of its file."""
    data = {"evidence": VERSION, **asdict(evidence), "branches": [asdict(one) for one in evidence.branches.values()]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str, name: str) -> FleetEvidence:
    """Return the evidence in a file.

    :param text: its content.
    :param name: the file, as messages name it.
    :raises FinconError: when it is not the evidence of a fleet.
    :raises MissingLibraries: when this cannot be checked.
    """
    try:
        data = json.loads(text)
        sound = _CHECK.accepts(data)
    except (ValueError, RecursionError):
        sound = False
    if not sound:
        raise FinconError(
            f"{name}: this is not the evidence of a fleet, or another version of the collection wrote it; remove the "
            "file, and the mailbox is read from its beginning"
        )
    return FleetEvidence(
        Place(**{**data["place"], "names": tuple(data["place"]["names"])}) if data["place"] else None,
        {one["branch"]: _branch(one) for one in data["branches"]},
        tuple(Sighting(**one) for one in data["sightings"]),
        data["trust"],
    )


def _branch(data: Mapping[str, Any]) -> BranchEvidence:
    users = tuple(_user(one) for one in data["users"])
    return BranchEvidence(**{**data, "users": users, "strays": tuple(Stray(**one) for one in data["strays"])})


def _user(data: Mapping[str, Any]) -> UserEvidence:
    return UserEvidence(**{**data, "differences": tuple(Difference(**one) for one in data["differences"])})
