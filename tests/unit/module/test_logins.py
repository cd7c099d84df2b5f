# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logins are verified before a change, and what the verifications say together."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, DesiredRecord, FieldChange, State
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import (
    declared_passwords,
    logins_of_changes,
    logins_of_records,
    summary,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import first_failure

SECRET = "canary-pw-3"
SERVER = {
    "name": "HQ", "mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True,
    "username": "hq", "password": "set", "timeout": 20,
}  # fmt: skip
THANDI = {"user": "THANDI", "smtp_server": "hq", "sender_email": "thandi@example.co.za"}
PIETER = {"user": "PIETER", "smtp_server": "HQ", "sender_email": "pieter@example.co.za", "username": "p"}
STATE = State([SERVER], [THANDI, PIETER])
PASSWORDS = {("smtp_server", "hq"): SECRET}


def change(resource, name, field, action="update"):
    return Change(resource.name, name, action, (FieldChange(field, "", "x"),))


def logins(*changes, level="auth", passwords=None, state=STATE):
    return logins_of_changes(state, changes, PASSWORDS if passwords is None else passwords, level, {})


def test_a_changed_definition_is_verified_for_every_login_that_uses_it():
    found = logins(change(SMTP_SERVER, "hq", "port"), passwords={**PASSWORDS, ("mail_user", "PIETER"): "other"})
    assert {login.users: login.settings.username for login in found} == {("THANDI",): "hq", ("PIETER",): "p"}


def test_users_who_share_a_login_share_a_check():
    state = State([SERVER], [THANDI, {**PIETER, "username": ""}])
    (login,) = logins(change(SMTP_SERVER, "HQ", "port"), state=state)
    assert sorted(login.users) == ["PIETER", "THANDI"]
    assert (login.level, login.settings.password) == ("auth", SECRET)


def test_a_changed_user_is_verified_alone():
    (login,) = logins(change(MAIL_USER, "THANDI", "sender_email"))
    assert login.users == ("THANDI",)


def test_the_envelope_needs_the_sender_of_each_user():
    (login,) = logins(change(MAIL_USER, "THANDI", "smtp_server"), level="envelope")
    assert (login.level, login.settings.sender_email) == ("envelope", "thandi@example.co.za")


@pytest.mark.parametrize("field", ["job_title", "telephone", "sender_name", "user_field_6"])
def test_what_cannot_break_the_way_is_not_verified(field):
    assert logins(change(MAIL_USER, "THANDI", field)) == []


def test_nothing_is_verified_for_a_deletion_or_when_none_is_asked():
    assert logins(change(MAIL_USER, "THANDI", "smtp_server", "delete")) == []
    assert logins(change(SMTP_SERVER, "HQ", "port"), level="none") == []


def test_a_login_whose_password_nobody_declared_is_verified_as_far_as_tls_and_says_so():
    (login,) = logins(change(MAIL_USER, "PIETER", "username"))
    assert (login.level, login.settings.authenticate) == ("tls", False)
    assert login.reduced == "the password of PIETER is not declared and cannot be read back"


def test_a_definition_without_users_is_verified_with_its_own_login():
    (login,) = logins(change(SMTP_SERVER, "HQ", "port"), state=State([SERVER]))
    assert (login.users, login.label, login.settings.username) == ((), ("HQ",), "hq")


def test_all_declared_logins_can_be_verified_apart_from_any_change():
    assert len(logins_of_records(STATE, PASSWORDS, "auth", {})) == 2


def test_passwords_are_found_by_resource_and_key_and_never_shown():
    desired_records = [
        DesiredRecord(SMTP_SERVER, "HQ", {"password": SECRET}),
        DesiredRecord(MAIL_USER, "thandi", {"password": ""}),
    ]
    assert declared_passwords(desired_records) == PASSWORDS
    assert SECRET not in repr(logins(change(SMTP_SERVER, "HQ", "port")))


def test_the_first_failure_speaks_for_all():
    found = logins(change(SMTP_SERVER, "HQ", "port"))
    whole = summary(found, [{"ok": True, "code": 1}, {"ok": False, "code": 535}], "auth")
    assert (whole["ok"], whole["code"], whole["level"]) == (False, 535, "auth")
    assert [target["users"] for target in whole["targets"]] == [list(login.users) for login in found]


@pytest.mark.parametrize(
    ("more", "words"), [(0, ""), (1, "\n(1 more login failed; see "), (2, "\n(2 more logins failed; see ")]
)
def test_how_many_more_failed_is_told(more, words):
    failed = {
        "ok": False, "users": ["THANDI"], "smtp_server": "HQ", "mail_server": "m", "port": 587, "failed_stage": "auth",
        "code": 535, "enhanced_code": "", "server_text": "no", "diagnosis": {"cause": "c", "hint": "h"},
    }  # fmt: skip
    text = first_failure({"targets": [{"ok": True}, *[failed] * (more + 1)]})
    assert text == "THANDI: m:587 failed at the stage auth: 535 no\nLikely cause: c\nWhat to do: h" + (
        words and f"{words}verification.targets)"
    )


def test_no_checks_have_no_summary():
    assert summary([], [], "auth") is None
