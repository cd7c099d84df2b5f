# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the probe's module is asked for."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.module_utils._module.probing import requested_logins


def params(**options):
    defaults = {name: spec.get("default") for name, spec in MODULES["fincon_smtp_probe"].argument_spec.items()}
    return {**defaults, **options}


def probe(**options):
    return MODULES["fincon_smtp_probe"].run(params(**options), False)


def test_the_records_of_a_branch_send_no_message_and_the_probe_says_what_to_do():
    server = {"name": "HQ", "mail_server": "smtp.example.co.za", "authenticate": True}
    user = {"user": "THANDI", "smtp_server": "HQ", "sender_email": "thandi@example.co.za", "username": "t"}
    result = probe(smtp_servers=[server], users=[user], level="send")
    assert result.outcome == "failed"
    assert result.failure.startswith("level: send is for the settings of one login, or for an audit mailbox that takes")
    assert result.failure.endswith("with level: envelope")


def test_records_send_a_message_of_each_login_to_the_address_that_is_named():
    server = {"name": "HQ", "mail_server": "smtp.example.co.za", "authenticate": True}
    users = [
        {"user": name, "smtp_server": "HQ", "sender_email": f"{name}@example.co.za", "username": name, "password": "x"}
        for name in ("THANDI", "PIETER")
    ]
    logins = requested_logins(params(smtp_servers=[server], users=users, level="send", send_to="audit@example.co.za"))
    found = {(login.level, login.settings.sender_email, login.settings.recipient) for login in logins}
    assert found == {("send", f"{name}@example.co.za", "audit@example.co.za") for name in ("THANDI", "PIETER")}
    assert all(login.settings.authenticate for login in logins)


def test_waiting_for_a_message_is_the_controllers():
    result = probe(mail_server="smtp.example.co.za", level="send", arrival_timeout=5)
    assert result.failure.startswith("arrival_timeout is for the controller")
