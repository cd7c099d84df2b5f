# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One SMTP connection: sends commands and reads replies, with a limit for each wait."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp import tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reply import NotAReply, Reply, ReplyReader

_READ_SIZE = 4096
_TLS_RECORD_STARTS = (b"\x15\x03", b"\x16\x03")


class Channel:
    """A dialogue over a connected socket. Every method raises Failure; its facts name the last command sent."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self._deadline = deadline
        self._limit = deadline
        self._reader = ReplyReader()
        self.last_command = "connecting"
        """What the server is to answer, in words for the result."""
        self.shown = tls.Shown()
        """What the server's TLS handshake showed."""
        self._new_in_tls = False

    def limit(self, seconds: float) -> None:
        """Let the following steps take ``seconds``, within the deadline of the whole probe."""
        self._limit = self._deadline.within(seconds)

    def command(self, line: str, name: str) -> Reply:
        """Send one command and read its reply. Results show ``name`` instead of the line, which can be a secret."""
        self.last_command = name
        with suppress(OSError):  # a server that has closed the connection often gave the reason: read it first
            self._send(line.encode("utf-8") + b"\r\n")
        return self.reply()

    def data(self, content: bytes, name: str) -> Reply:
        """Send content that has its own end mark, and read the reply to it."""
        self.last_command = name
        with suppress(OSError):
            self._send(content)
        return self.reply()

    def reply(self) -> Reply:
        """Read one reply, without having sent anything."""
        try:
            reply = self._reader.next_reply()
            while reply is None:
                self._receive()
                reply = self._reader.next_reply()
        except NotAReply as exc:
            raise self._failure("not_smtp", _named_protocol(exc.text)) from None
        except Failure:
            reply = self._reader.partial()
            if reply is None or reply.code < 400:
                raise  # an incomplete acceptance is not one; a refusal is valid even without its last line
        self._new_in_tls = False
        return reply

    def further_replies(self) -> list[Reply]:
        """Complete replies that have already arrived without a command."""
        found = []
        try:
            reply = self._reader.next_reply()
            while reply is not None:
                found.append(reply)
                reply = self._reader.next_reply()
        except NotAReply as exc:
            raise self._failure("not_smtp", _named_protocol(exc.text)) from None
        return found

    def refuse_early_bytes(self) -> None:
        """Call between STARTTLS and the handshake, where the client speaks first: data that is there was injected."""
        if self._reader.waiting or self._bytes_have_come():
            raise self._failure("injection")

    def start_tls(self, context: ssl.SSLContext, server_name: str) -> None:
        """Turn the connection into a TLS connection; what was sent in clear text before is forgotten."""
        self.last_command = "the TLS handshake"
        self.sock = tls.handshake(self.sock, context, server_name, self._limit, self.shown)
        self._reader = ReplyReader()
        self._new_in_tls = True

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        self.sock.close()

    def _bytes_have_come(self) -> bool:
        self.sock.setblocking(False)
        try:
            first = self.sock.recv(1, socket.MSG_PEEK)
            if first == b"\r":  # the end of a line that the server ends with LF CR
                self.sock.recv(1)
                first = self.sock.recv(1, socket.MSG_PEEK)
        except OSError:  # no data has arrived, as expected
            return False
        return bool(first)

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                self.sock.settimeout(self._limit.left())
                view = view[self.sock.send(view) :]
            except (socket.timeout, TimeoutError):
                raise self._failure("stalled") from None

    def _receive(self) -> None:
        try:
            self.sock.settimeout(self._limit.left())
            data = self.sock.recv(_READ_SIZE)
        except (socket.timeout, TimeoutError):
            raise self._failure("stalled" if self._reader.begun else "silent") from None
        except OSError as exc:
            if self._new_in_tls and self.shown.refuses_without_certificate(exc):
                raise self._failure("client_certificate") from None
            data = b""
        if not data:
            event = "client_certificate" if self._new_in_tls and self.shown.certificate_asked else "closed"
            raise self._failure(event)
        if data.startswith(_TLS_RECORD_STARTS) and not self._reader.begun:
            raise self._failure("tls_not_spoken")
        self._reader.feed(data)

    def _failure(self, event: str, text: str = "") -> Failure:
        return Failure(Observation(event=event, text=text, facts={"command": self.last_command}))


def _named_protocol(text: str) -> str:
    """The text, or a word for unreadable bytes."""
    return text if any(character.isalnum() for character in text) else "(unreadable bytes)"
