# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings as people read them."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import (
    WARNING,
    Finding,
    did_you_mean,
    errors,
    path_text,
    warnings,
)


def test_a_finding_shows_file_line_column_path_record_and_message():
    finding = Finding("is wrong", "mail_user", "THANDI", "port", path="users[0].port", file="b.yml", line=3, column=5)
    assert str(finding) == "b.yml:3:5: users[0].port (mail_user THANDI): is wrong"


def test_a_finding_without_a_place_names_record_and_field():
    assert str(Finding("is wrong", "mail_user", "THANDI", "port")) == "mail_user THANDI, port: is wrong"


def test_a_finding_about_a_whole_file_names_the_file():
    assert str(Finding("the file cannot be read", file="b.yml")) == "b.yml: the file cannot be read"


def test_errors_and_warnings_are_told_apart():
    fault, worry = Finding("a"), Finding("b", severity=WARNING)
    assert errors([fault, worry]) == [fault]
    assert warnings([fault, worry]) == [worry]


def test_plain_data_of_a_finding_holds_every_part():
    assert Finding("m", path="p", file="f", line=1, column=2).as_dict() == {
        "message": "m", "resource": "", "name": "", "field": "", "severity": "error",
        "branch": "", "path": "p", "file": "f", "line": 1, "column": 2, "code": "",
    }  # fmt: skip


def test_the_likeliest_name_is_suggested_in_any_case_and_nothing_when_none_is_near():
    assert did_you_mean("hq reley", ["HQ relay", "Office"]) == "; did you mean 'HQ relay'?"
    assert did_you_mean("zzz", ["HQ relay"]) == ""


def test_what_a_finding_repeats_acts_on_no_terminal_and_buries_no_sentence():
    finding = Finding(
        "is\x1b wrong", "mail_user", "TH\x9bANDI" * 999, "port", path="users[0].port", file="b.yml", line=3
    )
    assert str(finding).startswith(r"b.yml:3:0: users[0].port (mail_user TH\x9bANDI")
    assert str(finding).endswith(r"…): is\x1b wrong")
    assert len(str(finding)) < 300
    assert finding.as_dict()["message"] == r"is\x1b wrong"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (["users", 3, "port"], "users[3].port"),
        (["fingerprints", "mail_user/THANDI"], "fingerprints.mail_user/THANDI"),
        (["fingerprints", "smtp_server/hq relay"], "fingerprints.smtp_server/hq relay"),
        (["users", 0, "password pa55"], "users[0].(not a name)"),
        (["password:pa55"], "(not a name)"),
        (["k" * 500], f"{'k' * 199}…"),
    ],
)
def test_a_key_is_shown_where_it_looks_like_one(path, shown):
    assert path_text(path) == shown
