# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions and envelopes of the vendor's protocol."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.datasnap import (
    BASE_PATH,
    DataSnapSession,
    MethodMissingError,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.http import HttpClient, Limits
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UnreachableError
from ansible_collections.fincon.mail.tests.bench import Bench

PAGE = ("", "", 0, 500)
WINDOW = {"from": "00:00", "to": "23:59:59.999999"}


@pytest.fixture
def connect():
    sessions = []

    def make(bench, server_password=None, password=None, wait=0.0, **options):
        client = HttpClient(bench.url, BASE_PATH, Limits(2, 2, 5), True, None)
        server = (bench.server_username, server_password or bench.server_password)
        user = ("CAPETOWN", bench.fincon_username, password or bench.fincon_password, False)
        sessions.append(DataSnapSession(client, server, user, wait, **{"sleep": lambda _seconds: None, **options}))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def methods(bench):
    return [(entry["verb"], entry["method"]) for entry in bench.requests()]


def test_the_login_is_sent_by_post_with_nothing_secret_in_the_address(bench, connect):
    assert "MailUsers" in connect(bench).read("GetMailUsers", *PAGE)
    assert methods(bench) == [("POST", "Login"), ("GET", "GetMailUsers")]
    assert bench.offences == []


def test_closing_logs_out_and_does_so_once(bench, connect):
    session = connect(bench)
    session.read("GetLocations")
    session.close()
    session.close()
    assert methods(bench)[-1] == ("POST", "Logout")
    assert (len(bench.requests()), bench.sessions()) == (3, [])


def test_no_records_are_none_and_no_error(bench, connect):
    assert connect(bench).read("GetSmtpDefinitions", *PAGE) is None


@pytest.mark.parametrize("fault", ["invalid_connect_id", "session_expired"])
def test_a_session_that_is_gone_costs_one_fresh_login(bench, connect, fault):
    session = connect(bench)
    session.read("GetLocations")
    bench.fault(fault, method="GetMailUsers")
    assert session.read("GetMailUsers", *PAGE)
    assert [method for _verb, method in methods(bench)].count("Login") == 2


def test_a_session_that_is_gone_again_is_an_error_and_no_loop(bench, connect):
    session = connect(bench)
    session.read("GetLocations")
    bench.fault("invalid_connect_id", method="GetMailUsers", times=9)
    with pytest.raises(FinconError, match="twice in a row"):
        session.read("GetMailUsers", *PAGE)
    assert [method for _verb, method in methods(bench)].count("Login") == 2


def test_an_error_info_under_http_200_is_a_failure(bench, connect):
    bench.fault("error_info", text="Disk full", method="GetMailUsers")
    with pytest.raises(FinconError, match="GetMailUsers failed: Disk full"):
        connect(bench).read("GetMailUsers", *PAGE)


def test_a_refused_server_login_is_told_from_a_refused_fincon_login(bench, connect):
    with pytest.raises(FinconError, match=r"\(401\); they are those of FinconRESTConfig"):
        connect(bench, server_password="canary-1").read("GetLocations")
    with pytest.raises(FinconError, match="Login failed") as caught:
        connect(bench, password="canary-2").read("GetLocations")
    assert "canary" not in str(caught.value)


def test_a_full_server_is_waited_for_and_then_given_up(bench, connect):
    bench.fault("sessions_exhausted", times=9)
    now = [0.0]
    session = connect(bench, wait=5, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    with pytest.raises(UnreachableError, match="all sessions of the server were in use for 5 seconds"):
        session.read("GetLocations")
    assert (now[0], len(bench.requests())) == (4.0, 3)


def test_a_session_that_becomes_free_is_taken(bench, connect):
    bench.fault("sessions_exhausted", times=1)
    assert connect(bench, wait=5).read("GetMailUsers", *PAGE)


@pytest.mark.parametrize("answer", ["error_info", "http_503"])
def test_the_dont_run_window_is_named(connect, answer):
    refused = pytest.raises(UnreachableError, match="""daily "Don't run" window""")
    with Bench(companies={"CAPETOWN": []}, window={**WINDOW, "answer": answer}) as bench:  # noqa: SIM117
        with refused:
            connect(bench).read("GetLocations")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("not_json", "the answer is not JSON .*Welcome to the proxy"),
        ("truncated_json", "the answer is not JSON"),
        ("redirect", r"redirected \(HTTP 302\); give the final address in url"),
    ],
)
def test_an_answer_from_something_else_is_named(bench, connect, fault, words):
    bench.fault(fault, method="GetLocations")
    with pytest.raises(FinconError, match=words):
        connect(bench).read("GetLocations")


def test_a_redirect_is_not_followed_with_the_password(bench, connect):
    with Bench(companies={"CAPETOWN": []}) as other:
        bench.fault("redirect", location=other.url)
        with pytest.raises(FinconError, match="redirected"):
            connect(bench).read("GetLocations")
        assert other.requests() == []


@pytest.mark.parametrize(("fault", "options"), [("http", {"status": 503}), ("close", {}), ("cut", {})])
def test_a_read_is_asked_again_when_a_gateway_or_the_connection_fails(bench, connect, fault, options):
    bench.fault(fault, method="GetMailUsers", times=2, **options)
    assert connect(bench).read("GetMailUsers", *PAGE)


def test_a_write_is_never_sent_twice(bench, connect):
    bench.fault("close", method="SetMailEnabled", times=2, after=True)
    with pytest.raises(UnreachableError):
        connect(bench).write("SetMailEnabled", "THANDI", "N")
    assert len(bench.requests(method="SetMailEnabled")) == 1


def test_an_unknown_method_is_told_apart(bench, connect):
    with pytest.raises(MethodMissingError):
        connect(bench).read("GetColours")


def test_no_secret_is_shown_that_the_server_echoes(bench, connect):
    session = connect(bench)
    session.guard(["canary-mail"])
    secrets = [bench.server_password, bench.fincon_password, "canary-mail"]
    bench.fault("error_info", text=" ".join([*secrets, json.dumps(secrets[0])]), method="GetLocations")
    with pytest.raises(FinconError) as caught:
        session.read("GetLocations")
    assert not [secret for secret in secrets if secret in str(caught.value)]
