# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One kept-alive HTTP connection with time limits for connecting, for reading and for the whole work.

``http.client`` only has a limit for each single read, which a server that sends one byte at a time never reaches. The
sockets here check the remaining time before every read and write.
"""

from __future__ import annotations

import http.client
import selectors
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    UncertainError,
    UnreachableError,
)
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import client_context

#: A larger answer does not come from a Fincon server.
MAX_ANSWER_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class TimeLimits:
    """Time limits in seconds.

    :param connect: for the TCP connection and the TLS handshake.
    :param read: for a part of an answer.
    :param total: for all requests of the connection together.
    """

    connect: float
    read: float
    total: float


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status code, header fields in lower case, and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str


class ConnectionLostError(UnreachableError, UncertainError):
    """The connection ended while an answer was expected: whether the request took effect is not known."""


class _Limited:
    """Mixed into a socket: each read and write may take the remaining time, but at most ``read_limit`` seconds."""

    read_limit = 0.0
    deadline = Deadline.after(0)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._arm()
        return super().recv_into(*args, **kwargs)  # type: ignore[misc]

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._arm()
        super().sendall(*args, **kwargs)  # type: ignore[misc]

    def _arm(self) -> None:
        self.settimeout(min(self.read_limit, self.deadline.left()))  # type: ignore[attr-defined]


class _PlainSocket(_Limited, socket.socket):
    pass


class _TlsSocket(_Limited, ssl.SSLSocket):
    pass


class _Connection(http.client.HTTPConnection):
    """Takes its socket from outside, so that plain and TLS connections only differ in the socket."""

    def __init__(self, host: str, port: int, opened: socket.socket) -> None:
        super().__init__(host, port)
        self.sock = opened
        self.auto_open = 0


class HttpClient:
    """Requests to one server, one at a time, over one connection where the server keeps it.

    :param url: ``http://`` or ``https://`` with a host, and optionally a port and a path.
    :param default_path: the path when the address has none.
    :raises FinconError: when the address or the CA path cannot be used.
    """

    def __init__(
        self, url: str, default_path: str, limits: TimeLimits, validate_certs: bool, ca_path: str | None
    ) -> None:
        try:
            parts = urls.parse(url)
        except ValueError as exc:
            raise FinconError(f"installation.url {exc}") from None
        self.secure = parts.scheme == "https"
        self.exposes = parts.exposes
        self.host = parts.host
        self.port = parts.port or urls.DEFAULT_PORT
        self.path = parts.path.rstrip("/") or default_path
        host = f"[{self.host}]" if ":" in self.host else self.host
        self.where = f"{parts.scheme}://{host}:{self.port}"
        self._limits = limits
        self._left = limits.total
        self._context = _tls_context(validate_certs, ca_path) if self.secure else None
        self._connection: _Connection | None = None

    def request(self, verb: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send a request and return the answer, whatever its status.

        :raises UnreachableError: no connection; nothing was sent.
        :raises ConnectionLostError: the answer did not come, or not in time.
        """
        if self._left <= 0:
            raise UnreachableError(
                f"{self.where}: the call took longer than {self._limits.total:g} seconds (time limit of the whole call)"
            )
        started = time.monotonic()
        try:
            connection = self._open(Deadline.after(self._left))
            return self._exchange(connection, verb, path, headers, body)
        finally:
            self._left -= time.monotonic() - started

    def pause(self, seconds: float) -> bool:
        """Take a pause out of the time for the whole call; false when not enough time is left."""
        if seconds >= self._left:
            return False
        self._left -= seconds
        return True

    def allow(self, seconds: float) -> None:
        """Give the next requests at least this much time, whatever is left of the whole."""
        self._left = max(self._left, seconds)

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self, deadline: Deadline) -> _Connection:
        if self._connection is not None and _is_stale(self._connection.sock):
            self.close()
        if self._connection is None:
            self._connection = _Connection(self.host, self.port, self._connect(deadline))
        self._connection.sock.deadline = deadline  # type: ignore[union-attr]
        return self._connection

    def _connect(self, deadline: Deadline) -> socket.socket:
        limit = self._limits.connect
        try:
            limit = min(limit, deadline.left())
            raw = socket.create_connection((self.host, self.port), timeout=limit)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened = self._secured(raw, self._context, limit) if self._context else _PlainSocket(fileno=raw.detach())
        except ssl.SSLCertVerificationError as exc:
            raise UnreachableError(
                f"{self.where}: the server's certificate is not trusted ({exc.verify_message}); "
                "set ca_path to the CA that issued it"
            ) from exc
        except ssl.SSLError as exc:
            raise UnreachableError(
                f"{self.where}: no TLS connection ({exc.reason or 'handshake failed'}); is it an http:// address?"
            ) from exc
        except socket.gaierror as exc:
            raise UnreachableError(f"{self.where}: the host name cannot be resolved; check the address") from exc
        except TimeoutError as exc:
            raise UnreachableError(
                f"{self.where}: no connection within {limit:g} seconds; is a firewall between?"
            ) from exc
        except OSError as exc:
            raise UnreachableError(
                f"{self.where}: no connection ({exc.strerror or type(exc).__name__}); does the REST server run?"
            ) from exc
        opened.read_limit = self._limits.read  # type: ignore[attr-defined]
        return opened

    def _secured(self, raw: socket.socket, context: ssl.SSLContext, limit: float) -> socket.socket:
        try:
            return context.wrap_socket(raw, server_hostname=self.host)
        except TimeoutError as exc:
            raw.close()
            raise UnreachableError(
                f"{self.where}: no TLS handshake within {limit:g} seconds; is it an http:// address?"
            ) from exc
        except BaseException:
            raw.close()
            raise

    def _exchange(
        self, connection: _Connection, verb: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        try:
            connection.request(verb, self.path + path, body, dict(headers))
            response = connection.getresponse()
            raw = response.read(MAX_ANSWER_BYTES + 1)
            if response.length and len(raw) <= MAX_ANSWER_BYTES:
                # http.client does not report an early end when it is asked for a number of bytes.
                raise http.client.IncompleteRead(raw, response.length)
        except TimeoutError as exc:
            self.close()
            raise ConnectionLostError(f"{self.where}: no complete answer in time") from exc
        except (http.client.HTTPException, OSError) as exc:
            self.close()
            raise ConnectionLostError(f"{self.where}: the connection ended before the answer was complete") from exc
        if len(raw) > MAX_ANSWER_BYTES or response.will_close:
            self.close()
        if len(raw) > MAX_ANSWER_BYTES:
            raise ConnectionLostError(f"{self.where}: the answer is longer than {MAX_ANSWER_BYTES} bytes")
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, raw.decode("utf-8", "replace"))


def _tls_context(validate_certs: bool, ca_path: str | None) -> ssl.SSLContext:
    try:
        # The path is read even where nothing is verified: a wrong one is an error of the settings.
        context = client_context(ca_path=ca_path or "")
    except OSError as exc:
        raise FinconError(
            f"installation.ca_path {ca_path} cannot be read as certificates; check file and rights"
        ) from exc
    if not validate_certs:
        context = client_context(verify=False)
    context.sslsocket_class = _TlsSocket
    return context


def _is_stale(sock: socket.socket | None) -> bool:
    """Whether an idle connection has something to read, which can only mean that it was closed."""
    if sock is None:
        return True
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))
