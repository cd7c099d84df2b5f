# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the schemas shows each key of each file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schema_pages
from collection import ROOT

SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))


def rows(folder: Path, schema: dict[str, Any]) -> list[str]:
    """The rows of the tables for one schema."""
    (folder / "a.schema.json").write_text(json.dumps({"title": "A", **schema}))
    return [line for line in schema_pages.page(folder).splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name.partition(".")[0])
def test_every_key_of_a_schema_is_in_its_tables(path: Path, tmp_path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    shown = rows(tmp_path, schema)
    objects = [schema, *schema.get("definitions", {}).values()]
    expected = [f"| `{key}` |" for described in objects for key in described.get("properties", {})]
    assert expected
    assert [row[: len(key)] for row, key in zip(shown, expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"$ref": "#/definitions/user"}}, "array of `user`"),
        ({"enum": ["present", 1]}, '`"present"`, `1`'),
        ({"const": 1}, "`1`"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "string"}]}, "string or integer"),
        ({"type": "string", "anyOf": [{"pattern": "^a"}, {"$ref": "#/definitions/template"}]}, "string or `template`"),
        ({}, "any"),
        (True, "any"),
    ],
)
def test_what_a_value_may_be_is_a_few_words(described: Any, words: str, tmp_path: Path) -> None:
    (row,) = rows(tmp_path, {"properties": {"key": described}, "required": ["key"]})
    assert row == f"| `key` | {words} | yes |  |"


def test_a_key_that_only_refers_to_a_definition_has_its_description(tmp_path: Path) -> None:
    properties = {"key": {"$ref": "#/definitions/user"}}
    (row,) = rows(tmp_path, {"properties": properties, "definitions": {"user": {"description": "A user."}}})
    assert row == "| `key` | `user` |  | A user. |"


def test_a_description_stays_in_its_cell(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, {"properties": {"key": {"description": "a | b\n<c>"}}})
    assert row == r"| `key` | any |  | a \| b \<c> |"
