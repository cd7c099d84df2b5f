# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of fincon-probe comes from outside: only one that is of the right shape is read, and nothing in it acts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import Login
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import make_report
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import not_probed, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from ansible_collections.fincon.mail.plugins.plugin_utils._report.probed import LIMIT, read_probe_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

SETTINGS = ProbeSettings("127.0.0.1", 1, True, True, "thandi", "c4nary-Zq8")


@pytest.fixture(scope="module")
def report():
    """A report of the program's own making: one login that failed, one that was not tried."""
    logins = [Login(SETTINGS, "auth", "HQ", ("THANDI",)), Login(SETTINGS, "auth", "HQ")]
    found = [probe(SETTINGS, usual_ways=()), not_probed(SETTINGS, "auth", "not_tried", "why")]
    return make_report(logins, found, "auth", "1.2.3", "CT-PC1", datetime(2026, 3, 10, tzinfo=UTC))


def refusal(content):
    with pytest.raises(ReportError) as caught:
        read_probe_report(content if isinstance(content, bytes) else json.dumps(content).encode(), "r.json")
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_the_program_writes_is_read_in_the_encodings_of_windows(report, encoding):
    assert read_probe_report(json.dumps(report).encode(encoding), "r.json") == report


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "r.json:1:2: is not JSON"),
        (b"\xff\xfe\xff", "is not JSON that can be read"),
        (b"[" * 200000, "is not JSON that can be read"),
        (b"1" * 10000, "is not JSON that can be read"),
        (b" " * (LIMIT + 1), "has more than 1024 KiB"),
        (b"[]", "is not a report of fincon-probe, which --json and --output write"),
        (b'{"format": "fincon-probe", "version": 2}', "is a report of another version than 1"),
        (b'{"format": "fincon-probe", "version": true}', "release is missing"),
    ],
)
def test_what_is_not_a_report_is_refused(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("created", "2026-02-30T00:00:00Z", "created is not a time"),
        ("created", "yesterday", "created has a value that no report has there"),
        ("host", "", "host has a value"),
        ("host", 5, "host must be text"),
        ("more", 1, "has a member that is not known"),
        ("logins", {}, "logins must be a list"),
        ("logins.0.level", "far", "logins[0].level has a value"),
        ("logins.0.settings.port", 587.0, "logins[0].settings.port must be a whole number"),
        ("logins.0.settings.port", 70000, "logins[0].settings.port has a value"),
        ("logins.0.settings.password", "x", "logins[0].settings has a member that is not known"),
        ("logins.0.verification.ok", 1, "logins[0].verification"),
        ("logins.0.verification.failed_stage", 7, "logins[0].verification"),
        ("logins.0.verification.stages", [{"stage": "auth"}], "logins[0].verification"),
        ("logins.0.verification.stages", [{"stage": "auth", "ok": True, "ms": float("nan")}], "is not JSON"),
        ("logins.0.password_fingerprint", "scrypt$1073741824$8$1$AA==$AA==", "logins[0].password_fingerprint"),
    ],
)
def test_a_report_of_another_shape_is_refused_with_the_place(report, path, value, words):
    changed = json.loads(json.dumps(report))
    *parents, last = path.split(".")
    place = changed
    for name in parents:
        place = place[int(name) if name.isdigit() else name]
    place[last] = value
    assert words in refusal(changed)


def test_nothing_in_a_report_acts_on_a_terminal(report):
    read = read_probe_report(json.dumps({**report, "host": "PC\x1b[2J\u202e"}).encode(), "r.json")
    assert read["host"] == "PC\\x1b[2J\\u202e"
