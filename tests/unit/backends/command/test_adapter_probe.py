# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An adapter that verifies settings from its own machine."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message

from .conftest import ABOUT

SECRET = "canary-probe-1"
PROBES = {**ABOUT, "capabilities": {"probe": True}}
EMPTY = {"protocol": 1, "smtp_servers": [], "users": [{"user": "THANDI", "password_set": False}]}
STAGES = [{"stage": "dns", "ok": True, "ms": 3}, {"stage": "auth", "ok": False, "ms": 20.5, "more": 1}]
DESIRED = (
    DesiredRecord(SMTP_SERVER, "HQ", {"mail_server": "smtp.example.co.za", "username": "hq", "password": SECRET}),
    DesiredRecord(MAIL_USER, "THANDI", {"smtp_server": "HQ", "sender_name": "T", "sender_email": "t@example.co.za"}),
)


def ours(_targets, _level):
    raise AssertionError("our own probe was asked")


def go(installation, adapter, **request):
    options = {"ca_path": "/here", "tls_mode": "starttls"}
    asked = Request(DESIRED, probe_options=options, **request)
    return write(backend_of(installation(adapter)), asked, True, ours)


def verification(**members):
    return {"protocol": 1, "verifications": [{"id": 1, "ok": False, "failed_stage": "auth", **members}]}


def test_settings_are_sent_once_without_what_is_of_this_machine_only(canned, installation, request_for):
    passed = {"protocol": 1, "verifications": [{"id": 1, "ok": True, "probed_from": "BRANCH-PC", "stages": STAGES[:1]}]}
    outcome = go(installation, canned(describe=PROBES, read=EMPTY, probe=passed))
    assert not outcome.failure
    assert request_for("probe") == {
        "protocol": 1, "verb": "probe", "level": "auth",
        "targets": [
            {"id": 1, "mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True,
             "username": "hq", "password": SECRET, "timeout": 30.0, "sender_email": "", "send_to": "",
             "tls_mode": "starttls", "validate_certs": True, "ehlo_name": ""},
        ],
    }  # fmt: skip
    (target,) = outcome.values["verification"]["targets"]
    assert (target["ok"], target["probed_from"], target["users"]) == (True, "BRANCH-PC", ["THANDI"])
    assert target["stages"] == STAGES[:1]
    assert "canary" not in repr(outcome)


def test_what_is_left_out_of_a_verification_has_the_shape_of_our_own(canned, installation):
    outcome = go(installation, canned(describe=PROBES, read=EMPTY, probe=verification(stages=STAGES)))
    (target,) = outcome.values["verification"]["targets"]
    assert target["diagnosis"]["id"] == "adapter_probe"
    assert (target["warnings"], target["addresses"], target["tls"], target["code"]) == ([], [], None, None)
    assert target["probed_from"] == "canned"
    assert target["stages"][1] == {"stage": "auth", "ok": False, "ms": 20.5}
    assert message(target) in outcome.failure


def test_a_reply_without_a_diagnosis_gets_the_one_of_our_table(canned, installation):
    answer = verification(code=535, enhanced_code="5.7.8", server_text=f"no such login: {SECRET}")
    outcome = go(installation, canned(describe=PROBES, read=EMPTY, probe=answer))
    diagnosis = outcome.values["verification"]["diagnosis"]
    assert diagnosis["id"] == "wrong_password"
    assert "535 5.7.8 no such login: (secret)" in outcome.failure
    assert "canary" not in repr(outcome)


def test_a_diagnosis_of_the_adapter_is_kept_and_scrubbed(canned, installation):
    told = {"id": "licence", "cause": f"{SECRET} is not licensed.", "hint": "Buy one.", "more": SECRET}
    outcome = go(installation, canned(describe=PROBES, read=EMPTY, probe=verification(diagnosis=told)))
    assert outcome.values["verification"]["diagnosis"] == {
        "id": "licence", "cause": "(secret) is not licensed.", "hint": "Buy one.",
    }  # fmt: skip
    assert "canary" not in repr(outcome)


def test_our_own_probe_is_asked_where_the_adapter_has_none(canned, installation):
    with pytest.raises(AssertionError, match="our own probe was asked"):
        go(installation, canned(read=EMPTY))


WRONG = {
    "verifications must be a list": {"protocol": 1},
    "verifications must have 1 items": {"protocol": 1, "verifications": []},
    "verifications[0] must be an object with the id 1": {"protocol": 1, "verifications": [{"id": 2, "ok": True}]},
    "verifications[0].ok must be true or false": verification(ok="yes"),
    "verifications[0].failed_stage must name the stage": verification(failed_stage=""),
    "verifications[0].code must be a whole number": verification(code="535"),
    "verifications[0].retryable must be true or false": verification(retryable=1),
    "verifications[0].stages[0] must have stage, ok and ms": verification(stages=[{"stage": "dns"}]),
    "verifications[0].warnings[0] must have id, cause and hint": verification(warnings=["old TLS"]),
    "verifications[0].diagnosis must have id, cause and hint": verification(diagnosis={"id": 5}),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_verification_of_the_wrong_shape_lets_nothing_be_written(canned, installation, text):
    with pytest.raises(FinconError, match=re.escape(f", probe: {text}")):
        go(installation, canned(describe=PROBES, read=EMPTY, probe=WRONG[text]))
