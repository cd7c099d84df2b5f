# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common building blocks of the collection's schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "integer"}
#: Parts of names that are not words.
_SHORT = {
    "bcc": "BCC",
    "ca": "CA",
    "ehlo": "EHLO",
    "id": "ID",
    "ms": "Milliseconds",
    "smtp": "SMTP",
    "tls": "TLS",
    "url": "URL",
    "vars": "variables",
}

COUNTED: Schema = {"type": "integer", "minimum": 1}


def document(title: str, description: str, schema: Mapping[str, Any]) -> Schema:
    """Return the schema of a whole file or message.

    :param title: its name for people.
    :param description: one sentence for people.
    :param schema: the schema of its content.
    """
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, "description": description}
    return {**head, **schema}


def file_text(schema: Mapping[str, Any]) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def mapping(properties: Mapping[str, Schema], required: Iterable[str] | None = None) -> Schema:
    """Return the schema of a mapping that has these keys and no others.

    :param properties: the schema of each key.
    :param required: the required keys; by default all.
    """
    needed = list(properties if required is None else required)
    return {
        "type": "object",
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        "properties": titled(properties),
    }


def titled(properties: Mapping[str, Schema]) -> Schema:
    """Return properties with titles, for editors. A property without its own title gets one from its name."""
    return {
        name: schema if "$ref" in schema else {"title": _title(name), **schema} for name, schema in properties.items()
    }


def _title(name: str) -> str:
    words = " ".join(_SHORT.get(part, part) for part in name.split("_"))
    return words[:1].upper() + words[1:]


def items(schema: Schema, **limits: Any) -> Schema:
    """Return the schema of a list.

    :param schema: of each item.
    :param limits: further keywords, such as ``minItems``.
    """
    return {"type": "array", "items": schema, **limits}


def or_null(schema: Schema) -> Schema:
    """Return the schema of a value that may also be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def opened(schema: Any) -> Any:
    """Return the schema with mappings that may have further keys."""
    if isinstance(schema, list):
        return [opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: opened(value) for name, value in schema.items() if name != "additionalProperties"}
