# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real e-mails show, in every format of the report."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import store
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import (
    BranchEvidence,
    Difference,
    FleetEvidence,
    Stray,
    UserEvidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import (
    document_schema,
    make_document,
    merged_entries,
    to_json,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import as_data, with_declared
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import out_of_sync, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError, read_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.seen import EvidenceFiles, evidence_file
from jsonschema import Draft7Validator

SEEN, READ = "2026-11-22T09:30:00Z", "2026-11-23T03:00:00Z"
ATTENDED = {"backend": {"name": "attended", "version": ""}}
OTHER_NAME = Difference("sender_name", "Thandi Nkosi", "T. Nkosi")
THANDI = UserEvidence("THANDI", "differs", SEEN, "mail.example.co.za", True, "thandi", (OTHER_NAME,))
PIETER = UserEvidence("PIETER", "proven", "2026-11-21T10:00:00Z")
STRAY = Stray("old@example.co.za", "mail.example.co.za", SEEN, 4)


def seen(*users, strays=()):
    return BranchEvidence("durban", READ, "audit", users, strays)


def entry(results, evidence, *changes, **more):
    return results.entry(results.read(*changes, **more), evidence=evidence)


def record(found, name):
    return next(one for one in found["records"] if one["name"] == name)


def test_at_an_attended_site_an_e_mail_that_is_not_as_declared_is_drift(results):
    found = entry(results, seen(THANDI, PIETER), **ATTENDED)
    assert found["state"] == "drift"
    assert record(found, "THANDI")["state"] == "differs"
    (difference,) = record(found, "THANDI")["differences"]
    assert difference == {
        "field": "sender_name", "have": "T. Nkosi", "want": "Thandi Nkosi", "seen_at": SEEN,
        "words": "is T. Nkosi in e-mails, declared Thandi Nkosi",
    }  # fmt: skip
    assert "differences" not in record(found, "PIETER")


def test_an_e_mail_of_a_user_whose_e_mail_is_off_is_told_of_the_switch(results):
    user = UserEvidence("THANDI", "differs", SEEN, differences=(Difference("email_enabled", False, True),))
    (group,) = make_document([entry(results, seen(user), **ATTENDED)], results.monday)["groups"]
    assert group["text"] == "THANDI: e-mail is on according to received e-mails, declared off"


def test_where_the_installation_itself_was_read_it_is_an_extra_check(results):
    found = entry(results, seen(THANDI, PIETER, strays=(STRAY,)))
    assert (found["state"], found["evidence"]["counts_as"]) == ("in_sync", "check")
    document = make_document([found], results.monday)
    assert out_of_sync(document, True) == {}
    text = (
        "E-mails that are not as declared (an extra check, not drift): durban (THANDI, sender_name: is T. Nkosi in "
        "e-mails, declared Thandi Nkosi, old@example.co.za: sends e-mail by mail.example.co.za and is declared nowhere)"
    )
    assert text in " ".join(line.strip() for line in summary(document))
    assert "is declared nowhere (an extra check, no drift)" in to_html(document)


def test_at_an_attended_site_a_sender_that_no_branch_declares_is_drift(results):
    found = entry(results, seen(PIETER, strays=(STRAY,)), **ATTENDED)
    assert (found["state"], record(found, "old@example.co.za")["state"]) == ("drift", "undeclared")
    (group,) = make_document([found], results.monday)["groups"]
    assert group["text"] == "old@example.co.za: sends e-mail by mail.example.co.za and is declared nowhere"


@pytest.mark.parametrize(
    ("resource", "name", "field", "differs", "action"),
    [
        ("mail_user", "THANDI", "sender_name", "sender_name", "update"),
        ("smtp_server", "HQ", "use_tls", "use_tls", "update"),
        ("mail_user", "thandi", "smtp_server", "mail_server", "update"),
        ("mail_user", "THANDI", "job_title", "sender_name", "create"),
    ],
)
def test_what_a_work_order_is_about_to_change_is_no_drift(results, resource, name, field, differs, action):
    user = UserEvidence("THANDI", "differs", SEEN, differences=(Difference(differs, "new", "old"),))
    change = results.change({"field": field, "have": "old", "want": "new"}, resource=resource, name=name, action=action)
    waiting = {"order": 3, "item": 1, "since": "2026-11-20", **change}
    assert entry(results, seen(user), pending=[waiting], **ATTENDED)["state"] == "pending"
    other = UserEvidence("THANDI", "differs", SEEN, differences=(Difference("sender_email", "a@b.za", "c@d.za"),))
    expected = "pending" if action == "create" else "drift"
    assert entry(results, seen(other), pending=[waiting], **ATTENDED)["state"] == expected


def test_a_branch_that_could_not_be_read_keeps_its_evidence_and_its_state(results):
    found = results.entry({"outcome": "unreachable", "msg": "no route", **ATTENDED}, evidence=seen(THANDI))
    assert (found["state"], found["evidence"]["differs"], found["records"]) == ("unreachable", 1, [])


def test_a_user_who_is_no_longer_declared_is_no_record(results):
    found = entry(results, seen(UserEvidence("GONE", "differs", SEEN, differences=(OTHER_NAME,))), **ATTENDED)
    assert (found["state"], [one["name"] for one in found["records"]]) == ("in_sync", ["HQ", "THANDI", "PIETER"])


def test_the_summary_says_how_many_users_are_proven_and_a_stray_of_two_branches_is_one(results):
    silent = UserEvidence("THANDI", "silent", "2026-10-01T00:00:00Z")
    found = [results.entry(results.read(), name, evidence=seen(silent, PIETER, strays=(STRAY,))) for name in ("a", "b")]
    document = make_document([*found, results.entry(results.read(), "c")], results.monday)
    assert document["evidence"] == {
        "branches": 2, "users": 4, "proven": 2, "differs": 0, "silent": 2, "unknown": 0, "strays": 1,
    }  # fmt: skip
    assert summary(document)[1] == "Evidence: 2 of 4 users proven by their e-mails; 2 silent, 1 stray"


@pytest.fixture
def document(results):
    unknown = UserEvidence("PIETER", "unknown")
    entries = [
        results.entry(results.read(**ATTENDED), "durban", evidence=seen(THANDI, PIETER, strays=(STRAY,))),
        results.entry(results.read(), "george", evidence=seen(unknown)),
        results.entry(results.read(), "soweto"),
    ]
    return make_document(entries, results.monday)


def test_the_document_is_of_the_shape_of_its_schema_and_can_be_read_again(document):
    assert list(Draft7Validator(document_schema()).iter_errors(document)) == []
    assert read_report(to_json(document), "r.json") == document


def test_every_format_has_the_evidence_with_its_date(document):
    assert "| durban | drift |" in to_markdown(document)
    assert "| 1 of 2 proven, last seen 2026-11-22 |" in to_markdown(document)
    assert "| george | 0 of 1 proven, none seen up to 2026-11-23 | unknown: PIETER |" in to_markdown(document)
    page = to_html(document)
    assert "1 of 2 proven <small>last seen 2026-11-22</small>" in page
    assert "sender <b>old@example.co.za</b> sends e-mail by" in page
    assert "<small>differs: THANDI</small>" in page
    assert "Evidence: 1 of 3 users proven by their e-mails; 1 differs, 1 unknown, 1 stray" in page
    cases = {case.get("name"): case for case in ElementTree.fromstring(to_junit(document)).iter("testcase")}
    assert (
        cases["george"].findtext("system-out") == "evidence: 0 of 1 proven, none seen up to 2026-11-23\nunknown: PIETER"
    )
    assert cases["soweto"].find("system-out") is None


def test_a_fleet_without_evidence_has_no_word_of_it(results):
    document = make_document([results.entry(results.read(results.change(results.port)))], results.monday)
    assert "evidence" not in document
    for text in (to_json(document), to_markdown(document), to_junit(document), "\n".join(summary(document))):
        assert "vidence" not in text
    assert 'class="evidence"' not in to_html(document)


def test_a_merged_report_keeps_the_evidence(document, results):
    merged = make_document(merged_entries([document, results.document(a=results.read())]), results.tuesday)
    assert merged["evidence"] == document["evidence"]
    assert record(merged["branches"][1], "THANDI")["evidence"]["verdict"] == "differs"


@pytest.mark.parametrize("moment", ["2026-02-30T00:00:00Z", "2026-11-22T99:00:00Z", "yesterday"])
def test_a_damaged_time_of_evidence_is_named(document, moment):
    document["branches"][0]["evidence"]["newest"] = moment
    with pytest.raises(ReportError, match=r"branches\[0\].evidence.newest must be a date or a time in UTC"):
        read_report(to_json(document), "r.json")


def test_texts_from_an_e_mail_never_act_where_the_report_is_read(results):
    hostile = "</script>\x1b[2J|<b>\u202e"
    user = UserEvidence("THANDI", "differs", SEEN, differences=(Difference("sender_name", "T", hostile),))
    stray = Stray(f"{hostile}@x.za", hostile, SEEN, 1)
    document = make_document([entry(results, seen(user, strays=(stray,)), **ATTENDED)], results.monday)
    for text in (to_html(document), to_markdown(document), "\n".join(summary(document)), to_json(document)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "</script>[" not in to_html(document)
    assert "<b>" not in to_markdown(document)


def test_who_is_declared_to_send_and_was_never_looked_for_is_unknown():
    users = [
        {"user": "thandi", "sender_email": "t@example.co.za"},
        {"user": "NEW", "sender_email": "{{ new }}"},
        {"user": "OFF", "sender_email": "o@example.co.za", "email_enabled": False},
        {"user": "GONE", "sender_email": "g@example.co.za", "state": "absent"},
        {"user": "READER"},
    ]
    found = as_data(with_declared(seen(THANDI), users))
    assert found["verdicts"] == [
        {"user": "THANDI", "verdict": "differs", "seen_at": SEEN},
        {"user": "NEW", "verdict": "unknown", "seen_at": ""},
    ]
    assert found["words"] == "0 of 2 proven, last seen 2026-11-22"


def test_evidence_is_read_from_its_file_for_the_hosts_that_have_a_mailbox(tmp_path):
    store.save(str(tmp_path / "evidence.json"), FleetEvidence(branches={"durban": seen(PIETER)}))
    here = {"inventory_dir": str(tmp_path)}
    hosts = {
        "durban": {**here, "fincon_evidence_mailbox": {"kind": "mbox"}},
        "george": {**here, "fincon_evidence_file": "evidence.json"},
        "soweto": here,
    }
    files = EvidenceFiles()
    assert [files.of(host, variables) for host, variables in hosts.items()] == [seen(PIETER), None, None]
    assert evidence_file(hosts["soweto"]) == ""
    (tmp_path / "evidence.json").write_text("{")
    with pytest.raises(FinconError, match=r"evidence\.json: this is not the evidence of a fleet"):
        EvidenceFiles().of("durban", hosts["durban"])
    assert EvidenceFiles().of("soweto", hosts["soweto"]) is None, "a file that is not asked for is not read"
    with pytest.raises(FinconError, match="fincon_evidence_file names the environment variable NOWHERE"):
        evidence_file({"fincon_evidence_file": "$NOWHERE/e.json"})
