# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions and envelopes of the vendor's protocol."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.datasnap import (
    BASE_PATH,
    DataSnapSession,
    MethodMissingError,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import Answer, HttpClient, TimeLimits
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    UncertainError,
    UnreachableError,
)
from ansible_collections.fincon.mail.tests.standin import StandIn

PAGE = ("", "", 0, 500)
WINDOW = {"from": "00:00", "to": "23:59:59.999999"}


@pytest.fixture
def connect():
    sessions = []

    def make(standin, server_password=None, password=None, wait=0.0, **options):
        client = HttpClient(standin.url, BASE_PATH, TimeLimits(2, 2, 5), True, None)
        server = (standin.server_username, server_password or standin.server_password)
        user = ("CAPETOWN", standin.fincon_username, password or standin.fincon_password, False)
        sessions.append(DataSnapSession(client, server, user, wait, **{"sleep": lambda _seconds: None, **options}))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def methods(standin):
    return [(entry["verb"], entry["method"]) for entry in standin.requests()]


def test_the_login_is_sent_by_post_with_nothing_secret_in_the_address(standin, connect):
    assert "MailUsers" in connect(standin).read("GetMailUsers", *PAGE)
    assert methods(standin) == [("POST", "Login"), ("GET", "GetMailUsers")]
    assert standin.offences == []


def test_closing_logs_out_and_does_so_once(standin, connect):
    session = connect(standin)
    session.read("GetLocations")
    session.close()
    session.close()
    assert methods(standin)[-1] == ("POST", "Logout")
    assert (len(standin.requests()), standin.sessions()) == (3, [])


def test_a_logout_that_meets_the_end_of_the_connection_is_sent_again(standin, connect):
    session = connect(standin)
    session.read("GetLocations")
    standin.fault("close", method="Logout")
    session.close()
    assert standin.sessions() == []


def test_a_pair_of_surrogates_is_one_character(standin, connect):
    standin.fault("error_info", text="a \U0001f600 b", method="GetLocations")
    with pytest.raises(FinconError, match="a \U0001f600 b"):
        connect(standin).read("GetLocations")


@pytest.mark.parametrize("name", ["content-type", "APIVersion"])
def test_no_secret_is_shown_that_comes_back_in_a_header_or_a_version(standin, connect, monkeypatch, name):
    real = HttpClient.request

    def request(self, *arguments):
        answer = real(self, *arguments)
        if name == "content-type":
            return Answer(200, {name: "text/demo1234"}, "<html>")
        return Answer(200, answer.headers, answer.text.replace("5.285", "demo1234 \x1b[31m5.285"))

    monkeypatch.setattr(HttpClient, "request", request)
    session = connect(standin, password="demo1234")
    try:
        session.read("GetLocations")
        shown = session.api_version
    except FinconError as exc:
        shown = str(exc)
    assert "(secret)" in shown
    assert "demo1234" not in shown
    assert "\x1b" not in shown


def test_no_records_are_none_and_no_error(standin, connect):
    assert connect(standin).read("GetSmtpDefinitions", *PAGE) is None


@pytest.mark.parametrize("fault", ["invalid_connect_id", "session_expired"])
def test_a_session_that_is_gone_costs_one_fresh_login(standin, connect, fault):
    session = connect(standin)
    session.read("GetLocations")
    standin.fault(fault, method="GetMailUsers")
    assert session.read("GetMailUsers", *PAGE)
    assert [method for _verb, method in methods(standin)].count("Login") == 2


def test_a_session_that_is_gone_again_is_an_error_and_no_loop(standin, connect):
    session = connect(standin)
    session.read("GetLocations")
    standin.fault("invalid_connect_id", method="GetMailUsers", times=9)
    with pytest.raises(FinconError, match=r"ended the session .* twice; try again"):
        session.read("GetMailUsers", *PAGE)
    assert [method for _verb, method in methods(standin)].count("Login") == 2


def test_an_error_info_under_http_200_is_a_failure(standin, connect):
    standin.fault("error_info", text="Disk full", method="GetMailUsers")
    with pytest.raises(FinconError, match="GetMailUsers failed: Disk full"):
        connect(standin).read("GetMailUsers", *PAGE)


def test_a_refused_server_login_is_told_from_a_refused_fincon_login(standin, connect):
    with pytest.raises(FinconError, match=r"\(401\); they are those of FinconRESTConfig"):
        connect(standin, server_password="canary-1").read("GetLocations")
    with pytest.raises(FinconError, match="Login failed") as caught:
        connect(standin, password="canary-2").read("GetLocations")
    assert "canary" not in str(caught.value)


def test_a_full_server_is_waited_for_and_then_given_up(standin, connect):
    standin.fault("sessions_exhausted", times=9)
    now = [0.0]
    session = connect(standin, wait=5, clock=lambda: now[0], sleep=lambda seconds: now.__setitem__(0, now[0] + seconds))
    with pytest.raises(UnreachableError, match="all sessions of the server were in use for 5 seconds"):
        session.read("GetLocations")
    assert (now[0], len(standin.requests())) == (4.0, 3)


def test_a_session_that_becomes_free_is_taken(standin, connect):
    standin.fault("sessions_exhausted", times=1)
    assert connect(standin, wait=5).read("GetMailUsers", *PAGE)


@pytest.mark.parametrize("answer", ["error_info", "http_503"])
def test_the_dont_run_window_is_named(connect, answer):
    refused = pytest.raises(UnreachableError, match="""daily "Don't run" window""")
    with StandIn(companies={"CAPETOWN": []}, window={**WINDOW, "answer": answer}) as standin:  # noqa: SIM117
        with refused:
            connect(standin).read("GetLocations")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("not_json", "the answer is not JSON .*Welcome to the proxy"),
        ("truncated_json", "the answer is not JSON"),
        ("redirect", r"redirected \(HTTP 302\); give the final address in url"),
    ],
)
def test_an_answer_from_something_else_is_named(standin, connect, fault, words):
    standin.fault(fault, method="GetLocations")
    with pytest.raises(FinconError, match=words):
        connect(standin).read("GetLocations")


def test_a_redirect_is_not_followed_with_the_password(standin, connect):
    with StandIn(companies={"CAPETOWN": []}) as other:
        standin.fault("redirect", location=other.url)
        with pytest.raises(FinconError, match="redirected"):
            connect(standin).read("GetLocations")
        assert other.requests() == []


@pytest.mark.parametrize(("fault", "options"), [("http", {"status": 503}), ("close", {}), ("cut", {})])
def test_a_read_is_asked_again_when_a_gateway_or_the_connection_fails(standin, connect, fault, options):
    standin.fault(fault, method="GetMailUsers", times=2, **options)
    assert connect(standin).read("GetMailUsers", *PAGE)


@pytest.mark.parametrize(("asked", "slept"), [("3", [3.0]), ("9", []), ("9" * 400, []), ("²", [1.0]), ("-1", [1.0])])
def test_a_pause_is_taken_from_the_time_for_the_whole_call(standin, connect, asked, slept):
    taken = []
    standin.fault("http", status=503, retry_after=asked, times=2, method="GetMailUsers")
    session = connect(standin, sleep=taken.append)
    if asked in ("²", "-1"):
        assert session.read("GetMailUsers", *PAGE)
        slept = [*slept, 2.0]
    else:
        with pytest.raises(UnreachableError, match="503"):
            session.read("GetMailUsers", *PAGE)
    assert taken == slept


def test_a_write_is_never_sent_twice(standin, connect):
    standin.fault("close", method="SetMailEnabled", times=2, after=True)
    with pytest.raises(UnreachableError):
        connect(standin).write("SetMailEnabled", "THANDI", "N")
    assert len(standin.requests(method="SetMailEnabled")) == 1


@pytest.mark.parametrize("text", ["command not found", "not available until 09:00"])
def test_the_page_of_a_gateway_never_says_that_a_change_was_not_made(standin, connect, text):
    standin.fault("not_json", method="SetMailEnabled", after=True, text=text)
    with pytest.raises(UncertainError):
        connect(standin).write("SetMailEnabled", "THANDI", "N")


def test_an_unknown_method_is_told_apart(standin, connect):
    with pytest.raises(MethodMissingError):
        connect(standin).read("GetColours")


def test_no_secret_is_shown_that_the_server_echoes(standin, connect):
    session = connect(standin)
    session.hide(["canary-mail"])
    secrets = [standin.server_password, standin.fincon_password, "canary-mail"]
    standin.fault("error_info", text=" ".join([*secrets, json.dumps(secrets[0])]), method="GetLocations")
    with pytest.raises(FinconError) as caught:
        session.read("GetLocations")
    assert not [secret for secret in secrets if secret in str(caught.value)]
