# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers answer, in the words of real ones, and the diagnosis that each answer gets."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from scripted_smtp import EHLO_WITH_LOGIN, Script

M365 = "Authentication unsuccessful, "
TENANT = M365 + (
    "SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."
)

# The command that is answered, the answer, the id of the diagnosis.
REFUSALS = [
    ("banner", "421 4.3.2 Service not available", "busy"),
    ("banner", "421 mx.example.test Too many concurrent SMTP connections; please try again later.", "busy"),
    ("banner", "450 4.7.0 too many connections from 192.0.2.1", "busy"),
    ("banner", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocked"),
    ("banner", "554-mx.example.test\r\n554 Your access to this mail system has been rejected", "blocked"),
    ("banner", "550 5.7.1 no", "blocked"),
    ("banner", "554 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", "no_reverse_dns"),
    ("banner", "220 (vsFTPd 3.0.5)", "not_smtp"),
    ("banner", "* OK [CAPABILITY IMAP4rev1] Dovecot ready.", "not_smtp"),
    ("banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2", "not_smtp"),
    ("banner", "+OK POP3 ready", "not_smtp"),
    ("banner", "HTTP/1.1 400 Bad Request\r\nServer: nginx", "not_smtp"),
    ("EHLO", "501 5.5.4 Invalid domain name", "ehlo_refused"),
    ("EHLO", "504 5.5.2 <pc1>: Helo command rejected: need fully-qualified hostname", "ehlo_refused"),
    ("EHLO", "550 5.5.0 go away", "ehlo_refused"),
    ("EHLO", "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", "ehlo_refused"),
    ("EHLO", "500 5.5.1 Command unrecognized", "no_esmtp"),
    ("EHLO", "502 Error: command not implemented", "no_esmtp"),
    ("STARTTLS", "454 4.7.0 TLS not available due to local problem", "tls_down"),
    ("STARTTLS", "454 TLS currently unavailable", "tls_down"),
    ("STARTTLS", "502 5.5.1 Unrecognized command", "no_starttls"),
    ("AUTH", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "wrong_password"),
    ("AUTH", "535 Incorrect authentication data", "wrong_password"),
    ("AUTH", "535 5.7.3 Authentication unsuccessful [AM0PR01CA0101.eurprd01.prod.exchangelabs.com]", "wrong_password"),
    ("AUTH", "535 5.7.139 " + M365 + "the user credentials were incorrect.", "wrong_password"),
    (
        "AUTH",
        "535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
        "535 5.7.8  https://support.google.com/mail/?p=BadCredentials x-1.0 - gsmtp",
        "wrong_password",
    ),
    ("AUTH", "501 5.7.8 INVALID CREDENTIALS", "wrong_password"),
    ("AUTH", "535 5.7.139 " + TENANT, "m365_smtp_auth_off"),
    ("AUTH", "535 5.7.139 " + TENANT.upper().replace("TENANT", "MAILBOX"), "m365_smtp_auth_off"),
    (
        "AUTH",
        "535 5.7.139 " + M365 + "user is locked by your organization's security defaults policy.",
        "m365_policy",
    ),
    (
        "AUTH",
        "535 5.7.139 " + M365 + "the request did not meet the criteria to be authenticated successfully.",
        "m365_policy",
    ),
    ("AUTH", "535 5.7.139 " + M365 + "basic authentication is disabled.", "basic_auth_off"),
    ("AUTH", "550 5.7.30 Basic authentication is not supported for Client Submission.", "basic_auth_off"),
    ("MAIL", "550 5.7.30 Basic authentication is not supported for Client Submission.", "basic_auth_off"),
    (
        "AUTH",
        "534-5.7.9 Application-specific password required. Learn more at\r\n534 5.7.9  https://support.google.com/ x",
        "google_app_password",
    ),
    ("AUTH", "535 Application-specific password required", "google_app_password"),
    (
        "AUTH",
        "534-5.7.14 <https://accounts.google.com/signin/continue?x> Please log in via\r\n"
        "534-5.7.14 your web browser and then try again.\r\n534 5.7.14 Learn more x - gsmtp",
        "google_browser",
    ),
    ("AUTH", "454 4.7.0 Too many login attempts, please try again later.", "auth_throttled"),
    ("AUTH", "454 4.7.0 Temporary authentication failure: Connection lost", "auth_throttled"),
    ("AUTH", "421 4.7.0 Too many failed logins", "auth_throttled"),
    ("AUTH", "535 5.7.0 too many authentication failures from your address", "auth_throttled"),
    ("AUTH", "432 4.7.12 A password transition is needed", "account_unusable"),
    ("AUTH", "525 5.7.13 User account is disabled", "account_unusable"),
    ("AUTH", "535 5.7.8 Authentication failed: account is locked", "account_unusable"),
    ("AUTH", "530 5.7.0 Must issue a STARTTLS command first", "auth_wants_tls"),
    ("AUTH", "538 5.7.11 Encryption required for requested authentication mechanism", "auth_wants_tls"),
    ("AUTH", "503 AUTH command used when not advertised", "auth_not_offered"),
    ("AUTH", "503 5.5.1 Error: authentication not enabled", "auth_not_offered"),
    ("AUTH", "504 5.5.4 Unrecognized authentication type", "auth_no_password_mechanism"),
    ("AUTH", "250 fine", "unexpected_reply"),
    ("MAIL", "530 5.7.57 Client not authenticated to send mail.", "mail_needs_auth"),
    ("MAIL", "530 5.7.0 Authentication required", "mail_needs_auth"),
    ("MAIL", "530 5.5.1 Authentication Required. Learn more", "mail_needs_auth"),
    ("RCPT", "550 must be authenticated", "mail_needs_auth"),
    ("MAIL", "530 5.7.0 Must issue a STARTTLS command first.", "auth_wants_tls"),
    ("MAIL", "553 5.7.1 <a@b.test>: Sender address rejected: not owned by user alice@example.test", "sender_not_owned"),
    ("RCPT", "553 5.7.1 <a@b.test>: Sender address rejected: not logged in", "sender_not_owned"),
    (
        "MAIL",
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        "sender_not_owned",
    ),
    ("RCPT", "550 Sender is not allowed", "sender_not_owned"),
    ("MAIL", "450 4.1.8 <a@b.test>: Sender address rejected: Domain not found", "sender_unknown"),
    ("MAIL", "550 5.1.8 <a@b.test>: Sender address rejected: Domain not found", "sender_unknown"),
    ("RCPT", "550 Sender verify failed", "sender_unknown"),
    ("MAIL", "552 5.3.4 Message size exceeds fixed limit", "too_big"),
    ("<message>", "552 message too big", "too_big"),
    ("RCPT", "554 5.7.1 <x@example.org>: Relay access denied", "relay_denied"),
    ("RCPT", "550 relay not permitted", "relay_denied"),
    ("RCPT", "454 4.7.1 <x@example.org>: Relay access denied", "relay_denied"),
    ("RCPT", "550 5.7.1 refused", "relay_denied"),
    ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "relay_denied"),
    ("RCPT", "550 5.1.1 <x@example.test>: Recipient address rejected: User unknown", "no_such_recipient"),
    ("RCPT", "550 Unrouteable address", "no_such_recipient"),
    ("RCPT", "550-5.1.1 The email account that you tried to reach\r\n550 5.1.1 does not exist.", "no_such_recipient"),
    ("RCPT", "550 No Such User Here", "no_such_recipient"),
    ("RCPT", "452 4.5.3 Too many recipients", "rate_limited"),
    ("RCPT", "450 4.2.1 The user you are trying to contact is receiving mail too quickly", "rate_limited"),
    ("RCPT", "550 5.4.5 Daily sending limit exceeded", "rate_limited"),
    ("RCPT", "451 Temporary local problem - please try later", "temporary_refusal"),
    ("RCPT", "450 4.1.2 <x@example.test>: Recipient address rejected", "temporary_refusal"),
    ("RCPT", "550 no", "permanent_refusal"),
    ("<message>", "554 5.2.252 SendAsDenied; alice@example.test not allowed to send as bob@x.test", "send_as_denied"),
    ("<message>", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSend", "send_as_denied"),
    ("<message>", "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent", "rate_limited"),
    ("<message>", "554 5.7.1 Message rejected as spam by Content Filtering.", "content_refused"),
    ("DATA", "421 4.3.2 closing", "busy"),
]

STAGES = {
    "banner": "banner",
    "EHLO": "ehlo",
    "STARTTLS": "starttls",
    "AUTH": "auth",
    "MAIL": "mail",
    "RCPT": "rcpt",
    "DATA": "send",
    "<message>": "send",
}


def _script(command: str, answer: str) -> Script:
    return Script(banner=answer) if command == "banner" else Script(replies={command: answer})


@pytest.mark.parametrize(("command", "answer", "expected"), REFUSALS)
def test_a_refusal_gets_the_diagnosis_of_its_cause(serve, settings_for, command, answer, expected):
    found = probe(settings_for(serve(_script(command, answer))), "send")
    assert not found["ok"]
    assert (found["failed_stage"], found["diagnosis"]["id"]) == (STAGES[command], expected)
    assert found["diagnosis"]["cause"]
    assert found["diagnosis"]["hint"]


def test_the_message_is_three_short_lines(serve, settings_for):
    server = serve(Script(refusal="535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 See https://x.test"))
    found = probe(settings_for(server, password="wrong"))
    what, cause, action = message(found).split("\n")
    assert what == (
        f"127.0.0.1:{server.port} failed at the stage auth: "
        "535 5.7.8 Username and Password not accepted. See https://x.test"
    )
    assert cause == "Likely cause: The server refuses this user name and password."
    assert action.startswith("What to do: Check both.")


def test_code_enhanced_code_and_text_of_the_server_are_reported(serve, settings_for):
    found = probe(
        settings_for(serve(Script(replies={"RCPT": "550-5.1.1 No such\r\n550 5.1.1  user here"}))), "envelope"
    )
    assert (found["code"], found["enhanced_code"], found["server_text"]) == (550, "5.1.1", "No such user here")


def test_a_server_without_enhanced_codes_reports_none(serve, settings_for):
    found = probe(settings_for(serve(Script(refusal="535 Incorrect authentication data")), password="wrong"))
    assert (found["code"], found["enhanced_code"]) == (535, None)


def test_too_big_shows_the_size_that_is_offered(serve, settings_for):
    found = probe(settings_for(serve(Script(replies={"MAIL": "552 5.3.4 too big"}))), "envelope")
    assert "1000000 bytes" in found["diagnosis"]["cause"]


@pytest.mark.parametrize(
    "answer",
    [
        "450 4.2.0 <a@example.test>: Recipient address rejected: Greylisted, please try again later",
        "451 4.7.1 Greylisting in action, please come back in 00:05:00",
        "451 4.7.1 come back",
        "450 please wait",
    ],
)
def test_greylisting_passes_with_a_warning(serve, settings_for, answer):
    found = probe(settings_for(serve(Script(replies={"RCPT": answer}))), "envelope")
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["greylisted"]
    assert found["failed_stage"] is None


def test_greylisting_fails_where_a_message_was_to_be_sent(serve, settings_for):
    found = probe(settings_for(serve(Script(replies={"RCPT": "451 4.7.1 Greylisted"}))), "send")
    assert (found["ok"], found["retryable"], found["diagnosis"]["id"]) == (False, True, "greylisted")


@pytest.mark.parametrize("offer", ["AUTH XOAUTH2", "AUTH NTLM GSSAPI"])
def test_a_server_that_takes_no_passwords_is_told_apart(serve, settings_for, offer):
    server = serve(Script(after_tls=f"250-mail\r\n250 {offer}"))
    found = probe(settings_for(server))
    assert found["diagnosis"]["id"] == "auth_no_password_mechanism"
    assert offer.split()[1] in found["diagnosis"]["cause"]
    assert server.logins == 0


def test_a_relay_port_offers_no_login(serve, settings_for):
    found = probe(settings_for(serve(Script(after_tls="250 mail"))))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("auth", "auth_not_offered")


def test_a_server_that_offers_a_login_only_after_tls_gets_no_password_in_clear(serve, settings_for):
    server = serve()
    found = probe(settings_for(server, use_tls=False))
    assert found["diagnosis"]["id"] == "auth_needs_tls"
    assert server.logins == 0


def test_a_server_without_starttls_gets_no_password(serve, settings_for):
    server = serve(Script(before_tls=EHLO_WITH_LOGIN))
    found = probe(settings_for(server))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("starttls", "no_starttls")
    assert server.logins == 0


@pytest.mark.parametrize(
    "script",
    [
        Script(banner="220 ****************************************", before_tls="250-mail\r\n250 8BITMIME"),
        Script(before_tls="250-mail\r\n250-XXXXXXXA\r\n250 XXXXXXXB"),
    ],
)
def test_a_masked_greeting_without_starttls_is_an_inspecting_firewall(serve, settings_for, script):
    assert probe(settings_for(serve(script)))["diagnosis"]["id"] == "inspected"


def test_an_unfinished_goodbye_is_a_warning(serve, settings_for):
    found = probe(settings_for(serve(Script(replies={"QUIT": "500 what?"}))))
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["quit_ignored"]


@pytest.mark.parametrize(("command", "name"), [("EHLO", "EHLO"), ("MAIL", "MAIL FROM"), ("AUTH", "AUTH PLAIN")])
def test_a_server_that_hangs_up_is_reported_with_the_last_command(serve, settings_for, command, name):
    found = probe(settings_for(serve(Script(hang_up_at=command))), "envelope")
    assert found["diagnosis"]["id"] == "closed"
    assert name in found["diagnosis"]["cause"]
    assert found["retryable"]


def test_a_refusal_ends_with_a_goodbye(serve, settings_for):
    server = serve()
    probe(settings_for(server, password="wrong"))
    assert server.commands[-1] == "QUIT"
