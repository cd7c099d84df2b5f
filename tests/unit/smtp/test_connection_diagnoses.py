# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures on the way to the server: settings, DNS, connection, greeting."""

from __future__ import annotations

import errno
import socket
import time

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import connect as connecting
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.resolve import Address, _take_turns
from scripted_smtp import Script

FOUR = socket.AF_INET
SIX = socket.AF_INET6


@pytest.fixture
def dns(monkeypatch):
    """Answer every name with these (family, address) pairs, or raise."""

    def set_answer(*entries, error=None, after=0.0):
        def getaddrinfo(_name, port, *_args, **_options):
            time.sleep(after)
            if error is not None:
                raise error
            return [
                (family, socket.SOCK_STREAM, 6, "", (address, port) if family == FOUR else (address, port, 0, 0))
                for family, address in entries
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return set_answer


@pytest.fixture
def silent_port():
    """A port whose queue of connections is full: it answers nobody, as behind a firewall that drops packets."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = listener.getsockname()[1]
    fillers = []
    for _attempt in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
        fillers.append(filler)
    yield port
    for sock in [*fillers, listener]:
        sock.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"mail_server": ""},
        {"mail_server": "  "},
        {"mail_server": "https://smtp.example.test"},
        {"mail_server": "smtp.example.test:587"},
        {"mail_server": "smtp example.test"},
        {"mail_server": "alice@example.test"},
        {"mail_server": "smtp.example.test\r\nQUIT"},
        {"mail_server": "smtp.example.test\0"},
        {"mail_server": "<smtp.example.test>"},
        {"mail_server": "smtp..example.test"},
        {"mail_server": "-smtp.example.test"},
        {"mail_server": "a" * 64 + ".test"},
        {"mail_server": "x." * 200 + "test"},
        {"mail_server": "10.0.0"},
        {"mail_server": "[::1"},
        {"port": 0},
        {"port": 65536},
        {"port": True},
        {"port": "587"},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"deadline": -1},
        {"tls_mode": "ssl"},
        {"tls_mode": "none"},
        {"ehlo_name": "pc 1"},
        {"ehlo_name": "pc1\r\nMAIL FROM:<>"},
        {"username": "alice\r\nQUIT"},
        {"password": "a\0b"},
        {"password": "lone \ud800 surrogate"},
        {"sender_email": "alice"},
        {"sender_email": "alice@example.test>\r\nRCPT TO:<bob@example.test"},
        {"sender_email": "alice bob@example.test"},
        {"sender_email": "älice@example.test"},
        {"sender_email": "alice@exa_ mple.test"},
        {"send_to": "a@b@c"},
    ],
)
def test_settings_that_cannot_work_are_refused_before_the_first_byte(serve, settings_for, changes):
    server = serve()
    found = probe(settings_for(server, **changes), "envelope")
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("settings", "bad_settings")
    assert next(iter(changes)) in found["diagnosis"]["cause"]
    assert server.connections == 0


def test_an_unknown_level_is_a_bad_setting(serve, settings_for):
    assert probe(settings_for(serve()), "sned")["diagnosis"]["id"] == "bad_settings"


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_login_that_is_not_complete_is_missing(serve, settings_for, missing):
    found = probe(settings_for(serve(), **{missing: ""}))
    assert found["diagnosis"]["id"] == "missing_login"
    assert missing in found["diagnosis"]["cause"]


def test_a_login_is_not_needed_below_the_level_auth(serve, settings_for):
    assert probe(settings_for(serve(), username="", password=""), "tls")["ok"]


def test_the_envelope_needs_a_sender(serve, settings_for):
    assert probe(settings_for(serve(), sender_email=""), "envelope")["diagnosis"]["id"] == "missing_sender"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_ca_path_is_named(serve, settings_for, tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    found = probe(settings_for(serve(), ca_path=str(path)))
    assert found["diagnosis"]["id"] == "ca_path_unusable"
    assert str(path) in found["diagnosis"]["cause"]


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_a_name_that_does_not_exist(serve, settings_for, dns, number):
    dns(error=socket.gaierror(number, "Name or service not known"))
    found = probe(settings_for(serve(), mail_server="smpt.example.test"))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("dns", "name_not_found")
    assert "smpt.example.test" in found["diagnosis"]["cause"]


def test_a_resolver_that_fails_for_now(serve, settings_for, dns):
    dns(error=socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"))
    found = probe(settings_for(serve(), mail_server="smtp.example.test"))
    assert (found["diagnosis"]["id"], found["retryable"]) == ("dns_unavailable", True)


def test_a_resolver_that_never_answers_does_not_hang_the_probe(serve, settings_for, dns):
    dns(after=5)
    started = time.monotonic()
    found = probe(settings_for(serve(), mail_server="smtp.example.test", timeout=0.2))
    assert found["diagnosis"]["id"] == "dns_unavailable"
    assert time.monotonic() - started < 2


def test_a_public_name_with_a_private_address_is_warned_of(serve, settings_for, dns):
    dns((FOUR, "127.0.0.1"))
    found = probe(settings_for(serve(), mail_server="smtp.example.com", use_tls=False, authenticate=False), "connect")
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == ["private_address"]
    assert "127.0.0.1" in found["warnings"][0]["cause"]


@pytest.mark.parametrize("name", ["mail.branch.local", "mail", "127.0.0.1"])
def test_a_private_name_may_have_a_private_address(serve, settings_for, dns, name):
    dns((FOUR, "127.0.0.1"))
    assert probe(settings_for(serve(), mail_server=name), "connect")["warnings"] == []


def test_an_international_name_is_looked_up_in_its_ascii_form(serve, settings_for, monkeypatch):
    asked = []

    def getaddrinfo(name, _port, *_args, **_options):
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    probe(settings_for(serve(), mail_server="smtp.bücher.test"))
    assert asked == ["smtp.xn--bcher-kva.test"]


def test_a_closed_port_is_refused(serve, settings_for):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = probe(settings_for(serve(), port=port))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("connect", "refused")
    assert found["addresses"][0]["ok"] is False
    assert found["addresses"][0]["error"] == "Connection refused"


def test_a_port_that_answers_nobody_times_out_as_settings_say(serve, settings_for, silent_port):
    started = time.monotonic()
    found = probe(settings_for(serve(), port=silent_port, timeout=0.5))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("connect", "timeout")
    assert time.monotonic() - started < 2


def test_silence_at_port_25_is_told_apart(serve, settings_for, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _sock, _address: errno.ETIMEDOUT)
    found = probe(settings_for(serve(), port=25))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("connect", "timeout_port_25")


@pytest.mark.parametrize(
    ("family", "address", "expected"), [(SIX, "2001:db8::1", "ipv6_broken"), (FOUR, "192.0.2.1", "unreachable")]
)
def test_no_route_to_the_server(serve, settings_for, dns, monkeypatch, family, address, expected):
    dns((family, address))
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _sock, _address: errno.ENETUNREACH)
    found = probe(settings_for(serve(), mail_server="smtp.example.test"))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("connect", expected)


@pytest.mark.parametrize(("listening", "expected"), [("127.0.0.1", "ipv6_broken"), ("::1", "ipv4_broken")])
def test_a_family_that_fails_alone_is_a_warning_and_both_are_recorded(serve, settings_for, dns, listening, expected):
    dns((FOUR, "127.0.0.1"), (SIX, "::1"))
    found = probe(settings_for(serve(address=listening), mail_server="mail.test"), "connect")
    assert found["ok"]
    assert [warning["id"] for warning in found["warnings"]] == [expected]
    assert {entry["address"]: entry["ok"] for entry in found["addresses"]} == {
        "127.0.0.1": listening == "127.0.0.1",
        "::1": listening == "::1",
    }


def test_every_address_is_tried_and_the_extra_connections_say_nothing(serve, settings_for, dns):
    dns((FOUR, "127.0.0.1"), (FOUR, "127.0.0.2"), (FOUR, "127.0.0.3"))
    server = serve(address="0.0.0.0")
    found = probe(settings_for(server, mail_server="mail.test", validate_certs=False), "tls")
    assert [entry["ok"] for entry in found["addresses"]] == [True, True, True]
    assert [command.split()[0] for command in server.commands] == ["EHLO", "STARTTLS", "EHLO", "QUIT"]


def test_a_dead_first_address_costs_a_quarter_of_a_second(serve, silent_port):
    server = serve()
    addresses = [Address(FOUR, ("127.0.0.1", silent_port)), Address(FOUR, ("127.0.0.1", server.port))]
    started = time.monotonic()
    sock, attempts = connecting.connect(addresses, connecting.Deadline.after(5), every_address=False)
    took = time.monotonic() - started
    assert sock is not None
    sock.close()
    assert connecting.STAGGER_SECONDS <= took < 1.5
    assert [attempt.ok for attempt in attempts] == [None, True]


def test_the_families_take_turns_ipv6_first():
    four = [Address(FOUR, (f"192.0.2.{n}", 25)) for n in range(3)]
    six = [Address(SIX, (f"2001:db8::{n}", 25, 0, 0)) for n in range(2)]
    assert _take_turns([*four, *six]) == [six[0], four[0], six[1], four[1], four[2]]


def test_no_greeting_suggests_tls_from_the_first_byte(serve, settings_for):
    found = probe(settings_for(serve(Script(banner=None)), deadline=0.8, authenticate=False))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("banner", "no_banner")


def test_a_drip_of_single_bytes_does_not_beat_the_deadline(serve, settings_for):
    started = time.monotonic()
    server = serve(Script(banner="220-" + "x" * 500, drip=0.02))
    found = probe(settings_for(server, deadline=1.0))
    assert found["diagnosis"]["id"] == "stalled"
    assert time.monotonic() - started < 2.5


def test_a_reply_byte_by_byte_is_understood(serve, settings_for):
    assert probe(settings_for(serve(Script(drip=0.002))))["ok"]


def test_a_reply_without_end_is_given_up(serve, settings_for):
    def flood(conversation):
        while True:
            conversation.send("250-more")

    found = probe(settings_for(serve(Script(replies={"EHLO": flood}))))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("ehlo", "garbled")


def test_a_line_without_end_is_given_up(serve, settings_for):
    def flood(conversation):
        while True:
            conversation.send(b"x" * 4096)

    assert probe(settings_for(serve(serve=flood)))["diagnosis"]["id"] == "not_smtp"


def test_tls_in_place_of_a_greeting_is_a_mismatch(serve, settings_for):
    found = probe(settings_for(serve(Script(banner=b"\x15\x03\x01\x00\x02\x02\x46"))))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("banner", "tls_mode_mismatch")


def test_an_international_domain_of_an_address_is_sent_in_its_ascii_form(serve, settings_for):
    server = serve()
    assert probe(settings_for(server, sender_email="alice@bücher.test"), "envelope")["ok"]
    assert "MAIL FROM:<alice@xn--bcher-kva.test>" in server.commands
