# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in in this process: it serves from its own thread while tests, or the command line, go on.

with StandIn(companies={"CAPETOWN": ["THANDI", "PIETER"]}) as standin:
    client = Client(standin.url, standin.server_username, standin.server_password)
    ...
    assert standin.requests(company="CAPETOWN", writes=True) == []
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .background import Background
from .certificates import Identity, make_identity
from .control import Control, ControlApplication
from .http1 import HttpServer
from .server import FinconApplication, World
from .sessions import Clock, Sessions
from .site import (
    FINCON_PASSWORD,
    FINCON_USER,
    SERVER_PASSWORD,
    SERVER_USERNAME,
    company,
    load_companies,
    read_contract,
    read_window,
)
from .store import Store

LOOPBACK = "127.0.0.1"


class StandIn(Control):
    """A running standin and its control side: `start` and `stop` once, or a `with` block.

    companies: DataID → names of users (each company also gets PASSME and a user who can log in: `fincon_username`,
    `fincon_password`), or a list of companies as in a site file. contract, window: as in a site file. tls: serve https
    with our own authority (`ca_path`), or with the given Identity. published: a server without the mail methods.
    user_timeout: seconds. page_cap: the largest number of records in one answer, 0 for no limit. database: a file, or
    ":memory:".

    Raises SiteError or ContractError for settings that cannot be used.
    """

    fincon_username = FINCON_USER
    fincon_password = FINCON_PASSWORD

    def __init__(
        self,
        companies: Mapping[str, Iterable[str]] | Iterable[Mapping[str, Any]] = (),
        *,
        server_username: str = SERVER_USERNAME,
        server_password: str = SERVER_PASSWORD,
        host: str = LOOPBACK,
        port: int = 0,
        admin_port: int = 0,
        tls: bool | Identity = False,
        max_sessions: int = 20,
        user_timeout: float = 300,
        page_cap: int = 0,
        published: bool = False,
        contract: Mapping[str, Mapping[str, Any]] | None = None,
        window: Mapping[str, str] | None = None,
        database: str = ":memory:",
        clock: Clock | None = None,
    ):
        clock = clock or Clock()
        world = World(
            contract=read_contract(contract, published),
            window=read_window(window),
            store=Store(database),
            sessions=Sessions(clock, max_sessions, user_timeout),
            clock=clock,
            server_username=server_username,
            server_password=server_password,
            page_cap=page_cap,
        )
        super().__init__(world)
        if isinstance(companies, Mapping):
            companies = [company(data_id, users) for data_id, users in companies.items()]
        load_companies(world.store, companies)
        self.server_username = server_username
        self.server_password = server_password
        self.port = port
        self.admin_port = admin_port
        self._host = host
        self._tls = tls
        self._identity: Identity | None = None
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._background = Background("fincon-standin", self._serving)

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(self, *_problem: object) -> None:
        self.stop()

    def start(self) -> StandIn:
        """Start serving. Raises OSError when an address is not available."""
        self._identity = self._make_identity()
        try:
            self._background.start()
        except OSError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End every connection, the thread and the database; harmless when nothing runs."""
        self._background.stop()
        self._world.store.close()
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None

    @property
    def url(self) -> str:
        return f"{'https' if self._identity else 'http'}://{self._host}:{self.port}"

    @property
    def admin_url(self) -> str:
        return f"http://{LOOPBACK}:{self.admin_port}"

    @property
    def ca_path(self) -> str | None:
        """The file with the authority to trust; None without TLS."""
        return str(self._identity.ca_path) if self._identity else None

    def _make_identity(self) -> Identity | None:
        if isinstance(self._tls, Identity):
            return self._tls
        if not self._tls:
            return None
        self._directory = tempfile.TemporaryDirectory(prefix="fincon-standin-")
        identity = make_identity(Path(self._directory.name), "standin")
        # The vendor's configuration window offers no version above 1.2.
        identity.context.maximum_version = ssl.TLSVersion.TLSv1_2
        return identity

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        fincon, admin = HttpServer(FinconApplication(self._world)), HttpServer(ControlApplication(self))
        try:
            self.port = await fincon.start(self._host, self.port, self._identity.context if self._identity else None)
            self.admin_port = await admin.start(LOOPBACK, self.admin_port)
            yield
        finally:
            await fincon.stop()
            await admin.stop()
