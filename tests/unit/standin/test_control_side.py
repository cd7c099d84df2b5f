# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control side: the same in this process and over HTTP, and never a way to a password."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest
from ansible_collections.fincon.mail.tests.standin.control import ControlError
from ansible_collections.fincon.mail.tests.standin.site import SiteError


@pytest.fixture
def admin(standin):
    """Asks the control side: returns status and answer."""
    connection = http.client.HTTPConnection(urlsplit(standin.admin_url).netloc, timeout=5)

    def ask(verb, path, body=None):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection.request(verb, path, data)
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    yield ask
    connection.close()


def test_it_says_that_it_is_a_stand_in_and_what_it_can_do(admin):
    status, answer = admin("GET", "/")
    assert status == 200
    assert "not a Fincon server" in answer["about"]
    assert any("/password-check" in line for line in answer["help"])


def test_the_log_tells_reads_from_writes_and_whose_they_are(client, connect):
    connect(client.standin).log_in("DURBAN")
    client.standin.clear_log()
    client.ask("GetMailUsers", "", "", 0, 0)
    client.ask("SetMailEnabled", "NOBODY", "N")
    read, write = client.standin.requests(company="CAPETOWN")
    assert (read["method"], read["write"], read["verb"], read["status"]) == ("GetMailUsers", False, "POST", 200)
    assert (write["write"], write["error"]) == (True, "User not found")
    assert write["parameters"] == [client.connect_id, "NOBODY", "N"]
    assert client.standin.requests(writes=True) == [write]
    assert client.standin.requests(since=read["n"]) == [write]
    assert client.standin.requests(company="DURBAN") == []
    assert client.standin.counts() == {"CAPETOWN": 2}


def test_the_log_over_http_is_the_same_and_can_be_cleared(client, admin):
    client.ask("SetMailEnabled", "THANDI", "N")
    assert admin("GET", "/log?company=CAPETOWN&writes=true") == (200, client.standin.requests(writes=True))
    assert admin("GET", "/counts") == (200, {"CAPETOWN": 2})
    assert admin("DELETE", "/log") == (200, {"ok": True})
    assert admin("GET", "/log") == (200, [])


def test_somebody_at_the_window_changes_adds_and_removes(client, admin):
    standin = client.standin
    tampering = [
        {"company": "CAPETOWN", "smtp_server": "Own", "fields": {"MailServer": "m", "Password": "geheim"}},
        {"company": "CAPETOWN", "user": "thandi", "fields": {"SMTPName": "Gone", "MailEnabled": "N"}},
        {"company": "CAPETOWN", "user": "sipho", "login": "pw"},
        {"company": "CAPETOWN", "user": "PIETER", "remove": True},
    ]
    assert [admin("POST", "/tamper", one) for one in tampering] == [(200, {"ok": True})] * 4
    status, state = admin("GET", "/state/capetown")
    assert (status, state) == (200, standin.state("CAPETOWN"))
    assert state["smtp_servers"]["Own"]["PasswordSet"] == "Y"
    assert (state["users"]["THANDI"]["SMTPName"], state["users"]["THANDI"]["MailEnabled"]) == ("Gone", "N")
    assert sorted(state["users"]) == ["ANSIBLE", "AYESHA", "PASSME", "SIPHO", "THANDI"]
    assert client.call("Login", "CAPETOWN", "SIPHO", "pw", False)["Connected"] is True
    assert standin.requests(writes=True) == []


def test_a_user_removed_by_hand_is_unknown_to_the_methods(client):
    client.standin.tamper("CAPETOWN", user="THANDI", remove=True)
    assert client.ask("SetMailEnabled", "THANDI", "N")["ErrorInfo"] == "User not found"


def test_a_password_can_be_checked_and_not_read(client, admin):
    client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": "geheim"})
    check = {"company": "CAPETOWN", "kind": "user", "name": "thandi"}
    assert admin("POST", "/password-check", {**check, "candidate": "geheim"}) == (200, True)
    assert admin("POST", "/password-check", {**check, "candidate": "Geheim"}) == (200, False)
    assert admin("POST", "/password-check", {**check, "candidate": ""}) == (200, False)
    pages = [admin("GET", path)[1] for path in ("/state/CAPETOWN", "/log", "/offences", "/sessions", "/faults")]
    assert "geheim" not in json.dumps(pages)


def test_the_clock_moves_and_sessions_expire(client, admin):
    assert len(admin("GET", "/sessions")[1]) == 1
    assert admin("POST", "/clock", {"advance": 301})[0] == 200
    assert admin("GET", "/sessions") == (200, [])
    assert admin("POST", "/clock", {"set": 1767225600})[0] == 200
    assert admin("GET", "/clock")[1] == pytest.approx(1767225600, abs=60)


def test_a_company_can_be_added_while_it_serves(standin, admin, connect):
    added = {"data_id": "GEORGE", "users": [{"user": "ANSIBLE", "password": "demo1234"}]}
    assert admin("POST", "/companies", added) == (200, {"ok": True})
    assert admin("GET", "/companies") == (200, ["CAPETOWN", "DURBAN", "GEORGE"])
    connect(standin).log_in("GEORGE")


def test_a_fault_can_be_asked_for_over_http(client, admin):
    assert admin("POST", "/faults", {"kind": "error_info", "text": "spoilt"})[0] == 200
    assert len(admin("GET", "/faults")[1]) == 1
    assert client.ask("KeepAlive")["ErrorInfo"] == "spoilt"


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("GET", "/nonsense", None, 404),
        ("PUT", "/log", None, 404),
        ("POST", "/faults", {"kind": "nonsense"}, 400),
        ("POST", "/faults", {"kind": "http", "company": "NOWHERE"}, 400),
        ("POST", "/faults", {}, 400),
        ("POST", "/faults", b"{", 400),
        ("POST", "/faults", [1], 400),
        ("POST", "/clock", {}, 400),
        ("POST", "/clock", {"advance": "soon"}, 400),
        ("POST", "/tamper", {"company": "CAPETOWN"}, 400),
        ("POST", "/companies", {"data_id": ""}, 400),
        ("GET", "/state/NOWHERE", None, 400),
        ("GET", "/log?colour=red", None, 400),
        ("POST", "/password-check", {"company": "CAPETOWN", "kind": "user", "name": "X", "candidate": "geheim"}, 400),
        ("POST", "/password-check", {"company": "CAPETOWN", "candidate": "geheim"}, 400),
    ],
)
def test_a_request_that_makes_no_sense_says_so_and_repeats_no_secret(admin, verb, path, body, status):
    answered, answer = admin(verb, path, body)
    assert (answered, list(answer)) == (status, ["error"])
    assert "geheim" not in answer["error"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"user": "THANDI", "fields": {"Colour": "red"}}, SiteError),
        ({"user": "TOOLONGNAME"}, SiteError),
        ({"user": "NEW", "login": "longer-than-8"}, SiteError),
        ({"smtp_server": "Own", "fields": {"Port": "25"}}, SiteError),
        ({"smtp_server": "Own", "login": "x"}, ControlError),
        ({"smtp_server": "Own", "user": "THANDI"}, ControlError),
        ({"user": "NOBODY", "remove": True}, ControlError),
    ],
)
def test_tampering_cannot_store_what_a_window_could_not(standin, change, error):
    before = standin.state("CAPETOWN")
    with pytest.raises(error):
        standin.tamper("CAPETOWN", **change)
    assert standin.state("CAPETOWN") == before
