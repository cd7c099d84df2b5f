# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules across records."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import ERROR, WARNING
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.rules import rule_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State


def found(server, user, complete=True, concerned=None, deleted=()):
    state = State([server] if server else [], [user] if user else [])
    if concerned is None:
        concerned = {("smtp_server", record["name"].casefold()) for record in state.records(SMTP_SERVER)} | {
            ("mail_user", record["user"]) for record in state.records(MAIL_USER)
        }
    return [
        (item.resource, item.field, item.severity, item.message)
        for item in rule_findings(state, concerned, complete, deleted)
    ]


def server(**fields):
    return {"name": "HQ relay", **fields}


def user(**fields):
    return {"user": "THANDI", "smtp_server": "hq RELAY", **fields}


@pytest.mark.parametrize(
    "user_login", [{"username": "t", "password": "set"}, {"username": "t", "password": "set, will change"}]
)
def test_a_login_of_the_user_serves_a_definition_that_authenticates(user_login):
    assert found(server(authenticate=True), user(**user_login)) == []


def test_a_shared_login_serves_all_users():
    assert found(server(authenticate=True, username="hq", password="set"), user()) == []


def test_no_login_is_needed_without_authentication():
    assert found(server(authenticate=False), user()) == []


@pytest.mark.parametrize(("complete", "severity"), [(True, ERROR), (False, WARNING)])
def test_a_missing_login_is_an_error_once_everything_is_known(complete, severity):
    ((resource, field, is_severity, message),) = found(server(authenticate=True), user(), complete)
    assert (resource, field, is_severity) == ("mail_user", "username", severity)
    assert "'HQ relay'" in message


def test_a_login_that_is_declared_empty_on_both_sides_is_an_error_at_once():
    ((_resource, _field, severity, _message),) = found(
        server(authenticate=True, username=""), user(username=""), complete=False
    )
    assert severity == ERROR


def test_a_shared_login_without_authentication_is_an_error():
    ((resource, field, _severity, message),) = found(server(authenticate=False, username="hq"), None)
    assert (resource, field) == ("smtp_server", "authenticate")
    assert "has a login although authenticate is false" in message


def test_a_users_login_without_authentication_is_an_error():
    ((resource, field, severity, _message),) = found(server(authenticate=False), user(username="t", password="set"))
    assert (resource, field, severity) == ("mail_user", "username", ERROR)


def test_a_user_name_without_a_password_is_an_error_at_either_place():
    assert found(server(authenticate=True, username="hq", password="unset"), None)[0][:2] == ("smtp_server", "password")
    assert found(server(authenticate=True), user(username="t", password="unset"))[0][:2] == ("mail_user", "password")


def test_a_password_of_which_nothing_is_known_is_not_called_missing():
    assert found(server(authenticate=True, username="hq"), user(username="t"), complete=False) == []


@pytest.mark.parametrize(("complete", "severity"), [(True, ERROR), (False, WARNING)])
def test_a_link_to_an_unknown_definition_is_found_with_a_suggestion(complete, severity):
    ((resource, field, is_severity, message),) = found(server(), user(smtp_server="HQ reley"), complete)
    assert (resource, field, is_severity) == ("mail_user", "smtp_server", severity)
    assert "did you mean 'HQ relay'?" in message


def test_a_definition_that_a_user_links_to_cannot_be_deleted():
    key = normal_key(SMTP_SERVER, "HQ relay")
    ((resource, _field, _severity, message),) = found(None, user(), concerned={("smtp_server", key)}, deleted={key})
    assert resource == "smtp_server"
    assert "cannot be deleted: THANDI is linked to it" in message


def test_faults_among_records_that_nobody_declared_are_nobodys_business():
    assert found(server(authenticate=False, username="hq"), user(username="t"), concerned=set()) == []


def test_a_user_without_a_link_is_not_judged():
    assert found(server(authenticate=True), {"user": "THANDI", "smtp_server": ""}) == []
