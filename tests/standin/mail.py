# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's SMTP companion: two submission ports of one mail server, on loopback, with its own authority.

One port starts in clear text and offers STARTTLS, the other uses TLS from the first byte. A login requires TLS, sending
requires a login, and a login can only send as the addresses that it owns.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .background import Background
from .certificates import Identity, make_identity

LOOPBACK = "127.0.0.1"

# At lower levels aiosmtpd logs each line of the dialogue, and a warning about its own deprecated call.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Message:
    """An accepted message, and the login that sent it ("" when none was needed)."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    login: str


class MailHandle:
    """The running mail server: `start` and `stop` once, or a `with` block.

    accounts: address → password. may_send_as: login → further addresses, or "@domain" for all of a domain. host_name:
    a further name in the certificate, with localhost, 127.0.0.1 and ::1. directory: of the authority's file (a
    temporary one by default). open_relay: also accept mail without a login.
    """

    host = LOOPBACK

    def __init__(
        self,
        accounts: Mapping[str, str],
        *,
        may_send_as: Mapping[str, Iterable[str]] | None = None,
        host_name: str = "smtp.standin.example",
        directory: str | Path | None = None,
        open_relay: bool = False,
    ):
        self.messages: list[Message] = []
        self.logins_tried: Counter[str] = Counter()
        self.logins_refused: Counter[str] = Counter()
        self.starttls_port = 0
        self.tls_port = 0
        self.host_name = host_name
        self._accounts = {address.lower(): password for address, password in accounts.items()}
        self._may_send_as = {login.lower(): tuple(more) for login, more in (may_send_as or {}).items()}
        self._open_relay = open_relay
        self._wanted_directory = directory
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._identity: Identity | None = None
        self._background = Background("standin-mail", self._serving)

    def __enter__(self) -> MailHandle:
        return self.start()

    def __exit__(self, *_problem: object) -> None:
        self.stop()

    def start(self) -> MailHandle:
        """Start serving. Raises OSError when a port is not available or the authority's file cannot be written."""
        directory = self._wanted_directory
        if directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="standin-mail-")
            directory = self._temporary.name
        self._identity = make_identity(Path(directory), "mail", self.host_name)
        self._background.start()
        return self

    def stop(self) -> None:
        """End every connection and the thread; harmless when nothing runs."""
        self._background.stop()
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    @property
    def ca_path(self) -> str | None:
        return str(self._identity.ca_path) if self._identity else None

    def clear(self) -> None:
        """Delete messages and counts."""
        self.messages.clear()
        self.logins_tried.clear()
        self.logins_refused.clear()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        assert self._identity is not None
        loop, context = asyncio.get_running_loop(), self._identity.context

        def protocol(in_clear: bool) -> SMTP:
            return SMTP(
                _Rules(self),
                hostname=self.host_name,
                ident="standin mail server",
                loop=loop,
                tls_context=context if in_clear else None,
                # aiosmtpd only recognises TLS after STARTTLS; on the other port every connection uses TLS.
                auth_require_tls=in_clear,
                authenticator=self._authenticate,
            )

        async with (
            await loop.create_server(lambda: protocol(True), LOOPBACK, 0) as in_clear,
            await loop.create_server(lambda: protocol(False), LOOPBACK, 0, ssl=context) as in_tls,
        ):
            self.starttls_port = in_clear.sockets[0].getsockname()[1]
            self.tls_port = in_tls.sockets[0].getsockname()[1]
            try:
                yield
            finally:
                await _end_other_tasks()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        login = data.login.decode("utf-8", "replace").lower()
        accepted = login in self._accounts and self._accounts[login].encode() == data.password
        self.logins_tried[login] += 1
        if not accepted:
            self.logins_refused[login] += 1
        return AuthResult(success=accepted, handled=False, auth_data=login)

    def refusal(self, login: str | None, sender: str) -> str | None:
        """Why this sender's mail is refused, as an SMTP reply; None when it is accepted. `login` may be None."""
        if login is None:
            return None if self._open_relay else "530 5.7.0 Authentication required"
        if not self._owns(login, sender.lower()):
            return f"553 5.7.1 <{sender}>: Sender address rejected: not owned by user {login}"
        return None

    def _owns(self, login: str, sender: str) -> bool:
        owned = {login, *(address.lower() for address in self._may_send_as.get(login, ()))}
        return sender in owned or "@" + sender.rpartition("@")[2] in owned


class _Rules:
    """aiosmtpd's hooks: who may send as whom, and what is kept."""

    def __init__(self, mail: MailHandle):
        self._mail = mail

    async def handle_MAIL(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self._mail.refusal(session.auth_data if session.authenticated else None, address)
        if refusal is not None:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        login = str(session.auth_data) if session.authenticated else ""
        self._mail.messages.append(Message(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, login))
        return "250 2.0.0 Ok: kept by the stand-in"


async def _end_other_tasks() -> None:
    """aiosmtpd runs each connection as a task; closing the server leaves them alone."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
