# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of every kind that a probe can meet, and the settings of a probe that passes."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.fincon.mail.plugins.module_utils._smtp import followup
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from scripted_smtp import Script, ScriptedServer


@dataclass
class Authority:
    """A private authority, its file, and server contexts with certificates of its."""

    ca: trustme.CA
    path: str
    made: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    _contexts: dict[tuple[object, ...], ssl.SSLContext] = field(default_factory=dict)

    def context(self, *names: str, days: int = 90) -> ssl.SSLContext:
        """A server's context with a certificate for these names that ends in ``days`` days, see `end`."""
        key = (*names, days)
        if key not in self._contexts:
            issued = self.ca.issue_cert(
                *(names or ("localhost", "127.0.0.1", "::1")),
                not_before=self.made - timedelta(days=400),
                not_after=self.end(days),
            )
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            issued.configure_cert(context)
            self._contexts[key] = context
        return self._contexts[key]

    def end(self, days: int) -> datetime:
        """When a certificate of ``days`` days ends: a little later, so that so many whole days are left."""
        return self.made + timedelta(days=days, hours=1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    path: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    ca = trustme.CA(organization_name="Example Authority")
    ca.cert_pem.write_to_path(path)
    return Authority(ca, str(path))


@pytest.fixture
def serve(authority: Authority) -> Iterator[Callable[..., ScriptedServer]]:
    """Start scripted servers that end with the test."""
    running: list[ScriptedServer] = []

    def start(script: Script | None = None, context: ssl.SSLContext | None = None, **options: Any) -> ScriptedServer:
        server = ScriptedServer(script, context or authority.context(), **options)
        running.append(server.__enter__())
        return server

    yield start
    for server in running:
        server.__exit__()


@pytest.fixture
def settings_for(authority: Authority) -> Callable[..., ProbeSettings]:
    """Settings that fit a scripted server; keywords replace single ones."""

    def make(server: ScriptedServer, **changes: Any) -> ProbeSettings:
        fields: dict[str, Any] = {
            "mail_server": "127.0.0.1",
            "port": server.port,
            "use_tls": True,
            "authenticate": True,
            "username": "alice@example.test",
            "password": "open sesame",
            "sender_email": "alice@example.test",
            "ca_path": authority.path,
            "ehlo_name": "client.example.test",
            "deadline": 10.0,
        }
        return ProbeSettings(**{**fields, **changes})

    return make


@pytest.fixture(autouse=True)
def no_usual_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not known what listens at the ports 587 and 465 of the machine that runs the tests."""
    monkeypatch.setattr(followup, "USUAL_WAYS", ())
