# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks find becomes metrics, under the names that the documentation promises."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.sources import (
    drift_metrics,
    evidence_metrics,
    status_metrics,
    verify_metrics,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import PREFIX, to_text
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import make_document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import branch_entry
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.status import work_order_status
from collection import ROOT

NOW = "2026-11-27T06:00:00Z"
FIELD = {"field": "sender_email", "have": "a@example.co.za", "want": "b@example.co.za"}
CHANGE = {"resource": "mail_user", "name": "THANDI", "action": "update", "fields": [FIELD]}
TARGET = {
    "ok": True, "users": ["THANDI"], "smtp_server": "HQ", "mail_server": "smtp.example", "port": 587,
    "diagnosis": None, "tls": {"days_left": 12},
}  # fmt: skip
REFUSED = {**TARGET, "ok": False, "diagnosis": {"id": "wrong_password"}, "tls": {"days_left": 10}}


def drift():
    base = {"records": {"smtp_servers": [], "users": ["THANDI"]}, "unverified": []}
    planned = branch_entry("cape-town", {**base, "outcome": "planned", "changes": [CHANGE]}, NOW, "south")
    lost = branch_entry("durban", {"outcome": "unreachable", "msg": "no connection"}, NOW)
    return drift_metrics(make_document([planned, lost], NOW))


def status():
    order = {"number": 3, "ordered": "2026-11-10", "items": [{"since": "2026-11-10"}, {"since": "2026-11-12"}]}
    found = [
        {"branch": "soweto", "result": {"work_order": order, "last_confirmation": None}, "page": "/p", "due_days": 5},
        {"branch": "george", "result": {"failed": True, "msg": "torn"}, "page": ""},
    ]
    return status_metrics(work_order_status(found, "2026-11-27", generated=NOW)["report"])


def verify():
    results = {"a": {"verification": {"targets": [TARGET, REFUSED, {**REFUSED, "not_tried": True}]}}, "b": {}}
    return verify_metrics(results, NOW)


def evidence():
    users = [{"verdict": verdict} for verdict in ("proven", "proven", "silent", "proven")]
    return evidence_metrics({"a": {"users": users, "strays": [{}, {}]}}, NOW)


def assert_lines(families, *lines):
    """The text has each of these lines, without the prefix of all names."""
    text = to_text(families)
    assert [line for line in lines if f"\n{PREFIX}{line}\n" not in f"\n{text}"] == []


def test_a_drift_report_says_the_state_of_each_branch_and_how_much_differs():
    assert_lines(
        drift(),
        'drift_branches{state="drift"} 1',
        'drift_branches{state="in_sync"} 0',
        'drift_branch_state{branch="cape-town",region="south",state="drift"} 1',
        'drift_branch_state{branch="cape-town",region="south",state="in_sync"} 0',
        'drift_branch_state{branch="durban",region="",state="unreachable"} 1',
        'drift_differences{branch="cape-town",region="south"} 1',
        'drift_pending_items{branch="cape-town",region="south"} 0',
        "drift_timestamp_seconds 1795759200",
    )


def test_an_open_work_order_has_its_items_its_age_and_whether_it_is_late():
    assert_lines(
        status(),
        'status_work_order_items{branch="soweto",work_order="SOWETO-3"} 2',
        'status_work_order_since_timestamp_seconds{branch="soweto",work_order="SOWETO-3"} 1794268800',
        'status_work_order_overdue{branch="soweto",work_order="SOWETO-3"} 1',
        'status_ledger_readable{branch="soweto"} 1',
        'status_ledger_readable{branch="george"} 0',
    )


def test_logins_are_counted_by_result_and_a_certificate_by_what_is_left_of_it():
    assert_lines(
        verify(),
        'verify_branch_verified{branch="a"} 1',
        'verify_branch_verified{branch="b"} 0',
        'verify_logins{branch="a",result="passed"} 1',
        'verify_logins{branch="a",result="failed"} 1',
        'verify_logins{branch="a",result="not_tried"} 1',
        'verify_failures{branch="a",server="smtp.example:587",diagnosis="wrong_password"} 2',
        'verify_certificate_valid_seconds{server="smtp.example:587"} 864000',
    )


def test_an_audit_mailbox_has_its_users_by_verdict_and_its_strays():
    text = to_text(evidence())
    assert f'\n{PREFIX}evidence_users{{branch="a",verdict="proven"}} 3\n' in text
    assert f'\n{PREFIX}evidence_users{{branch="a",verdict="differs"}} 0\n' in text
    assert f'\n{PREFIX}evidence_strays{{branch="a"}} 2\n' in text


@pytest.mark.parametrize("make", [drift, status, verify, evidence])
def test_the_documentation_names_every_metric_with_its_labels(make):
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    for family in make():
        row = re.search(rf"^\| `{PREFIX}{family.name}` \| (.*?) \|", page, re.MULTILINE)
        assert row, family.name
        labels = {key for sample in family.samples for key, _value in sample}
        assert set(re.findall(r"`(\w+)`", row[1])) == labels, family.name


def test_the_documentation_names_no_metric_that_there_is_not():
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    names = {PREFIX + family.name for make in (drift, status, verify, evidence) for family in make()}
    assert set(re.findall(rf"^\| `({PREFIX}\w+)`", page, re.MULTILINE)) == names


def test_the_sample_alerts_ask_for_metrics_that_there_are():
    rules = yaml.safe_load((ROOT / "examples" / "metrics" / "fincon-alerts.yml").read_text("utf-8"))
    found = [rule for group in rules["groups"] for rule in group["rules"]]
    names = {PREFIX + family.name for make in (drift, status, verify, evidence) for family in make()}
    asked = {name for rule in found for name in re.findall(rf"{PREFIX}\w+", rule["expr"])}
    assert asked <= names
    assert {name.removeprefix(PREFIX).partition("_")[0] for name in asked} == {"drift", "status", "verify", "evidence"}
    for rule in found:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert {"summary", "description"} == set(rule["annotations"])
