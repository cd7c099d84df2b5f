# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas (draft-07) of fleet and branch files, derived from the tables of records and settings."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import TEMPLATE_PATTERN, may_be_empty
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SMTP_SERVERS,
    USER_FIELDS,
    USERS,
    Field,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import declarable
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fields import described, value_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    FLAG,
    NUMBER,
    TEXT,
    Schema,
    document,
    items,
    mapping,
)

FLEET_PLUGIN = "fincon.mail.fleet"

_TEMPLATE = {"$ref": "#/definitions/template"}
_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)"}
_TYPES: dict[str, Schema] = {
    "str": TEXT,
    "path": TEXT,
    "int": NUMBER,
    "float": {"type": "number"},
    "bool": FLAG,
    "dict": {"type": "object"},
    "list": items(TEXT, minItems=1),
}


def branch_schema() -> Schema:
    """Return the schema of a branch file."""
    properties: Schema = {
        "branch": {**_NAME, "description": "Name of the branch, and of its host in the inventory."},
        "title": {
            "type": "string",
            "minLength": 1,
            "description": "What people call the branch, for the pages of its work orders.",
        },
        "region": {**_NAME, "description": "Region. Its hosts are in the group region_NAME."},
        "tags": items(
            _NAME,
            uniqueItems=True,
            description="Tags. The branch's host is in the group tag_NAME for each of them.",
        ),
        "installation": {"$ref": "#/definitions/installation"},
        "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
        "users": items(
            {"$ref": "#/definitions/user"},
            description="The users of the branch, all of them. Without this list the branch says nothing of its users.",
        ),
        "vars": {"type": "object", "description": "Further variables of the branch's host."},
    }
    user = _record(*declarable(USERS).values())
    return document(
        "Branch of a Fincon fleet",
        "The e-mail set-up of one Fincon installation, for the inventory plugin fincon.mail.fleet.",
        {**mapping(properties, ["branch"]), "definitions": _definitions(mapping(user, [USERS.key.name]))},
    )


def fleet_schema() -> Schema:
    """Return the schema of a fleet file."""
    glob = {"type": "string", "minLength": 1}
    shared: Schema = {
        "installation": {"$ref": "#/definitions/installation"},
        "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
        "user": {"$ref": "#/definitions/user"},
        "vars": {"type": "object", "description": "Further variables of every branch's host."},
    }
    properties: Schema = {
        "plugin": {"const": FLEET_PLUGIN, "description": "Name of the inventory plugin."},
        "branches": {
            "anyOf": [glob, items(glob, minItems=1)],
            "description": "Patterns of the branch files, relative to the fleet file.",
        },
        "defaults": {
            "description": "What the branches share. What a branch file says replaces it, field by field.",
            **mapping(shared, ()),
        },
    }
    # The defaults of all users name no user.
    definitions = _definitions(mapping(_record(*USER_FIELDS), ()))
    return document(
        "Fincon fleet",
        "The branch files of a fleet and what they share, for the inventory plugin fincon.mail.fleet.",
        {**mapping(properties, ["plugin", "branches"]), "definitions": definitions},
    )


def _definitions(user: Schema) -> Schema:
    return {
        "template": {
            "type": "string",
            "pattern": TEMPLATE_PATTERN,
            "description": "A template or a vault value. It is checked once it is rendered.",
        },
        "installation": _installation(),
        "smtp_servers": items(
            {"$ref": "#/definitions/smtp_server"}, description="The SMTP definitions of the installation."
        ),
        "smtp_server": mapping(_record(*declarable(SMTP_SERVERS).values()), [SMTP_SERVERS.key.name]),
        "user": user,
    }


def _record(*fields: Field) -> Schema:
    return {
        field.name: {
            **described(field),
            "anyOf": [value_schema(field, may_be_empty=may_be_empty(field)), _TEMPLATE],
        }
        for field in fields
    }


def _installation() -> Schema:
    properties: Schema = {"backend": {"anyOf": [{"enum": list(BACKENDS)}, _TEMPLATE], "description": "The way in."}}
    for setting in SETTINGS:
        description = " ".join(setting.description)
        properties[setting.name] = {"description": description, "anyOf": [_TYPES[setting.type], _TEMPLATE]}
    return {
        "description": "How the installation is reached. What its backend needs may also come from the fleet file.",
        "anyOf": [mapping(properties, ()), _TEMPLATE],
    }
