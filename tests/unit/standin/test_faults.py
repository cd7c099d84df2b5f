# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: each hits the requests it is meant for, before or after they took effect, and no other."""

from __future__ import annotations

import http.client
import json
import time

import pytest
from ansible_collections.fincon.mail.tests.standin.faults import KINDS, FaultError

CHANGE = {"UserName": "THANDI", "JobTitle": "X"}


def job_title(standin):
    return standin.state("CAPETOWN")["users"]["THANDI"]["JobTitle"]


def keep_alive(client):
    return client.send("POST", "%22KeepAlive%22/", {"_parameters": [client.connect_id]})


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_http_error_has_no_json_and_no_effect(client, status):
    client.standin.fault("http", status=status, retry_after=7)
    answered, headers, body = client.send("POST", f"%22UpdateMailUser%22/{client.connect_id}/", CHANGE)
    assert (answered, headers["Retry-After"]) == (status, "7")
    with pytest.raises(ValueError):
        json.loads(body)
    assert job_title(client.standin) == ""


@pytest.mark.parametrize(("kind", "whole"), [("not_json", True), ("truncated_json", True), ("cut", False)])
def test_an_answer_that_is_not_json_or_not_whole(client, kind, whole):
    client.standin.fault(kind)
    if whole:
        status, _headers, body = keep_alive(client)
        assert status == 200
        with pytest.raises(ValueError):
            json.loads(body)
    else:
        with pytest.raises(http.client.IncompleteRead):
            keep_alive(client)


@pytest.mark.parametrize(("after", "expected"), [(False, ""), (True, "X")])
def test_a_closed_connection_leaves_open_whether_the_write_took_effect(client, after, expected):
    client.standin.fault("close", method="UpdateMailUser", after=after)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        client.ask("UpdateMailUser", CHANGE)
    assert job_title(client.standin) == expected
    assert client.standin.requests()[-1]["status"] == 0


def test_a_slow_answer_comes_late_and_whole(client):
    client.standin.fault("slow", seconds=0.2)
    began = time.monotonic()
    assert client.ask("KeepAlive") == {"ErrorInfo": ""}
    assert time.monotonic() - began >= 0.2


def test_a_dripped_answer_keeps_a_clients_read_time_out_from_striking(standin, connect):
    client = connect(standin, timeout=0.2).log_in()
    standin.fault("drip", bytes_per_second=400)
    began = time.monotonic()
    assert client.ask("KeepAlive") == {"ErrorInfo": ""}
    assert time.monotonic() - began > 0.2


def test_an_expired_datasnap_session_is_http_403_and_gone(client):
    client.standin.fault("session_expired")
    status, _headers, body = keep_alive(client)
    assert status == 403
    assert list(json.loads(body)) == ["SessionExpired"]
    assert client.ask("KeepAlive")["ErrorInfo"] == "Invalid connect ID"


def test_an_invalid_connect_id_stays_invalid_until_the_next_login(client):
    client.standin.fault("invalid_connect_id")
    assert client.ask("KeepAlive")["ErrorInfo"] == client.ask("KeepAlive")["ErrorInfo"] == "Invalid connect ID"
    assert client.log_in().ask("KeepAlive") == {"ErrorInfo": ""}


def test_a_login_finds_all_sessions_taken(client):
    client.standin.fault("sessions_exhausted", method="Login")
    answer = client.call("Login", "CAPETOWN", "ANSIBLE", "demo1234", False)
    assert answer == {"Connected": False, "ConnectID": "", "ErrorInfo": "Maximum number of sessions exceeded."}


def test_a_redirect_names_its_target(client):
    client.standin.fault("redirect", location="http://127.0.0.1:9/elsewhere")
    status, headers, _body = keep_alive(client)
    assert (status, headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")


def test_a_fault_hits_so_many_requests_of_its_method_and_company(client, connect):
    durban = connect(client.standin).log_in("DURBAN")
    client.standin.fault("error_info", text="spoilt", times=2, method="KeepAlive", company="capetown")
    assert client.ask("GetLocations")["ErrorInfo"] == ""
    assert durban.ask("KeepAlive")["ErrorInfo"] == ""
    assert [client.ask("KeepAlive")["ErrorInfo"] for _attempt in range(3)] == ["spoilt", "spoilt", ""]
    assert [entry["fault"] for entry in client.standin.requests(company="CAPETOWN", method="KeepAlive")] == [
        "error_info",
        "error_info",
        "",
    ]


def test_faults_that_wait_can_be_forgotten(client):
    client.standin.fault("error_info")
    assert [fault["kind"] for fault in client.standin.faults()] == ["error_info"]
    client.standin.clear_faults()
    assert client.ask("KeepAlive") == {"ErrorInfo": ""}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"slow"}))
def test_every_fault_obeys_before_and_after(client, kind, after):
    client.standin.fault(kind, after=after, **({"bytes_per_second": 1e6} if kind == "drip" else {}))
    try:
        client.send("POST", f"%22UpdateMailUser%22/{client.connect_id}/", CHANGE)
    except (ConnectionError, http.client.HTTPException):
        assert kind in ("close", "cut")
    assert job_title(client.standin) == ("X" if after else "")


@pytest.mark.parametrize(
    "options", [{"kind": "nonsense"}, {"kind": "slow", "minutes": 1}, {"kind": "close", "times": 0}]
)
def test_a_fault_that_does_not_exist_is_refused(standin, options):
    with pytest.raises(FaultError):
        standin.fault(**options)
