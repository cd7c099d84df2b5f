# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What editors get from the schemas: a title and a sentence for each key, and values to begin with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import in_draft_04
from collection import ROOT
from jsonschema import Draft7Validator

SCHEMAS = {path.name.partition(".")[0]: json.loads(path.read_text("utf-8")) for path in (ROOT / "schemas").iterdir()}
#: Those of files that people write by hand, for whom an editor completes values.
WRITTEN = ("branch", "fleet")
#: Where a schema has that of what is inside.
INNER = ("items", "additionalProperties")


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every property below a schema, with its path. Conditions on a property declared elsewhere are left out."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from properties(item, f"{path}/{number}")
    elif isinstance(schema, dict):
        for name, item in schema.get("properties", {}).items():
            if set(item) != {"const"}:
                yield f"{path}/{name}", item
        for name, item in schema.items():
            yield from properties(item, f"{path}/{name}")


def resolved(schema: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema["definitions"][item["$ref"].rpartition("/")[2]] if "$ref" in item else item


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_has_a_title_and_a_description_without_marks(name: str) -> None:
    schema = SCHEMAS[name]
    found = [(path, resolved(schema, item)) for path, item in properties(schema)]
    assert found
    # A definition that is referred to may be named by who refers to it.
    assert [path for path, item in found if not item.get("description")] == []
    assert [path for path, item in properties(schema) if "$ref" not in item and not item.get("title")] == []
    assert [path for path, item in found if "O(" in item["description"] or "V(" in item["description"]] == []


@pytest.mark.parametrize("name", WRITTEN)
def test_every_key_that_takes_a_value_has_one_to_begin_with(name: str) -> None:
    schema = SCHEMAS[name]
    lacking = [
        path
        for path, item in properties(schema)
        if not ("default" in item or "examples" in item or offers(resolved(schema, item)))
    ]
    assert lacking == []


def offers(item: Mapping[str, Any]) -> bool:
    """Whether an editor completes the value by itself: choices, a flag, or keys and items that are described."""
    inner = [
        kind[part] for kind in (item, *item.get("anyOf", [])) for part in INNER if isinstance(kind.get(part), dict)
    ]
    return any(
        {"enum", "const", "properties", "$ref"} & set(kind) or kind.get("type") == "boolean"
        for kind in (item, *item.get("anyOf", []), *inner)
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_a_schema_proposes_is_valid(name: str) -> None:
    schema = SCHEMAS[name]
    for path, item in properties(schema):
        check = Draft7Validator({**item, "definitions": schema.get("definitions", {})})
        for value in [*item.get("examples", []), *([item["default"]] if "default" in item else [])]:
            assert check.is_valid(value), f"{path}: {value!r}"


def test_no_password_is_proposed_but_a_variable_of_the_vault() -> None:
    secrets = [field for resource in RESOURCES.values() for field in resource.fields if field.secret]
    secrets += [setting for setting in SETTINGS if setting.secret]
    assert all(sample.startswith("{{ vault_") for secret in secrets for sample in secret.samples)
    assert all(secret.samples for secret in secrets)


def test_the_check_of_files_leaves_out_what_is_for_editors() -> None:
    kept = in_draft_04({"properties": {"default": {"type": "string", "default": "x", "examples": ["y"]}}})
    assert kept == {"properties": {"default": {"type": "string"}}}


EXAMPLES = [
    path
    for folder in ("examples", "roles")
    for path in sorted((ROOT / folder).rglob("*.yml"))
    if re.search(r"^(branch|plugin): ", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_of_a_fleet_or_branch_file_names_its_schema(path: Path) -> None:
    kind = "branch" if path.parent.name == "branches" else "fleet"
    modeline = path.read_text("utf-8").splitlines()[1]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", modeline)
    assert named, modeline
    # A new site gets its schemas in a folder of its own.
    target = (path.parent / named[1]).resolve()
    assert target in (ROOT / "schemas" / f"{kind}.schema.json", folder_of_fleet(path) / f".schemas/{kind}.schema.json")


def folder_of_fleet(path: Path) -> Path:
    return path.parent.parent if path.parent.name == "branches" else path.parent
