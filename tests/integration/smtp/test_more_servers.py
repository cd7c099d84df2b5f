# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe against more real mail servers: right and wrong logins, both ways of TLS, and the wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

from .node_servers import Haraka, SmtpServer
from .real_servers import FOREIGN, RealServer
from .test_real_servers import _said
from .unpacked_servers import Courier, Dovecot, OpenSMTPD, Sendmail

SERVERS = (Courier, Dovecot, Haraka, OpenSMTPD, Sendmail, SmtpServer)


@pytest.fixture(scope="module", params=SERVERS, ids=lambda kind: kind.__name__)
def server(request: pytest.FixtureRequest, certificates: Path) -> Iterator[RealServer]:
    kind = request.param
    if kind.missing():
        pytest.skip(kind.missing())
    with kind(certificates / "server.pem", certificates / "key.pem") as running:
        yield running


@pytest.mark.parametrize("level", ["connect", "tls", "auth", "envelope"])
def test_right_settings_pass_at_every_level(right: ProbeSettings, level: str) -> None:
    found = probe(right, level)
    assert found["ok"], found


def test_implicit_tls_passes_at_its_own_port(right: ProbeSettings, server: RealServer) -> None:
    found = probe(replace(right, port=server.implicit_port, tls_mode="implicit"), "auth")
    assert found["ok"], found


def test_a_wrong_password_is_told_and_tried_once(right: ProbeSettings, server: RealServer) -> None:
    before = server.refusals() if server.refusal_mark else 0
    found = probe(replace(right, password="wrong"))
    assert (*_said(found), found["code"]) == ("auth", "wrong_password", 535)
    assert "refuses this user name and password" in found["diagnosis"]["cause"]
    if server.refusal_mark:
        assert server.refusals(before + 1) == before + 1


def test_tls_from_the_first_byte_at_the_starttls_port(right: ProbeSettings) -> None:
    found = probe(replace(right, tls_mode="implicit"))
    assert _said(found) == ("tls", "tls_mode_mismatch")
    assert f"port {right.port} with STARTTLS works" in found["diagnosis"]["hint"]


def test_starttls_at_the_port_for_tls_from_the_first_byte(right: ProbeSettings, server: RealServer) -> None:
    found = probe(replace(right, port=server.implicit_port, deadline=4.0))
    assert _said(found) == ("banner", "no_banner")
    assert "with TLS from the first byte works" in found["diagnosis"]["hint"]


def test_a_login_in_clear_is_refused_or_warned_of(right: ProbeSettings, server: RealServer) -> None:
    found = probe(replace(right, use_tls=False))
    if isinstance(server, (Dovecot, Haraka)):  # they trust what comes from their own machine
        assert found["ok"]
        assert "clear_text_login" in [warning["id"] for warning in found["warnings"]]
    else:
        assert found["failed_stage"] == "auth"
        assert found["diagnosis"]["id"] in ("auth_needs_tls", "auth_wants_tls")
        assert "Switch TLS on" in found["diagnosis"]["hint"]


def test_a_foreign_sender_is_refused(right: ProbeSettings, server: RealServer) -> None:
    if not isinstance(server, (OpenSMTPD, SmtpServer)):
        pytest.skip("this server lets a login send as anybody")
    found = probe(replace(right, sender_email=FOREIGN), "envelope")
    assert _said(found) == ("mail", "sender_not_owned")
    assert "This login may not send as the sender's address" in found["diagnosis"]["cause"]
