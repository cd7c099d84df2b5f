# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy that counts requests, passes them on to a stand-in, and plays a fault at one of them.

It lives for one run of the collection: `with Proxy(serve, fault, 3) as proxy` plays the fault at the third request. A
client that calls `connect` is answered in its own thread, in the moment in which it reads: on a busy machine, most of
the time of a run is otherwise that of waiting for the other thread. Faults of silence need a thread of their own.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

#: The longest that a fault waits for the client to give up, in seconds.
_PATIENCE = 30.0
#: What fits into the buffers of a connection, in bytes, so that it can be sent before anybody reads.
_BUFFERED = 60_000
_METHOD = re.compile(rb"%22(\w+)%22")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Message:
    """A request or an answer as it stands."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        found = _METHOD.search(self.head.split(b"\r\n", 1)[0])
        return found[1].decode() if found else ""


@dataclass(frozen=True)
class Scene:
    """What a fault has to play with.

    client: its connection. request: what it asked. take_effect: passes the request on and returns the answer.
    earlier: the answers that the client got before. sent: all that it sent so far.
    """

    client: socket.socket
    request: Message
    take_effect: Callable[[], Message]
    earlier: Sequence[Message]
    sent: bytes

    def send(self, data: bytes) -> None:
        if len(data) < _BUFFERED:
            self.client.sendall(data)
        else:
            threading.Thread(target=_send_all, args=(self.client.dup(), data), daemon=True).start()

    def reset(self) -> None:
        """End the connection in such a way that the client gets ECONNRESET."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def wait(self, pause: float = _PATIENCE) -> bool:
        """Say nothing for so long; false when the client has hung up."""
        self.client.settimeout(pause)
        try:
            while self.client.recv(65536):
                pass
        except TimeoutError:
            return True
        except OSError:
            pass
        return False


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with one request.

    play: does it; true when the connection goes on. slow: the client has to notice by its time limit. lies: a whole and
    readable answer says something else than the server holds. ends_session: the server says that it has forgotten the
    session that the request came with.
    """

    name: str
    play: Callable[[Scene], bool]
    slow: bool = False
    lies: bool = False
    ends_session: bool = False


@dataclass
class Proxy:
    """Serves one client after the other on a port of its own.

    serve: what is behind it. at: the number of the request at which the fault is played, from 1; 0 for none. methods:
    those of the requests so far. played: whether it came to the fault.
    """

    serve: Callable[[Message], Message]
    fault: Fault | None = None
    at: int = 0
    methods: list[str] = field(default_factory=list)
    played: bool = False

    def __enter__(self) -> Proxy:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self._answers: list[Message] = []
        self._sent = b""
        self._asked: BinaryIO | None = None
        self._thread = threading.Thread(target=self._accept, daemon=True)
        if self.fault is not None and self.fault.slow:
            self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        for opened in (self._listener, self._client):
            _shut(opened)
        if self._thread.is_alive():
            self._thread.join()
        self._hang_up()
        self._listener.close()

    def connect(self, line: type[socket.socket]) -> socket.socket:
        """A connection of a class of sockets whose reads have the proxy answer first."""
        answer = self._answer

        class Line(line):
            def recv_into(self, *args: Any, **kwargs: Any) -> int:
                answer()
                return super().recv_into(*args, **kwargs)

        self._hang_up()
        raw = socket.create_connection(self._listener.getsockname())
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client, _address = self._listener.accept()
        self._asked = self._client.makefile("rb")
        return Line(fileno=raw.detach())

    def _answer(self) -> None:
        """Answer a request that waits, if there is one."""
        if self._client is None or self._asked is None or not select.select([self._client], [], [], 0)[0]:
            return
        try:
            goes_on = self._pass(self._client, _message(self._asked))
        except (OSError, EOFError):
            goes_on = False
        if not goes_on:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None and self._asked is not None:
            self._asked.close()
            self._client.close()
            self._client = self._asked = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client, client.makefile("rb") as asked:
                self._client = client
                try:
                    while self._pass(client, _message(asked)):
                        pass
                except (OSError, EOFError):
                    pass  # the client has gone, or the run is over
                self._client = None

    def _pass(self, client: socket.socket, request: Message) -> bool:
        """Answer one request; false when the connection ends with it."""
        self.methods.append(request.method)
        self._sent += request.head + request.body
        if self.fault is not None and len(self.methods) == self.at:
            self.played = True
            scene = Scene(client, request, lambda: self.serve(request), self._answers, self._sent)
            return self.fault.play(scene)
        answer = self.serve(request)
        self._answers.append(answer)
        client.sendall(answer.head + answer.body)
        return True


def _message(stream: BinaryIO) -> Message:
    """Read one message; EOFError when the connection ended before it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise EOFError
        head += line
    length = _LENGTH.search(head)
    return Message(head, stream.read(int(length[1])) if length else b"")


def _send_all(client: socket.socket, data: bytes) -> None:
    with client, contextlib.suppress(OSError):
        client.settimeout(_PATIENCE)
        client.sendall(data)


def _shut(opened: socket.socket | None) -> None:
    try:
        if opened is not None:
            opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended already
