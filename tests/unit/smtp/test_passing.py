# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes that pass, and their results."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import providers, resolve
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import diagnose
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS
from scripted_smtp import EHLO_WITH_LOGIN, Script

COMPLETE = {
    "connect": ["dns", "connect", "banner", "quit"],
    "tls": ["dns", "connect", "banner", "ehlo", "starttls", "tls", "certificate", "ehlo", "quit"],
    "auth": ["dns", "connect", "banner", "ehlo", "starttls", "tls", "certificate", "ehlo", "auth", "quit"],
}
COMPLETE["envelope"] = [*COMPLETE["auth"][:-1], "mail", "rcpt", "quit"]
COMPLETE["send"] = [*COMPLETE["auth"][:-1], "mail", "rcpt", "send", "quit"]


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_climbs_as_far_as_it_says_and_no_further(serve, settings_for, level):
    server = serve()
    found = probe(settings_for(server), level)
    assert found["ok"], found
    assert [stage["stage"] for stage in found["stages"]] == COMPLETE[level]
    assert all(stage["ok"] and stage["ms"] >= 0 for stage in found["stages"])
    assert found["diagnosis"] is None
    assert found["warnings"] == []


def test_the_result_describes_the_way_to_the_server(serve, settings_for):
    server = serve()
    found = probe(settings_for(server))
    assert found["addresses"] == [
        {"address": "127.0.0.1", "family": "ipv4", "ok": True, "ms": found["addresses"][0]["ms"], "error": ""}
    ]
    assert found["tls"]["version"] in ("TLSv1.2", "TLSv1.3")
    assert found["tls"]["days_left"] == 90
    assert found["tls"]["san"] == ["localhost", "127.0.0.1", "::1"]
    assert found["tls"]["issuer"] == "Example Authority"
    assert "AUTH PLAIN LOGIN" in found["capabilities"]
    assert "STARTTLS" not in found["capabilities"], "what was sent in clear text must be forgotten"
    assert found["probed_from"]
    assert message(found) == f"127.0.0.1:{server.port} passed the level auth."


def test_implicit_tls_needs_no_starttls(serve, settings_for):
    server = serve(Script(implicit=True))
    found = probe(settings_for(server, tls_mode="implicit"))
    assert found["ok"], found
    assert [stage["stage"] for stage in found["stages"]][:4] == ["dns", "connect", "tls", "certificate"]
    assert "STARTTLS" not in server.commands


def test_port_465_means_implicit_tls(serve, settings_for):
    assert settings_for(serve(), port=465).mode == "implicit"
    assert settings_for(serve(), port=587).mode == "starttls"
    assert settings_for(serve(), port=465, use_tls=False).mode == "none"
    assert settings_for(serve(), port=465, tls_mode="starttls").mode == "starttls"


def test_a_slow_greeting_is_waited_for(serve, settings_for):
    assert probe(settings_for(serve(Script(delay=0.7))))["ok"]


def test_the_envelope_names_the_sender_itself_and_takes_it_back(serve, settings_for):
    server = serve()
    assert probe(settings_for(server), "envelope")["ok"]
    assert server.commands[-4:] == ["MAIL FROM:<alice@example.test>", "RCPT TO:<alice@example.test>", "RSET", "QUIT"]
    assert server.messages == []


def test_the_envelope_names_send_to_where_it_is_given(serve, settings_for):
    server = serve()
    assert probe(settings_for(server, send_to="bob@example.org"), "envelope")["ok"]
    assert "RCPT TO:<bob@example.org>" in server.commands


def test_a_test_message_has_the_headers_that_servers_want(serve, settings_for):
    server = serve()
    found = probe(settings_for(server), "send")
    assert found["ok"]
    (lines,) = server.messages
    headers = dict(line.split(": ", 1) for line in lines[: lines.index("")])
    assert headers["Message-ID"] == found["message_id"], "so that somebody can look where it has gone"
    assert headers["X-Fincon-Mail-Probe"] == "test", "so that nobody takes it for one of Fincon's"
    assert headers["From"] == headers["To"] == "alice@example.test"
    assert headers["Message-ID"].endswith("@example.test>")
    assert headers["Date"]
    assert headers["Subject"] == "Test of the mail settings"


def test_a_message_that_was_accepted_and_has_not_arrived_can_be_looked_for_by_its_id():
    facts = {"host": "smtp.example.test", "seconds": "60", "message_id": "<a@example.test>"}
    found = diagnose(Observation(stage="arrival", event="not_arrived", facts=facts), str)
    assert found["id"] == "not_arrived"
    assert "<a@example.test>" in found["hint"]


@pytest.mark.parametrize("offer", ["AUTH LOGIN", "AUTH=LOGIN", "auth login plain", "AUTH XOAUTH2 PLAIN"])
def test_the_login_uses_what_is_offered(serve, settings_for, offer):
    server = serve(Script(after_tls=f"250-mail\r\n250 {offer}"))
    assert probe(settings_for(server))["ok"]
    assert server.logins == 1


def test_a_login_too_long_for_one_line_is_sent_on_two(serve, settings_for):
    name, password = "a" * 200 + "@example.test", "p" * 300
    server = serve(Script(accounts={name: password}))
    assert probe(settings_for(server, username=name, password=password))["ok"]
    assert server.commands.count("AUTH PLAIN") == 1


def test_the_cram_md5_answer_is_that_of_rfc_2195(serve, settings_for):
    answers = []

    def challenge(conversation):
        conversation.send("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
        answers.append(conversation.line())
        conversation.send("235 ok")

    server = serve(Script(after_tls="250-mail\r\n250 AUTH CRAM-MD5", replies={"AUTH": challenge}))
    assert probe(settings_for(server, username="tim", password="tanstaaftanstaaf"))["ok"]
    assert answers == ["dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"]


def test_a_challenge_that_is_no_base64_is_not_answered(serve, settings_for):
    server = serve(Script(after_tls="250-mail\r\n250 AUTH CRAM-MD5", replies={"AUTH": "334 not base64!"}))
    found = probe(settings_for(server))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("auth", "garbled")
    assert [command.split()[0] for command in server.commands].count("AUTH") == 1


def test_without_authenticate_nobody_logs_in(serve, settings_for):
    server = serve()
    assert probe(settings_for(server, authenticate=False), "envelope")["ok"]
    assert server.logins == 0


def test_a_login_in_clear_text_is_made_only_where_tls_is_off_and_warned_of(serve, settings_for):
    server = serve(Script(before_tls=EHLO_WITH_LOGIN))
    found = probe(settings_for(server, use_tls=False))
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["clear_text_login"]


def test_an_unverified_certificate_is_warned_of(serve, settings_for, authority):
    server = serve(context=authority.context("other.example.test"))
    found = probe(settings_for(server, validate_certs=False))
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["unverified_tls"]


def test_the_oldest_smtp_will_do_where_neither_tls_nor_a_login_is_wanted(serve, settings_for):
    server = serve(Script(replies={"EHLO": "502 command not implemented"}))
    found = probe(settings_for(server, use_tls=False, authenticate=False), "envelope")
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["no_esmtp"]
    assert "HELO client.example.test" in server.commands


@pytest.mark.parametrize("name", ["::1", "[::1]"])
def test_an_ipv6_address_may_stand_in_brackets(serve, settings_for, name):
    server = serve(address="::1")
    assert probe(settings_for(server, mail_server=name))["ok"]


def test_a_machine_without_a_full_name_introduces_itself_by_its_address(serve, settings_for, monkeypatch):
    monkeypatch.setattr(resolve, "own_name", lambda: "")
    server = serve()
    assert probe(settings_for(server, ehlo_name=""), "tls")["ok"]
    assert server.commands[0] == "EHLO [127.0.0.1]"


def test_the_advisory_is_a_warning_after_a_login(serve, settings_for, monkeypatch):
    monkeypatch.setattr(providers, "password_retirement", lambda host, today: f"{host} ends.")
    found = probe(settings_for(serve()))
    assert found["warnings"] == [
        {
            "id": "m365_password_retirement",
            "cause": "127.0.0.1 ends.",
            "hint": "Plan another way before then: a relay, a connector, High Volume Email, or another provider.",
        }
    ]
