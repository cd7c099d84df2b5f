# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One login with two passwords in a fleet."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.logins import Login, clashes, logins_of

A, B = "c4nary-One4", "c4nary-Two9"
SERVERS = [
    {"name": "HQ", "mail_server": "Smtp.Example.co.za", "username": "relay", "password": A},
    {"name": "Other", "mail_server": "mail.example.org", "username": "other", "password": B},
]


def found(*users):
    """The clashes of branches that have one user each besides the shared definitions."""
    branches = [
        (str(number), {"smtp_servers": SERVERS, "users": [{"user": "THANDI", "smtp_server": "HQ", **user}]})
        for number, user in enumerate(users)
    ]
    logins = [login for name, data in branches for login in logins_of(name, data, lambda value: value)]
    return [
        (login.branch, login.name, other.branch, other.name)
        for login, other in clashes(logins, lambda login: login.password)
    ]


def user(username, password, **more):
    return {"username": username, "password": password, **more}


def test_a_login_with_two_passwords_is_found_in_every_case_and_with_spaces_around_it():
    assert found(user("t@example.co.za", A), user("T@example.co.ZA ", B)) == [("1", "THANDI", "0", "THANDI")]


def test_a_user_and_a_definition_may_clash():
    assert found(user("RELAY", B)) == [("0", "THANDI", "0", "HQ")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (user("t@example.co.za", A), user("t@example.co.za", A)),
        (user("t@example.co.za", A), user("x@example.co.za", B)),
        (user("t@example.co.za", A), user("t@example.co.za", B, smtp_server="Other")),
        (user("t@example.co.za", A), user("t@example.co.za", B, smtp_server="not declared")),
        (user("t@example.co.za", A), user("t@example.co.za", B, state="absent")),
        (user("t@example.co.za", A), user("", B)),
        (user("t@example.co.za", A), user(None, B)),
        (user("relay", A), user("relay", A)),
    ],
    ids=[
        "the same password", "two accounts", "two servers", "a server that nobody knows", "absent", "no name",
        "a name that cannot be rendered", "a definition and a user",
    ],
)  # fmt: skip
def test_what_is_no_clash_is_none(first, second):
    assert found(first, second) == []


def test_of_a_login_with_one_wrong_password_among_many_one_finding_tells():
    branches = [user("t@example.co.za", A if number != 7 else B) for number in range(20)]
    assert found(*branches) == [("7", "THANDI", "0", "THANDI")]


@pytest.mark.parametrize("password", ["********", "CHANGEME-1", "two\nlines", 7, None, ""])
def test_a_password_that_is_at_fault_by_itself_is_not_compared(password):
    assert found(user("t@example.co.za", A), user("t@example.co.za", password)) == []


def test_only_passwords_of_logins_that_appear_twice_are_asked_for():
    logins = [Login(("s", name), name, "mail_user", "T", A) for name in ("a", "b", "b")]
    asked = []
    assert list(clashes(logins, lambda login: asked.append(login.branch))) == []
    assert asked == ["b", "b"]


def test_a_server_is_compared_without_case_final_dot_and_brackets():
    def account(server, username="relay"):
        servers = [{"name": "HQ", "mail_server": server, "username": username, "password": A}]
        (login,) = logins_of("a", {"smtp_servers": servers}, lambda value: value)
        return login.account

    assert account("Smtp.example.co.za.") == account("smtp.EXAMPLE.co.za", "Relay")
    assert account("[::1]") == account("::1")
    assert account("smtp.example.co.za") != account("mail.example.co.za")


def test_a_login_shows_no_password():
    assert A not in repr(Login(("s", "x"), "a", "mail_user", "T", A))
