# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe against real mail servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe

from .real_servers import FOREIGN, Exim, Postfix, RealServer

SERVERS = (Exim, Postfix)


@pytest.fixture(scope="module", params=SERVERS, ids=lambda kind: kind.__name__)
def server(request: pytest.FixtureRequest, certificates: Path) -> Iterator[RealServer]:
    kind = request.param
    if kind.missing():
        pytest.skip(kind.missing())
    with kind(certificates / "server.pem", certificates / "key.pem") as running:
        yield running


def _said(found: dict[str, Any]) -> tuple[str | None, str | None]:
    return found["failed_stage"], found["diagnosis"] and found["diagnosis"]["id"]


@pytest.mark.parametrize("level", ["connect", "tls", "auth", "envelope", "send"])
def test_right_settings_pass_at_every_level(right, level):
    found = probe(right, level)
    assert found["ok"], found
    assert {warning["id"] for warning in found["warnings"]} <= {"ipv6_broken"}, "both listen on IPv4 alone"


def test_implicit_tls_passes_at_its_own_port(right, server):
    found = probe(replace(right, port=server.implicit_port, tls_mode="implicit"), "envelope")
    assert found["ok"], found


def test_a_wrong_password_is_one_failed_login_in_the_servers_log(right, server):
    before = server.refusals()
    found = probe(replace(right, password="wrong"))
    assert _said(found) == ("auth", "wrong_password")
    assert found["code"] == 535
    assert server.refusals(before + 1) == before + 1


def test_a_certificate_for_another_name_is_named_and_the_right_name_recommended(right):
    found = probe(replace(right, mail_server="127.0.0.1"))
    assert _said(found) == ("certificate", "cert_name")
    assert "localhost" in found["diagnosis"]["cause"]
    assert f"localhost port {right.port} with STARTTLS works" in found["diagnosis"]["hint"]


def test_an_unknown_authority_is_told_apart(right):
    found = probe(replace(right, ca_path=""))
    assert _said(found) == ("certificate", "cert_unknown_issuer")
    assert "Example Authority" in found["diagnosis"]["cause"]


def test_a_foreign_sender_is_refused(right):
    found = probe(replace(right, sender_email=FOREIGN), "envelope")
    assert not found["ok"]
    assert found["diagnosis"]["id"] == "sender_not_owned"
    assert found["failed_stage"] == "rcpt"


def test_no_login_means_no_relaying(right):
    found = probe(replace(right, authenticate=False), "envelope")
    assert found["failed_stage"] in ("mail", "rcpt")
    assert found["diagnosis"]["id"] in ("relay_denied", "sender_not_owned", "mail_needs_auth")


def test_tls_from_the_first_byte_at_the_starttls_port(right):
    found = probe(replace(right, tls_mode="implicit"))
    assert _said(found) == ("tls", "tls_mode_mismatch")


def test_starttls_at_the_port_for_tls_from_the_first_byte(right, server):
    found = probe(replace(right, port=server.implicit_port, deadline=4.0))
    assert _said(found) == ("banner", "no_banner")
    assert "with TLS from the first byte works" in found["diagnosis"]["hint"]


def test_a_login_is_not_offered_in_clear(right):
    assert _said(probe(replace(right, use_tls=False))) == ("auth", "auth_needs_tls")
