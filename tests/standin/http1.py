# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP/1.1 server with keep-alive on asyncio streams: one loop serves hundreds of connections without threads.

It has only what the stand-in needs: bodies with a Content-Length, and answers that can be late, slow, cut or missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

_HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 1024 * 1024
_BACKLOG = 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Request:
    """One request; names of headers are in lower case."""

    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """One answer and how to deliver it.

    delay: seconds to wait first; pace: bytes per second, 0 for no limit; cut: send this many bytes of the body less
    than announced and close; silent: close the connection without an answer; close: close it after the answer.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    pace: float = 0
    cut: int = 0
    silent: bool = False
    close: bool = False

    def head(self) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Unknown')}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            f"Connection: {'close' if self.close else 'keep-alive'}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


Handler = Callable[[Request], Awaitable[Response]]


class BadRequestError(Exception):
    """A request that this server does not accept; holds the status of the answer."""

    def __init__(self, status: int):
        super().__init__(str(status))
        self.status = status


class HttpServer:
    """Serves one handler on one address until it is stopped."""

    def __init__(self, handler: Handler):
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Start serving; returns the port. Raises OSError when the address is not available."""
        self._server = await asyncio.start_server(self._serve, host, port, ssl=tls, limit=_HEAD_LIMIT, backlog=_BACKLOG)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and end every connection, even in the middle of a slow answer."""
        if self._server is not None:
            self._server.close()
        connections = list(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await asyncio.sleep(0)  # the loop frees aborted sockets in its next iteration

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except asyncio.CancelledError:
            writer.transport.abort()  # the stand-in ends; a regular TLS shutdown would wait for the client
        finally:
            self._connections.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection ends with it."""
        try:
            request = await _read_request(reader)
        except BadRequestError as exc:
            await _deliver(writer, Response(exc.status, close=True))
            return False
        if request is None:
            return False
        response = await self._handler(request)
        if request.headers.get("connection", "").lower() == "close":
            response = replace(response, close=True)
        await _deliver(writer, response)
        return not (response.close or response.silent or response.cut)


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        if exc.partial:
            raise BadRequestError(400) from None
        return None
    except asyncio.LimitOverrunError:
        raise BadRequestError(431) from None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(400)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(400)
        headers[name.lower()] = value.strip()
    return Request(parts[0], parts[1], headers, await _read_body(reader, headers))


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise BadRequestError(411)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise BadRequestError(400)
    if int(length) > _BODY_LIMIT:
        raise BadRequestError(413)
    return await reader.readexactly(int(length))


async def _deliver(writer: asyncio.StreamWriter, response: Response) -> None:
    if response.delay:
        await asyncio.sleep(response.delay)
    if response.silent:
        writer.transport.abort()
        return
    body = response.body[: len(response.body) - response.cut]
    if response.pace:
        await _drip(writer, response.head() + body, response.pace)
    else:
        writer.write(response.head() + body)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter, data: bytes, pace: float) -> None:
    """Send byte after byte; each byte resets a client's read time-out, so only a limit on the whole answer ends it."""
    for position in range(len(data)):
        writer.write(data[position : position + 1])
        await writer.drain()
        await asyncio.sleep(1 / pace)
