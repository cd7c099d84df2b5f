# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever has to know every field, and cannot be derived from the records table, knows every field."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, SECTIONS, Field
from ansible_collections.fincon.mail.plugins.module_utils._core.state import empty_value
from ansible_collections.fincon.mail.tests.standin import contract
from collection import ROOT

FIELDS = [field for section in SECTIONS.values() for field in section.columns.values()]
ADAPTERS = ROOT / "examples" / "adapters"
#: Fields with an example: the values of keys, links, passwords and the switch depend on the installation.
EXAMPLES = [
    field
    for section in SECTIONS.values()
    for field in section.fields
    if not field.secret and field.kind != "name" and field.default is not None
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.wire}")
def test_a_work_order_has_words_for_every_field(field: Field) -> None:
    assert bool(field.label) != bool(field.purpose), "has either Fincon's label or a purpose"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.wire}")
def test_the_conformance_kit_has_an_example_that_would_be_missed(field: Field) -> None:
    if field not in EXAMPLES:
        assert field.example is None
        return
    assert value_problem(field, field.example) is None
    assert field.example != empty_value(field)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.secret], ids=lambda field: f"{field.wire}")
def test_every_secret_names_its_login(field: Field) -> None:
    assert field.login
    assert field.login in field.description


def _json_file() -> ModuleType:
    module = ModuleType("json_file")
    exec(compile((ADAPTERS / "json_file.py").read_text("utf-8"), "json_file.py", "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.name)
def test_the_python_adapter_knows_every_field_with_its_limits(resource) -> None:
    adapter = _json_file()
    kinds = {"flag": lambda _field: adapter.FLAG, "integer": lambda field: (field.minimum, field.maximum)}
    expected = {field.name: kinds.get(field.kind, lambda _field: adapter.TEXT)(field) for field in resource.fields}
    assert adapter.RESOURCES[resource.name] == expected


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda resource: resource.name)
def test_the_shell_adapter_knows_every_field(resource) -> None:
    text = (ADAPTERS / "shell.sh").read_text("utf-8")
    series = {
        f"{stem}{n}"
        for stem, low, high in re.findall(r'"(\w+)\\\(range\((\d+); (\d+)\)\)"', text)
        for n in range(int(low), int(high))
    }
    known = {*re.findall(r'"(\w+)"', text), *series}
    assert {field.name for field in resource.fields} <= known


@pytest.mark.parametrize(
    ("record", "section"), list(zip(contract.RECORDS.values(), SECTIONS.values(), strict=True)), ids=list(SECTIONS)
)
def test_the_stand_in_has_every_field_of_the_mail_contract(record, section) -> None:
    assert {(field.name, field.shown, field.kind == "secret") for field in record.fields} == {
        (field.wire, field.wire_set or field.wire, field.secret) for field in section.columns.values()
    }
    numbers = {field.name: (field.low, field.high) for field in record.fields if field.kind == "integer"}
    assert numbers == {
        field.wire: (field.minimum, field.maximum) for field in section.fields if field.kind == "integer"
    }
