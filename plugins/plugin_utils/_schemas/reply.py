# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of a reply to a work order, as the page of the order saves it."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_shape import DATE_PATTERN
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    COUNTED,
    Schema,
    document,
    items,
    mapping,
)

VERSION = 1

#: Characters of a whole reply.
LARGEST = 65536

_NUMBER: Schema = {**COUNTED, "maximum": 99999}
_DAY: Schema = {"type": "string", "pattern": DATE_PATTERN}


def reply_schema() -> Schema:
    """Return the schema of a reply."""
    entry = {
        "item": {**_NUMBER, "description": "Number of the item."},
        "reason": {**_text(500), "description": "Why it is not done; may be empty."},
    }
    properties: Schema = {
        "reply": {
            "const": VERSION,
            "description": "Version of this format. A reader refuses one that it does not know.",
        },
        "branch": {**_text(255), "minLength": 1, "description": "Name of the branch's host."},
        "order": {**_NUMBER, "description": "Number of the work order."},
        "ordered": {**_DAY, "description": "The day of the work order, as its page shows it."},
        "done": items(_NUMBER, description="Numbers of the items that are done."),
        "not_done": items(mapping(entry, ["item"]), description="The items of the page that are not done."),
        "by": {**_text(200), "description": "Who did the work."},
        "date": {**_DAY, "description": "The day of the work."},
        "remarks": {**_text(2000), "description": "Anything that was not as the page says; may be empty."},
    }
    return document(
        "Reply to a work order of fincon.mail",
        "What the person at an attended site says of a work order.",
        mapping(properties),
    )


def _text(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest}
