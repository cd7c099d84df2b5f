# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running standin and a client that says exactly what a test tells it to say, right or wrong."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn

PREFIX = "/datasnap/rest/FinconAPI/"


class WireClient:
    """One keep-alive connection to a stand-in."""

    def __init__(self, standin: StandIn, timeout: float = 5):
        address = urlsplit(standin.url)
        self.standin = standin
        self.connect_id = ""
        self.basic = f"{standin.server_username}:{standin.server_password}"
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=standin.ca_path)
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address.netloc, timeout=timeout, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(address.netloc, timeout=timeout)

    def close(self) -> None:
        self._connection.close()

    def send(self, verb: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
        """Send one request as it is, with a body in JSON or bytes. Returns status, headers and body.

        A path from the root is taken as it is, any other is below the API's address.
        """
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        basic = base64.b64encode(self.basic.encode()).decode()
        target = path if path.startswith("/") else PREFIX + path
        self._connection.request(verb, target, data, {"Authorization": f"Basic {basic}"})
        response = self._connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def result(self, verb: str, path: str, body: object = None) -> dict[str, Any]:
        """The one record of a regular answer."""
        status, _headers, content = self.send(verb, path, body)
        assert status == 200, content
        (record,) = json.loads(content)["result"]
        return record

    def call(self, method: str, *parameters: object) -> dict[str, Any]:
        """A call by POST with `_parameters`."""
        return self.result("POST", f"%22{method}%22/", {"_parameters": list(parameters)})

    def get(self, method: str, *segments: object) -> dict[str, Any]:
        path = "/".join(quote(str(segment), safe="") for segment in segments)
        return self.result("GET", f"%22{method}%22/{path}/")

    def log_in(self, company: str = "CAPETOWN") -> WireClient:
        answer = self.call("Login", company, self.standin.fincon_username, self.standin.fincon_password, False)
        assert answer["ErrorInfo"] == ""
        self.connect_id = answer["ConnectID"]
        return self

    def ask(self, method: str, *parameters: object) -> dict[str, Any]:
        """A call within the session."""
        return self.call(method, self.connect_id, *parameters)


@pytest.fixture
def connect() -> Iterator[Callable[..., WireClient]]:
    """Makes clients of a stand-in and closes them in the end."""
    clients = []

    def make(standin: StandIn, **options: float) -> WireClient:
        clients.append(WireClient(standin, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(companies={"CAPETOWN": ["THANDI", "PIETER", "AYESHA"], "DURBAN": ["LERATO"]}) as running:
        yield running


@pytest.fixture
def client(standin: StandIn, connect: Callable[..., WireClient]) -> WireClient:
    """A client with a session in CAPETOWN."""
    return connect(standin).log_in()
