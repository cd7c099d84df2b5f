# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP connection and its limits."""

from __future__ import annotations

import base64
import resource
import socket
import time
from contextlib import ExitStack

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import (
    ConnectionLostError,
    HttpClient,
    TimeLimits,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.tests.standin import StandIn

LIMITS = TimeLimits(2, 2, 5)
PATH = "/%22GetLocations%22/x/"


@pytest.fixture
def connect():
    clients = []

    def make(url, limits=LIMITS, validate_certs=True, ca_path=None):
        clients.append(HttpClient(url, "/datasnap/rest/FinconAPI", limits, validate_certs, ca_path))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def basic(standin):
    return {
        "Authorization": "Basic "
        + base64.b64encode(f"{standin.server_username}:{standin.server_password}".encode()).decode()
    }


@pytest.mark.parametrize(
    "url", ["", "ftp://h", "http://", "h:4090", "http://u:canary-1@h", "http://h:0", "http://h:99999", "http://[x"]
)
def test_an_address_that_cannot_be_used_is_refused_and_not_shown(connect, url):
    with pytest.raises(FinconError, match=r"installation\.url must be") as caught:
        connect(url)
    assert "canary" not in str(caught.value)


def test_the_vendors_port_and_path_are_the_default(connect):
    client = connect("http://10.1.2.3")
    assert (client.where, client.path) == ("http://10.1.2.3:4090", "/datasnap/rest/FinconAPI")
    assert connect("http://[::1]:1/other/").path == "/other"


def test_a_port_where_nobody_listens_is_unreachable(connect):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(UnreachableError, match="does the REST server run"):
            connect(url).request("GET", PATH, {})


@pytest.mark.parametrize(("fault", "options"), [("slow", {"seconds": 5}), ("drip", {"bytes_per_second": 5})])
def test_neither_silence_nor_single_bytes_outlast_the_limit(standin, basic, connect, fault, options):
    standin.fault(fault, **options)
    client, started = connect(standin.url, TimeLimits(2, 0.5, 0.8)), time.monotonic()
    with pytest.raises(ConnectionLostError, match="no complete answer in time"):
        client.request("GET", PATH, basic)
    assert time.monotonic() - started < 2


def test_all_requests_together_have_one_limit(standin, basic, connect):
    standin.fault("slow", seconds=5)
    client = connect(standin.url, TimeLimits(2, 2, 0.3))
    with pytest.raises(ConnectionLostError):
        client.request("GET", PATH, basic)
    with pytest.raises(UnreachableError, match=r"longer than 0\.3 seconds \(time limit of the whole call\)"):
        client.request("GET", PATH, basic)


@pytest.mark.parametrize("fault", ["cut", "close"])
def test_an_answer_that_ends_early_is_a_lost_connection_and_the_next_one_is_new(standin, basic, connect, fault):
    standin.fault(fault)
    client = connect(standin.url)
    with pytest.raises(ConnectionLostError, match="before the answer was complete"):
        client.request("GET", PATH, basic)
    assert client.request("GET", PATH, basic).status == 200


def test_a_certificate_is_verified_against_the_given_authority(connect):
    with StandIn(companies={"X": []}, tls=True) as standin:
        with pytest.raises(UnreachableError, match=r"certificate is not trusted .*set ca_path"):
            connect(standin.url).request("GET", PATH, {})
        assert connect(standin.url, ca_path=standin.ca_path).request("GET", PATH, {}).status == 401
        assert connect(standin.url, validate_certs=False).request("GET", PATH, {}).status == 401


def test_https_to_a_plain_server_says_so(standin, connect):
    with pytest.raises(UnreachableError, match="is it an http:// address"):
        connect(standin.url.replace("http:", "https:"), TimeLimits(0.3, 2, 5)).request("GET", PATH, {})


def test_an_authority_that_cannot_be_read_is_an_error(tmp_path, connect):
    with pytest.raises(FinconError, match="cannot be read as certificates"):
        connect("https://h", ca_path=str(tmp_path / "none.pem"))


def test_a_kept_connection_works_with_more_open_files_than_select_can_look_at(standin, basic, connect):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1200:
        pytest.skip("this process may not open that many files")
    client = connect(standin.url)
    with ExitStack() as files:
        for _number in range(1050):
            files.enter_context(open(__file__))
        assert [client.request("GET", PATH, basic).status for _request in range(2)] == [200, 200]
