# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Host names and mail addresses: which are usable, and how they are written on the wire."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

#: RFC 1035 section 2.3.4 allows 255 octets on the wire, which is 253 characters as text.
MAX_NAME = 253

#: RFC 5321 section 4.5.3.1.3 with erratum 1690.
MAX_ADDRESS = 254

#: Names under these are private by custom or by RFC 2606 and RFC 6762: a private address is correct for them.
PRIVATE_SUFFIXES = ("local", "localdomain", "localhost", "lan", "internal", "intranet", "corp", "home", "test")

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")


@dataclass(frozen=True)
class Host:
    """A mail server's name: ``lookup`` is for the resolver, ``tls_name`` is the name that its certificate must have."""

    lookup: str
    tls_name: str
    is_address: bool

    @property
    def looks_public(self) -> bool:
        """Whether the whole internet could resolve the name."""
        labels = self.tls_name.lower().split(".")
        return not self.is_address and len(labels) > 1 and labels[-1] not in PRIVATE_SUFFIXES


def parse_host(text: str) -> Host:
    """Read a plain host name (also an international one) or an IP address (IPv6 also in brackets).

    Raises ValueError whose text completes the sentence "mail_server …".
    """
    if not text.strip():
        raise ValueError("is empty")
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", text):
        raise ValueError("contains a control character")
    if re.search(r"\s", text):
        raise ValueError("contains a space")
    if "/" in text or "\\" in text:
        raise ValueError("is a URL or a path; give the bare host name")
    address = _parse_address(text)
    return address or _parse_name(text)


def _parse_address(text: str) -> Host | None:
    inner = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    plain, _percent, zone = inner.partition("%")
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return None
    if zone and (address.version == 4 or not re.match(r"[A-Za-z0-9_.-]+\Z", zone)):
        return None
    return Host(lookup=inner, tls_name=str(address), is_address=True)


def _parse_name(text: str) -> Host:
    if re.search(r":\d+\Z", text):
        raise ValueError("contains a port; give the port in its own field")
    if "@" in text:
        raise ValueError("is a mail address; give the server's host name")
    # The codec's run time grows with the square of the length, so the length is checked first.
    if len(text) > MAX_NAME:
        raise ValueError("is longer than a host name can be")
    try:
        name = text.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("is not a host name") from None
    if not name or len(name) > MAX_NAME or not all(_LABEL.match(label) for label in name.split(".")):
        raise ValueError("is not a host name")
    if re.match(r"[0-9.]+\Z", name):
        raise ValueError("is neither a host name nor a complete IP address")
    return Host(lookup=name, tls_name=name, is_address=False)


def ascii_address(address: str) -> str:
    """Return a mail address as SMTP without SMTPUTF8 carries it: an international domain becomes its ASCII form.

    Raises ValueError whose text completes the sentence "sender_email …".
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > MAX_ADDRESS:
        raise ValueError("is not a mail address")
    if not local.isascii():
        raise ValueError("has a letter before the @ that most mail servers do not accept; use plain letters there")
    # A quoted local part may hold these. Fincon's addresses never do, and without quotes they would split the command.
    if re.search(r'[\s"(),:;<>@\[\]\\]', local):
        raise ValueError("is not a mail address")
    try:
        return f"{local}@{_parse_name(domain).lookup}"
    except ValueError:
        raise ValueError("has a domain that is not a host name") from None
