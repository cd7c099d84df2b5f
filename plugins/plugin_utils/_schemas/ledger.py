# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of an attended site's ledger, for editors.

The collection itself reads ledgers with ``ledger_shape.py``, which needs no library on a node. Both are made from the
same tables, and a test keeps them consistent. Errors that a schema cannot describe, such as a duplicate name, are found
only there.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_shape import (
    CELL_KEYS,
    CONFIRMATION_KEYS,
    DATE_PATTERN,
    FINGERPRINT_PATTERN,
    HISTORY_KEYS,
    ITEM_KEYS,
    LEDGER_KEYS,
    NOT_DONE_KEYS,
    ORDER_KEYS,
    RECORD_KEY_PATTERN,
    VERSION,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import is_needed
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import TEXT_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, UNSET, WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    RESOURCES,
    SECTIONS,
    Field,
    Resource,
    Section,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE, empty_value
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fields import described, value_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    COUNTED,
    Schema,
    document,
    items,
    mapping,
    or_null,
)

_DATE = {"type": "string", "pattern": DATE_PATTERN}


def ledger_schema() -> Schema:
    """Return the schema of a ledger."""
    fingerprints: Schema = {
        "type": "object",
        "description": "Salted scrypt hashes of passwords, by the record's name.",
        "propertyNames": {"pattern": RECORD_KEY_PATTERN},
        "additionalProperties": {"type": "string", "pattern": FINGERPRINT_PATTERN},
    }
    top = {
        "ledger": {"const": VERSION, "description": "Version of this shape."},
        "confirmed": {
            **mapping({name: _records(section) for name, section in SECTIONS.items()}),
            "description": "What Fincon holds, as people confirmed it. An empty text is left out.",
        },
        "fingerprints": {**fingerprints, "description": "Salted scrypt hashes of the confirmed passwords."},
        "ordered": {
            **or_null(_order(fingerprints)),
            "description": "The open work order; null when there is none.",
        },
        "last_order": {"type": "integer", "minimum": 0, "description": "The number that was given last."},
        "last_confirmed": {
            **or_null(_mapping(CONFIRMATION_KEYS, _confirmation())),
            "description": "The last confirmation; null before the first.",
        },
        "history": items(
            _mapping(HISTORY_KEYS, _confirmation()), description="Every confirmation, the first one first."
        ),
    }
    return document(
        "Ledger of an attended Fincon installation",
        "What is confirmed and what is ordered, for the attended backend of the collection fincon.mail.",
        _mapping(LEDGER_KEYS, top),
    )


def _mapping(keys: Mapping[str, bool], properties: Schema) -> Schema:
    """A mapping with these keys, in their order; those that are true are required."""
    return mapping({key: properties[key] for key in keys}, [key for key, needed in keys.items() if needed])


def _records(section: Section) -> Schema:
    needed = [section.key.name, *(field.name for field in section.fields if is_needed(field))]
    return items(
        mapping({name: _held(field) for name, field in section.columns.items()}, needed),
        description=f"Every {section.resource.title} that is confirmed.",
    )


def _order(fingerprints: Schema) -> Schema:
    ordered = items(
        {"anyOf": [_item(resource) for resource in RESOURCES.values()]}, minItems=1, description="What is to be done."
    )
    properties = {
        "number": {**COUNTED, "description": "Number of the work order."},
        "date": {**_DATE, "description": "The day of the work order."},
        "items": ordered,
        "fingerprints": fingerprints,
    }
    return _mapping(ORDER_KEYS, properties)


def _item(resource: Resource) -> Schema:
    properties = {
        "item": {**COUNTED, "description": "Number of the item, which it keeps."},
        "since": {**_DATE, "description": "The day since when it has been pending."},
        "resource": {"const": resource.name, "description": "The kind of record."},
        "name": {**described(resource.key), **value_schema(resource.key, may_be_empty=False)},
        "action": {"enum": [CREATE, UPDATE, DELETE], "description": "What is to be done with the record."},
        "fields": items({"anyOf": [_cell(field) for field in resource.fields]}, description="The fields to set."),
    }
    return _mapping(ITEM_KEYS, properties)


def _cell(field: Field) -> Schema:
    properties = {
        "field": {"const": field.name, "description": field.description},
        "have": {**_ordered(field), "description": "The confirmed value."},
        "want": {**_ordered(field), "description": "The ordered value."},
    }
    return _mapping(CELL_KEYS, properties)


def _confirmation() -> Schema:
    numbers, text = items(COUNTED), {"type": "string", "pattern": TEXT_PATTERN}
    reason = {
        "item": {**COUNTED, "description": "Number of the item."},
        "reason": {**text, "description": "Why it could not be done; may be empty."},
    }
    not_done = items(_mapping(NOT_DONE_KEYS, reason))
    return {
        "order": {**COUNTED, "description": "Number of the work order."},
        "ordered": {**_DATE, "description": "The day of the order."},
        "date": {**_DATE, "description": "The day of the confirmation."},
        "by": {**text, "description": "Who did the work."},
        "done_on": {**_DATE, "description": "The day of the work, as the reply says."},
        "items": {**numbers, "description": "Numbers of the items that are done."},
        "remaining": {**numbers, "description": "Numbers of the items that stay open."},
        "not_done": {**not_done, "description": "Items that could not be done, each with the reason."},
        "remarks": {**text, "description": "Remarks of who did the work."},
    }


def _held(field: Field) -> Schema:
    """A field of a confirmed record."""
    return {**described(field), **({"enum": [SET, UNSET]} if field.secret else _value(field))}


def _ordered(field: Field) -> Schema:
    """The old or new value of an item: it may be empty, or null where it is not known."""
    if field.secret:
        return {"enum": [SET, UNSET, WILL_CHANGE]}
    return {"anyOf": [_value(field), {"enum": [None, empty_value(field)]}]}


def _value(field: Field) -> Schema:
    is_key = field in (resource.key for resource in RESOURCES.values())
    return value_schema(field, may_be_empty=not (is_key or is_needed(field)))
