# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The address of a REST server. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

#: What an address must be. A message never repeats the address: it may hold a password.
PROBLEM = "must be http:// or https:// with a host, optionally a port, and without a login"

#: A host name (RFC 1123, section 2.1, with the letters of IDNA), the underscore that Windows allows among them.
_LABEL = re.compile(r"[^\W_]([\w-]*[^\W_])?")
_PATH = re.compile(r"[!-~]*")

#: The port and the path of the vendor's REST server, where an address has none.
DEFAULT_PORT = 4090
DEFAULT_PATH = "/datasnap/rest/FinconAPI"


@dataclass(frozen=True)
class Address:
    """An address.

    :param scheme: ``http`` or ``https``.
    :param host: name or IP address, without brackets.
    :param port: ``None`` where the address names none.
    :param path: as it is written.
    """

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def exposes(self) -> bool:
        """Whether others on the network can read what is sent there: plain HTTP to another machine."""
        return self.scheme == "http" and not _is_loopback(self.host)

    @property
    def normal(self) -> str:
        """A text that is equal for two addresses of one server."""
        path = self.path.rstrip("/") or DEFAULT_PATH
        return f"{self.host.casefold().rstrip('.')} {self.port or DEFAULT_PORT} {path}"


def parse(url: str) -> Address:
    """Return the parts of an address.

    :raises ValueError: when it is not one; its text says what it must be, and does not repeat the address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        usable = (
            parts.scheme in ("http", "https")
            and not parts.username
            and not parts.password
            and port != 0
            and not (parts.query or parts.fragment)
            and _PATH.fullmatch(parts.path) is not None
            and _is_host(host)
        )
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(PROBLEM)
    return Address(parts.scheme, host, port, parts.path)


def _is_host(host: str) -> bool:
    if ":" in host:
        return _ip_address(host) is not None
    try:
        encoded = host.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return len(encoded) <= 253 and all(_LABEL.fullmatch(label) for label in encoded.removesuffix(".").split("."))


def _is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return host.casefold() == "localhost" if address is None else address.is_loopback


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
