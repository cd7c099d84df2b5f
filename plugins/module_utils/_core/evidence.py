# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The table of the settings of an audit mailbox and of how a fleet uses it: ``evidence`` of a fleet file.

The schema, the options of modules and the variables ``fincon_evidence_…`` are derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import PLACEHOLDER_PROBLEM, is_placeholder
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import PLACEHOLDER, Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field

IMAP = "imap"
MAILDIR = "maildir"
MBOX = "mbox"

#: What a wave waits for, at the branches of earlier waves.
CONFIRMED = "confirmed"
PROVEN = "proven"


def _field(name: str, kind: str, description: str, **more: Any) -> Field:
    return Field(name=name, kind=kind, wire="", description=description, source="undocumented", **more)


#: The audit mailbox.
MAILBOX = (
    _field(
        "kind",
        "choice",
        "How the mailbox is read: over IMAP, or as a Maildir or an mbox on the controller.",
        choices=(IMAP, MAILDIR, MBOX),
        required=True,
        default=None,
    ),
    _field("host", "host", "Name of the IMAP server, as its certificate has it."),
    _field("port", "integer", "Port of the IMAP server.", default=993, minimum=1, maximum=65535),
    _field(
        "tls_mode",
        "choice",
        "Whether TLS begins with the connection or by STARTTLS. Nothing is sent without it.",
        choices=("implicit", "starttls"),
        default="implicit",
    ),
    _field("username", "text", "User of the mailbox."),
    _field(
        "password",
        "secret",
        "Password of that user: a vault value or a template.",
        login="the audit mailbox",
    ),
    _field("folder", "text", "Folder that is read.", default="INBOX"),
    _field("path", "path", "The Maildir or the mbox. A relative path starts at the folder of the fleet file."),
    _field("ca_path", "path", "File or directory with certificates of the CA to trust, in place of the system's."),
    _field(
        "servers",
        "names",
        "The mailbox's own servers, as they name themselves in Received: names, patterns with *, addresses or "
        "networks. Only what they write is believed.",
        required=True,
    ),
    _field(
        "address",
        "email",
        "Address of the mailbox, to which the last item of a work order has an e-mail sent. By default that of bcc.",
        required=True,
    ),
)

#: How a declared mail server appears in a message, if it has another name there.
RELAY = (
    _field("mail_server", "host", "The server, as definitions declare it.", required=True),
    _field(
        "seen_as",
        "names",
        "How the next server sees it: names, patterns with *, addresses or networks.",
    ),
    _field(
        "shared",
        "flag",
        "Whether other customers send through it too. By default true for known mail providers.",
        default=None,
    ),
)

#: How a fleet uses the mailbox.
EVIDENCE = (
    _field(
        "bcc",
        "email",
        "Audit address. Each SMTP definition of the fleet that has no BCC gets this one; another one is an error.",
        required=True,
    ),
    _field(
        "plus_addresses",
        "flag",
        "Whether the mailbox takes audit+anything@ for audit@. Then each work order has its own address.",
        default=False,
    ),
    _field(
        "days",
        "integer",
        "Days without an e-mail after which a user counts as silent.",
        default=14,
        minimum=1,
        maximum=3650,
        unit="days",
    ),
    _field(
        "keep_days",
        "integer",
        "Days after which what was seen of a sender is forgotten; 0 to keep it.",
        default=0,
        minimum=0,
        maximum=3650,
        unit="days",
    ),
    _field(
        "clients",
        "names",
        "Addresses or networks of the machines on which Fincon runs, for servers that take mail without a login.",
    ),
    _field(
        "file",
        "path",
        "File that keeps the evidence, evidence.json by default. A relative path starts at the fleet file's folder.",
    ),
    _field(
        "gate",
        "choice",
        "What a wave waits for at the branches before it: that they are in sync, or that their users are proven.",
        choices=(CONFIRMED, PROVEN),
        default=CONFIRMED,
    ),
)

#: What each kind of mailbox needs, and what else it may have.
_NEEDED = {
    IMAP: ("servers", "host", "username", "password"),
    MAILDIR: ("servers", "path"),
    MBOX: ("servers", "path"),
}
_FURTHER = {IMAP: ("port", "tls_mode", "folder", "ca_path"), MAILDIR: (), MBOX: ()}


def mailbox_findings(mailbox: Mapping[str, Any]) -> list[Finding]:
    """Return which settings a mailbox lacks for its kind, and which ones its kind does not have.

    :param mailbox: its values have the right shape, or are templates. None of them is part of a sentence.
    """
    kind = mailbox.get("kind")
    if kind not in _NEEDED:
        return []
    found = [
        _finding(name, f"is needed for a mailbox of the kind {kind}") for name in _NEEDED[kind] if not mailbox.get(name)
    ]
    known = ("kind", "address", *_NEEDED[kind], *_FURTHER[kind])
    defaults = {field.name: field.default for field in MAILBOX}
    found += [
        _finding(name, f"is not a setting of a mailbox of the kind {kind}")
        for name, value in mailbox.items()
        # An option with a default always has a value once it is validated.
        if name in defaults and name not in known and value not in (None, "", defaults[name])
    ]
    if is_placeholder(mailbox.get("password")):
        found.append(_finding("password", PLACEHOLDER_PROBLEM, PLACEHOLDER))
    return found


def _finding(name: str, message: str, code: str = "") -> Finding:
    return Finding(message, path=f"evidence.mailbox.{name}", code=code)
