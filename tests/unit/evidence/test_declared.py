# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of hosts declare of messages, and whom they make known."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.declared import (
    declared_branch,
    period_of,
    trust_of,
    unused_relays,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import DeclaredBranch, DeclaredUser

SERVER = {"name": "HQ relay", "mail_server": "smtp.example.co.za", "use_tls": True, "username": "fincon"}
USER = {"user": "THANDI", "smtp_server": "hq RELAY", "sender_name": "Thandi", "sender_email": "thandi@example.co.za"}


class Secret:
    """A value that nobody may render."""


def render(value: Any) -> Any:
    assert not isinstance(value, Secret)
    return value.removeprefix("{{").removesuffix("}}") if isinstance(value, str) else value


def branch(
    users: Any = None, servers: Any = None, pending: Any = (), period: tuple[str, str] = ("", "")
) -> DeclaredBranch:
    data = {"smtp_servers": [SERVER] if servers is None else servers, "users": [USER] if users is None else users}
    return declared_branch("soweto", data, render, period, pending)


def test_a_user_has_the_settings_of_its_definition_and_no_password_is_rendered() -> None:
    secret = {"password": Secret()}
    found = branch([{**USER, **secret, "sender_name": "{{Thandi}}"}], [{**SERVER, **secret}], period=("a", "b"))
    thandi = DeclaredUser(
        "THANDI", "thandi@example.co.za", "Thandi", "smtp.example.co.za", True, None, "fincon", is_shared=True
    )
    assert found == DeclaredBranch("soweto", (thandi,), ("smtp.example.co.za",), "a", "b")


def test_a_login_of_ones_own_replaces_that_of_the_definition_and_without_a_login_there_is_none() -> None:
    (own,) = branch([{**USER, "username": "thandi"}]).users
    assert (own.username, own.is_shared) == ("thandi", False)
    (none,) = branch(servers=[{**SERVER, "authenticate": False}]).users
    assert (none.username, none.authenticate) == (None, False)


@pytest.mark.parametrize("change", [{"state": "absent"}, {"sender_email": None}, {"user": None}])
def test_a_user_who_is_absent_or_sends_nothing_is_not_expected(change: dict[str, Any]) -> None:
    assert branch([{**USER, **change}]).users == ()


def test_a_user_of_a_definition_that_is_not_declared_has_no_server() -> None:
    (found,) = branch(servers=[]).users
    assert (found.mail_server, found.use_tls, found.username) == (None, None, None)


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ({"resource": "mail_user", "name": "thandi", "action": "update", "fields": [{"field": "sender_name"}]},
         {"sender_name"}),
        ({"resource": "mail_enabled", "name": "THANDI", "action": "update", "fields": [{"field": "email_enabled"}]},
         {"email_enabled"}),
        ({"resource": "smtp_server", "name": "HQ Relay", "action": "update", "fields": [{"field": "use_tls"}]},
         {"use_tls"}),
        ({"resource": "mail_user", "name": "PIET", "action": "update", "fields": [{"field": "sender_name"}]}, set()),
    ],
)  # fmt: skip
def test_what_is_ordered_is_pending_for_the_user_whom_it_concerns(item: dict[str, Any], fields: set[str]) -> None:
    (found,) = branch(pending=[item]).users
    assert found.pending == fields


def test_everything_of_a_user_who_is_about_to_be_made_is_pending() -> None:
    (found,) = branch(pending=[{"resource": "mail_user", "name": "THANDI", "action": "create", "fields": []}]).users
    assert {"sender_name", "sender_email", "username"} <= found.pending


def test_the_day_of_a_confirmation_is_one_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Africa/Johannesburg")
    time.tzset()
    try:
        assert period_of("2026-11-27") == ("2026-11-26T22:00:00Z", "2026-11-27T22:00:00Z")
        assert period_of("") == ("", "")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_declared_server_is_known_by_its_name_unless_something_else_is_said() -> None:
    other = {**SERVER, "name": "Other", "mail_server": "smtp.office365.com"}
    relays = [{"mail_server": "SMTP.example.co.za", "seen_as": ["relay.example.co.za"], "shared": True}]
    trust = trust_of(["mx.example.co.za"], relays, ["192.0.2.0/24"], [branch(servers=[SERVER, other])])
    assert [(relay.mail_server, relay.hosts.names, relay.is_shared) for relay in trust.relays] == [
        ("smtp.example.co.za", ("relay.example.co.za",), True),
        ("smtp.office365.com", ("smtp.office365.com",), True),
    ]
    assert trust.logins == {"fincon"}
    assert trust.digest() != trust_of(["mx.example.co.za"], [], [], [branch()]).digest()


def test_a_relay_that_no_definition_names_is_told() -> None:
    relays = [{"mail_server": "SMTP.example.co.za"}, {"mail_server": "smtp.exmaple.co.za"}]
    assert unused_relays(relays, [branch()]) == ["smtp.exmaple.co.za"]
