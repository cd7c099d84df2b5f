# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until the probe's test messages have arrived at the audit mailbox."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._smtp.testmail import build_message
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.arrival import mailbox_settings, with_arrivals
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.declared import trust_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import MessageError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.sightings import sighting_of

REFUSED = {"id": "wrong_password", "cause": "c", "hint": "h"}


def sent(message_id, server="mail.example.co.za", **more):
    stages = [{"stage": "send", "ok": True, "ms": 3}]
    found = {"ok": True, "level": "send", "failed_stage": None, "diagnosis": None, "retryable": False}
    return {**found, "mail_server": server, "stages": stages, "message_id": message_id, **more}


def failed():
    return {"ok": False, "level": "send", "failed_stage": "auth", "diagnosis": REFUSED, "stages": []}


def test_a_message_that_arrives_is_one_more_stage():
    found = with_arrivals(sent("<a@x>"), 60, lambda message_id: message_id == "<a@x>")
    assert found["ok"]
    assert [(stage["stage"], stage["ok"]) for stage in found["stages"]] == [("send", True), ("arrival", True)]


def test_a_message_that_does_not_arrive_in_time_fails_the_probe_and_says_where_to_look():
    found = with_arrivals(sent("<a@x>"), 60, lambda _message_id: False)
    assert (found["ok"], found["failed_stage"], found["retryable"]) == (False, "arrival", True)
    assert found["diagnosis"]["id"] == "not_arrived"
    assert found["diagnosis"]["cause"] == (
        "mail.example.co.za accepted the test message, but after 60 seconds it had not arrived at the audit mailbox."
    )
    assert found["diagnosis"]["hint"].startswith("Look for <a@x> in the log and the queue of mail.example.co.za")


def test_nothing_is_waited_for_where_no_message_was_sent():
    def find(message_id):
        raise AssertionError(message_id)

    assert with_arrivals(failed(), 60, find) == failed()
    stopped = {**sent(""), "level": "auth"}
    assert with_arrivals(stopped, 60, find) == stopped, "a login without a sender goes no further than auth"


def test_of_the_logins_of_a_branch_each_message_is_waited_for_once_and_the_first_failure_speaks():
    asked = []

    def find(message_id):
        asked.append(message_id)
        return message_id != "<b@x>"

    targets = [
        {**sent("<a@x>"), "smtp_server": "HQ", "users": ["THANDI"]},
        {**sent("<a@x>"), "smtp_server": "HQ 2", "users": ["PIETER"]},
        {**sent("<b@x>", "other.example.co.za"), "smtp_server": "Other", "users": ["ANNA"]},
    ]
    found = with_arrivals({**sent("<a@x>"), "targets": targets}, 5, find)
    assert asked == ["<a@x>", "<b@x>"]
    assert [target["ok"] for target in found["targets"]] == [True, True, False]
    assert (found["ok"], found["failed_stage"], found["mail_server"]) == (False, "arrival", "other.example.co.za")
    assert "users" not in found


def test_a_refused_login_still_speaks_for_the_branch_when_all_other_messages_arrive():
    targets = [{**failed(), "smtp_server": "HQ", "users": []}, {**sent("<a@x>"), "smtp_server": "B", "users": []}]
    found = with_arrivals({**failed(), "targets": targets}, 5, lambda _message_id: True)
    assert (found["ok"], found["failed_stage"]) == (False, "auth")
    assert found["targets"][1]["stages"][-1]["stage"] == "arrival"


def test_a_test_message_of_the_probe_is_evidence_of_nobody():
    content = build_message("thandi@example.co.za", "audit@example.co.za", "<a@example.co.za>")
    with pytest.raises(MessageError, match="a test message of the probe"):
        sighting_of(content, trust_of(["mx.example.co.za"], (), (), ()))


def test_a_mailbox_gets_its_defaults_and_absolute_paths():
    found = mailbox_settings({"kind": "imap", "host": "imap.example.co.za", "ca_path": "ca.pem"}, "/srv/fleet")
    assert (found["port"], found["folder"], found["ca_path"]) == (993, "INBOX", "/srv/fleet/ca.pem")
    assert "path" not in found


@pytest.mark.parametrize(
    ("mailbox", "text"),
    [
        (None, "there is no audit mailbox at which to wait"),
        ({}, "there is no audit mailbox"),
        ("imap", "there is no audit mailbox"),
        ({"kind": "pop3", "password": "c4nary"}, "value of kind must be one of"),
        ({"kind": "mbox", "path": "$NOWHERE/x"}, "path of the mailbox names the environment variable NOWHERE"),
    ],
)
def test_a_mailbox_that_cannot_be_used_is_named_without_its_password(mailbox, text):
    with pytest.raises(FinconError, match=text.replace("$", r"\$")) as raised:
        mailbox_settings(mailbox, "/srv")
    assert "c4nary" not in str(raised.value)
