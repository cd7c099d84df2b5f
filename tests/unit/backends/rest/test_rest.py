# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rest backend from desired records to what the server holds."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest import backend as rest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.backend import RestBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.contract import API_VERSION

SECRET, LATER = "canary-pw-1", "canary-pw-2"


def desired_records(password=SECRET, port=587):
    user = {"smtp_server": "HQ relay", "sender_name": "N", "sender_email": "n@example.co.za", "job_title": "Clerk"}
    server = {"mail_server": "smtp.example.co.za", "port": port, "username": "hq", "password": password}
    return (
        DesiredRecord(SMTP_SERVER, "HQ relay", server),
        DesiredRecord(MAIL_USER, "THANDI", user),
        DesiredRecord(MAIL_USER, "PIETER", user),
        DesiredRecord(MAIL_ENABLED, "AYESHA", {"email_enabled": False}),
    )


def run(settings, desired, check_mode=False):
    return write(RestBackend(settings), Request(desired, verify="none"), check_mode)


def test_what_was_desired_is_installed_and_a_second_run_needs_four_requests(standin, installation):
    assert run(installation(standin), desired_records()).values["changed"]
    state = standin.state("CAPETOWN")
    assert state["smtp_servers"]["HQ relay"]["MailServer"] == "smtp.example.co.za"
    assert state["users"]["THANDI"]["JobTitle"] == "Clerk"
    assert state["users"]["AYESHA"]["MailEnabled"] == "N"
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", SECRET)
    standin.clear_log()
    assert not run(installation(standin), desired_records()).values["changed"]
    assert [entry["method"] for entry in standin.requests()] == [
        "Login",
        "GetSmtpDefinitions",
        "GetMailUsers",
        "Logout",
    ]
    assert standin.offences == []


def test_check_mode_foretells_the_run_and_writes_nothing(standin, installation):
    foretold = run(installation(standin), desired_records(), check_mode=True).values
    assert standin.requests(writes=True) == []
    assert run(installation(standin), desired_records()).values == foretold


def test_only_changed_fields_are_sent_by_post_in_one_session(standin, installation):
    run(installation(standin), desired_records())
    standin.clear_log()
    run(installation(standin), desired_records(port=465))
    (entry,) = standin.requests(writes=True)
    assert (entry["verb"], entry["parameters"][1]) == ("POST", {"SMTPName": "HQ relay", "Port": 465})
    assert len(standin.requests(method="Login")) == 1
    assert standin.sessions() == []


def test_a_changed_password_is_sent_once(standin, installation):
    run(installation(standin), desired_records())
    assert run(installation(standin), desired_records(LATER)).values["changed"]
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", LATER)
    assert not run(installation(standin), desired_records(LATER)).values["changed"]


def test_a_password_without_a_fingerprint_is_unverified_and_sent(standin, installation, tmp_path):
    run(installation(standin), desired_records())
    result = run(installation(standin, fingerprints=str(tmp_path / "other.json")), desired_records()).values
    assert result["unverified"] == [{"resource": "smtp_server", "name": "HQ relay", "field": "password"}]
    assert [change["fields"][0]["want"] for change in result["changes"]] == ["set, will change"]


@pytest.mark.parametrize(("fault", "after"), [("error_info", False), ("close", True), ("close", False)])
def test_a_run_that_fails_midway_says_how_far_it_came_and_the_next_converges(standin, installation, fault, after):
    standin.fault(fault, method="UpdateMailUser", after=after)
    outcome = run(installation(standin), desired_records())
    assert [change["resource"] for change in outcome.values["applied"]] == ["smtp_server"]
    lost = fault == "close"
    assert [change["name"] for change in outcome.values["not_known"]] == (["THANDI"] if lost else [])
    assert [change["name"] for change in outcome.values["remaining"]] == ["THANDI", "PIETER", "AYESHA"][lost:]
    assert "1 of 4 changes were applied" in outcome.failure
    assert ("1 may have been" in outcome.failure) is lost
    assert standin.sessions() == []
    assert not run(installation(standin), desired_records()).failure
    assert not run(installation(standin), desired_records()).values["changed"]


def test_no_secret_is_in_an_outcome_even_when_the_server_echoes_it(standin, installation):
    standin.fault("error_info", text=f"bad password {SECRET}", method="CreateSmtpDefinition")
    outcome = run(installation(standin), desired_records())
    assert "bad password (secret)" in outcome.failure
    assert "canary" not in repr(outcome)


def test_users_are_cleared_before_their_definition_is_deleted(standin, installation):
    run(installation(standin), desired_records())
    gone = [DesiredRecord(SMTP_SERVER, "hq relay", present=False)]
    gone += [DesiredRecord(MAIL_USER, name, present=False) for name in ("THANDI", "PIETER")]
    assert not run(installation(standin), tuple(gone)).failure
    assert standin.state("CAPETOWN")["smtp_servers"] == {}
    assert not run(installation(standin), tuple(gone)).values["changed"]


def test_all_pages_are_read(standin, installation, monkeypatch):
    monkeypatch.setattr(rest, "PAGE", 2)
    with RestBackend(installation(standin)).open() as session:
        users = session.state.records(MAIL_USER)
    assert [user["user"] for user in users] == ["ANSIBLE", "AYESHA", "PASSME", "PIETER", "THANDI"]


def test_a_published_server_fails_with_the_sentence_and_its_version(installation):
    with StandIn(companies={"CAPETOWN": []}, published=True) as standin:
        with pytest.raises(FinconError) as caught, RestBackend(installation(standin)).open():
            pass
        assert standin.sessions() == []
    assert "needs mail methods that Fincon's published REST server does not have" in str(caught.value)
    assert f"(APIVersion {API_VERSION})" in str(caught.value)


def test_names_that_a_server_chose_itself_are_used_both_ways(installation):
    methods, fields = {"GetSmtpDefinitions": "ListSmtp", "UpdateMailUser": "PutUser"}, {"MailServer": "Host"}
    with StandIn(
        companies={"CAPETOWN": ["THANDI", "PIETER", "AYESHA"]},
        contract={"methods": methods, "fields": {"SmtpDefinitions": fields}},
    ) as standin:
        settings = installation(standin, contract={"methods": methods, "fields": fields})
        assert not run(settings, desired_records()).failure
        assert standin.state("CAPETOWN")["smtp_servers"]["HQ relay"]["MailServer"] == "smtp.example.co.za"
        assert not run(settings, desired_records()).values["changed"]


@pytest.mark.parametrize("contract", [{"methods": {"Login": "x"}}, {"fields": {"Colour": "x"}}, {"methods": ["x"]}])
def test_a_contract_that_maps_something_else_is_refused(standin, installation, contract):
    with pytest.raises(FinconError, match=r"installation\.contract\."):
        RestBackend(installation(standin, contract=contract))


def refused(targets, _level):
    text = {"ok": False, "mail_server": "smtp.example.co.za", "warnings": [], "failed_stage": "auth", "code": 535}
    more = {"enhanced_code": "5.7.8", "server_text": "no", "port": 587, "probed_from": "here", "stages": []}
    diagnosis = {"id": "auth_failed", "cause": "The login was refused.", "hint": "Check it."}
    return [{**text, **more, "diagnosis": diagnosis} for _target in targets]


@pytest.mark.parametrize(("verify_failure", "written"), [("fail", False), ("warn", True)])
def test_settings_that_fail_their_verification_are_written_only_on_request(
    standin, installation, verify_failure, written
):
    request = Request(desired_records(), verify_failure=verify_failure)
    outcome = write(RestBackend(installation(standin)), request, False, refused)
    assert bool(standin.requests(writes=True)) is written
    assert bool(outcome.failure) is not written
    assert "The login was refused." in (outcome.failure or "".join(outcome.warnings))


def test_one_connection_carries_the_whole_work(standin, installation, monkeypatch):
    opened = []
    connect = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda *args, **more: opened.append(args) or connect(*args, **more)
    )
    run(installation(standin), desired_records())
    assert len(opened) == 1


def test_everyones_session_is_never_ended(standin, installation):
    run(installation(standin), desired_records())
    standin.fault("invalid_connect_id", method="GetMailUsers")
    run(installation(standin), desired_records(port=25))
    assert standin.requests(method="KillUsers") == []
