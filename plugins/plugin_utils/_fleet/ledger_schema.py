# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of an attended site's ledger, for editors.

The collection itself reads ledgers with ``ledger_shape.py``, which needs no library on a node. Both are made from the
same tables, and a test keeps them together. What no schema can say, such as that a name stands there twice, is said
there only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_shape import (
    CELL_KEYS,
    CONFIRMATION_KEYS,
    DATE_PATTERN,
    FINGERPRINT_PATTERN,
    ITEM_KEYS,
    LEDGER_KEYS,
    ORDER_KEYS,
    PLACE_PATTERN,
    VERSION,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import is_needed
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END, PATTERNS, TEXT_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, UNSET, WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, SECTIONS, Field, Section
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE, empty_value

Schema = dict[str, Any]

_DATE = {"type": "string", "pattern": DATE_PATTERN}
_NUMBER = {"type": "integer", "minimum": 1}


def ledger_schema() -> Schema:
    """Return the schema of a ledger."""
    fingerprints = {
        "type": "object",
        "propertyNames": {"pattern": PLACE_PATTERN},
        "additionalProperties": {"type": "string", "pattern": FINGERPRINT_PATTERN},
    }
    top = {
        "ledger": {"const": VERSION, "description": "Version of this shape."},
        "confirmed": {
            **_mapping(dict.fromkeys(SECTIONS, True), {name: _records(section) for name, section in SECTIONS.items()}),
            "description": "What Fincon holds, as people confirmed it. An empty text is left out.",
        },
        "fingerprints": {**fingerprints, "description": "Salted scrypt hashes of the confirmed passwords."},
        "ordered": {
            "anyOf": [_order(fingerprints), {"type": "null"}],
            "description": "What waits to be typed in; null when nothing does.",
        },
        "last_order": {"type": "integer", "minimum": 0, "description": "The number that was given last."},
        "last_confirmed": {
            "anyOf": [_confirmation(), {"type": "null"}],
            "description": "The last confirmation; null before the first.",
        },
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Ledger of an attended Fincon installation",
        "description": "What is confirmed and what is ordered, for the attended backend of the collection fincon.mail.",
        **_mapping(LEDGER_KEYS, top),
    }


def _mapping(keys: Mapping[str, bool], properties: Schema) -> Schema:
    """An object that knows exactly these keys; those that are true must be there."""
    return {
        "type": "object",
        "required": [key for key, needed in keys.items() if needed],
        "additionalProperties": False,
        "properties": {key: properties[key] for key in keys},
    }


def _records(section: Section) -> Schema:
    keys = {section.key.name: True, **{field.name: is_needed(field) for field in section.fields}}
    return {"type": "array", "items": _mapping(keys, {n: _held(field) for n, field in section.columns.items()})}


def _order(fingerprints: Schema) -> Schema:
    items = {"type": "array", "minItems": 1, "items": {"anyOf": [_item(name) for name in RESOURCES]}}
    return _mapping(ORDER_KEYS, {"number": _NUMBER, "date": _DATE, "items": items, "fingerprints": fingerprints})


def _item(name: str) -> Schema:
    resource = RESOURCES[name]
    cells = [
        _mapping(
            CELL_KEYS,
            {"field": {"const": row.name}, "have": _ordered(row), "want": _ordered(row)},
        )
        for row in resource.fields
    ]
    properties = {
        "item": _NUMBER,
        "since": _DATE,
        "resource": {"const": name},
        "name": _value(resource.key),
        "action": {"enum": [CREATE, UPDATE, DELETE]},
        "fields": {"type": "array", "items": {"anyOf": cells}},
    }
    return _mapping(ITEM_KEYS, properties)


def _confirmation() -> Schema:
    numbers = {"type": "array", "items": _NUMBER}
    by = {"type": "string", "pattern": TEXT_PATTERN}
    return _mapping(
        CONFIRMATION_KEYS, {"order": _NUMBER, "date": _DATE, "by": by, "items": numbers, "remaining": numbers}
    )


def _held(row: Field) -> Schema:
    """A field of a confirmed record."""
    described: Schema = {"title": row.label} if row.label else {}
    described["description"] = row.description
    if row.secret:
        return {**described, "enum": [SET, UNSET]}
    return {**described, **_value(row)}


def _ordered(row: Field) -> Schema:
    """The old or new value of an item: it may be empty, or null where nobody knew it."""
    if row.secret:
        return {"enum": [SET, UNSET, WILL_CHANGE]}
    return {"anyOf": [_value(row), {"enum": [None, empty_value(row)]}]}


def _value(row: Field) -> Schema:
    if row.kind == "flag":
        return {"type": "boolean"}
    if row.kind == "integer":
        return {"type": "integer", "minimum": row.minimum, "maximum": row.maximum}
    pattern = PATTERNS[row.kind]
    is_key = row in (resource.key for resource in RESOURCES.values())
    value: Schema = {"type": "string", "pattern": pattern if is_key or is_needed(row) else f"^{END}|{pattern}"}
    if row.max_length and not row.soft_limit:
        value["maxLength"] = row.max_length
    return value
