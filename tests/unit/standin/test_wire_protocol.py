# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire protocol: what the stand-in answers, and what it refuses as strictly as the real one might."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn


def test_a_login_answers_as_the_manual_shows(standin, connect):
    answer = connect(standin).call("Login", "CAPETOWN", "ansible", "demo1234", False)
    assert answer == {"Connected": True, "ConnectID": "0.1", "APIVersion": "5.285.002", "ErrorInfo": ""}


@pytest.mark.parametrize(
    "parameters",
    [
        ("NOWHERE", "ANSIBLE", "demo1234", False),
        ("CAPETOWN", "ANSIBLE", "wrong", False),
        ("CAPETOWN", "NOBODY", "demo1234", False),
        ("CAPETOWN", "THANDI", "", False),
    ],
)
def test_a_refused_login_is_http_200_with_an_error_text(standin, connect, parameters):
    answer = connect(standin).call("Login", *parameters)
    assert answer["ErrorInfo"]
    assert (answer["Connected"], answer["ConnectID"]) == (False, "")
    assert standin.sessions() == []


def test_a_wrong_server_user_gets_401_and_a_challenge(standin, connect):
    client = connect(standin)
    client.basic = "api:wrong"
    status, headers, _body = client.send("POST", "%22Login%22/", {"_parameters": []})
    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic ")


def test_quotation_marks_may_be_literal(client):
    assert client.result("GET", f'"GetLocations"/{client.connect_id}/')["ErrorInfo"] == ""


@pytest.mark.parametrize(("verb", "prefix"), [("POST", "update"), ("PUT", "accept"), ("DELETE", "cancel")])
def test_an_unquoted_name_gets_the_prefix_of_its_verb(client, verb, prefix):
    status, _headers, body = client.send(verb, f"KeepAlive/{client.connect_id}/")
    assert status == 500
    assert f"{prefix}KeepAlive" in json.loads(body)["error"]


def test_an_unquoted_name_works_with_get(client):
    assert client.result("GET", f"KeepAlive/{client.connect_id}/") == {"ErrorInfo": ""}


def test_an_unknown_method_is_a_server_exception(client):
    status, _headers, body = client.send("POST", "%22Nonsense%22/", {"_parameters": [client.connect_id]})
    assert status == 500
    assert "method not found" in json.loads(body)["error"]


def test_an_address_outside_the_api_is_not_found(standin, connect):
    assert connect(standin).send("GET", "/datasnap/rest/OtherAPI/%22Login%22/")[0] == 404


def test_empty_segments_are_empty_strings(client):
    names = [row["UserName"] for row in client.get("GetMailUsers", client.connect_id, "", "", 0, 0)["MailUsers"]]
    assert names == ["ANSIBLE", "AYESHA", "PASSME", "PIETER", "THANDI"]


def test_the_bare_object_may_be_the_last_parameter(client):
    answer = client.result(
        "POST", f"%22UpdateMailUser%22/{client.connect_id}/", {"UserName": "THANDI", "JobTitle": "X"}
    )
    assert answer["MailUserInfo"]["JobTitle"] == "X"


def test_one_connection_serves_many_requests(client):
    for _attempt in range(20):
        assert client.ask("KeepAlive") == {"ErrorInfo": ""}
    assert [entry["method"] for entry in client.standin.requests()] == ["Login", *["KeepAlive"] * 20]


def test_a_login_by_get_is_refused_and_its_password_is_not_logged(standin, connect):
    answer = connect(standin).get("Login", "CAPETOWN", "ANSIBLE", "demo1234", "false")
    assert "POST" in answer["ErrorInfo"]
    assert answer["Connected"] is False
    assert [offence["what"] for offence in standin.offences] == ["secret in the address"]
    assert "demo1234" not in json.dumps(standin.requests())


def test_a_login_by_post_with_its_parameters_in_the_address_is_refused(standin, connect):
    answer = connect(standin).result("POST", "%22Login%22/CAPETOWN/ANSIBLE/demo1234/false/")
    assert "address" in answer["ErrorInfo"]
    assert "demo1234" not in json.dumps(standin.requests())


@pytest.mark.parametrize(("method", "segments"), [("ClearMailUser", ["THANDI"]), ("SetMailEnabled", ["THANDI", "N"])])
def test_a_write_by_get_is_refused(client, method, segments):
    before = client.standin.state("CAPETOWN")
    assert "POST" in client.get(method, client.connect_id, *segments)["ErrorInfo"]
    assert client.standin.state("CAPETOWN") == before
    assert client.standin.offences[-1]["what"] == "write by GET"


@pytest.mark.parametrize("parameters", [[], ["", "", 0], ["", "", 0, 0, 0]])
def test_a_wrong_number_of_parameters_is_refused(client, parameters):
    assert "parameters expected" in client.ask("GetMailUsers", *parameters)["ErrorInfo"]


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("GetMailUsers", ["", "", "0", 10]),
        ("GetMailUsers", ["", "", 0, True]),
        ("GetMailUsers", ["", "", -1, 10]),
        ("GetMailUsers", ["", "", 10**30, 10]),
        ("GetMailUsers", [None, "", 0, 10]),
        ("SetMailEnabled", ["THANDI", True]),
        ("SetMailEnabled", ["THANDI", "y"]),
        ("KillUsers", ["N"]),
        ("UpdateMailUser", ["THANDI"]),
        ("UpdateMailUser", [["UserName", "THANDI"]]),
    ],
)
def test_a_parameter_of_a_wrong_type_is_refused(client, method, parameters):
    before = client.standin.state("CAPETOWN")
    assert "expected" in client.ask(method, *parameters)["ErrorInfo"]
    assert client.standin.state("CAPETOWN") == before


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"Colour": "red"}, "Colour"),
        ({"PasswordSet": "Y"}, "PasswordSet"),
        ({"Port": "587"}, "Port"),
        ({"Port": 587.0}, "Port"),
        ({"Port": 0}, "Port"),
        ({"Port": 65536}, "Port"),
        ({"TimeOut": 601}, "TimeOut"),
        ({"UseTLS": True}, "UseTLS"),
        ({"Authenticate": "yes"}, "Authenticate"),
        ({"MailServer": None}, "MailServer"),
        ({"MailServer": "m" * 101}, "MailServer"),
        ({"MailServer": "a\r\nb"}, "MailServer"),
        ({"MailServer": "a\x7fb"}, "MailServer"),
        ({"MailServer": "a\ud800b"}, "MailServer"),
        ({"SMTPName": "n" * 41}, "SMTPName"),
    ],
)
def test_a_body_with_a_bad_field_is_refused_by_name_and_without_effect(client, fields, named):
    answer = client.ask("CreateSmtpDefinition", {"SMTPName": "HQ", **fields})
    assert named in answer["ErrorInfo"]
    assert client.standin.state("CAPETOWN")["smtp_servers"] == {}


def test_a_body_without_its_key_is_refused(client):
    assert "SMTPName is missing" in client.ask("CreateSmtpDefinition", {"MailServer": "m"})["ErrorInfo"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"SMTPName=HQ",
        b"\xff\xfe\xfd",
        b'{"_parameters":[],"_parameters":[]}',
        pytest.param(b"[" * 9999, id="too-deep"),
    ],
)
def test_a_body_that_is_not_json_is_refused(client, body):
    answer = client.result("POST", "%22CreateSmtpDefinition%22/", body)
    assert "not JSON" in answer["ErrorInfo"]


def test_parameters_in_both_places_are_refused(client):
    answer = client.result("POST", f"%22KeepAlive%22/{client.connect_id}/", {"_parameters": [client.connect_id]})
    assert "_parameters" in answer["ErrorInfo"]


def test_a_server_as_published_has_no_mail_methods_and_all_others(connect):
    with StandIn(companies={"CAPETOWN": []}, published=True) as standin:
        client = connect(standin).log_in()
        status, _headers, body = client.send("GET", f"%22GetMailUsers%22/{client.connect_id}///0/0/")
        assert (status, "method not found" in json.loads(body)["error"]) == (500, True)
        assert client.ask("GetLocations") == {"Locations": [], "ErrorInfo": ""}


def test_a_contract_renames_methods_and_fields_both_ways(connect):
    contract = {"methods": {"GetSmtpDefinitions": "ListServers"}, "fields": {"SmtpDefinitions": {"MailServer": "Host"}}}
    with StandIn(companies={"CAPETOWN": []}, contract=contract) as standin:
        client = connect(standin).log_in()
        created = client.ask("CreateSmtpDefinition", {"SMTPName": "HQ", "Host": "mail.example"})
        assert created["SmtpDefinitionInfo"]["Host"] == "mail.example"
        assert "MailServer" in client.ask("UpdateSmtpDefinition", {"SMTPName": "HQ", "MailServer": "x"})["ErrorInfo"]
        assert client.ask("ListServers", "", "", 0, 0)["SmtpDefinitions"][0]["Host"] == "mail.example"
        assert client.send("POST", "%22GetSmtpDefinitions%22/", {"_parameters": []})[0] == 500
        assert standin.state("CAPETOWN")["smtp_servers"]["HQ"]["MailServer"] == "mail.example"


def test_https_is_verified_against_the_stand_ins_own_authority_and_ends_at_tls_1_2(connect):
    with StandIn(companies={"CAPETOWN": []}, tls=True) as standin:
        client = connect(standin).log_in()
        assert client._connection.sock.version() == "TLSv1.2"
