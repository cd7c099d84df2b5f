# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command backend from desired records to what the adapter gets, and what it says of its records."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord

from .conftest import ABOUT, EXAMPLE, LATER, RECORDS, SECRET, desired_records, go, stored

# What it is for.


def test_what_was_desired_is_installed_and_a_second_run_changes_nothing(example, site):
    outcome = go(example)
    assert outcome.values["changed"]
    assert not outcome.failure
    assert outcome.values["backend"] == {"name": "command", "version": "json_file 1.0"}
    servers, users = stored(site)
    assert servers["HQ relay"]["password"] == SECRET
    assert users["THANDI"]["email_enabled"] is True
    assert not go(example).values["changed"]


def test_check_mode_foretells_the_run_and_writes_nothing(example, site):
    before = site.read_text()
    foretold = go(example, check_mode=True).values
    assert site.read_text() == before
    assert go(example).values == foretold


def test_a_password_that_somebody_changed_by_hand_is_found_where_it_can_be_read_back(site, installation):
    settings = installation(str(EXAMPLE), str(site), "--password-readback")
    go(settings)
    site.write_text(site.read_text().replace(SECRET, "by-hand"))
    result = go(settings).values
    assert [(item["field"], item["want"]) for item in result["changes"][0]["fields"]] == [("password", WILL_CHANGE)]
    assert result["unverified"] == []
    assert stored(site)[0]["HQ relay"]["password"] == SECRET
    assert not Path(settings["fingerprints"]).exists(), "no fingerprint is kept where none is needed"


def test_a_password_that_cannot_be_read_back_is_sent_once_and_again_when_it_changes(site, installation):
    settings = installation(str(EXAMPLE), str(site))
    go(settings)
    assert go(settings, desired_records(LATER)).values["changed"]
    assert stored(site)[0]["HQ relay"]["password"] == LATER
    assert not go(settings, desired_records(LATER)).values["changed"]
    assert stat.S_IMODE(os.stat(settings["fingerprints"]).st_mode) == 0o600


def test_only_the_changed_fields_are_sent_with_an_id_for_each_change(canned, installation, request_for):
    done = {"protocol": 1, "results": [{"id": 1, "status": "done"}, {"id": 2, "status": "done"}]}
    settings = installation(canned(apply=done))
    desired = (
        DesiredRecord(SMTP_SERVER, "hq RELAY", {"port": 465, "mail_server": "smtp.example.co.za"}),
        DesiredRecord(MAIL_ENABLED, "thandi", {"email_enabled": False}),
    )
    assert not go(settings, desired).failure
    assert request_for("apply") == {
        "protocol": 1,
        "verb": "apply",
        "changes": [
            {"id": 1, "resource": "smtp_server", "name": "HQ relay", "action": "update", "values": {"port": 465}},
            {"id": 2, "resource": "mail_enabled", "name": "THANDI", "action": "update",
             "values": {"email_enabled": False}},
        ],
    }  # fmt: skip


def test_a_request_is_ascii_whatever_it_holds(canned, installation, tmp_path):
    settings = installation(canned(apply={"protocol": 1, "results": [{"id": 1, "status": "done"}]}))
    go(settings, (DesiredRecord(MAIL_USER, "THANDI", {"sender_name": "Zoë 📮", "sender_email": "z@example.co.za"}),))
    raw = (tmp_path / "apply.request").read_bytes()
    assert raw.isascii()
    assert json.loads(raw)["changes"][0]["values"]["sender_name"] == "Zoë 📮"


def test_secrets_go_to_standard_input_and_nowhere_else(script, installation, tmp_path):
    spy = script(
        f"tr '\\0' '\\n' < /proc/$$/cmdline >> {tmp_path}/arguments", f"env >> {tmp_path}/environment",
        f'exec {EXAMPLE} "$@"',
    )  # fmt: skip
    site = tmp_path / "s.json"
    site.write_text('{"smtp_servers": [], "users": [{"user": "THANDI"}]}')
    outcome = go(installation(spy, str(site)))
    assert SECRET in site.read_text()
    seen = (tmp_path / "arguments").read_text()
    assert seen.splitlines() == ["/bin/sh", spy, str(site)] * 3
    assert "canary" not in seen + (tmp_path / "environment").read_text() + repr(outcome)


# What the adapter says of its records.


def test_fields_that_are_left_out_are_empty_and_unknown_members_are_ignored(canned, installation):
    records = {
        **RECORDS, "future": [1],
        "users": [{"user": "thandi", "password_set": True, "telephone": None, "colour": "red", "password": SECRET}],
    }  # fmt: skip
    with backend_of(installation(canned(read=records))).open() as session:
        user = session.state.get(MAIL_USER, "THANDI")
    assert (user["user"], user["telephone"], user["email_enabled"], user["password"]) == ("THANDI", "", False, "set")
    assert "colour" not in user
    assert "canary" not in repr(user)


def test_a_byte_order_mark_before_the_answer_is_no_fault(canned, installation):
    records = b"\xef\xbb\xbf" + json.dumps(RECORDS).encode()
    with backend_of(installation(canned(read=records))).open() as session:
        assert session.state.get(SMTP_SERVER, "hq relay")["port"] == 587


def test_a_user_that_a_list_lacks_is_refused_unless_the_list_is_not_complete(canned, installation):
    desired = (DesiredRecord(MAIL_ENABLED, "PIETER", {"email_enabled": True}),)
    with pytest.raises(FinconError, match="is not a Fincon user"):
        go(installation(canned()), desired)
    partial = {**RECORDS, "all_users_known": False}
    done = {"protocol": 1, "results": [{"id": 1, "status": "done"}]}
    assert not go(installation(canned(read=partial, apply=done)), desired).failure


def server(**fields):
    return {**RECORDS, "smtp_servers": [{"name": "A", "password_set": True, **fields}]}


WRONG_READINGS = {
    "smtp_servers must be a list": {**RECORDS, "smtp_servers": {}},
    "users must be a list": {"protocol": 1, "smtp_servers": []},
    "all_users_known must be true or false": {**RECORDS, "all_users_known": "yes"},
    "smtp_servers[0] must be an object": {**RECORDS, "smtp_servers": ["A"]},
    "smtp_servers[0].name must be the name of the record": server(name=" "),
    "smtp_servers[0].port must be a whole number": server(port="587"),
    "smtp_servers[0].timeout must be a whole number": server(timeout=True),
    "smtp_servers[0].use_tls must be true or false": server(use_tls="Y"),
    "smtp_servers[0].bcc must be text": server(bcc=["x"]),
    "smtp_servers[0].password_set must be true or false": server(password_set=None),
    "smtp_servers[0].bcc holds half of a surrogate pair": server(bcc="\ud800"),
    "smtp_servers[1]: name is that of another record": {
        **RECORDS, "smtp_servers": [{"name": "A", "password_set": True}, {"name": "a ", "password_set": True}],
    },
    "users[0].user must be the name of the record": {**RECORDS, "users": [{"password_set": True}]},
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG_READINGS)
def test_a_record_of_the_wrong_shape_is_told_by_its_place(canned, installation, text):
    with (
        pytest.raises(FinconError, match=re.escape(f", read: {text}")),
        backend_of(installation(canned(read=WRONG_READINGS[text]))).open(),
    ):
        pass


@pytest.mark.parametrize(("password", "text"), [(None, "must be text, since"), ("*****", "is a mask, not a password")])
def test_who_promises_passwords_has_to_give_them(canned, installation, password, text):
    about = {**ABOUT, "capabilities": {"password_readback": True}}
    records = {**server(password=password), "users": []}
    with (
        pytest.raises(FinconError, match=text),
        backend_of(installation(canned(describe=about, read=records))).open(),
    ):
        pass
