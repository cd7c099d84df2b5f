# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The TLS handshake, and what its failures are called."""

from __future__ import annotations

import re
import socket
import ssl
from datetime import datetime
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate, parse
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation

# The names that OpenSSL 1.1.1 to 3.5 give to the same mishap differ; these are parts of ``SSLError.reason``.
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE")
_TOO_OLD = re.compile(r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|DH_KEY_TOO_SMALL|BAD_DH_VALUE")

_NAME_MISMATCH, _ADDRESS_MISMATCH = 62, 64
_CERTIFICATE_EVENTS = {
    # X509_V_ERR_* of openssl/x509_vfy.h
    _NAME_MISMATCH: "cert_name",
    _ADDRESS_MISMATCH: "cert_name",
    9: "cert_not_yet",
    10: "cert_expired",
    18: "cert_self_signed",
    19: "cert_self_signed_chain",
    2: "cert_unknown_issuer",
    20: "cert_unknown_issuer",
    21: "cert_unknown_issuer",
    66: "cert_weak",
    67: "cert_weak",
    68: "cert_weak",
    85: "cert_no_key_id",
}


def handshake(sock: socket.socket, context: ssl.SSLContext, server_name: str, deadline: Deadline) -> ssl.SSLSocket:
    """Turn a connection into a TLS connection.

    Raises Failure: ``tls_not_spoken``, ``tls_too_old``, ``tls_failed``, a ``cert_…`` event or ``stalled``.
    """
    try:
        wrapped = context.wrap_socket(sock, server_hostname=server_name, do_handshake_on_connect=False)
        wrapped.settimeout(deadline.left())
        wrapped.do_handshake()
    except ssl.SSLCertVerificationError as exc:
        event = _CERTIFICATE_EVENTS.get(exc.verify_code, "cert_invalid")
        raise Failure(Observation(stage="certificate", event=event, text=str(exc.verify_message))) from None
    except ssl.SSLError as exc:
        raise Failure(_refused_handshake(exc)) from None
    except (socket.timeout, TimeoutError):
        raise Failure(Observation(event="stalled")) from None
    except OSError as exc:
        raise Failure(Observation(event="tls_failed", text=str(exc.strerror or "connection reset"))) from None
    return wrapped


def peer_certificate(sock: ssl.SSLSocket) -> Certificate | None:
    """The server's certificate, verified or not; None when it cannot be decoded."""
    der = sock.getpeercert(binary_form=True)
    try:
        return parse(der) if der else None
    except ValueError:
        return None


def describe(sock: ssl.SSLSocket, certificate: Certificate | None, now: datetime) -> dict[str, Any]:
    """What the result holds about the TLS connection."""
    cipher = sock.cipher()
    return {
        "version": sock.version() or "",
        "cipher": cipher[0] if cipher else "",
        "days_left": certificate.days_left(now) if certificate else None,
        "san": list(certificate.names) if certificate else [],
        "issuer": certificate.issuer if certificate else "",
    }


def certificate_events(certificate: Certificate, host: str, now: datetime) -> list[str]:
    """Everything wrong with a certificate that shows without its chain; OpenSSL names the first error only."""
    events = []
    if now > certificate.not_after:
        events.append("cert_expired")
    if now < certificate.not_before:
        events.append("cert_not_yet")
    if not certificate.names_host(host):
        events.append("cert_name")
    return events


def _refused_handshake(exc: ssl.SSLError) -> Observation:
    reason = str(exc.reason or type(exc).__name__)
    event = "tls_not_spoken" if _NOT_TLS.search(reason) else "tls_too_old" if _TOO_OLD.search(reason) else "tls_failed"
    return Observation(event=event, text=reason.replace("_", " ").lower())
