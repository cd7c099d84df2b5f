# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schemas (draft-07) of the adapter protocol, from the tables of the collection.

tools/generate.py writes them. They have a definition for each verb: `command-request.schema.json#/definitions/apply`,
`command-answer.schema.json#/definitions/read`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from collection import ROOT, link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.probing import SENT
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.protocol import (
    CAPABILITIES,
    DONE,
    ERROR,
    ERROR_CODES,
    VERSION,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
    Resource,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS, TLS_MODES

Schema = dict[str, Any]

_DIALECT = "http://json-schema.org/draft-07/schema#"
_TEXT: Schema = {"type": "string"}
_WORDS: Schema = {"type": "string", "pattern": r"\S"}
_FLAG: Schema = {"type": "boolean"}
_NUMBER: Schema = {"type": "integer"}
_ID: Schema = {"type": "integer", "minimum": 1, "description": "Number of the item, from 1."}


def render() -> dict[Path, str]:
    """Return both files with their text."""
    schemas = {"request": request_schema(), "answer": answer_schema()}
    return {
        ROOT / "schemas" / f"command-{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def request_schema() -> Schema:
    """Return the schema of what an adapter gets on standard input."""
    verbs = {
        "describe": _request("describe", "What is the adapter, and what can it do?"),
        "read": _request("read", "All records."),
        "apply": _request(
            "apply", "Changes, to be applied in their order up to the first that fails.", changes=_changes()
        ),
        "probe": _request(
            "probe",
            "SMTP settings to verify from the adapter's own machine.",
            level={"enum": [level for level in LEVELS if level != "send"], "description": "How far to go."},
            targets={"type": "array", "items": _target(), "description": "Distinct logins. Each is tried once."},
        ),
    }
    return {
        "$schema": _DIALECT,
        "title": f"Request to an adapter of fincon.mail, protocol version {VERSION}",
        "description": "Members that are not known here are to be ignored.",
        "oneOf": [{"$ref": f"#/definitions/{verb}"} for verb in verbs],
        "definitions": verbs,
    }


def answer_schema() -> Schema:
    """Return the schema of what an adapter prints on standard output."""
    can = {name: {**_FLAG, "default": False} for name in CAPABILITIES}
    records = {
        "smtp_servers": _records(SMTP_SERVER, SMTP_SERVER.fields),
        "users": _records(MAIL_USER, USER_FIELDS),
    }
    complete = {**_FLAG, "default": True, "description": "Whether a user that is not listed does not exist."}
    verbs = {
        "describe": _answer({"name": _WORDS, "version": _WORDS, "capabilities": {"type": "object", "properties": can}}),
        "read": _answer(records, {"all_users_known": complete}),
        "apply": _answer({"results": {"type": "array", "items": {"anyOf": [_done(), _failed()]}}}),
        "probe": _answer({"verifications": {"type": "array", "items": _verification()}}),
        "error": _answer(
            {"error": _object({"message": _WORDS}, {"code": {"type": "string", "examples": list(ERROR_CODES)}})}
        ),
    }
    return {
        "$schema": _DIALECT,
        "title": f"Answer of an adapter of fincon.mail, protocol version {VERSION}",
        "description": "Members that are not known here are ignored.",
        "anyOf": [{"$ref": f"#/definitions/{verb}"} for verb in verbs],
        "definitions": verbs,
    }


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def _request(verb: str, description: str, **members: Schema) -> Schema:
    head = {"protocol": {"const": VERSION}, "verb": {"const": verb}}
    return {"description": description, **_object({**head, **members})}


def _answer(required: Schema, optional: Schema | None = None) -> Schema:
    return _object({"protocol": {"const": VERSION}, **required}, optional)


def _value(row: Field) -> Schema:
    kind = {"flag": _FLAG, "integer": _NUMBER}.get(row.kind, _TEXT)
    return {**kind, "description": row.description}


def _changes() -> Schema:
    return {"type": "array", "items": {"oneOf": [_change(resource) for resource in RESOURCES.values()]}}


def _change(resource: Resource) -> Schema:
    values = {row.name: _bounded(row) for row in resource.fields}
    members = {
        "id": _ID,
        "resource": {"const": resource.name},
        "name": {**_WORDS, "description": resource.key.description},
        "action": {"enum": [CREATE, UPDATE, DELETE]},
        "values": {
            "type": "object",
            "description": "The fields that differ and no others; nothing when the action is delete.",
            "additionalProperties": False,
            "properties": values,
        },
    }
    return _object(members)


def _bounded(row: Field) -> Schema:
    limits = {"minimum": row.minimum, "maximum": row.maximum} if row.minimum is not None else {}
    return {**_value(row), **limits}


def _records(resource: Resource, fields: Iterable[Field]) -> Schema:
    plain = {row.name: _value(row) for row in fields if not row.secret}
    secret = next(row for row in fields if row.secret)
    flag = {**_FLAG, "description": f"Whether {secret.name} is set, where it cannot be read back."}
    record = {
        "type": "object",
        "description": "A field that is left out or null is empty.",
        "required": [resource.key.name],
        "anyOf": [{"required": [f"{secret.name}_set"]}, {"required": [secret.name]}],
        "properties": {
            resource.key.name: {**_WORDS, "description": resource.key.description},
            **{name: {"anyOf": [schema, {"type": "null"}]} for name, schema in plain.items()},
            f"{secret.name}_set": flag,
            secret.name: {**_TEXT, "description": "With the capability password_readback; empty when none is set."},
        },
    }
    return {"type": "array", "items": record}


def _done() -> Schema:
    return _object({"id": _ID, "status": {"const": DONE}})


def _failed() -> Schema:
    return _object({"id": _ID, "status": {"const": ERROR}, "message": _WORDS})


def _target() -> Schema:
    kinds: Schema = {
        "port": _NUMBER,
        "use_tls": _FLAG,
        "authenticate": _FLAG,
        "timeout": {"type": "number", "description": "Longest wait for the connection, in seconds."},
        "tls_mode": {"enum": list(TLS_MODES)},
        "validate_certs": _FLAG,
    }
    return _object({"id": _ID, **{name: kinds.get(name, _TEXT) for name in SENT}})


def _verification() -> Schema:
    explained = _object({"id": _TEXT, "cause": _TEXT, "hint": _TEXT})
    stage = _object({"stage": _TEXT, "ok": _FLAG, "ms": {"type": "number"}})
    optional = {
        "failed_stage": {**_WORDS, "description": "Needed when ok is false."},
        "code": _NUMBER,
        "enhanced_code": _TEXT,
        "server_text": _TEXT,
        "diagnosis": {**explained, "description": "Without it the collection looks the reply up in its own table."},
        "retryable": _FLAG,
        "warnings": {"type": "array", "items": explained},
        "stages": {"type": "array", "items": stage},
        "addresses": {"type": "array"},
        "tls": {"type": "object"},
        "capabilities": {"type": "array"},
        "probed_from": {**_TEXT, "description": "Name of the machine. By default the name of the adapter."},
    }
    may_be_null = {name: {"anyOf": [schema, {"type": "null"}]} for name, schema in optional.items()}
    passed_or_stage = {"anyOf": [{"properties": {"ok": {"const": True}}}, {"required": ["failed_stage"]}]}
    return {**_object({"id": _ID, "ok": _FLAG}, may_be_null), **passed_or_stage}
