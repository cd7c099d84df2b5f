# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of fincon_mail_branch to a plan: absent records."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.plan import make_plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State
from ansible_collections.fincon.mail.plugins.module_utils._module.desired import desired_branch

SERVER = {"name": "HQ", "mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": False,
          "username": "", "password": "unset", "timeout": 30, "bcc": ""}  # fmt: skip
NOMSA = {"user": "NOMSA", "smtp_server": "HQ", "username": "", "password": "set", "sender_name": "Nomsa",
         "sender_email": "nomsa@example.co.za", "email_enabled": True}  # fmt: skip
STATE = State([SERVER], [NOMSA, {"user": "PIETER", "email_enabled": False}])


def plan_of(state=STATE, users=(), smtp_servers=()):
    desired_records = desired_branch({"users": list(users), "smtp_servers": list(smtp_servers)})
    return make_plan(state, desired_records, lambda *_place: "unknown")


def test_an_absent_user_loses_e_mail_and_settings_whatever_else_the_entry_says():
    entry = {
        "user": "nomsa", "state": "absent", "smtp_server": "Elsewhere", "password": "canary-1", "email_enabled": True,
    }  # fmt: skip
    plan = plan_of(users=[entry])
    assert [(change.resource, change.action) for change in plan.changes] == [
        ("mail_enabled", "update"), ("mail_user", "delete"),
    ]  # fmt: skip
    after = plan.after.get(MAIL_USER, "NOMSA")
    assert (after["sender_name"], after["password"], after["email_enabled"]) == ("", "unset", False)
    assert (plan.findings, plan.unverified) == ((), ())
    assert "canary" not in repr(plan)


def test_an_absent_record_that_is_not_installed_is_no_change():
    users = [{"user": name, "state": "absent"} for name in ("PIETER", "NOBODY")]
    assert plan_of(users=users, smtp_servers=[{"name": "Gone", "state": "absent", "port": 1}]).changes == ()
    ledger = State([], [], all_users_known=False)
    assert plan_of(ledger, users=users).changes == ()


def test_a_user_whose_switch_nobody_knows_is_switched_off():
    ledger = State([SERVER], [{"user": "NOMSA", "email_enabled": None}], all_users_known=False)
    plan = plan_of(ledger, users=[{"user": "NOMSA", "state": "absent"}])
    assert [change.as_dict()["fields"] for change in plan.changes] == [
        [{"field": "email_enabled", "have": None, "want": False}]
    ]
    assert plan_of(plan.after, users=[{"user": "NOMSA", "state": "absent"}]).changes == ()


def test_a_present_record_is_what_it_is_without_the_word():
    entry = {"user": "PIETER", "sender_name": "Pieter", "email_enabled": True}
    assert desired_branch({"users": [{**entry, "state": "present"}], "smtp_servers": None}) == desired_branch(
        {"users": [entry], "smtp_servers": None}
    )
