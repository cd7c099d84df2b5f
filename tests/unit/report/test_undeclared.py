# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed and declared nowhere, in the reports."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import document_schema, to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import out_of_sync, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import read_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.undeclared import undeclared_lines
from jsonschema import Draft7Validator


def undeclared(counts_as="drift", complete=True, servers=("Old",), users=("KGOSI",)):
    lists = {"smtp_servers": list(servers), "users": None if users is None else list(users)}
    return {"counts_as": counts_as, "complete": complete, **lists}


def views(document):
    return {
        "lines": "\n".join(summary(document)),
        "markdown": to_markdown(document),
        "junit": to_junit(document),
        "html": to_html(document),
        "json": to_json(document),
    }


def test_an_undeclared_record_is_drift_that_fails(results):
    document = results.document(durban=results.read(undeclared=undeclared()))
    assert document["branches"][0]["state"] == "drift"
    assert out_of_sync(document, False) == {"durban": "drift: definition Old: is not declared; KGOSI: is not declared"}
    for name, text in views(document).items():
        assert "KGOSI" in text, name
        assert "is not declared" in text, name


def test_as_a_warning_it_is_shown_in_every_format_and_fails_nothing(results):
    document = results.document(durban=results.read(undeclared=undeclared("warning")))
    assert document["branches"][0]["state"] == "in_sync"
    assert out_of_sync(document, True) == {}
    for name, text in views(document).items():
        assert "KGOSI" in text, name
    assert "(a warning, not drift): durban (definition Old), durban (KGOSI)" in " ".join(
        views(document)["lines"].split()
    )
    case = ElementTree.fromstring(to_junit(document)).find("testsuite/testcase")
    assert [child.tag for child in case] == ["system-out"], "a case that passes"
    Draft7Validator(document_schema()).validate(document)
    assert read_report(to_json(document), "r.json") == document


def test_ignored_it_is_not_shown(results):
    document = results.document(durban=results.read(undeclared=undeclared("ignore", complete=False)))
    for name, text in views(document).items():
        assert "KGOSI" not in text, name
        assert "ledger lists" not in text, name


@pytest.mark.parametrize("counts_as", ["drift", "warning"])
def test_that_more_may_be_installed_is_said_once_and_only_where_a_list_was_given(results, counts_as):
    unknown = undeclared(counts_as, complete=False, servers=(), users=())
    document = results.document(
        durban=results.read(undeclared=unknown),
        soweto=results.read(undeclared=unknown),
        george=results.read(undeclared={**unknown, "smtp_servers": None, "users": None}),
        paarl=results.read(undeclared=undeclared(servers=(), users=())),
    )
    assert {entry["state"] for entry in document["branches"]} == {"in_sync"}
    for name, text in views(document).items():
        if name != "json":
            assert " ".join(text.split()).count("only as far as the ledger lists them at: durban, soweto") == 1, name
    Draft7Validator(document_schema()).validate(document)


def test_what_a_purge_would_remove_is_one_difference_and_declared_absence_another(results):
    switch = {"field": "email_enabled", "have": True, "want": False}
    entry = results.entry(
        results.read(
            results.change(switch, resource="mail_enabled", name="KGOSI"),
            results.change(resource="mail_user", name="KGOSI", action="delete"),
            results.change(resource="mail_user", name="PIETER", action="delete"),
        )
    )
    shown = {
        record["name"]: (record["state"], [item["words"] for item in record["differences"]])
        for record in entry["records"]
        if "differences" in record
    }
    assert shown == {
        "KGOSI": ("undeclared", ["is not declared"]),
        "PIETER": ("differs", ["is installed, declared absent"]),
    }


def test_a_call_that_made_its_changes_still_shows_what_nobody_declared(results):
    made = results.read(results.change(results.port), undeclared=undeclared(servers=()))
    entry = results.entry({**made, "outcome": "applied"})
    assert (entry["state"], [record["name"] for record in entry["records"] if "differences" in record]) == (
        "drift", ["KGOSI"],
    )  # fmt: skip


def test_apply_has_a_line_for_each_branch_with_undeclared_records():
    found = {
        "paarl": {"undeclared": undeclared(servers=(), users=None)},
        "soweto": {"undeclared": undeclared("warning", users=("KGOSI", "NOMSA"))},
        "durban": {"undeclared": undeclared(servers=())},
        "george": {"undeclared": undeclared("ignore")},
        "failed": {},
    }
    assert undeclared_lines(found) == [
        "Undeclared, and left as it is:",
        "  durban: KGOSI",
        "  soweto: definition Old, KGOSI, NOMSA",
    ]
    assert undeclared_lines({"paarl": found["paarl"]}) == []
