# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Reads the few fields of an X.509 certificate that a diagnosis needs, verified or not (RFC 5280).

The standard library decodes only certificates that it has verified; a diagnosis needs the others.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_SEQUENCE, _SET, _OCTETS, _OID = 0x30, 0x31, 0x04, 0x06
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_COMMON_NAME = bytes.fromhex("550403")
_ORGANIZATION = bytes.fromhex("55040a")
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")


@dataclass(frozen=True)
class Certificate:
    """A server certificate: the names it is issued for, who issued it, when it is valid (UTC).

    ``misplaced`` are addresses that it gives as common name or as DNS name, where clients do not compare them: an
    address counts only as ``iPAddress`` (RFC 9525 section 6.5, X509_check_ip of OpenSSL).
    """

    names: tuple[str, ...]
    issuer: str
    self_issued: bool
    not_before: datetime
    not_after: datetime
    subject: str = ""
    misplaced: tuple[str, ...] = ()

    def days_left(self, now: datetime) -> int:
        """Whole days until it ends; negative once it has."""
        return (self.not_after - now) // timedelta(days=1)

    def names_host(self, host: str) -> bool:
        """Whether it is issued for this host name or address (RFC 6125 section 6.4: a star is one whole label)."""
        wanted = host.lower().rstrip(".")
        return any(_name_matches(name.lower(), wanted) for name in self.names)


def parse(der: bytes) -> Certificate:
    """Decode a DER certificate. Raises ValueError when it is not one."""
    try:
        return _parse(der)
    except (IndexError, OverflowError, UnicodeError) as exc:
        raise ValueError("not a certificate") from exc


def _parse(der: bytes) -> Certificate:
    certificate = _only(der, _SEQUENCE)
    fields = _items(_items(certificate)[0][1])
    if fields[0][0] == _VERSION:
        fields = fields[1:]
    _serial, _algorithm, issuer, validity, subject = fields[:5]
    not_before, not_after = (_time(tag, value) for tag, value in _items(validity[1])[:2])
    alternative = [pair for tag, value in fields[5:] if tag == _EXTENSIONS for pair in _alternative_names(value)]
    dns_names = [name for tag, name in alternative if tag == _DNS_NAME]
    addresses = [name for tag, name in alternative if tag == _IP_ADDRESS]
    common_names = _attributes(subject[1], _COMMON_NAME)
    # Names in the subject count only if there is no DNS name (RFC 6125 section 6.4.4, X509_check_host of OpenSSL).
    host_names = dns_names or common_names
    return Certificate(
        names=(*(name for name in host_names if not _is_address(name)), *addresses),
        misplaced=tuple(name for name in [*common_names, *dns_names] if _is_address(name)),
        subject=_display_name(subject[1]),
        issuer=_display_name(issuer[1]),
        self_issued=issuer[1] == subject[1],
        not_before=not_before,
        not_after=not_after,
    )


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """The (tag, value) pairs of a DER sequence. Raises ValueError or IndexError when the lengths do not fit."""
    found = []
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or at + size > len(data):
                raise ValueError("bad length")
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        if at + length > len(data):
            raise ValueError("bad length")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def _only(data: bytes, wanted: int) -> bytes:
    tag, value = _items(data)[0]
    if tag != wanted:
        raise ValueError("unexpected field")
    return value


def _attributes(name: bytes, wanted: bytes) -> list[str]:
    found = []
    for _tag, part in _items(name):
        for _set_tag, pair in _items(part):
            (_oid_tag, oid), (_text_tag, text) = _items(pair)[:2]
            if oid == wanted:
                found.append(text.decode("utf-8", "replace"))
    return found


def _display_name(name: bytes) -> str:
    return ", ".join(dict.fromkeys(_attributes(name, _ORGANIZATION) + _attributes(name, _COMMON_NAME)))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _alternative_names(extensions: bytes) -> list[tuple[int, str]]:
    for _tag, extension in _items(_only(extensions, _SEQUENCE)):
        parts = _items(extension)
        if parts[0] == (_OID, _ALTERNATIVE_NAMES):
            named = _items(_only(parts[-1][1], _SEQUENCE))
            return [(tag, name) for tag, value in named for name in _general_name(tag, value)]
    return []


def _general_name(tag: int, value: bytes) -> list[str]:
    if tag == _DNS_NAME:
        return [value.decode("ascii", "replace")]
    if tag == _IP_ADDRESS and len(value) in (4, 16):
        return [str(ipaddress.ip_address(value))]
    return []


def _time(tag: int, value: bytes) -> datetime:
    text = value.decode("ascii")
    if tag == _UTC_TIME:
        # RFC 5280 section 4.1.2.5.1: two digits, 50 and above are of the last century.
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("unexpected field")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


def _name_matches(name: str, host: str) -> bool:
    if name.startswith("*."):
        return "." in host and name[2:] == host.partition(".")[2]
    return name.rstrip(".") == host
