# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema (draft-07) of the file that holds the evidence of a fleet."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    COUNTED,
    FLAG,
    TEXT,
    Schema,
    document,
    items,
    mapping,
    or_null,
)

VERSION = 1

#: The verdicts on a user.
PROVEN = "proven"
DIFFERS = "differs"
SILENT = "silent"
UNKNOWN = "unknown"
VERDICTS = (PROVEN, DIFFERS, SILENT, UNKNOWN)

_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_TIME: Schema = {"type": "string", "pattern": f"^{_MOMENT}$"}
_TIME_OR_NONE: Schema = {"type": "string", "pattern": f"^({_MOMENT})?$"}
_FACTS: Schema = {"type": "object", "additionalProperties": TEXT}
_VALUE: Schema = {"anyOf": [TEXT, FLAG]}


def evidence_schema() -> Schema:
    """Return the schema of the file."""
    properties = {
        "evidence": {"const": VERSION, "description": "Version of this format."},
        "place": or_null(_place()),
        "branches": items(_branch()),
        "sightings": items(_sighting()),
        "trust": TEXT,
    }
    return document(
        "Evidence of a fleet of fincon.mail",
        "What an audit mailbox has shown of each branch, and how far it was read.",
        mapping(properties),
    )


def _place() -> Schema:
    position: Schema = {"type": "integer", "minimum": 0}
    return mapping({"mailbox": TEXT, "epoch": TEXT, "position": position, "names": items(TEXT)})


def _branch() -> Schema:
    stray = mapping({"sender_address": TEXT, "server": TEXT, "seen_at": _TIME, "count": COUNTED})
    difference = mapping({"field": TEXT, "declared": _VALUE, "seen": _VALUE})
    user = mapping(
        {
            "user": TEXT,
            "verdict": {"enum": list(VERDICTS)},
            "seen_at": _TIME_OR_NONE,
            "received_by": TEXT,
            "tls": or_null(FLAG),
            "login": TEXT,
            "differences": items(difference),
            "facts": _FACTS,
        }
    )
    users, strays = items(user), items(stray)
    return mapping({"branch": TEXT, "read_at": _TIME, "mailbox": TEXT, "users": users, "strays": strays})


def _sighting() -> Schema:
    return mapping(
        {
            "sender_email": TEXT,
            "sender_name": TEXT,
            "server": TEXT,
            "received_by": TEXT,
            "seen_at": _TIME,
            "count": COUNTED,
            "tls": or_null(FLAG),
            "tls_version": TEXT,
            "authenticated": or_null(FLAG),
            "login": TEXT,
            "order": TEXT,
            "facts": _FACTS,
        }
    )
