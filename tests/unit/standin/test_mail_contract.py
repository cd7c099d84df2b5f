# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods of the mail contract, and the passwords that nobody can read back."""

from __future__ import annotations

import json

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn

HQ = {"SMTPName": "HQ relay", "MailServer": "smtp.example.co.za", "Port": 587, "UseTLS": "Y"}
BLANK_USER = {
    "UserName": "THANDI",
    "SMTPName": "",
    "SMTPUsername": "",
    "SMTPPasswordSet": "N",
    "SenderName": "",
    "SenderEmail": "",
    "JobTitle": "",
    "Telephone": "",
    **{f"UserField{number}": "" for number in range(1, 7)},
    "MailEnabled": "Y",
}


@pytest.fixture
def with_hq(client):
    client.ask("CreateSmtpDefinition", HQ)
    return client


def test_a_created_definition_has_defaults_for_what_was_left_out(client):
    answer = client.ask("CreateSmtpDefinition", HQ)
    assert answer == {
        "SmtpDefinitionInfo": {
            "SMTPName": "HQ relay",
            "MailServer": "smtp.example.co.za",
            "Authenticate": "N",
            "Username": "",
            "PasswordSet": "N",
            "Port": 587,
            "UseTLS": "Y",
            "TimeOut": 30,
            "BCC": "",
        },
        "ErrorInfo": "",
    }


def test_an_update_changes_the_fields_sent_and_no_other(with_hq):
    before = with_hq.standin.state("CAPETOWN")["smtp_servers"]["HQ relay"]
    answer = with_hq.ask("UpdateSmtpDefinition", {"SMTPName": "hq RELAY", "Port": 465})
    assert answer["SmtpDefinitionInfo"] == {**before, "Port": 465}


def test_an_update_of_nothing_is_refused(with_hq):
    assert "no field to change" in with_hq.ask("UpdateSmtpDefinition", {"SMTPName": "HQ relay"})["ErrorInfo"]


def test_names_of_definitions_are_compared_without_case(with_hq):
    assert "already exists" in with_hq.ask("CreateSmtpDefinition", {**HQ, "SMTPName": "hq relay"})["ErrorInfo"]


@pytest.mark.parametrize(
    ("method", "parameter"), [("UpdateSmtpDefinition", {"SMTPName": "X", "Port": 1}), ("DeleteSmtpDefinition", "X")]
)
def test_a_missing_definition_is_not_found(client, method, parameter):
    assert client.ask(method, parameter) == {"ErrorInfo": "SMTP definition not found"}


def test_a_definition_that_users_link_to_cannot_be_deleted(with_hq):
    with_hq.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPName": "hq relay"})
    assert with_hq.ask("DeleteSmtpDefinition", "HQ RELAY") == {"ErrorInfo": "SMTP definition is in use"}
    with_hq.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPName": ""})
    assert with_hq.ask("DeleteSmtpDefinition", "HQ RELAY") == {"Deleted": True, "ErrorInfo": ""}
    assert with_hq.standin.state("CAPETOWN")["smtp_servers"] == {}


def test_a_user_who_was_never_set_up_is_listed_with_blank_settings(client):
    assert client.ask("GetMailUsers", "THANDI", "THANDI", 0, 0)["MailUsers"] == [BLANK_USER]


def test_a_link_takes_the_spelling_of_the_definition(with_hq):
    answer = with_hq.ask("UpdateMailUser", {"UserName": "thandi", "SMTPName": "HQ RELAY"})
    assert answer["MailUserInfo"] == {**BLANK_USER, "SMTPName": "HQ relay"}


def test_a_link_to_a_missing_definition_is_refused(client):
    answer = client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPName": "HQ relay", "JobTitle": "X"})
    assert answer == {"ErrorInfo": "SMTP definition not found"}
    assert client.standin.state("CAPETOWN")["users"]["THANDI"] == BLANK_USER


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("UpdateMailUser", [{"UserName": "NOBODY", "JobTitle": "X"}]),
        ("ClearMailUser", ["NOBODY"]),
        ("SetMailEnabled", ["NOBODY", "N"]),
    ],
)
def test_an_unknown_user_is_not_found(client, method, parameters):
    assert client.ask(method, *parameters) == {"ErrorInfo": "User not found"}


def test_clearing_a_user_blanks_everything_but_whether_mail_is_enabled(with_hq):
    fields = {"UserName": "THANDI", "SMTPName": "HQ relay", "SMTPPassword": "geheim", "UserField6": "x"}
    with_hq.ask("UpdateMailUser", fields)
    with_hq.ask("SetMailEnabled", "THANDI", "N")
    assert with_hq.ask("ClearMailUser", "thandi") == {"Cleared": True, "ErrorInfo": ""}
    assert with_hq.standin.state("CAPETOWN")["users"]["THANDI"] == {**BLANK_USER, "MailEnabled": "N"}
    assert with_hq.standin.password_is("CAPETOWN", "user", "THANDI", "")


def test_mail_is_enabled_by_its_own_method_only(client):
    assert client.ask("SetMailEnabled", "THANDI", "N") == {"MailEnabled": "N", "ErrorInfo": ""}
    assert "MailEnabled" in client.ask("UpdateMailUser", {"UserName": "THANDI", "MailEnabled": "Y"})["ErrorInfo"]
    assert client.standin.state("CAPETOWN")["users"]["THANDI"]["MailEnabled"] == "N"


def test_companies_do_not_see_each_other(with_hq, connect):
    durban = connect(with_hq.standin).log_in("durban")
    assert durban.ask("GetSmtpDefinitions", "", "", 0, 0)["ErrorInfo"] == "No records found"
    assert "User not found" in durban.ask("SetMailEnabled", "THANDI", "N")["ErrorInfo"]


# Passwords


def test_no_answer_state_or_log_ever_shows_a_password(with_hq):
    answers = [
        with_hq.ask("UpdateSmtpDefinition", {"SMTPName": "HQ relay", "Password": "geheim-1"}),
        with_hq.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": "geheim-2"}),
        with_hq.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPasword": "geheim-3"}),
        with_hq.ask("UpdateMailUser", "geheim-4"),
        with_hq.ask("UpdateMailUser", {"UserName": "THANDI", "JobTitle": {"deep": "geheim-5"}}),
        with_hq.ask("ClearMailUser", "THANDI", "geheim-6"),
        with_hq.ask("GetMailUsers", "", "", 0, 0),
        with_hq.ask("GetSmtpDefinitions", "", "", 0, 0),
    ]
    standin = with_hq.standin
    assert "geheim" not in json.dumps([answers, standin.state("CAPETOWN"), standin.requests(), standin.offences])
    assert answers[0]["SmtpDefinitionInfo"]["PasswordSet"] == "Y"
    assert answers[1]["MailUserInfo"]["SMTPPasswordSet"] == "Y"


def test_a_password_is_kept_as_a_hash_only(tmp_path, connect):
    path = tmp_path / "standin.sqlite"
    with StandIn(companies={"CAPETOWN": []}, database=str(path)) as standin:
        connect(standin).log_in().ask("CreateSmtpDefinition", {**HQ, "Password": "geheim-1"})
        assert standin.password_is("CAPETOWN", "smtp_server", "hq relay", "geheim-1")
    for file in tmp_path.iterdir():
        assert b"geheim" not in file.read_bytes()
    with StandIn(companies={"CAPETOWN": []}, database=str(path)) as again:
        assert again.password_is("CAPETOWN", "smtp_server", "HQ relay", "geheim-1")
        assert not again.password_is("CAPETOWN", "smtp_server", "HQ relay", "geheim-2")


@pytest.mark.parametrize("mask", ["***", "**********", "\u2022" * 8, "\u25cf" * 5])
def test_a_mask_is_refused_and_keeps_the_password_that_works(client, mask):
    client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": "geheim"})
    answer = client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": mask, "JobTitle": "X"})
    assert "mask" in answer["ErrorInfo"]
    assert client.standin.password_is("CAPETOWN", "user", "THANDI", "geheim")
    assert client.standin.state("CAPETOWN")["users"]["THANDI"]["JobTitle"] == ""
    assert client.standin.offences[-1]["what"] == "mask sent as a password"


@pytest.mark.parametrize("password", ["**", "***a", "*•*", "xxxxxx"])
def test_what_only_looks_a_little_like_a_mask_is_a_password(client, password):
    assert client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": password})["ErrorInfo"] == ""
    assert client.standin.password_is("CAPETOWN", "user", "THANDI", password)


def test_an_empty_password_unsets_it(client):
    client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": "geheim"})
    answer = client.ask("UpdateMailUser", {"UserName": "THANDI", "SMTPPassword": ""})
    assert answer["MailUserInfo"]["SMTPPasswordSet"] == "N"
    assert client.standin.password_is("CAPETOWN", "user", "THANDI", "")


# Paging


def pages(client, count):
    """All pages, asked for as the manual says, until one is shorter than asked for."""
    found, last = [], 0
    while True:
        answer = client.ask("GetMailUsers", "", "", last, count)
        rows = answer.get("MailUsers", [])
        found.append([row["UserName"] for row in rows])
        if len(rows) < count:
            return found
        last = answer["RecNo"]


def test_pages_follow_each_other_without_gap_or_repetition(client):
    assert pages(client, 2) == [["ANSIBLE", "AYESHA"], ["PASSME", "PIETER"], ["THANDI"]]


def test_after_a_full_last_page_there_are_no_records(client):
    assert pages(client, 5) == [["ANSIBLE", "AYESHA", "PASSME", "PIETER", "THANDI"], []]


def test_a_record_number_is_not_a_count(client):
    first = client.ask("GetMailUsers", "", "", 0, 2)
    assert (first["Count"], first["RecNo"]) != (2, 2)


def test_a_user_added_between_two_pages_disturbs_neither(client):
    first = client.ask("GetMailUsers", "", "", 0, 2)
    client.standin.tamper("CAPETOWN", user="AAA")
    second = client.ask("GetMailUsers", "", "", first["RecNo"], 2)
    assert [row["UserName"] for row in second["MailUsers"]] == ["PASSME", "PIETER"]


def test_a_record_number_that_was_never_given_is_refused(client):
    assert client.ask("GetMailUsers", "", "", 9999, 2)["ErrorInfo"] == "Invalid RecNo"


def test_bounds_are_inclusive_and_compared_without_case(client):
    rows = client.ask("GetMailUsers", "ayesha", "pieter", 0, 0)["MailUsers"]
    assert [row["UserName"] for row in rows] == ["AYESHA", "PASSME", "PIETER"]


def test_a_page_cap_holds_whatever_is_asked_for(connect):
    with StandIn(companies={"CAPETOWN": ["THANDI", "PIETER"]}, page_cap=3) as standin:
        client = connect(standin).log_in()
        assert [client.ask("GetMailUsers", "", "", 0, count)["Count"] for count in (0, 2, 50)] == [3, 2, 3]
