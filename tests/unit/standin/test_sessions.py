# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions: slots, time-outs, and the daily window in which the server does not run."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.sessions import Clock

INVALID = {"ErrorInfo": "Invalid connect ID"}


@pytest.mark.parametrize("connect_id", ["", "0", "0.", "0.999", "7.1", "x.1", "²", "0.1\u0661"])
def test_an_unknown_connect_id_is_invalid_under_http_200(client, connect_id):
    assert client.call("KeepAlive", connect_id) == INVALID


def test_a_session_ends_with_its_logout(client):
    assert client.ask("Logout") == {"Disconnected": True, "ErrorInfo": ""}
    assert client.ask("KeepAlive") == INVALID
    assert client.standin.sessions() == []


def test_a_session_expires_after_exactly_its_time_out(connect):
    with StandIn(companies={"CAPETOWN": []}, clock=Clock(lambda: 0), user_timeout=60) as standin:
        client = connect(standin).log_in()
        standin.advance_clock(59)
        assert client.ask("KeepAlive")["ErrorInfo"] == ""
        standin.advance_clock(60)
        assert client.ask("KeepAlive") == INVALID


def test_a_request_with_an_ended_session_still_counts_for_its_company(client):
    client.ask("Logout")
    client.ask("KeepAlive")
    assert client.standin.counts() == {"CAPETOWN": 3}


def test_each_request_starts_the_time_out_again(client):
    for _attempt in range(3):
        client.standin.advance_clock(299)
        assert client.ask("KeepAlive")["ErrorInfo"] == ""


def test_when_every_slot_is_taken_a_login_is_refused_until_one_expires(connect):
    with StandIn(companies={"CAPETOWN": []}, max_sessions=2) as standin:
        first, second, third = connect(standin).log_in(), connect(standin).log_in(), connect(standin)
        refused = third.call("Login", "CAPETOWN", "ANSIBLE", "demo1234", False)
        assert refused["ErrorInfo"] == "Maximum number of sessions exceeded."
        assert (refused["Connected"], refused["ConnectID"]) == (False, "")
        standin.advance_clock(200)
        second.ask("KeepAlive")
        standin.advance_clock(200)
        third.log_in()
        assert third.connect_id != first.connect_id
        assert first.ask("KeepAlive") == INVALID
        assert second.ask("KeepAlive") == third.ask("KeepAlive") == {"ErrorInfo": ""}


def test_the_session_info_counts_slots(client, connect):
    other = connect(client.standin).log_in("DURBAN")
    other.ask("Logout")
    assert client.ask("GetSessionInfo") == {"MaxConfig": 20, "InUse": 1, "MaxUsed": 2, "ErrorInfo": ""}


def test_killing_ones_own_other_sessions_spares_the_rest(client, connect):
    mine, other = connect(client.standin).log_in(), connect(client.standin).log_in("DURBAN")
    client.ask("KillUsers", False)
    assert mine.ask("KeepAlive") == INVALID
    assert client.ask("KeepAlive") == other.ask("KeepAlive") == {"ErrorInfo": ""}
    assert client.standin.offences == []


def test_killing_everyone_is_an_offence(client, connect):
    other = connect(client.standin).log_in("DURBAN")
    client.ask("KillUsers", True)
    assert other.ask("KeepAlive") == INVALID
    assert [(offence["company"], offence["method"]) for offence in client.standin.offences] == [
        ("CAPETOWN", "KillUsers")
    ]


def at(standin, hour, minute):
    standin.set_clock(datetime(2026, 3, 2, hour, minute).timestamp())


@pytest.mark.parametrize(("hour", "minute", "closed"), [(1, 59, False), (2, 0, True), (2, 59, True), (3, 0, False)])
def test_in_the_window_every_call_is_told_when_the_server_runs(connect, hour, minute, closed):
    with StandIn(companies={"CAPETOWN": []}, window={"from": "02:00", "to": "03:00"}) as standin:
        at(standin, hour, minute)
        answer = connect(standin).call("Login", "CAPETOWN", "ANSIBLE", "demo1234", False)
        text = "FinconREST is not available between 02:00 and 03:00" if closed else ""
        assert (answer["ErrorInfo"], answer["Connected"]) == (text, not closed)


@pytest.mark.parametrize(("hour", "closed"), [(22, False), (23, True), (0, True), (1, False)])
def test_a_window_can_span_midnight_and_answer_without_json(connect, hour, closed):
    with StandIn(companies={"CAPETOWN": []}, window={"from": "23:00", "to": "01:00", "answer": "http_503"}) as standin:
        client = connect(standin)
        at(standin, hour, 30)
        login = {"_parameters": ["CAPETOWN", "ANSIBLE", "demo1234", False]}
        status, _headers, body = client.send("POST", "%22Login%22/", login)
        if closed:
            assert status == 503
            with pytest.raises(ValueError):
                json.loads(body)
        else:
            assert status == 200
