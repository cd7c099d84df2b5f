# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The specification of the adapter protocol: its page, its schemas and the code say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.command import protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.kit import RULES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.command import answer_schema, request_schema
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "command-protocol.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "writing-an-adapter.md").read_text("utf-8")
REQUEST, ANSWER = Draft7Validator(request_schema()), Draft7Validator(answer_schema())

EXAMPLES = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.M | re.S)]
EXAMPLES += [json.loads(text) for text in re.findall(r"^    (\{\"protocol\".*\})$", GUIDE, re.M)]
EXAMPLES += [json.loads(text) for text in re.findall(r"echo '(\{.*\})'", GUIDE)]


def definition(schema: dict, name: str) -> Draft7Validator:
    """The schema of one verb."""
    return Draft7Validator({**schema["definitions"][name], "definitions": schema["definitions"]})


@pytest.mark.parametrize("schema", [request_schema(), answer_schema()])
def test_a_schema_is_valid_draft_7(schema):
    Draft7Validator.check_schema(schema)


def test_every_example_of_the_pages_fits_its_schema():
    assert len(EXAMPLES) == 13
    for example in EXAMPLES:
        (REQUEST if "verb" in example else ANSWER).validate(example)


def test_the_collection_reads_the_answers_of_the_pages():
    answers = [protocol.decode(json.dumps(example).encode()) for example in EXAMPLES if "verb" not in example]
    for answer in answers:
        if "capabilities" in answer:
            assert protocol.about(answer).name
        elif "users" in answer:
            assert protocol.reading(answer, readback=False).state.all_users_known
        elif "error" in answer:
            assert protocol.refusal(answer)[0] == protocol.UNREACHABLE
        elif "results" in answer:
            assert protocol.progress(answer, [1, 2, 3, 4]) == protocol.Progress(1, answer["results"][1]["message"])


def test_the_page_names_every_rule_and_what_it_demands():
    for rule in RULES:
        assert f"| `{rule.name}` | {' '.join(rule.check.__doc__.split())} |" in PAGE


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("describe", {"protocol": 1, "name": "x", "version": "1"}),
        ("describe", {"protocol": 2, "name": "x", "version": "1", "capabilities": {}}),
        ("read", {"protocol": 1, "smtp_servers": [{"name": "A"}], "users": []}),
        ("read", {"protocol": 1, "smtp_servers": [{"name": "A", "password_set": True, "port": "25"}], "users": []}),
        ("apply", {"protocol": 1, "results": [{"id": 1, "status": "error"}]}),
        ("probe", {"protocol": 1, "verifications": [{"id": 1, "ok": False}]}),
        ("error", {"protocol": 1, "error": {"code": "failed"}}),
    ],
)
def test_a_wrong_answer_fits_no_schema(verb, answer):
    assert not definition(answer_schema(), verb).is_valid(answer)


def change(**members):
    whole = {"id": 1, "resource": "smtp_server", "name": "A", "action": "update", "values": {"port": 25}, **members}
    return {"protocol": 1, "verb": "apply", "changes": [whole]}


def test_a_change_has_fields_of_its_own_resource_only():
    assert REQUEST.is_valid(change())
    assert REQUEST.is_valid(change(resource="mail_user", values={"telephone": ""}))
    for wrong in (
        {"values": {"telephone": ""}},
        {"values": {"port": 0}},
        {"resource": "printer"},
        {"action": "rename"},
    ):
        assert not REQUEST.is_valid(change(**wrong))


def test_members_of_the_future_are_no_fault():
    assert REQUEST.is_valid({**change(), "future": 1})
    assert ANSWER.is_valid({"protocol": 1, "smtp_servers": [{"name": "A", "password_set": True, "x": 1}], "users": []})
