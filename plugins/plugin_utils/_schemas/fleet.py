# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas (draft-07) of fleet and branch files, derived from the tables of records and settings."""

from __future__ import annotations

import re

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    TEMPLATE_PATTERN,
    TEXT_PATTERN,
    may_be_empty,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import EVIDENCE, MAILBOX, RELAY
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS, Setting
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SMTP_SERVERS,
    USER_FIELDS,
    USERS,
    Field,
    Section,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import FILE_STATEMENTS, declarable
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fields import declared, described, value_schema
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
_USERS_FROM = {"type": "string", "minLength": 1, "examples": ["users.csv"]}
_VARIABLES = {"type": "object", "examples": [{"fincon_work_order_due_days": 7}]}
_BRANCHES = {"examples": [["cape-town", "durban"]]}
_REGIONS = {"examples": [["western-cape"]]}
_TAGS = {"examples": [["retail"]]}
#: The markup of Ansible's documentation, as in O(installation.url).
_MARK = re.compile(r"\b[BCILOUV]\(([^()]*)\)")
#: What no branch can be called: these are groups of Ansible and of this collection, and this machine.
RESERVED = ("all", "ungrouped", "localhost", "fincon")
_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)"}
#: Text on one line, without invisible characters.
_LINE = {"type": "string", "pattern": TEXT_PATTERN}
_TITLE = {**_LINE, "minLength": 1}
_TYPES: dict[str, Schema] = {
    "str": _LINE,
    "path": _LINE,
    "int": NUMBER,
    "float": {"type": "number"},
    "bool": FLAG,
    "dict": {"type": "object"},
    "list": items(TEXT, minItems=1),
}


def branch_schema(is_file: bool = True) -> Schema:
    """Return the schema of a branch file.

    :param is_file: whether keys that are only for files are allowed; the data of a host has none of them.
    """
    properties: Schema = {
        "branch": {
            **_NAME,
            "pattern": rf"^(?!({'|'.join(RESERVED)})$){_NAME['pattern'].removeprefix('^')}",
            "description": "Name of the branch, and of its host in the inventory.",
            "examples": ["cape-town"],
        },
        "title": {
            **_TITLE,
            "description": "What people call the branch, for the pages of its work orders.",
            "examples": ["Cape Town, Loop Street"],
        },
        "region": {
            **_NAME,
            "description": "Region. Its hosts are in the group region_NAME.",
            "examples": ["western-cape"],
        },
        "tags": items(
            _NAME,
            uniqueItems=True,
            description="Tags. The branch's host is in the group tag_NAME for each of them.",
            **_TAGS,
        ),
        "installation": {"$ref": "#/definitions/installation"},
        "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
        "users": items(
            {"$ref": "#/definitions/user"},
            description="The users of the branch, all of them. Without this list the branch says nothing of its users.",
        ),
        "users_from": {
            **_USERS_FROM,
            "description": "A CSV file with further users of the branch; a relative path starts at the fleet file.",
        },
        "vars": {**_VARIABLES, "description": "Further variables of the branch's host."},
        **({"without": _without()} if is_file else {}),
    }
    user = _declared(USERS, is_file)
    return document(
        "Branch of a Fincon fleet",
        "The e-mail set-up of one Fincon installation, for the inventory plugin fincon.mail.fleet.",
        {**mapping(properties, ["branch"]), "definitions": _definitions(mapping(user, [USERS.key.name]), is_file)},
    )


def fleet_schema() -> Schema:
    """Return the schema of a fleet file."""
    glob = {"type": "string", "minLength": 1}
    shared: Schema = {
        "installation": {"$ref": "#/definitions/installation"},
        "smtp_servers": {"$ref": "#/definitions/smtp_servers"},
        "user": {"$ref": "#/definitions/user"},
        "vars": {**_VARIABLES, "description": "Further variables of the hosts."},
        "without": _without(),
    }
    layer = mapping(shared, ())
    properties: Schema = {
        "plugin": {"const": FLEET_PLUGIN, "default": FLEET_PLUGIN, "description": "Name of the inventory plugin."},
        "branches": {
            "anyOf": [glob, items(glob, minItems=1)],
            "description": "Patterns of the branch files, relative to the fleet file.",
            "default": "branches/*.yml",
        },
        "users_from": {
            **_USERS_FROM,
            "description": "A CSV file with users of all branches, relative to the fleet file.",
        },
        "defaults": {
            "description": "What all branches share. Whatever is nearer to a branch replaces it, field by field.",
            **layer,
        },
        "regions": {
            "description": "What the branches of a region share, by its name; it replaces the defaults.",
            **_named(layer),
        },
        "tags": {
            "description": (
                "What the branches with a tag share, by its name. It replaces what the region says, and a later tag of "
                "this list an earlier one, field by field."
            ),
            **_named(layer),
        },
        "waves": _waves(),
        "evidence": _evidence(),
        **_constructed(),
    }
    # The defaults of all users have no user name.
    definitions = _definitions({"description": "Fields of all users.", **mapping(_record(*USER_FIELDS), ())})
    return document(
        "Fincon fleet",
        "The branch files of a fleet and what they share, for the inventory plugin fincon.mail.fleet.",
        {**mapping(properties, ["plugin", "branches"]), "definitions": definitions},
    )


#: The schemas of the files that people write, by the name of the schema's file.
FILES = {"fleet": fleet_schema, "branch": branch_schema}


def _named(layer: Schema) -> Schema:
    return {"type": "object", "additionalProperties": layer}


def _waves() -> Schema:
    names = items(_NAME, minItems=1, uniqueItems=True)
    members: Schema = {
        "title": {**_TITLE, "description": "What people call it.", "examples": ["Pilot"]},
        "branches": {**names, **_BRANCHES, "description": "Names of branches."},
        "regions": {**names, **_REGIONS, "description": "Regions, with all of their branches."},
        "tags": {**names, **_TAGS, "description": "Tags, with all branches that have one of them."},
        "percent": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "description": "How many of all branches, rounded up. The same ones are chosen in each run.",
            "examples": [10],
        },
    }
    return items(
        mapping(members, ()),
        minItems=1,
        description=(
            "The waves of a rollout, in their order. A branch is in the first wave that names it, in the group "
            "fincon_wave_1, fincon_wave_2 and so on; what none names is in one more."
        ),
    )


def _evidence() -> Schema:
    mailbox = _record(*MAILBOX)
    for field in MAILBOX:
        if field.secret:
            mailbox[field.name] = {**described(field), "anyOf": [_TEMPLATE]}
    parts: Schema = {
        "mailbox": {"description": "The audit mailbox.", **mapping(mailbox, ["kind"])},
        "relays": items(
            mapping(_record(*RELAY), ["mail_server"]),
            description="Declared mail servers with another name in messages, and those that other customers use too.",
        ),
        **_record(*EVIDENCE),
    }
    return {
        "description": "How the e-mails that Fincon sends are seen: an audit mailbox, and what the fleet wants of it.",
        **mapping(parts, ()),
    }


def _without() -> Schema:
    names = items({**TEXT, "minLength": 1}, minItems=1, uniqueItems=True)
    parts = {
        "installation": ("Settings of the installation.", "fingerprints"),
        "smtp_servers": ("Names of SMTP definitions.", "HQ relay"),
        "user": ("Fields of all users.", "job_title"),
        "vars": ("Names of variables.", "fincon_work_order_due_days"),
    }
    return {
        "description": "What is not taken over from the layers before.",
        **mapping(
            {name: {**names, "description": text, "examples": [[example]]} for name, (text, example) in parts.items()},
            (),
        ),
    }


def _constructed() -> Schema:
    """The common options of Ansible's inventory plugins, for groups and variables made from those of a host."""
    words = {"type": "object", "additionalProperties": TEXT}
    keyed: Schema = {
        "key": {**TEXT, "description": "A Jinja2 expression.", "examples": ["fincon_installation.backend"]},
        "prefix": {**TEXT, "description": "How the names of the groups begin.", "examples": ["backend"]},
        "separator": {**TEXT, "description": "What is between prefix and value.", "default": "_"},
        "parent_group": {**TEXT, "description": "A group that these groups are in.", "examples": ["backends"]},
        "default_value": {**TEXT, "description": "What stands for an empty value.", "examples": ["none"]},
        "trailing_separator": {
            **FLAG,
            "description": "Whether the name of a group ends in the separator where the value is empty.",
            "default": True,
        },
    }
    return {
        "compose": {
            **words,
            "description": "Variables of each host, as Jinja2 expressions.",
            "examples": [{"site_title": "fincon_title | upper"}],
        },
        "groups": {
            **words,
            "description": "Groups, each with the Jinja2 condition of its hosts.",
            "examples": [{"attended": "fincon_installation.backend == 'attended'"}],
        },
        "keyed_groups": items(mapping(keyed, ["key"]), description="Groups named after the value of an expression."),
        "leading_separator": {
            **FLAG,
            "description": "Whether a keyed group without prefix begins with the separator.",
            "default": True,
        },
        "strict": {
            **FLAG,
            "description": "Whether an expression that cannot be evaluated is an error.",
            "default": False,
        },
    }


def _definitions(user: Schema, is_file: bool = True) -> Schema:
    return {
        # A template or a vault value, which is checked after rendering. Editors would show a description of it in
        # place of the field's.
        "template": {"type": "string", "pattern": TEMPLATE_PATTERN},
        "installation": _installation(),
        "smtp_servers": items(
            {"$ref": "#/definitions/smtp_server"},
            title="SMTP definitions",
            description="The SMTP definitions of the installation.",
        ),
        "smtp_server": mapping(_declared(SMTP_SERVERS, is_file), [SMTP_SERVERS.key.name]),
        "user": user,
    }


def _declared(section: Section, is_file: bool) -> Schema:
    """The properties of a declared record. Keys that are only for files are used on loading and cannot be templates."""
    statements = FILE_STATEMENTS[section.name] if is_file else ()
    return {
        **_record(*declarable(section).values()),
        **{field.name: {**declared(field), **value_schema(field, may_be_empty=False)} for field in statements},
    }


def _record(*fields: Field) -> Schema:
    return {
        field.name: {
            **declared(field),
            **_or_template(value_schema(field, may_be_empty=may_be_empty(field))),
        }
        for field in fields
    }


def _installation() -> Schema:
    properties: Schema = {"backend": {"anyOf": [{"enum": list(BACKENDS)}, _TEMPLATE], "description": "The way in."}}
    properties |= {setting.name: _setting(setting) for setting in SETTINGS}
    return {
        "title": "Installation",
        "description": "How the installation is reached. What its backend needs may also come from the fleet file.",
        "anyOf": [mapping(properties, ()), _TEMPLATE],
    }


def _setting(setting: Setting) -> Schema:
    used_by = f"A setting of the {' and the '.join(setting.backends)} backend."
    return {
        "description": _MARK.sub(r"\1", " ".join([*setting.description, used_by])),
        **({} if setting.default is None else {"default": setting.default}),
        **({"examples": list(setting.samples)} if setting.samples else {}),
        **_or_template(_TYPES[setting.type]),
    }


def _or_template(value: Schema) -> Schema:
    """The schema of a value, or of a template in its place. Editors quote what they insert where the type is plain."""
    if value.get("type") != "string":
        return {"anyOf": [value, _TEMPLATE]}
    limits = {name: limit for name, limit in value.items() if name != "type"}
    return {"type": "string", "anyOf": [limits, _TEMPLATE]} if limits else value
