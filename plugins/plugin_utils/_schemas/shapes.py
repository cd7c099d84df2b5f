# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the schemas of the collection are built of, whatever they describe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
COUNTED: Schema = {"type": "integer", "minimum": 1}


def document(title: str, description: str, schema: Mapping[str, Any]) -> Schema:
    """Return the schema of a whole file or message.

    :param title: what it is called.
    :param description: one sentence for people.
    :param schema: what it holds.
    """
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, "description": description}
    return {**head, **schema}


def mapping(properties: Mapping[str, Schema], required: Iterable[str] | None = None) -> Schema:
    """Return the schema of a mapping that has these keys and no others.

    :param properties: the schema of each key.
    :param required: the keys that are needed; by default all.
    """
    needed = list(properties if required is None else required)
    return {
        "type": "object",
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        "properties": dict(properties),
    }


def items(schema: Schema, **limits: Any) -> Schema:
    """Return the schema of a list.

    :param schema: of each item.
    :param limits: further keywords, such as ``minItems``.
    """
    return {"type": "array", "items": schema, **limits}


def or_null(schema: Schema) -> Schema:
    """Return the schema of what may also be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def opened(schema: Any) -> Any:
    """Return the schema with mappings that may have further keys."""
    if isinstance(schema, list):
        return [opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: opened(value) for name, value in schema.items() if name != "additionalProperties"}
