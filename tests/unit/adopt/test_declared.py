# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as they were read, declared."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import installation
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template, value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import blank
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.declared import (
    declared_servers,
    declared_users,
    placeholder,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe


def server(**fields):
    return {**blank(SMTP_SERVER, "HQ relay"), "mail_server": "smtp.example", "port": 587, "timeout": 30, **fields}


def user(name="THANDI", **fields):
    return {**blank(MAIL_USER, name), "email_enabled": True, **fields}


def test_every_field_is_declared_in_the_order_of_the_table():
    (declared,) = declared_servers([server()])
    assert list(declared) == ["name", *(row.name for row in SMTP_SERVER.fields)]
    assert (declared["bcc"], declared["use_tls"]) == ("", False)


def test_a_password_that_is_set_becomes_a_placeholder_and_one_that_is_not_is_empty():
    (declared,) = declared_users([user(username="thandi", password="set")])
    assert declared["password"] == "CHANGEME-THANDI"
    assert declared_users([user(username="thandi")])[0]["password"] == ""


def test_without_placeholders_a_password_that_is_set_is_left_out():
    assert "password" not in declared_servers([server(password="set")], placeholders=False)[0]
    assert declared_servers([server()], placeholders=False)[0]["password"] == ""


def test_what_a_file_cannot_call_empty_is_left_out():
    (declared,) = declared_servers([server(port=0, mail_server="")])
    assert "port" not in declared
    assert "mail_server" not in declared
    (declared,) = declared_users([user(sender_name="Thandi", email_enabled=None)])
    assert {"smtp_server", "sender_email", "email_enabled"}.isdisjoint(declared)
    assert declared["job_title"] == ""


def test_a_value_that_is_wrong_is_declared_as_it_is():
    assert declared_users([user(sender_email="not an address")])[0]["sender_email"] == "not an address"


def test_users_without_settings_are_left_out_unless_they_are_wanted():
    users = [user("KGOSI"), user("THANDI", job_title="Manager")]
    assert [record["user"] for record in declared_users(users)] == ["THANDI"]
    assert [record["user"] for record in declared_users(users, blank_users=True)] == ["KGOSI", "THANDI"]


def test_text_that_looks_like_a_template_is_never_one():
    (declared,) = declared_users([user(job_title="{{ lookup('pipe', 'id') }}")])
    assert isinstance(declared["job_title"], Unsafe)


@pytest.mark.parametrize("name", ["HQ relay", "{{ x }}", "A: #b", "Zoë"])
def test_a_placeholder_is_plain_text_that_every_check_refuses_as_a_password(name):
    text = placeholder(name)
    assert not is_template(text)
    problem = value_problem(MAIL_USER.field("password"), text)
    assert problem == (
        "is a placeholder: fill in the password of the user's own login, "
        "or leave the field out to keep the one that is set"
    )
    assert value_problem(SMTP_SERVER.field("password"), text).startswith(
        "is a placeholder: fill in the password of the shared login"
    )
    assert value_problem(MAIL_USER.field("job_title"), text) is None


def test_an_installation_with_a_placeholder_is_refused_without_showing_what_follows_the_mark():
    reached = {"backend": "rest", "url": "https://x", "server_username": "u", "data_id": "A", "username": "u"}
    found = installation.findings({**reached, "server_password": "CHANGEME-c4nary", "password": "right"})
    assert [str(finding) for finding in found] == [
        "installation.server_password: is a placeholder: fill in the password"
    ]
    assert [finding.code for finding in found] == ["placeholder"]
