# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of a report: its shape, its order, and several reports as one."""

from __future__ import annotations

import json
import random

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._report import reading
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import (
    COLLECTION,
    document_schema,
    make_document,
    merged_entries,
    to_json,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError, read_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import MARKS, RECORD_STATES, STATES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas import validation
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import SchemaCheck
from collection import ROOT
from demo_report import TODAY, YESTERDAY, fleet
from jsonschema import Draft7Validator

SCHEMA = json.loads((ROOT / "schemas" / "drift-report.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def made():
    """Every kind of trouble, on the second of two days."""
    return make_document(fleet(60, 12, TODAY), TODAY, make_document(fleet(60, 12, YESTERDAY), YESTERDAY))


def problems(document):
    return [f"{list(error.path)}: {error.message}" for error in Draft7Validator(SCHEMA).iter_errors(document)]


def test_the_document_is_of_the_shape_of_its_schema(made):
    Draft7Validator.check_schema(SCHEMA)
    assert problems(made) == []
    assert all(made["counts"][state] for state in STATES), "no state is missing in this test"
    assert problems({**made, "colour": 1}) != []


def test_the_schema_knows_the_states_of_the_code():
    definitions = SCHEMA["definitions"]
    assert definitions["state"]["enum"] == list(STATES)
    assert definitions["record"]["properties"]["state"]["enum"] == list(RECORD_STATES) == list(MARKS)
    assert list(SCHEMA["properties"]["counts"]["properties"]) == ["branches", *STATES]


def test_the_report_names_the_version_of_the_collection():
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"] == COLLECTION


def test_the_same_findings_are_the_same_bytes_in_whatever_order_they_came(made):
    entries = list(fleet(60, 12, TODAY))
    random.Random(1).shuffle(entries)
    before = make_document(fleet(60, 12, YESTERDAY), YESTERDAY)
    assert to_json(make_document(entries, TODAY, before)) == to_json(made)


def test_the_json_holds_the_document_and_has_a_line_for_each_branch(made):
    text = to_json(made)
    assert json.loads(text) == made
    assert len(text.splitlines()) == 60 + len(made["groups"]) + 11


def test_what_was_written_can_be_read(made):
    assert read_report(to_json(made), "a.json") == made


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("{", "a.json:1:2: is not JSON"),
        ("[]", "names no version"),
        ('{"version": 2}', "is a report of version 2, and this collection reads version 1"),
        ('{"version": 1}', "generated is missing"),
        ('{"version": 1, "generated": "yesterday", "branches": []}', "generated must be a date or a time in UTC"),
        ("[" * 100_000, "a.json"),
    ],
)
def test_what_is_not_a_report_is_named(change, text):
    with pytest.raises(ReportError) as raised:
        read_report(change, "a.json")
    assert text in str(raised.value)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        (("generated",), "2026-13-01", "generated must be a date"),
        (("branches", 8, "records", 0, "pending", 0, "order"), 1.0, "pending[0].order must be a whole number"),
        (("branches",), {}, "branches must be a list"),
        (("branches", 0), 1, "branches[0] must be a mapping"),
        (("branches", 0, "branch"), 1, "branches[0].branch must be text"),
        (("branches", 0, "state"), "fine", "branches[0].state must be one of drift, failed"),
        (("branches", 0, "state"), [], "branches[0].state must be one of"),
        (("branches", 0, "since"), None, "branches[0].since must be a date"),
        (("branches", 0, "tags"), [1], "branches[0].tags[0] must be text"),
        (("branches", 6, "records", 4, "differences"), [{}], "branches[6].records[4].differences[0].field is missing"),
        (("branches", 8, "records", 0, "pending", 0, "order"), True, "pending[0].order must be a whole number"),
    ],
)
def test_a_report_that_was_changed_by_hand_is_refused_with_its_place(made, path, value, text):
    broken = json.loads(to_json(made))
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ReportError) as raised:
        read_report(json.dumps(broken), "a.json")
    assert text in str(raised.value)


def test_a_branch_that_is_pending_without_an_item_is_refused(made):
    broken = json.loads(to_json(made))
    index = next(index for index, entry in enumerate(broken["branches"]) if entry["state"] == "pending")
    for record in broken["branches"][index]["records"]:
        record.pop("pending", None)
    with pytest.raises(ReportError, match=rf"^a\.json: .*: branches\[{index}\] is pending without a pending item$"):
        read_report(json.dumps(broken), "a.json")


def test_what_a_later_collection_adds_is_passed_over(made):
    added = json.loads(to_json(made)) | {"colour": 1, "counts": None}
    added["branches"][0]["colour"] = 1
    assert read_report(json.dumps(added), "a.json") == added


def test_all_errors_are_named_unless_they_are_many(made):
    broken = json.loads(to_json(made))
    for entry in broken["branches"][:12]:
        entry["region"] = 1
    with pytest.raises(ReportError, match=r"branches\[0\]\.region must be text; .*; and 2 more$"):
        read_report(json.dumps(broken), "a.json")


def test_a_library_that_is_needed_for_reading_is_named(made, monkeypatch):
    monkeypatch.setattr(validation, "_LIBRARIES", ("not_installed",))
    monkeypatch.setattr(reading, "_CHECK", SchemaCheck(document_schema))
    with pytest.raises(ReportError, match=r"^a\.json: cannot be read\. .*: pip install not_installed$"):
        read_report(to_json(made), "a.json")


def test_of_a_branch_in_two_reports_the_one_that_was_looked_at_last_counts(results):
    drifted = results.read(results.change(results.port))
    old = results.document(results.monday, a=drifted, b=drifted)
    new = results.document(results.tuesday, b=results.read(), c=results.read())
    for documents in ([old, new], [new, old]):
        merged = make_document(merged_entries(documents), results.tuesday)
        states = {entry["branch"]: (entry["state"], entry["checked"]) for entry in merged["branches"]}
        assert states == {
            "a": ("drift", results.monday), "b": ("in_sync", results.tuesday), "c": ("in_sync", results.tuesday),
        }  # fmt: skip
        assert problems(merged) == []


def test_a_merged_report_keeps_since_when_it_has_been_so(results):
    drifted = results.read(results.change(results.port))
    monday = results.document(results.monday, a=drifted)
    tuesday = results.document(results.tuesday, monday, a=drifted)
    merged = make_document(merged_entries([tuesday]), results.tuesday)
    assert merged["branches"][0]["since"] == results.monday
    assert merged["branches"][0]["records"][0]["differences"][0]["since"] == results.monday
