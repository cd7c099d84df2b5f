# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit mailbox of a fleet file (``evidence``), and the BCC that follows from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import (
    EVIDENCE,
    MAILBOX,
    RELAY,
    mailbox_findings,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import IS_FOLDER
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER, Field
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import is_present
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import hosts_of, network_of

#: Its key in a fleet file, and the prefix of its variables.
KEY = "evidence"
#: A name of a server has a letter, and no slash or colon.
_NAME = re.compile(r"^[^/:]*[^\W\d_][^/:]*$")
_FIELDS: dict[tuple[str, ...], Field] = {
    **{(KEY, field.name): field for field in EVIDENCE},
    **{(KEY, "mailbox", field.name): field for field in MAILBOX},
    **{(KEY, "relays", field.name): field for field in RELAY},
}
_ANOTHER = (
    "must be left out, since a definition has one BCC and the fleet file declares another address as evidence.bcc; to "
    "keep this one, take bcc out of evidence and declare it at the other definitions"
)


def evidence_field(path: Sequence[Any]) -> Field | None:
    """Return the field that a path of a fleet file ends at, if it is a field of ``evidence`` with a single value."""
    found = _FIELDS.get(tuple(part for part in path if not isinstance(part, int)))
    return None if found is None or found.kind == "names" else found


def evidence_findings(evidence: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with the setting as a whole.

    :param evidence: has the right shape, as far as it is given.
    """
    found = mailbox_findings(evidence.get("mailbox") or {})
    found += _server_findings(f"{KEY}.mailbox.servers", (evidence.get("mailbox") or {}).get("servers"))
    for number, relay in enumerate(evidence.get("relays") or []):
        found += _server_findings(f"{KEY}.relays.{number}.seen_as", relay.get("seen_as"))
    found += _repeated_relays(evidence.get("relays") or [])
    if str(evidence.get("file") or "").endswith("/"):
        found.append(Finding(IS_FOLDER, path=f"{KEY}.file"))
    found += _server_findings(f"{KEY}.clients", evidence.get("clients"), may_be_names=False)
    if evidence.get("plus_addresses") is True and not audit_address(evidence):
        found.append(Finding("needs an address: give bcc, or address of mailbox, too", path=f"{KEY}.plus_addresses"))
    return found


def _repeated_relays(relays: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield a finding for each relay whose mail server is that of a relay above it."""
    servers = [str(relay.get("mail_server")).casefold() for relay in relays]
    for number, server in enumerate(servers):
        if server in servers[:number]:
            yield Finding("is declared twice; put all into one entry", path=f"{KEY}.relays.{number}.mail_server")


def _server_findings(path: str, texts: Any, may_be_names: bool = True) -> Iterator[Finding]:
    """Yield what is wrong with names, patterns, addresses and networks, each with its path."""
    for number, text in enumerate(texts if isinstance(texts, list) else []):
        if is_template(text):
            continue
        is_network = network_of(text) is not None
        if not is_network and not (may_be_names and _NAME.search(text)):
            words = "a name, an address or a network" if may_be_names else "an address or a network"
            yield Finding(f"must be {words}, such as 198.51.100.0/28", path=f"{path}.{number}")
            continue
        try:
            hosts_of([text])
        except FinconError:
            yield Finding("stands for servers of others too; name your own", path=f"{path}.{number}")


def audit_address(evidence: Mapping[str, Any]) -> Any:
    """Return the address of the mailbox; empty when there is none."""
    return (evidence.get("mailbox") or {}).get("address") or evidence.get("bcc") or ""


def evidence_variables(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of a host, without their common prefix: the settings and the address."""
    address = audit_address(evidence)
    return {**evidence, **({"address": address} if address else {})}


def with_bcc(servers: Sequence[dict[str, Any]] | None, bcc: Any) -> list[dict[str, Any]] | None:
    """Return the definitions of a branch; those without a BCC get that of the fleet.

    :param servers: the definitions, or ``None`` when none are declared.
    :param bcc: the address; empty when the fleet has none.
    """
    if servers is None:
        return None
    if not bcc:
        return list(servers)
    return [
        {**server, "bcc": bcc} if is_present(server) and server.get("bcc") is None else server for server in servers
    ]


def bcc_findings(servers: Iterable[Mapping[str, Any]], bcc: Any) -> list[Finding]:
    """Return a finding for each definition with a different BCC from that of the fleet.

    :param servers: the definitions, with the values that can be checked now.
    :param bcc: the address; empty when the fleet has none, or when it cannot be checked now.
    """
    return [
        Finding(_ANOTHER, SMTP_SERVER.name, str(server.get("name", "")), "bcc")
        for server in servers
        if isinstance(bcc, str)
        and bcc
        and is_present(server)
        and server.get("bcc") is not None
        and str(server["bcc"]).casefold() != bcc.casefold()
    ]
