# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas (draft-07) of fleet and branch files, derived from the tables of records and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    END,
    NOT_A_SECRET_PATTERN,
    PATTERNS,
    TEMPLATE_PATTERN,
    may_be_empty,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
)

Schema = dict[str, Any]

FLEET_PLUGIN = "fincon.mail.fleet"

_DIALECT = "http://json-schema.org/draft-07/schema#"
_TEMPLATE = {"$ref": "#/definitions/template"}
_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)"}
_TYPES: dict[str, Schema] = {
    "str": {"type": "string"},
    "path": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "dict": {"type": "object"},
    "list": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}


def branch_schema() -> Schema:
    """Return the schema of a branch file."""
    return {
        "$schema": _DIALECT,
        "title": "Branch of a Fincon fleet",
        "description": "The e-mail set-up of one Fincon installation, for the inventory plugin fincon.mail.fleet.",
        "type": "object",
        "required": ["branch"],
        "additionalProperties": False,
        "properties": {
            "branch": {**_NAME, "description": "Name of the branch, and of its host in the inventory."},
            "region": {**_NAME, "description": "Region. Its hosts are in the group region_NAME."},
            "tags": {
                "type": "array",
                "items": _NAME,
                "uniqueItems": True,
                "description": "Tags. The branch's host is in the group tag_NAME for each of them.",
            },
            "installation": {"$ref": "#/definitions/installation"},
            "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
            "users": {
                "type": "array",
                "items": {"$ref": "#/definitions/user"},
                "description": "The users of the branch.",
            },
            "vars": {"type": "object", "description": "Further variables of the branch's host."},
        },
        "definitions": _definitions(required_user=True),
    }


def fleet_schema() -> Schema:
    """Return the schema of a fleet file."""
    glob = {"type": "string", "minLength": 1}
    return {
        "$schema": _DIALECT,
        "title": "Fincon fleet",
        "description": "The branch files of a fleet and what they share, for the inventory plugin fincon.mail.fleet.",
        "type": "object",
        "required": ["plugin", "branches"],
        "additionalProperties": False,
        "properties": {
            "plugin": {"const": FLEET_PLUGIN, "description": "Name of the inventory plugin."},
            "branches": {
                "anyOf": [glob, {"type": "array", "items": glob, "minItems": 1}],
                "description": "Patterns of the branch files, relative to the fleet file.",
            },
            "defaults": {
                "type": "object",
                "additionalProperties": False,
                "description": "What the branches share. What a branch file says replaces it, field by field.",
                "properties": {
                    "installation": {"$ref": "#/definitions/installation"},
                    "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
                    "user": {"$ref": "#/definitions/user"},
                    "vars": {"type": "object", "description": "Further variables of every branch's host."},
                },
            },
        },
        "definitions": _definitions(required_user=False),
    }


def _definitions(required_user: bool) -> Schema:
    user = _record(MAIL_USER.key, USER_FIELDS)
    if not required_user:
        # The defaults of all users name no user.
        del user["properties"][MAIL_USER.key.name], user["required"]
    return {
        "template": {
            "type": "string",
            "pattern": TEMPLATE_PATTERN,
            "description": "A template or a vault value. It is checked once it is rendered.",
        },
        "installation": _installation(),
        "smtp_servers": {
            "type": "array",
            "items": {"$ref": "#/definitions/smtp_server"},
            "description": "The SMTP definitions of the installation.",
        },
        "smtp_server": _record(SMTP_SERVER.key, SMTP_SERVER.fields),
        "user": user,
    }


def _record(key: Field, fields: Iterable[Field]) -> Schema:
    return {
        "type": "object",
        "required": [key.name],
        "additionalProperties": False,
        "properties": {row.name: _field(row) for row in (key, *fields)},
    }


def _field(row: Field) -> Schema:
    described: Schema = {"title": row.label} if row.label else {}
    described["description"] = row.description
    return {**described, "anyOf": [_plain(row), _TEMPLATE]}


def _plain(row: Field) -> Schema:
    if row.kind == "flag":
        return {"type": "boolean"}
    if row.kind == "integer":
        return {"type": "integer", "minimum": row.minimum, "maximum": row.maximum}
    pattern = PATTERNS[row.kind]
    plain: Schema = {"type": "string", "pattern": f"^{END}|{pattern}" if may_be_empty(row) else pattern}
    if row.max_length and not row.soft_limit:
        plain["maxLength"] = row.max_length
    if row.secret:
        plain["not"] = {"pattern": NOT_A_SECRET_PATTERN}
    return plain


def _installation() -> Schema:
    properties: Schema = {"backend": {"anyOf": [{"enum": list(BACKENDS)}, _TEMPLATE], "description": "The way in."}}
    for row in SETTINGS:
        description = " ".join(row.description)
        properties[row.name] = {"description": description, "anyOf": [_TYPES[row.type], _TEMPLATE]}
    return {
        "description": "How the installation is reached. What its backend needs may also come from the fleet file.",
        "anyOf": [{"type": "object", "additionalProperties": False, "properties": properties}, _TEMPLATE],
    }
