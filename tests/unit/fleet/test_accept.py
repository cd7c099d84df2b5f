# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The compiled filter and jsonschema never disagree, whatever stands in a file."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.accept import compiled
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    accepted,
    branch_findings,
    not_a_template,
    schema_faults,
    validator,
)
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert accepted(kind)(DOCUMENTS[kind])


@settings(max_examples=300, deadline=None)
@given(documents("branch"))
def test_the_filter_accepts_a_branch_exactly_if_it_is_valid(data):
    assert bool(accepted("branch")(data)) == validator("branch").is_valid(data)


@settings(max_examples=150, deadline=None)
@given(documents("fleet"))
def test_the_filter_accepts_a_fleet_exactly_if_it_is_valid(data):
    assert bool(accepted("fleet")(data)) == validator("fleet").is_valid(data)


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
                accepts = bool(accepted(kind)(data["root"]))
                assert accepts == validator(kind).is_valid(data["root"]), (path, value)


@pytest.mark.parametrize(
    "schema", [{"type": "object", "patternProperties": {}}, {"type": "object", "properties": {}}, {"format": "email"}]
)
def test_a_keyword_that_is_not_known_is_refused_and_not_passed_over(schema):
    with pytest.raises(ValueError, match="can"):
        compiled(schema)
