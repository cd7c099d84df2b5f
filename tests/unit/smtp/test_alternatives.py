# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where settings would work, the hint names them: they have been tried, without a login."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import followup
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from scripted_smtp import EHLO_WITH_LOGIN, Script


@pytest.fixture
def usual_ways(serve, monkeypatch, authority):
    """A server with STARTTLS and one with TLS from the first byte, instead of the ports 587 and 465."""

    def start(starttls=None, implicit=None, context=None):
        servers = (serve(starttls or Script(), context), serve(implicit or Script(implicit=True), context))
        monkeypatch.setattr(followup, "USUAL_WAYS", ((servers[0].port, "starttls"), (servers[1].port, "implicit")))
        return servers

    return start


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_refused_port_leads_to_the_usual_one(serve, settings_for, usual_ways, closed_port):
    starttls, _implicit = usual_ways()
    found = probe(settings_for(serve(), port=closed_port))
    assert found["diagnosis"]["id"] == "refused"
    assert found["diagnosis"]["hint"].endswith(
        f"Tried without a login: 127.0.0.1 port {starttls.port} with STARTTLS works."
    )
    assert starttls.logins == 0


def test_the_second_usual_port_is_named_where_the_first_offers_no_login(serve, settings_for, usual_ways, closed_port):
    _starttls, implicit = usual_ways(starttls=Script(after_tls="250 mail"))
    hint = probe(settings_for(serve(), port=closed_port))["diagnosis"]["hint"]
    assert hint.endswith(f"port {implicit.port} with TLS from the first byte works.")


def test_a_relay_port_leads_to_one_with_a_login(serve, settings_for, usual_ways):
    starttls, _implicit = usual_ways()
    found = probe(settings_for(serve(Script(after_tls="250 mail"))))
    assert found["diagnosis"]["id"] == "auth_not_offered"
    assert f"port {starttls.port} with STARTTLS works" in found["diagnosis"]["hint"]


def test_missing_starttls_leads_to_tls_elsewhere(serve, settings_for, usual_ways):
    _starttls, implicit = usual_ways(starttls=Script(before_tls=EHLO_WITH_LOGIN))
    found = probe(settings_for(serve(Script(before_tls=EHLO_WITH_LOGIN))))
    assert found["diagnosis"]["id"] == "no_starttls"
    assert f"port {implicit.port} with TLS from the first byte works" in found["diagnosis"]["hint"]


def test_tls_switched_off_leads_to_starttls_at_the_same_port(serve, settings_for):
    server = serve()
    found = probe(settings_for(server, use_tls=False))
    assert found["diagnosis"]["id"] == "auth_needs_tls"
    assert f"port {server.port} with STARTTLS works" in found["diagnosis"]["hint"]
    assert server.logins == 0


def test_a_port_whose_certificate_is_refused_is_named_with_that(
    serve, settings_for, usual_ways, authority, closed_port
):
    starttls, _implicit = usual_ways(context=authority.context("www.example.test"))
    hint = probe(settings_for(serve(), port=closed_port))["diagnosis"]["hint"]
    assert hint.endswith(f"port {starttls.port} with STARTTLS answers too, but its certificate is refused.")


def test_nothing_is_recommended_where_nothing_works(serve, settings_for, closed_port):
    assert "Tried" not in probe(settings_for(serve(), port=closed_port))["diagnosis"]["hint"]


def test_a_wrong_password_leads_nowhere_else(serve, settings_for, usual_ways):
    starttls, implicit = usual_ways()
    probe(settings_for(serve(), password="wrong"))
    assert starttls.connections == implicit.connections == 0


def test_names_of_an_unverified_certificate_are_not_looked_up_unless_they_are_names(serve, settings_for, authority):
    server = serve(context=authority.context("*.example.test"))
    found = probe(settings_for(server))
    assert found["diagnosis"]["id"] == "cert_name"
    assert "*.example.test" in found["diagnosis"]["cause"]
    assert "Tried" not in found["diagnosis"]["hint"]
