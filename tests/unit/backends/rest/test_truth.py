# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rest backend reports is what the server holds.

A write is done when its answer shows it, and a read that is not whole is an error.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends import fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.backend import RestBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import Answer, HttpClient
from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

FIRST, SECOND = "canary-pw-1", "canary-pw-2"
SERVER = {"mail_server": "smtp.example.co.za", "username": "hq"}


def server(password, **more):
    return DesiredRecord(SMTP_SERVER, "HQ relay", {**SERVER, "password": password, **more})


def user(**more):
    values = {"smtp_server": "HQ relay", "sender_name": "N", "sender_email": "n@example.co.za", **more}
    return DesiredRecord(MAIL_USER, "THANDI", values)


def run(settings, *desired, check_mode=False):
    return write(RestBackend(settings), Request(desired, verify="none"), check_mode)


def names(outcome, group):
    return [(change["resource"], change["name"]) for change in outcome.values[group]]


@pytest.fixture
def answering(monkeypatch):
    """Replaces the answers to some methods, by an answer or by a function of the real one."""
    real = HttpClient.request
    replaced = {}

    def request(self, verb, path, headers, body=None):
        answer = real(self, verb, path, headers, body)
        for method, made in replaced.items():
            if f"%22{method}%22" in path:
                data = made(json.loads(answer.text)["result"][0]) if callable(made) else made
                return Answer(200, answer.headers, data if isinstance(data, str) else json.dumps({"result": [data]}))
        return answer

    monkeypatch.setattr(HttpClient, "request", request)
    return lambda **made: replaced.update(made)


WRITES = {
    "CreateSmtpDefinition": (server(FIRST),),
    "UpdateMailUser": (user(),),
    "SetMailEnabled": (DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": False}),),
    "ClearMailUser": (DesiredRecord(MAIL_USER, "THANDI", present=False),),
    "DeleteSmtpDefinition": (DesiredRecord(SMTP_SERVER, "HQ relay", present=False),),
}


def prepared_for(method, settings):
    """Bring the server to where the write is needed."""
    if method in ("UpdateMailUser", "ClearMailUser", "DeleteSmtpDefinition"):
        run(settings, server(FIRST))
    if method == "ClearMailUser":
        run(settings, user())


@pytest.mark.parametrize(("method", "name"), [("Login", "ConnectID"), ("GetMailUsers", "Colour")])
def test_half_a_character_in_an_answer_is_no_answer(method, name, standin, installation, answering):
    answering(**{method: lambda answer: {**answer, name: "\ud800"}})
    with pytest.raises(FinconError, match=f"{method}: the answer is not JSON"):
        run(installation(standin), server(FIRST))


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_is_answered_with_no_records_found_is_not_done(standin, installation, method):
    settings = installation(standin)
    prepared_for(method, settings)
    standin.fault("error_info", text="No records found", method=method)
    outcome = run(settings, *WRITES[method])
    assert (outcome.outcome, len(outcome.values["remaining"])) == ("failed", 1)
    assert "No records found" in outcome.failure
    assert run(settings, *WRITES[method]).outcome == "applied", "it is still to be done"


@pytest.mark.parametrize("method", WRITES)
def test_a_write_whose_answer_shows_nothing_is_not_known_to_be_done(standin, installation, answering, method):
    settings = installation(standin)
    prepared_for(method, settings)
    answering(**{method: {}})
    outcome = run(settings, *WRITES[method])
    assert (outcome.outcome, outcome.values["changed"]) == ("failed", False)
    assert [len(outcome.values[group]) for group in ("applied", "not_known", "remaining")] == [0, 1, 0]
    assert "the answer does not show that it was made" in outcome.failure


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"SmtpDefinitionInfo": {"SMTPName": "Other"}}, "shows another record"),
        ({"SmtpDefinitionInfo": {"SMTPName": "HQ relay", "PasswordSet": "N"}}, "the server keeps 'unset' as password"),
        ({"SmtpDefinitionInfo": {"SMTPName": "HQ relay", "Port": 25}}, "the server keeps 25 as port"),
        ({"SmtpDefinitionInfo": {"SMTPName": "HQ relay", "Port": "587"}}, "Port must be a whole number"),
        ({"SmtpDefinitionInfo": []}, "does not show that it was made"),
    ],
)
def test_an_answer_that_shows_something_else_does_not_vouch_for_the_password(
    standin, installation, answering, answer, reason
):
    settings = installation(standin)
    answering(CreateSmtpDefinition=answer)
    outcome = run(settings, server(FIRST))
    assert reason in outcome.failure
    assert names(outcome, "applied") == []
    assert "canary" not in repr(outcome)
    again = run(settings, server(FIRST), check_mode=True)
    assert [item["field"] for item in again.values["unverified"]] == ["password"]


@pytest.mark.parametrize(
    "stored", [{"PasswordSet": None}, {"PasswordSet": "N"}, {"SMTPName": "Other"}, {"SMTPName": None}]
)
def test_an_answer_to_an_update_that_shows_something_else_leaves_the_password_in_doubt(
    standin, installation, answering, stored
):
    settings = installation(standin)
    run(settings, server(FIRST))
    with_other = {"SmtpDefinitionInfo": {"SMTPName": "HQ relay", **stored}}
    answering(UpdateSmtpDefinition=lambda _answer: with_other)
    assert names(run(settings, server(SECOND)), "not_known") == [("smtp_server", "HQ relay")]
    answering(UpdateSmtpDefinition=lambda answer: answer)
    assert run(settings, server(FIRST)).outcome == "applied", "the second one was stored"
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", FIRST)


@pytest.mark.parametrize("fault", ["close", "cut", "truncated_json", "not_json", "http", "redirect"])
def test_a_password_whose_answer_was_lost_is_sent_again_when_the_old_one_is_declared(standin, installation, fault):
    settings = installation(standin)
    run(settings, server(FIRST))
    standin.fault(fault, method="UpdateSmtpDefinition", after=True)
    lost = run(settings, server(SECOND))
    assert names(lost, "not_known") == [("smtp_server", "HQ relay")]
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", SECOND), "it was committed"
    assert run(settings, server(FIRST)).outcome == "applied"
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", FIRST)
    assert run(settings, server(FIRST)).outcome == "unchanged"


def test_a_definition_that_was_made_before_the_session_ended_is_not_called_undone(standin, installation):
    standin.fault("session_expired", method="CreateSmtpDefinition", after=True)
    outcome = run(installation(standin), server(FIRST))
    assert names(outcome, "not_known") == [("smtp_server", "HQ relay")]
    assert "HQ relay" in standin.state("CAPETOWN")["smtp_servers"]


def test_a_fingerprint_that_cannot_be_kept_is_a_warning_and_the_password_is_sent_again(
    standin, installation, tmp_path, monkeypatch
):
    settings = installation(standin)

    def full(*_args):
        raise FinconError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(fingerprints, "save", full)
        outcome = run(settings, server(FIRST))
    assert outcome.outcome == "applied"
    assert "the disk is full; the next run sends these passwords again" in outcome.warnings
    assert run(settings, server(FIRST)).outcome == "applied"


def test_a_password_is_not_sent_while_the_old_fingerprint_cannot_be_dropped(standin, installation, monkeypatch):
    settings = installation(standin)
    run(settings, server(FIRST))

    def full(*_args):
        raise FinconError("the disk is full")

    monkeypatch.setattr(fingerprints, "save", full)
    outcome = run(settings, server(SECOND))
    assert "the disk is full; nothing was sent" in outcome.failure
    assert names(outcome, "remaining") == [("smtp_server", "HQ relay")]
    assert standin.password_is("CAPETOWN", "smtp_server", "HQ relay", FIRST)


@pytest.mark.parametrize(
    "answer", ['{"error": null}', '{"error": "Access violation"}', '{"result": [{"ErrorInfo": 17}]}']
)
def test_an_error_that_does_not_refuse_the_change_leaves_it_not_known(standin, installation, answering, answer):
    settings = installation(standin)
    run(settings, server(FIRST))
    answering(UpdateSmtpDefinition=answer)
    assert names(run(settings, server(SECOND)), "not_known") == [("smtp_server", "HQ relay")]
    answering(UpdateSmtpDefinition=lambda stored: stored)
    assert run(settings, server(FIRST)).outcome == "applied", "the second one was stored"


@pytest.mark.parametrize("place", ["SenderName", "UserName"])
def test_half_a_surrogate_pair_is_an_error_and_in_no_result(standin, installation, answering, place):
    answering(GetMailUsers=lambda answer: {"MailUsers": [{**answer["MailUsers"][0], place: "a\ud800"}]})
    with (
        pytest.raises(FinconError, match="GetMailUsers: the answer is not JSON"),
        RestBackend(installation(standin)).open(),
    ):
        pass


INCOMPLETE = {
    "no list": ({}, "the answer has no list MailUsers"),
    "a list that is a number": ({"MailUsers": 5}, "the answer has no list MailUsers"),
    "fewer than counted": (lambda answer: {**answer, "MailUsers": answer["MailUsers"][:1]}, "though the answer counts"),
    "no users": ({"ErrorInfo": "No records found"}, "the server returned no users"),
    "a number as a name": (
        lambda answer: {"MailUsers": [{**answer["MailUsers"][0], "SenderName": 5}]}, "SenderName must be text",
    ),
    "a password that is neither set nor not": (
        lambda answer: {"MailUsers": [{**answer["MailUsers"][0], "SMTPPasswordSet": None}]},
        "SMTPPasswordSet must be Y or N",
    ),
    "a record without a name": ({"MailUsers": [{"UserName": " "}]}, "a record without UserName"),
}  # fmt: skip


@pytest.mark.parametrize("case", INCOMPLETE)
def test_an_incomplete_read_is_an_error_and_no_empty_installation(standin, installation, answering, case):
    answer, reason = INCOMPLETE[case]
    answering(GetMailUsers=answer)
    with pytest.raises(FinconError, match=reason), RestBackend(installation(standin)).open():
        pass
    assert standin.sessions() == []


DEFINITION_WITH_PORT = '{"result": [{"SmtpDefinitions": [{"SMTPName": "A", "PasswordSet": "N", "Port": PORT}]}]}'


@pytest.mark.parametrize(
    "port", ["Infinity", "NaN", "1.5", '"587"', "true", "[" * 20000 + "]" * 20000], ids=lambda port: port[:8]
)
def test_a_number_that_is_none_is_an_error_in_a_sentence(standin, installation, answering, port):
    settings = installation(standin)
    run(settings, server(FIRST))
    answering(GetSmtpDefinitions=DEFINITION_WITH_PORT.replace("PORT", port))
    with (
        pytest.raises(FinconError, match=r"Port must be a whole number|the answer is not JSON"),
        RestBackend(settings).open(),
    ):
        pass


def test_a_run_waits_for_another_on_the_same_installation(standin, installation, monkeypatch):
    monkeypatch.setattr(fingerprints, "_LOCK_WAIT", 0.1)
    settings = installation(standin)
    with RestBackend(settings).open(writing=True):
        with pytest.raises(FinconError, match="another run has been working on this installation"):
            run(settings, server(FIRST))
        assert run(settings, server(FIRST), check_mode=True).outcome == "planned", "reading needs no lock"
    assert run(settings, server(FIRST)).outcome == "applied"


def test_what_four_runs_at_once_leave_is_what_the_fingerprints_vouch_for(standin, installation):
    settings = installation(standin, session_wait=30.0, total_timeout=60.0)
    passwords = [f"canary-pw-{number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda password: run(settings, server(password)), passwords * 3))
    assert {outcome.failure for outcome in outcomes} == {""}
    held = [name for name in passwords if standin.password_is("CAPETOWN", "smtp_server", "HQ relay", name)]
    claimed = [name for name in passwords if not run(settings, server(name), check_mode=True).values["changed"]]
    assert claimed == held


def test_a_run_that_used_up_its_time_logs_out_all_the_same(standin, installation):
    standin.fault("slow", seconds=1.5, method="GetMailUsers")
    with pytest.raises(FinconError), RestBackend(installation(standin, timeout=5.0, total_timeout=1.0)).open():
        pass
    assert standin.sessions() == []


def test_plain_http_to_another_machine_is_a_warning_in_each_call(standin, installation, monkeypatch):
    monkeypatch.setattr(urls, "_is_loopback", lambda _host: False)
    settings = installation(standin, url=standin.url)
    warned = any("plain HTTP" in warning for warning in run(settings, server(FIRST)).warnings)
    assert warned is standin.url.startswith("http://")
