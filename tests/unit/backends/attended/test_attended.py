# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attended backend under the modules: orders, confirmations and imports, in check mode and for real."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import backend as attended_backend
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES

SECRET, LATER = "canary-pw-1", "canary-pw-2"
RELAY = {"name": "HQ relay", "mail_server": "smtp.example.co.za", "username": "hq", "password": SECRET, "port": 587}
THANDI = {
    "user": "thandi", "smtp_server": "hq relay", "sender_name": "Thandi", "sender_email": "thandi@example.co.za",
    "email_enabled": False,
}  # fmt: skip
DEFAULTS = {
    "fincon_mail_branch": {
        "purge": False, "purge_protect": [], "purge_limit": 5, "purge_empty": False, "update_password": "on_change",
        "verify": "none", "verify_failure": "fail", "tls_mode": "auto", "validate_certs": True, "ca_path": None,
        "ehlo_name": None, "probe_run": None, "smtp_servers": [RELAY], "users": [THANDI],
    },
    "fincon_mail_confirm": {"items": None, "by": ""},
    "fincon_mail_import": {"smtp_servers": [RELAY], "users": [THANDI], "csv_files": [], "csv_contents": []},
    "fincon_mail_info": {},
}  # fmt: skip


@pytest.fixture
def site(tmp_path):
    """Runs a module at an attended installation; the ledger is its attribute."""

    def run(name, check_mode=False, **options):
        installation = {"backend": "attended", "ledger": str(run.ledger), "lock_wait": 5.0}
        outcome = MODULES[name].run({**DEFAULTS[name], "installation": installation, **options}, check_mode)
        run.seen.append(repr(outcome))
        return outcome

    run.ledger, run.seen = tmp_path / "l.yml", []
    yield run
    texts = run.seen + [path.read_text() for path in tmp_path.iterdir()]
    assert not any("canary" in text for text in texts), "no password is in any result or file"


def three(site, name, **options):
    """Run a module in check mode, for real, and again; return the results of the last two."""
    before = site.ledger.read_bytes() if site.ledger.exists() else None
    checked = site(name, check_mode=True, **options)
    assert (site.ledger.read_bytes() if site.ledger.exists() else None) == before
    done, again = site(name, **options), site(name, **options)
    assert (checked.outcome, done.outcome, again.outcome) == ("planned", "applied", "unchanged")
    assert replace(checked, outcome="applied") == done
    assert not done.failure, done.failure
    assert done.values["changed"] is True
    assert again.values["changed"] is False
    assert again.values["diff"] == {"before": {}, "after": {}}
    return done.values, again.values


def test_a_branch_is_ordered_and_pending_and_then_confirmed(site):
    done, again = three(site, "fincon_mail_branch")
    order = done["work_order"]
    assert [(item["resource"], item["action"]) for item in order["items"]] == [
        ("smtp_server", "create"), ("mail_user", "create"), ("mail_enabled", "update"),
    ]  # fmt: skip
    assert order["items"][2]["fields"] == [{"field": "email_enabled", "have": None, "want": False}]
    assert done["pending"] == []
    assert again["work_order"] == order
    assert again["pending"] == [{"order": 1, **item} for item in order["items"]]

    confirmed, again = three(site, "fincon_mail_confirm", order=1, by="T. Nkosi")
    assert confirmed["confirmed"] == order["items"]
    assert confirmed["work_order"] is None
    assert confirmed["relogin_users"] == ["THANDI"]
    assert again["confirmed"] == []
    assert site("fincon_mail_branch").values["changed"] is False


def test_a_changed_password_is_told_by_words_and_confirmed_by_its_fingerprint(site):
    site("fincon_mail_branch")
    site("fincon_mail_confirm", order=1)
    later = [{**RELAY, "password": LATER}]
    done, _again = three(site, "fincon_mail_branch", smtp_servers=later)
    assert done["work_order"]["items"][0]["fields"] == [
        {"field": "password", "have": "set", "want": "set, will change"}
    ]
    back = site("fincon_mail_branch").values
    assert (back["changed"], back["work_order"]) == (True, None), "the confirmed password again withdraws the order"
    site("fincon_mail_branch", smtp_servers=later)
    confirmed, _again = three(site, "fincon_mail_confirm", order=3)
    assert confirmed["diff"]["after"]["smtp_servers"]["HQ relay"]["password"] == "set, will change"
    assert site("fincon_mail_branch", smtp_servers=later).values["changed"] is False
    assert site("fincon_mail_branch").values["changed"] is True


def test_info_tells_what_is_confirmed_and_what_waits(site):
    empty = site("fincon_mail_info").values
    assert (empty["smtp_servers"], empty["work_order"], empty["pending"]) == ([], None, [])
    order = site("fincon_mail_branch").values["work_order"]
    read = site("fincon_mail_info").values
    assert (read["smtp_servers"], read["users"]) == ([], [])
    assert read["work_order"] == order
    assert [item["order"] for item in read["pending"]] == [1, 1, 1]
    site("fincon_mail_confirm", order=1, items=[1, 2])
    (user,) = site("fincon_mail_info").values["users"]
    assert (user["sender_name"], user["job_title"], user["password"], user["email_enabled"]) == (
        "Thandi", "", "unset", None,
    )  # fmt: skip


def test_what_is_declared_is_imported_with_its_passwords(site):
    done, _again = three(site, "fincon_mail_import")
    assert [change["name"] for change in done["changes"]] == ["HQ relay", "THANDI", "THANDI"]
    assert done["diff"]["before"] == {"smtp_servers": {}, "users": {}}
    assert set(done) == {"changed", "diff", "changes"}
    assert site("fincon_mail_branch").values["changed"] is False
    refused = site("fincon_mail_import", check_mode=True, smtp_servers=[{**RELAY, "port": 25}])
    assert "only an empty one is filled" in refused.failure


def test_what_somebody_noted_is_imported_without_passwords(site):
    csv = "name,mail_server,authenticate,username,password,port,use_tls,timeout\n"
    csv += "HQ relay,smtp.example.co.za,y,hq,y,587,y,30\n"
    done, _again = three(site, "fincon_mail_import", csv_files=["s.csv"], csv_contents=[csv])
    assert [change["name"] for change in done["changes"]] == ["HQ relay"]
    ordered = site("fincon_mail_branch").values
    assert ordered["unverified"] == [{"resource": "smtp_server", "name": "HQ relay", "field": "password"}]
    assert site("fincon_mail_branch").values["changed"] is False


def test_records_at_fault_are_not_imported(site):
    outcome = site("fincon_mail_import", users=[{**THANDI, "smtp_server": "HQ rely"}])
    assert "neither declared nor installed" in outcome.failure
    assert not site.ledger.exists()


@pytest.mark.parametrize("by", ["two\nlines", "bell\x07"])
def test_a_name_that_is_not_one_line_is_refused(site, by):
    site("fincon_mail_branch")
    assert "by must be a name on one line" in site("fincon_mail_confirm", order=1, by=by).failure


def test_a_missing_library_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(attended_backend, "YAML_ERROR", ImportError("No module named 'yaml'"))
    with pytest.raises(FinconError, match=r"needs PyYAML where the module runs .* pip install PyYAML"):
        AttendedBackend({"ledger": "l.yml", "lock_wait": 1.0})


def test_an_order_that_could_not_be_written_is_not_in_the_result(site, monkeypatch):
    def full(*_args):
        raise FinconError("the disk is full")

    monkeypatch.setattr(attended_backend.LedgerFile, "replace", full)
    outcome = site("fincon_mail_branch")
    assert "the disk is full" in outcome.failure
    assert (outcome.values["changed"], outcome.values["work_order"]) == (False, None)
    assert len(outcome.values["remaining"]) == 3
