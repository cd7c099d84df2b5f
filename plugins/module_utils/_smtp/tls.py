# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The TLS handshake, and the names of its failures."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import client_context
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate, parse
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation

# OpenSSL 1.1.1 to 3.5 have different names for the same error; these are parts of ``SSLError.reason``.
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE")
_TOO_OLD = re.compile(r"UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|DH_KEY_TOO_SMALL|BAD_DH_VALUE")

#: An alert with which a server refuses a handshake in which it finds nothing acceptable (RFC 8446 section 6.2).
_NOTHING_IN_COMMON = re.compile(r"HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|NO_PROTOCOLS_AVAILABLE")

#: What other clients on this machine would offer: only Python excludes RSA key exchange and SHA-1 suites.
_SUITES = (
    "ECDH+AESGCM:ECDH+CHACHA20:DH+AESGCM:DH+CHACHA20:ECDH+AES:DH+AES:RSA+AESGCM:RSA+AES"
    ":!aNULL:!eNULL:!aDSS:!AESCCM:!PSK:!SRP"
)
_EVERY_SUITE = "ALL:COMPLEMENTOFDEFAULT:!aNULL:!eNULL:@SECLEVEL=0"

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


def context_for(verify: bool, ca_path: str = "") -> ssl.SSLContext:
    """The context of a probe: TLS 1.2 at least, with the suites that other programs offer too. Raises OSError."""
    context = client_context(verify, ca_path)
    with suppress(ssl.SSLError):  # a system policy may allow fewer
        context.set_ciphers(_SUITES)
    return context


def lenient_context() -> ssl.SSLContext:
    """An unverified context with everything that this machine's OpenSSL supports, to see what an old server uses."""
    context = client_context(verify=False)
    with suppress(ssl.SSLError, ValueError):
        context.set_ciphers(_EVERY_SUITE)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


def is_outdated(suite: str) -> bool:
    """Whether a suite of TLS 1.2 lacks forward secrecy, or authenticates with SHA-1 (RFC 9325 section 4.1)."""
    return bool(suite) and (not suite.startswith(("TLS_", "ECDHE-", "DHE-")) or suite.endswith("-SHA"))


@dataclass
class Shown:
    """What a handshake shows, whether it succeeds or not: the whole chain, and a request for a client certificate.

    The standard library reports neither for a handshake that failed. ``ssl.SSLContext`` has had a hook for each message
    since Python 3.8; if a Python lacks it, nothing is shown.
    """

    chain: list[Certificate] = field(default_factory=list)
    certificate_asked: bool = False

    def watch(self, context: ssl.SSLContext) -> None:
        """Listen to the handshakes of a context."""
        if hasattr(context, "_msg_callback"):
            context._msg_callback = self._take

    def refuses_without_certificate(self, exc: OSError) -> bool:
        """Whether the server stopped for lack of a client certificate, which in TLS 1.3 shows after the handshake."""
        reason = str(getattr(exc, "reason", ""))
        return self.certificate_asked or "CERTIFICATE_REQUIRED" in reason

    def _take(self, _sock: Any, direction: str, _version: Any, content: Any, kind: Any, data: bytes) -> None:
        if direction != "read" or content != _HANDSHAKE:
            return
        if kind == _CERTIFICATE_REQUEST:
            self.certificate_asked = True
        elif kind == _CERTIFICATE:
            with suppress(IndexError, ValueError):
                self.chain = [parse(der) for der in _certificates(data)]


# RFC 8446 sections 5.1 and 4.
_HANDSHAKE, _CERTIFICATE, _CERTIFICATE_REQUEST = 22, 11, 13


def _certificates(message: bytes) -> Iterator[bytes]:
    """The certificates of a Certificate message: TLS 1.2 (RFC 5246 section 7.4.2) or 1.3 (RFC 8446 section 4.4.2)."""
    body = message[4:]
    is_1_2 = int.from_bytes(body[:3], "big") == len(body) - 3
    at = 3 if is_1_2 else 1 + body[0] + 3
    while at + 3 <= len(body):
        size = int.from_bytes(body[at : at + 3], "big")
        yield body[at + 3 : at + 3 + size]
        at += 3 + size
        if not is_1_2:
            at += 2 + int.from_bytes(body[at : at + 2], "big")


def handshake(
    sock: socket.socket, context: ssl.SSLContext, server_name: str, deadline: Deadline, shown: Shown | None = None
) -> ssl.SSLSocket:
    """Turn a connection into a TLS connection, and fill ``shown``.

    Raises Failure: ``tls_not_spoken``, ``tls_too_old``, ``tls_nothing_in_common``, ``client_certificate``,
    ``tls_failed``, a ``cert_…`` event or ``stalled``.
    """
    shown = shown or Shown()
    try:
        shown.watch(context)
        wrapped = context.wrap_socket(sock, server_hostname=server_name, do_handshake_on_connect=False)
        wrapped.settimeout(deadline.left())
        wrapped.do_handshake()
    except ssl.SSLCertVerificationError as exc:
        event = _CERTIFICATE_EVENTS.get(exc.verify_code, "cert_invalid")
        raise Failure(Observation(stage="certificate", event=event, text=str(exc.verify_message))) from None
    except ssl.SSLError as exc:
        raise Failure(_refused_handshake(exc, shown)) from None
    except (socket.timeout, TimeoutError):
        raise Failure(Observation(event="stalled")) from None
    except OSError as exc:
        event = "client_certificate" if shown.certificate_asked else "tls_failed"
        raise Failure(Observation(event=event, text=str(exc.strerror or "connection reset"))) from None
    return wrapped


def peer_certificate(sock: ssl.SSLSocket) -> Certificate | None:
    """The server's certificate, verified or not; None when it cannot be decoded."""
    der = sock.getpeercert(binary_form=True)
    try:
        return parse(der) if der else None
    except ValueError:
        return None


def describe(sock: ssl.SSLSocket, certificate: Certificate | None, now: datetime) -> dict[str, Any]:
    """The TLS connection as the result describes it."""
    cipher = sock.cipher()
    return {
        "version": sock.version() or "",
        "cipher": cipher[0] if cipher else "",
        "days_left": certificate.days_left(now) if certificate else None,
        "san": list(certificate.names) if certificate else [],
        "issuer": certificate.issuer if certificate else "",
    }


def certificate_events(certificate: Certificate, host: str, now: datetime) -> list[str]:
    """All errors of a certificate that show without its chain; OpenSSL names only the first error."""
    events = []
    if now > certificate.not_after:
        events.append("cert_expired")
    if now < certificate.not_before:
        events.append("cert_not_yet")
    if not certificate.names_host(host):
        events.append("cert_name")
    return events


def _refused_handshake(exc: ssl.SSLError, shown: Shown) -> Observation:
    reason = str(exc.reason or type(exc).__name__)
    if _NOT_TLS.search(reason):
        event = "tls_not_spoken"
    elif _TOO_OLD.search(reason):
        event = "tls_too_old"
    elif shown.refuses_without_certificate(exc):
        event = "client_certificate"
    else:
        event = "tls_nothing_in_common" if _NOTHING_IN_COMMON.search(reason) else "tls_failed"
    return Observation(event=event, text=reason.replace("_", " ").lower())
