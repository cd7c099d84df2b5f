# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the documentation site that shows each JSON Schema as tables, one for each object in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_INTRODUCTION = """\
# File formats and their schemas

A JSON Schema (draft-07) describes each file and each message. An editor with yaml-language-server uses the schema that
the first line of a file names (`docs/editors.md`):

    # yaml-language-server: $schema=../.schemas/branch.schema.json

"""
_REFERENCE = "#/definitions/"


def page(folder: Path) -> str:
    """Return the page for all schemas in a folder, as Markdown."""
    return _INTRODUCTION + "\n".join(_section(path) for path in sorted(folder.glob("*.schema.json")))


def _section(path: Path) -> str:
    schema = json.loads(path.read_text("utf-8"))
    lines = [
        f"## {schema.get('title', path.name)}",
        "",
        f"`schemas/{path.name}`",
        "",
        _text(schema.get("description", "")),
    ]
    for name, described in _objects(schema):
        lines += ["", f"### {path.name.partition('.')[0]}: {name}" if name else "", "", *_table(described, schema)]
    return "\n".join(lines) + "\n"


def _objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a schema that has properties: that of the file itself, then the definitions."""
    for name, described in {"": schema, **schema.get("definitions", {})}.items():
        if "properties" in described:
            yield name, described


def _table(described: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    required = described.get("required", [])
    rows = [
        f"| `{name}` | {_kind(value)} | {'yes' if name in required else ''} | {_description(value, schema)} |"
        for name, value in described["properties"].items()
    ]
    return ["| Key | Type | Required | What it is |", "|---|---|---|---|", *rows]


def _description(value: Any, schema: dict[str, Any]) -> str:
    """What a value is; where it only refers to a definition, what that is."""
    if not isinstance(value, dict):
        return ""
    definition = schema.get("definitions", {}).get(value.get("$ref", "").removeprefix(_REFERENCE), {})
    return _text(value.get("description", definition.get("description", "")))


def _kind(value: Any) -> str:
    """What a value may be, in a few words."""
    if not isinstance(value, dict):
        return "any"
    if "$ref" in value:
        return f"`{value['$ref'].removeprefix(_REFERENCE)}`"
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in value["enum"])
    for combined in ("oneOf", "anyOf"):
        if combined in value:
            # An alternative that gives no type has that of the whole.
            outer = {"type": value["type"]} if "type" in value else {}
            alternatives = [{**outer, **one} if isinstance(one, dict) else one for one in value[combined]]
            return " or ".join(dict.fromkeys(map(_kind, alternatives)))
    kinds = value.get("type", "any")
    named = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return f"{named} of {_kind(value['items'])}" if named == "array" and "items" in value else named


def _text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")
