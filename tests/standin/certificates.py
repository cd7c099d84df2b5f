# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of a private authority (trustme), for https and for the SMTP companion."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Identity:
    """A server's TLS context, and the file with the authority that a client must trust."""

    context: ssl.SSLContext
    ca_path: Path


def make_identity(directory: Path, name: str, *host_names: str) -> Identity:
    """Make an authority and a certificate for this machine's local names and those given.

    Writes `<name>-ca.pem` into the directory; the keys stay in memory. trustme is imported here, because without TLS
    the stand-in needs only the standard library.
    """
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*LOCAL_NAMES, *host_names).configure_cert(context)
    ca_path = directory / f"{name}-ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    return Identity(context, ca_path)


def load_identity(cert_file: str, key_file: str, ca_file: str | None) -> Identity:
    """An existing certificate. Raises OSError or ssl.SSLError (an OSError) when it cannot be loaded."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return Identity(context, Path(ca_file or cert_file))
