# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that follows a script, even a wrong one, and counts connections, commands and logins.

The unit tests of the probe use it, and so does the comparison of the probe with other tools.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

EHLO = "250-mail.example.test\r\n250-SIZE 1000000\r\n250-STARTTLS\r\n250 8BITMIME"
EHLO_WITH_LOGIN = "250-mail.example.test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN"


@dataclass
class Script:
    """What the server sends. An answer is text (CRLF is added), unchanged bytes, or a function.

    ``before_tls`` and ``after_tls`` answer EHLO; ``replies`` answer other commands by their first word. In seconds:
    ``delay`` is the pause before the greeting, ``pause`` the one before each answer, ``drip`` the one after each byte.
    ``hang_up_at`` names a command after which the connection is closed without a reply.
    """

    banner: str | bytes | None = "220 mail.example.test ESMTP"
    before_tls: str = EHLO
    after_tls: str = EHLO_WITH_LOGIN
    replies: Mapping[str, object] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=lambda: {"alice@example.test": "open sesame"})
    refusal: str = "535 5.7.8 Error: authentication failed"
    delay: float = 0.0
    pause: float = 0.0
    drip: float = 0.0
    hang_up_at: str = ""
    implicit: bool = False
    after_starttls: bytes = b""


class Conversation:
    """One connection, from the server's side."""

    def __init__(self, server: ScriptedServer, sock: socket.socket) -> None:
        self.server = server
        self.script = server.script
        self.sock = sock
        self.encrypted = False
        self._stream = sock.makefile("rb")

    def send(self, text: str | bytes) -> None:
        time.sleep(self.script.pause)
        data = text if isinstance(text, bytes) else text.encode() + b"\r\n"
        if not self.script.drip:
            self.sock.sendall(data)
            return
        for byte in data:
            self.sock.sendall(bytes([byte]))
            time.sleep(self.script.drip)

    def line(self) -> str:
        return self._stream.readline(65536).decode("utf-8", "replace").rstrip("\r\n")

    def start_tls(self) -> None:
        context = self.server.context
        if context is None:
            raise ValueError("a script with TLS needs a context")
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self._stream = self.sock.makefile("rb")
        self.encrypted = True

    def run(self) -> None:
        if self.script.implicit:
            self.start_tls()
        time.sleep(self.script.delay)
        if self.script.banner is None:
            self.sock.recv(1)
            return
        self.send(self.script.banner)
        while True:
            command = self.line()
            if not command or not self.answer(command):
                return

    def answer(self, command: str) -> bool:
        """Answer one command; False ends the conversation."""
        self.server.commands.append(command)
        word = command.split(maxsplit=1)[0].upper()
        if word == "QUIT":
            self.server.ends(self)
        if word == self.script.hang_up_at:
            return False
        if word in self.script.replies:
            reply = self.script.replies[word]
            if callable(reply):
                reply(self)
            else:
                self.send(reply)  # type: ignore[arg-type]
            return word != "QUIT"
        return self._usual_answer(word, command)

    def _usual_answer(self, word: str, command: str) -> bool:
        if word == "EHLO":
            self.send(self.script.after_tls if self.encrypted else self.script.before_tls)
        elif word == "STARTTLS":
            self.send(b"220 go ahead\r\n" + self.script.after_starttls)
            self.start_tls()
        elif word == "AUTH":
            self.log_in(command)
        elif word == "DATA":
            self._take_message()
        elif word == "QUIT":
            self.send("221 bye")
            return False
        else:
            self.send("250 ok")
        return True

    def log_in(self, command: str) -> None:
        """Answer AUTH with the accounts of the script."""
        self.server.logins += 1
        words = command.split()
        mechanism = words[1].upper()
        if mechanism == "PLAIN":
            if len(words) < 3:
                self.send("334 ")
            token = words[2] if len(words) > 2 else self.line()
            _identity, name, password = base64.b64decode(token).decode().split("\0")
        else:
            name, password = self._ask("VXNlcm5hbWU6"), self._ask("UGFzc3dvcmQ6")
        self.send("235 2.7.0 accepted" if self.script.accounts.get(name) == password else self.script.refusal)

    def _ask(self, prompt: str) -> str:
        self.send("334 " + prompt)
        return base64.b64decode(self.line()).decode()

    def _take_message(self) -> None:
        self.send("354 end with a dot")
        lines: list[str] = []
        while True:
            line = self.line()
            if line == ".":
                break
            lines.append(line)
        self.server.messages.append(lines)
        self.send(self.script.replies.get("<message>", "250 2.0.0 queued"))  # type: ignore[arg-type]


class ScriptedServer:
    """Serves a script at a free port of ``address``; every connection has its own thread."""

    def __init__(
        self,
        script: Script | None = None,
        context: ssl.SSLContext | None = None,
        serve: Callable[[Conversation], None] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.script = script or Script()
        self.context = context
        self.commands: list[str] = []
        self.messages: list[list[str]] = []
        self.logins = 0
        self.connections = 0
        self.most_at_once = 0
        self._serve = serve or Conversation.run
        self._open: set[Conversation] = set()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family, backlog=50)
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def ends(self, conversation: Conversation) -> None:
        """Count it no longer: a client that has said QUIT may begin the next one before this thread ends."""
        with self._lock:
            self._open.discard(conversation)

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self._sockets.append(sock)
            threading.Thread(target=self._converse, args=(sock,), daemon=True).start()

    def _converse(self, sock: socket.socket) -> None:
        conversation = Conversation(self, sock)
        with self._lock:
            self.connections += 1
            self._open.add(conversation)
            self.most_at_once = max(self.most_at_once, len(self._open))
        try:
            # Many of the tests need clients that close the connection and handshakes that fail.
            with contextlib.suppress(OSError, ValueError):
                self._serve(conversation)
        finally:
            self.ends(conversation)
            with contextlib.suppress(OSError):
                conversation.sock.close()
            sock.close()
