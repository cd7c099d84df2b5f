# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""fastjsonschema and jsonschema never disagree, whatever a file holds."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from functools import cache

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    SCHEMA_CHECKS,
    branch_findings,
    not_a_template,
    schema_faults,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas import validation
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import branch_schema, fleet_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import (
    MissingLibraries,
    SchemaCheck,
    in_draft_04,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, validators

BRANCH = {
    "branch": "cape-town",
    "region": "western-cape",
    "tags": ["retail", "coast"],
    "installation": {
        "backend": "rest", "url": "http://x", "server_username": "a", "server_password": "b", "data_id": "MAIN",
        "username": "d", "password": "{{ e }}", "validate_certs": True, "timeout": 2.5,
        "contract": {"methods": {"GetMailUsers": "Users"}},
    },
    "smtp_servers": [
        {"name": "HQ relay", "mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True,
         "timeout": 30, "bcc": "", "username": "u", "password": "p"},
        {"name": "{{ second }}", "port": "{{ port }}"},
    ],
    "users": [
        {"user": "THANDI", "smtp_server": "HQ relay", "sender_name": "Thandi Nkosi", "username": "",
         "sender_email": "thandi@example.co.za", "password": "$ANSIBLE_VAULT;1.1;AES256\n61", "email_enabled": True},
        {"user": "PIETER", "telephone": "+27 21 555 0100", "job_title": "Clerk", "user_field_6": "x"},
    ],
    "vars": {"ansible_connection": "local", "anything": [1, None, {"x": 1.5}]},
}  # fmt: skip
FLEET = {
    "plugin": "fincon.mail.fleet",
    "branches": ["branches/*.yml"],
    "defaults": {
        "installation": {"backend": "command", "command": ["adapter", "--company", "MAIN"], "output_limit": 1000},
        "smtp_servers": BRANCH["smtp_servers"],
        "user": {"smtp_server": "HQ relay", "password": ""},
        "vars": {},
    },
}
SCHEMAS = {"branch": branch_schema, "fleet": fleet_schema}
DOCUMENTS = {"branch": BRANCH, "fleet": FLEET}

#: What people write where something else is wanted, and what is next to the limits of the patterns.
VALUES = [
    None, True, False, 0, 1, 587, 587.0, 587.5, 65536, -1, 10**30, float("nan"), float("inf"),
    "", " ", "x", "x ", "X Y", "x\n", "x\x07", "x\u2028", "é", "true", "587", "****", "•••", "a@b.c", "a@b",
    "a@b.c\n", "{x}",
    "x" * 101, "NINECHARS", "smtp.example.co.za.", "::1", "http://x", "{{ x }}", "{% if x %}", "$ANSIBLE_VAULT;1.1",
    "rest", "attended", "fincon.mail.fleet", "HQ relay", [], {}, [[]], ["a", "a"], ["a", 1], [1, True], {"user": "A"},
    [{"user": "A"}], [{"name": "A"}, {}], {"name": "A", "x": 1}, {"methods": 1},
]  # fmt: skip
NAMES = ["user", "name", "branch", "sender_nmae", "defaults", "ledger", "command", "vars", 1, None, True, "{{ x }}"]


@cache
def strictly(kind):
    """The schema as editors get it, in draft-07, but for 587.0, which is not an integer to Fincon."""
    integer = Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _checker, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return validators.extend(Draft7Validator, type_checker=integer)(SCHEMAS[kind]())


def places(data, path=()):
    """Every path of a document."""
    yield path
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in children:
        yield from places(value, (*path, key))


@st.composite
def documents(draw, kind):
    """A document that is right but for up to three changes."""
    data = {"root": copy.deepcopy(DOCUMENTS[kind])}
    for _change in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([path for path in places(data) if path]))
        parent = data
        for key in path[:-1]:
            parent = parent[key]
        value = copy.deepcopy(draw(st.sampled_from(VALUES)))
        how = draw(st.sampled_from(["replace", "remove", "add"]))
        if how == "remove" and len(path) > 1:
            del parent[path[-1]]
        elif how == "add" and isinstance(parent[path[-1]], dict):
            parent[path[-1]][draw(st.sampled_from(NAMES))] = value
        else:
            parent[path[-1]] = value
    return data["root"]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_document_that_the_others_are_made_of_is_right(kind):
    assert SCHEMA_CHECKS[kind].accepts(DOCUMENTS[kind])


@settings(max_examples=300, deadline=None)
@given(documents("branch"))
def test_a_branch_is_accepted_exactly_if_it_is_valid(data):
    assert SCHEMA_CHECKS["branch"].accepts(data) == strictly("branch").is_valid(data)


@settings(max_examples=150, deadline=None)
@given(documents("fleet"))
def test_a_fleet_is_accepted_exactly_if_it_is_valid(data):
    assert SCHEMA_CHECKS["fleet"].accepts(data) == strictly("fleet").is_valid(data)


@settings(max_examples=150, deadline=None)
@given(documents("branch"))
def test_a_value_that_the_schema_accepts_has_no_other_fault(data):
    if schema_faults("branch", data):
        return
    whole = {"installation": {}, "smtp_servers": [], "users": [], **data}
    assert branch_findings(whole, not_a_template, judged=True) == branch_findings(whole, not_a_template)


def test_each_single_value_is_judged_alike_at_each_place():
    for kind, document in DOCUMENTS.items():
        for path in places(document):
            for value in VALUES:
                data = {"root": copy.deepcopy(document)}
                parent = data
                for key in ("root", *path)[:-1]:
                    parent = parent[key]
                parent[("root", *path)[-1]] = value
                accepts = SCHEMA_CHECKS[kind].accepts(data["root"])
                assert accepts == strictly(kind).is_valid(data["root"]), (path, value)
                assert accepts == SCHEMA_CHECKS[kind].validator.is_valid(data["root"]), (path, value)


@pytest.mark.parametrize("schema", [{"propertyNames": {}}, {"anyOf": [{"contains": {}}]}, {"format": "email"}])
def test_a_keyword_that_is_not_known_is_refused_and_not_passed_over(schema):
    with pytest.raises(ValueError, match="is not a keyword"):
        in_draft_04(schema)


def test_a_property_may_be_called_like_a_keyword():
    schema = {"type": "object", "properties": {"const": {"const": "a"}, "format": {"type": "string"}}}
    assert in_draft_04(schema)["properties"] == {"const": {"enum": ["a"]}, "format": {"type": "string"}}


@pytest.mark.parametrize(("value", "valid"), [(587, True), (587.0, False), (True, False), ("587", False)])
def test_an_integer_is_written_without_a_point(value, valid):
    check = SchemaCheck(lambda: {"type": "integer"})
    assert check.accepts(value) is valid
    assert bool(check.errors(value)) is not valid


def test_a_schema_is_built_once_and_only_when_it_is_needed():
    built = []
    check = SchemaCheck(lambda: built.append(1) or {"type": "string"})
    assert built == []
    assert [check.accepts("x"), check.accepts(1), len(check.errors(1)), check.errors("x")] == [True, False, 1, []]
    assert built == [1]


def test_a_check_that_is_prepared_builds_nothing_when_it_is_used(monkeypatch):
    check = SchemaCheck(lambda: {"type": "string"})
    check.prepare()
    monkeypatch.setattr("fastjsonschema.compile", None)
    assert check.accepts("text")
    assert not check.accepts(1)


def test_importing_is_cheap():
    """Neither library is imported before there is something to check."""
    program = (
        f"import sys, {SchemaCheck.__module__}; sys.exit(len({{'fastjsonschema', 'jsonschema'}} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONPATH": ":".join(sys.path)})


def test_a_library_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(validation, "_LIBRARIES", ("jsonschema", "not_installed"))
    with pytest.raises(MissingLibraries, match=r"on the controller: pip install not_installed$"):
        SchemaCheck(branch_schema).accepts(BRANCH)
