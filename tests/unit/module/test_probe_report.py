# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of a probe elsewhere speaks for the login that it is about, for a while, and for no other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import Login
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import make_report, report_prober
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PASSWORD = "c4nary-Zq8"
SETTINGS = ProbeSettings("smtp.example.co.za", 587, True, True, "thandi", PASSWORD, sender_email="t@example.co.za")
PASSED = {
    "ok": True, "failed_stage": None, "diagnosis": None, "code": None, "server_text": "", "warnings": [],
    "stages": [{"stage": "auth", "ok": True, "ms": 3}],
}  # fmt: skip
FAILED = {
    **PASSED, "ok": False, "failed_stage": "auth", "code": 535, "server_text": "no",
    "diagnosis": {"id": "wrong_password", "cause": "Refused.", "hint": "Check."},
}  # fmt: skip


def report_of(settings=SETTINGS, found=None, level="auth", days=1.0, **changes):
    report = make_report(
        [Login(settings, level, "HQ", ("THANDI",))],
        [found or PASSED],
        level,
        "1.2.3",
        "CT-PC1",
        NOW - timedelta(days=days),
    )
    assert PASSWORD not in json.dumps(report)
    return {**json.loads(json.dumps(report)), **changes}


def looked_up(report, settings=SETTINGS, level="auth"):
    (found,) = report_prober(report, 7, NOW)([Target(settings, ("THANDI",))], level)
    assert PASSWORD not in json.dumps(found)
    return found


def test_a_login_that_passed_elsewhere_has_passed_and_says_where_and_when():
    found = looked_up(report_of())
    assert found["ok"]
    assert (found["probed_from"], found["probed_at"]) == ("CT-PC1", "2026-03-09T12:00:00Z")
    assert (found["mail_server"], found["port"]) == ("smtp.example.co.za", 587)


def test_a_login_that_failed_elsewhere_has_failed_for_the_same_cause():
    found = looked_up(report_of(found=FAILED))
    assert (found["ok"], found["failed_stage"], found["diagnosis"]["id"]) == (False, "auth", "wrong_password")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"mail_server": "mail.example.co.za"}, "mail_server was mail.example.co.za, declared is smtp.example.co.za"),
        ({"port": 465}, "port was 465, declared is 587; mode was implicit, declared is starttls"),
        ({"tls_mode": "implicit"}, "mode was implicit"),
        ({"use_tls": False}, "mode was none, declared is starttls"),
        ({"authenticate": False}, "authenticate was false, declared is true"),
        ({"username": "Thandi"}, "username was Thandi, declared is thandi"),
        ({"validate_certs": False}, "the certificate was not verified"),
        ({"password": "c4nary-old"}, "the password was not the one that is declared"),
        ({"password": ""}, "the password was not the one that is declared"),
    ],
)
def test_a_report_of_another_login_proves_nothing(other, words):
    found = looked_up(report_of(replace(SETTINGS, **other)))
    assert (found["ok"], found["failed_stage"], found["diagnosis"]["id"]) == (False, "report", "report_differs")
    assert words in found["diagnosis"]["cause"]
    assert found["not_tried"]


@pytest.mark.parametrize("other", [{"sender_email": "x@example.co.za"}, {"send_to": "x@example.co.za"}])
def test_the_addresses_count_where_the_envelope_is_asked_for(other):
    report = report_of(replace(SETTINGS, **other), level="envelope")
    assert not looked_up(report, level="envelope")["ok"]
    assert looked_up(report)["ok"]


@pytest.mark.parametrize("other", [{"mail_server": "SMTP.example.co.za."}, {"timeout": 5.0}, {"ca_path": "C:\\ca.pem"}])
def test_what_is_the_same_login_is_written_differently(other):
    assert looked_up(report_of(replace(SETTINGS, **other)))["ok"]


def test_a_probe_that_did_not_go_far_enough_proves_nothing():
    found = looked_up(report_of(level="tls"))
    assert "it was tried up to the level tls, and auth is asked for" in found["diagnosis"]["cause"]
    assert looked_up(report_of(level="envelope"))["ok"]


@pytest.mark.parametrize(("days", "words"), [(7.1, "it is older than 7 days"), (-1.1, "in the future")])
def test_an_old_report_and_one_from_the_future_prove_nothing(days, words):
    found = looked_up(report_of(days=days))
    assert (found["ok"], found["diagnosis"]["id"]) == (False, "report_old")
    assert words in found["diagnosis"]["cause"]
    assert looked_up(report_of(days=6.9))["ok"]
    assert looked_up(report_of(days=-0.9))["ok"]


def test_any_number_of_days_may_be_the_maximum_age():
    (found,) = report_prober(report_of(days=6.9), 10**12, NOW)([Target(SETTINGS, ("THANDI",))], "auth")
    assert found["ok"]


@pytest.mark.parametrize(
    "found",
    [
        {**PASSED, "diagnosis": FAILED["diagnosis"]},
        {**PASSED, "failed_stage": "auth"},
        {**FAILED, "failed_stage": None},
        {**PASSED, "stages": [{"stage": "auth", "ok": False, "ms": 1}]},
    ],
)
def test_a_report_that_contradicts_itself_proves_nothing(found):
    found = looked_up(report_of(found=found))
    assert (found["ok"], found["diagnosis"]["id"]) == (False, "report_differs")
    assert "contradicts itself" in found["diagnosis"]["cause"]


def test_a_report_without_any_login_proves_nothing():
    assert "it holds no login" in looked_up(report_of(logins=[]))["diagnosis"]["cause"]


def test_the_login_that_was_meant_is_found_among_others():
    report = report_of()
    other = report_of(replace(SETTINGS, username="pieter"))
    assert looked_up({**report, "logins": other["logins"] + report["logins"]})["ok"]


def test_of_several_logins_the_differences_of_the_one_that_was_meant_are_named():
    pieter = report_of(replace(SETTINGS, username="pieter"))["logins"]
    report = report_of(replace(SETTINGS, password="c4nary-old"))
    found = looked_up({**report, "logins": pieter + report["logins"]})
    assert "login: the password was not the one that is declared." in found["diagnosis"]["cause"]
