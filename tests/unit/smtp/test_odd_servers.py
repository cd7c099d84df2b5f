# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that bend the protocol are read for what they mean, and slow or silent ones are told what helps."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import circumstances, followup, settings
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.providers import PROVIDERS, find
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reading import MAX_READ, gives_no_reason, neutral
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript
from scripted_smtp import EHLO, EHLO_WITH_LOGIN, Script

# --- greetings and answers to EHLO ----------------------------------------------------------------------------------

ODD_OFFERS = {
    "one line for each mechanism": "250-mail\r\n250-AUTH PLAIN\r\n250 AUTH LOGIN",
    "a line without a code": "250-mail\r\nWelcome to our server\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE",
    "an empty line": "250-mail\r\n\r\n250 AUTH PLAIN LOGIN",
    "an empty keyword": "250-mail\r\n250-\r\n250 AUTH PLAIN LOGIN",
    "each line like a last one": "250 mail\r\n250 AUTH PLAIN LOGIN\r\n250 SIZE",
    "the rest of the greeting first": "220 ready when you are\r\n250-mail\r\n250 AUTH PLAIN LOGIN",
}


@pytest.mark.parametrize("offer", ODD_OFFERS.values(), ids=ODD_OFFERS)
def test_an_odd_answer_to_ehlo_is_read_for_what_it_offers(serve, settings_for, offer):
    server = serve(Script(before_tls=offer))
    found = probe(settings_for(server, use_tls=False), "envelope")
    assert found["ok"], message(found)
    assert server.logins == 1


def test_mechanisms_on_several_lines_add_up(serve, settings_for):
    server = serve(Script(before_tls="250-mail\r\n250-AUTH GSSAPI\r\n250 AUTH LOGIN"))
    found = probe(settings_for(server, use_tls=False))
    assert found["ok"], message(found)
    assert "AUTH GSSAPI LOGIN" in found["capabilities"]


@pytest.mark.parametrize(
    "banner",
    [
        b"220 mail\n\r",
        b"220 mail\n",
        b"\r\n220 mail\r\n",
        b"220mail.example.test ESMTP\r\n",
        b"220\tmail.example.test ESMTP\r\n",
        b"220\r\n",
        b"220-mail\r\nNo unsolicited mail.\r\n220 ESMTP\r\n",
        b"220-first\r\n220 second\r\n220 third\r\n",
    ],
)
def test_an_odd_greeting_is_a_greeting(serve, settings_for, banner):
    found = probe(settings_for(serve(Script(banner=banner))))
    assert found["ok"], message(found)


def test_lines_that_end_with_lf_cr_are_lines_up_to_the_end(serve, settings_for):
    def converse(conversation):
        conversation.send(b"220 mail\n\r")
        while True:
            word = conversation.line().split(" ")[0].strip()
            answer = {"EHLO": b"250-mail\n\r250 SIZE 1000\n\r", "QUIT": b"221 bye\n\r"}.get(word, b"250 ok\n\r")
            conversation.send(answer)
            if word in ("QUIT", ""):
                return

    found = probe(settings_for(serve(serve=converse), use_tls=False, authenticate=False), "envelope")
    assert found["ok"], message(found)
    assert found["warnings"] == []


def test_starttls_works_where_lines_end_with_lf_cr(serve, settings_for):
    def agree(conversation):
        conversation.send(b"220 go ahead\n\r")
        conversation.start_tls()

    found = probe(settings_for(serve(Script(replies={"STARTTLS": agree}))))
    assert found["ok"], message(found)


def test_a_refusal_without_its_last_line_is_a_refusal(serve, settings_for):
    def refuse(conversation):
        conversation.send("550-5.1.1 User unknown")
        conversation.sock.shutdown(socket.SHUT_RDWR)

    found = probe(settings_for(serve(Script(replies={"RCPT": refuse}))), "envelope")
    assert (found["code"], found["diagnosis"]["id"]) == (550, "no_such_recipient")


def test_an_agreement_without_its_last_line_is_none(serve, settings_for):
    def agree(conversation):
        conversation.send("250-fine")
        conversation.sock.shutdown(socket.SHUT_RDWR)

    found = probe(settings_for(serve(Script(replies={"RCPT": agree}))), "envelope")
    assert (found["ok"], found["diagnosis"]["id"]) == (False, "closed")


@pytest.mark.parametrize(
    ("answer", "enhanced"),
    [
        ("450 filter_x 4.7.1 <a@example.test>: no", "4.7.1"),
        ("550 Sorry (5.1.1)", "5.1.1"),
        ("550 [5.7.1] no", "5.7.1"),
        ("553 sorry (#5.7.1)", "5.7.1"),
        ("550 see 5.7.1.2 or 10.5.7.1", None),
        ("550 mail5.1.1x says no", None),
        ("421 Exim 4.96.1 is busy", None),
        ("550 4.2.1 then 5.2.1", "5.2.1"),
        ("451 5.7.3 STARTTLS is required", "5.7.3"),
    ],
)
def test_an_enhanced_code_is_found_anywhere_in_the_text(serve, settings_for, answer, enhanced):
    found = probe(settings_for(serve(Script(replies={"MAIL": answer}))), "envelope")
    assert found["enhanced_code"] == enhanced


@pytest.mark.parametrize(
    "banner", ["220 ftp.example.co.za ESMTP", "220 mail.draftp.co.za ready", "220 ftp.example.co.za"]
)
def test_a_host_that_is_called_ftp_can_be_a_mail_server(serve, settings_for, banner):
    assert probe(settings_for(serve(Script(banner=banner))))["ok"]


# --- what is offered after STARTTLS ---------------------------------------------------------------------------------

NTLM = "250-mail\r\n250-STARTTLS\r\n250 AUTH NTLM"


def test_passwords_that_are_taken_only_after_starttls_ask_for_tls(serve, settings_for):
    server = serve(Script(before_tls=NTLM))
    found = probe(settings_for(server, use_tls=False))
    assert found["diagnosis"]["id"] == "auth_needs_tls"
    assert "only after STARTTLS" in found["diagnosis"]["cause"]
    assert "PLAIN, LOGIN" in found["diagnosis"]["cause"]
    assert server.logins == 0


def test_a_certificate_that_is_refused_does_not_hide_what_is_offered_after_starttls(serve, settings_for, authority):
    server = serve(Script(before_tls=NTLM), authority.context("www.example.test"))
    found = probe(settings_for(server, use_tls=False))
    assert found["diagnosis"]["id"] == "auth_needs_tls"
    assert found["diagnosis"]["hint"].endswith("answers too, but its certificate is refused.")


def test_a_server_that_takes_no_passwords_after_starttls_either_is_told_so(serve, settings_for):
    server = serve(Script(before_tls=NTLM, after_tls="250-mail\r\n250 AUTH XOAUTH2 NTLM"))
    found = probe(settings_for(server, use_tls=False))
    assert found["diagnosis"]["id"] == "auth_no_password_mechanism"
    assert "XOAUTH2, NTLM" in found["diagnosis"]["cause"]


def test_a_relay_port_without_starttls_is_not_told_to_switch_tls_on_there(serve, settings_for):
    found = probe(settings_for(serve(Script(before_tls="250-mail\r\n250 SIZE")), use_tls=False))
    assert found["diagnosis"]["id"] == "auth_needs_tls"
    assert "neither a login nor STARTTLS" in found["diagnosis"]["cause"]
    assert "587 (STARTTLS) or 465" in found["diagnosis"]["hint"]


# --- slow and silent servers ----------------------------------------------------------------------------------------


@pytest.fixture
def soon(monkeypatch):
    """A stage may take a second, and a second connection half of one."""
    monkeypatch.setattr(settings, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(followup, "TRY_SECONDS", 0.5)


def test_a_slow_greeting_leads_to_the_option_that_helps(soon, serve, settings_for):
    server = serve(Script(delay=1.6))
    found = probe(settings_for(server, timeout=0.9, use_tls=False))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("banner", "no_banner")
    assert "set timeout (Fincon's Time Out) to more than 1 seconds" in found["diagnosis"]["hint"]
    assert "deadline" not in found["diagnosis"]["hint"]
    assert probe(settings_for(serve(Script(delay=1.6)), timeout=3.0))["ok"], "what the hint says helps"


def test_a_slow_greeting_after_tls_from_the_first_byte_is_not_told_to_try_that(soon, serve, settings_for):
    found = probe(settings_for(serve(Script(delay=1.6, implicit=True)), timeout=0.9, tls_mode="implicit"))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("banner", "no_banner")
    assert found["diagnosis"]["cause"].startswith("TLS works")
    assert "Set timeout" in found["diagnosis"]["hint"]
    assert "implicit" not in found["diagnosis"]["hint"]


def test_a_port_that_wants_tls_from_the_first_byte_is_told_from_a_slow_one(soon, serve, settings_for):
    server = serve(Script(implicit=True))
    found = probe(settings_for(server, timeout=0.9))
    assert found["diagnosis"]["id"] == "no_banner"
    assert "expects TLS from the first byte" in found["diagnosis"]["cause"]
    assert f"port {server.port} with TLS from the first byte works" in found["diagnosis"]["hint"]


def test_the_deadline_grows_with_the_timeout():
    common = {"mail_server": "mail.test", "port": 587, "use_tls": True}
    assert ProbeSettings(**common).whole_seconds == 90
    assert ProbeSettings(**common, timeout=60).whole_seconds == 180
    assert ProbeSettings(**common, timeout=60, deadline=5).whole_seconds == 5


# --- what was set ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"port": 587}, "port 465 (TLS from the first byte)"),
        ({"port": 465}, "port 587 (STARTTLS)"),
        ({"port": 25}, "port 587 (STARTTLS) or 465 (TLS from the first byte)"),
        ({"port": 587, "mail_server": "smtp.office365.com"}, "the port that the provider's own documents name"),
        ({"port": 25, "mail_server": "smtp.office365.com"}, "port 587 (STARTTLS)"),
    ],
)
def test_no_hint_names_the_port_that_is_set(serve, settings_for, changes, words):
    placed = circumstances.placed(Observation(stage="connect"), settings_for(serve(), **changes), Transcript())
    assert placed.facts["other_ports"] == words


def test_a_relay_refusal_after_a_login_does_not_ask_for_one(serve, settings_for):
    found = probe(settings_for(serve(Script(replies={"RCPT": "550 relay not permitted"}))), "envelope")
    assert "The login was accepted" in found["diagnosis"]["cause"]
    assert "Authenticate" not in found["diagnosis"]["hint"]


# --- the password in clear text -------------------------------------------------------------------------------------

CLEAR = {"use_tls": False}


@pytest.mark.parametrize("answer", ["235 ok", "535 no", "538 TLS first", "421 bye", "250 what"])
def test_a_password_in_clear_text_is_told_whatever_came_of_it(serve, settings_for, answer):
    script = Script(before_tls=EHLO_WITH_LOGIN, replies={"AUTH": answer})
    found = probe(settings_for(serve(script), **CLEAR))
    assert [warning["id"] for warning in found["warnings"]] == ["clear_text_login"]


def test_a_password_in_clear_text_is_told_where_the_server_hangs_up(serve, settings_for):
    found = probe(settings_for(serve(Script(before_tls=EHLO_WITH_LOGIN, hang_up_at="AUTH")), **CLEAR))
    assert found["diagnosis"]["id"] == "closed"
    assert [warning["id"] for warning in found["warnings"]] == ["clear_text_login"]


@pytest.mark.parametrize(
    ("offer", "answer"),
    [("LOGIN", "535 no"), ("CRAM-MD5", "334 PDFAbXg+")],
    ids=["refused before the name", "only a digest is sent"],
)
def test_where_no_password_went_in_clear_text_nothing_is_told(serve, settings_for, offer, answer):
    script = Script(before_tls=f"250-mail\r\n250 AUTH {offer}", replies={"AUTH": answer})
    found = probe(settings_for(serve(script), deadline=2.0, **CLEAR))
    assert found["warnings"] == []


# --- mechanisms -----------------------------------------------------------------------------------------------------


def test_where_no_mechanism_is_served_the_first_refusal_is_told_and_no_password_twice_judged(serve, settings_for):
    def refuse(conversation):
        conversation.server.logins += 1
        conversation.send("504 5.5.4 Unrecognized authentication type")

    server = serve(Script(replies={"AUTH": refuse}))
    found = probe(settings_for(server))
    assert found["diagnosis"]["id"] == "auth_no_password_mechanism"
    assert "PLAIN, LOGIN" in found["diagnosis"]["cause"]
    assert [command.split()[1] for command in server.commands if command.startswith("AUTH")] == ["PLAIN", "LOGIN"]


def test_a_server_that_leaves_after_refusing_a_mechanism_has_refused_it(serve, settings_for):
    def refuse(conversation):
        conversation.send("502 command not implemented")
        conversation.sock.shutdown(socket.SHUT_RDWR)

    found = probe(settings_for(serve(Script(replies={"AUTH": refuse}))))
    assert (found["code"], found["diagnosis"]["id"]) == (502, "auth_not_offered")


# --- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<relay@example.co.za>: unknown", "(address): unknown"),
        ("Client host [192.0.2.4] blocked", "Client host (ip) blocked"),
        ("<pc1>: Helo command rejected", "(name): Helo command rejected"),
        ("busy.example.test Service unavailable", "Service unavailable"),
        ("client.example.test is unknown", "(name) is unknown"),
        ("Requested action not taken: mailbox unavailable Sender not allowed", "Sender not allowed"),
        ("Requested action not taken: mailbox unavailable", "Requested action not taken: mailbox unavailable"),
        ("Rejected, see https://example.test/policy?id=7", "Rejected, see (link)"),
        ("listed, https://www.spamhaus.org/query/ip/192.0.2.4", "listed, https://www.spamhaus.org/query/ip/(ip)"),
    ],
)
def test_names_that_a_server_quotes_are_not_its_words(text, words):
    assert neutral(text, ["client.example.test"]) == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("refused", True),
        ("Sorry, no. Go away!", True),
        ("(address): rejected", True),
        ("club rules", False),
    ],
)
def test_a_text_without_a_reason_leaves_the_decision_to_the_code(text, expected):
    assert gives_no_reason(text) is expected


@pytest.mark.parametrize("part", ["a@", "[", "<", "1.", "sender ", "requested action ", "user name ", "https://1.1 "])
def test_of_a_text_without_end_only_the_beginning_is_read(part):
    assert len(neutral(part * 8000)) <= 2 * MAX_READ


# --- providers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "said", "key"),
    [
        ("SMTP.Office365.com.", "", "m365"),
        ("example-co-za.mail.protection.outlook.com", "", "m365"),
        ("smtp-relay.gmail.com", "220 smtp-relay.gmail.com ESMTP - gsmtp", "google_relay"),
        ("smtp.gmail.com", "", "google"),
        ("relay.example.co.za", "535 5.7.8 no - gsmtp", "google"),
        ("email-smtp.af-south-1.amazonaws.com", "", "ses"),
        ("ec2-192-0-2-4.compute.amazonaws.com", "", None),
        ("smtpauth.mweb.co.za", "", "mweb"),
        ("www12.jnb1.host-h.net", "", "xneelo"),
        ("za-smtp-outbound-1.mimecast.co.za", "", "mimecast"),
        (
            "mail.example.co.za",
            "ESMTP Exim We do not authorize the use of this system to transport unsolicited",
            "cpanel",
        ),
        ("smtp.example.co.za", "220 ESMTP Postfix", None),
    ],
)
def test_a_provider_is_known_by_its_host_or_its_words(host, said, key):
    found = find(host, said)
    assert (found.key if found else None) == key


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda provider: provider.key)
def test_what_is_known_of_a_provider_has_a_source(provider):
    assert provider.source.startswith("https://")
    assert provider.hosts or provider.signs
    assert len(provider.login) < 130
    assert provider.login.endswith(".")


@pytest.mark.parametrize(
    ("host", "words"),
    [("smtp.sendgrid.net", "the word apikey"), ("smtp-relay.brevo.com", "SMTP key"), ("smtp.zoho.com", "full address")],
)
def test_a_refused_login_tells_what_the_provider_wants(serve, settings_for, monkeypatch, host, words):
    monkeypatch.setattr(circumstances.providers, "find", lambda _host, _said: find(host))
    found = probe(settings_for(serve(), password="wrong"))
    assert words in found["diagnosis"]["hint"]


def test_nothing_is_said_where_all_is_right(serve, settings_for):
    for script in (Script(), Script(before_tls=EHLO), Script(after_tls="250-mail\r\n250 AUTH CRAM-MD5 PLAIN LOGIN")):
        found = probe(settings_for(serve(script)), "send")
        assert found["ok"], message(found)
        assert found["warnings"] == []
