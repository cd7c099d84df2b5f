# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas (draft-07) of the adapter protocol, derived from its tables and those of records.

They have a definition for each verb: ``command-request.schema.json#/definitions/apply``,
``command-answer.schema.json#/definitions/read``. Unlike files, messages may have members that are not known, so these
mappings are open.
"""

from __future__ import annotations

from collections.abc import Iterable

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
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fields import type_schema, value_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import (
    COUNTED,
    FLAG,
    NUMBER,
    TEXT,
    Schema,
    document,
    items,
    mapping,
    or_null,
)

_WORDS: Schema = {"type": "string", "pattern": r"\S"}
_ID: Schema = {**COUNTED, "description": "Number of the item, from 1."}


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
            targets=items(_target(), description="Distinct logins. Each is tried once."),
        ),
    }
    return document(
        f"Request to an adapter of fincon.mail, protocol version {VERSION}",
        "Members that are not known here are to be ignored.",
        {"oneOf": _references(verbs), "definitions": verbs},
    )


def answer_schema() -> Schema:
    """Return the schema of what an adapter prints on standard output."""
    can = {name: {**FLAG, "default": False} for name in CAPABILITIES}
    records = {
        "smtp_servers": _records(SMTP_SERVER, SMTP_SERVER.fields),
        "users": _records(MAIL_USER, USER_FIELDS),
    }
    complete = {**FLAG, "default": True, "description": "Whether a user that is not listed does not exist."}
    verbs = {
        "describe": _answer({"name": _WORDS, "version": _WORDS, "capabilities": {"type": "object", "properties": can}}),
        "read": _answer(records, {"all_users_known": complete}),
        "apply": _answer({"results": items({"anyOf": [_done(), _failed()]})}),
        "probe": _answer({"verifications": items(verification_schema({"id": _ID}))}),
        "error": _answer(
            {"error": _object({"message": _WORDS}, {"code": {"type": "string", "examples": list(ERROR_CODES)}})}
        ),
    }
    return document(
        f"Answer of an adapter of fincon.mail, protocol version {VERSION}",
        "Members that are not known here are ignored.",
        {"anyOf": _references(verbs), "definitions": verbs},
    )


def _references(names: Iterable[str]) -> list[Schema]:
    return [{"$ref": f"#/definitions/{name}"} for name in names]


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def _request(verb: str, description: str, **members: Schema) -> Schema:
    head = {"protocol": {"const": VERSION}, "verb": {"const": verb}}
    return {"description": description, **_object({**head, **members})}


def _answer(required: Schema, optional: Schema | None = None) -> Schema:
    return _object({"protocol": {"const": VERSION}, **required}, optional)


def _value(field: Field) -> Schema:
    """What Fincon holds may be of any form, so only the type is known."""
    return {**type_schema(field), "description": field.description}


def _changes() -> Schema:
    return items({"oneOf": [_change(resource) for resource in RESOURCES.values()]})


def _change(resource: Resource) -> Schema:
    values = {field.name: _bounded(field) for field in resource.fields}
    members = {
        "id": _ID,
        "resource": {"const": resource.name},
        "name": {**_WORDS, "description": resource.key.description},
        "action": {"enum": [CREATE, UPDATE, DELETE]},
        "values": {
            "description": "The fields that differ and no others; nothing when the action is delete.",
            **mapping(values, ()),
        },
    }
    return _object(members)


def _bounded(field: Field) -> Schema:
    return {**_value(field), **(value_schema(field, may_be_empty=True) if field.kind == "integer" else {})}


def _records(resource: Resource, fields: Iterable[Field]) -> Schema:
    plain = {field.name: _value(field) for field in fields if not field.secret}
    secret = next(field for field in fields if field.secret)
    flag = {**FLAG, "description": f"Whether {secret.name} is set, where it cannot be read back."}
    record = {
        "type": "object",
        "description": "A field that is left out or null is empty.",
        "required": [resource.key.name],
        "anyOf": [{"required": [f"{secret.name}_set"]}, {"required": [secret.name]}],
        "properties": {
            resource.key.name: {**_WORDS, "description": resource.key.description},
            **{name: or_null(schema) for name, schema in plain.items()},
            f"{secret.name}_set": flag,
            secret.name: {**TEXT, "description": "With the capability password_readback; empty when none is set."},
        },
    }
    return items(record)


def _done() -> Schema:
    return _object({"id": _ID, "status": {"const": DONE}})


def _failed() -> Schema:
    return _object({"id": _ID, "status": {"const": ERROR}, "message": _WORDS})


def _target() -> Schema:
    kinds: Schema = {
        "port": NUMBER,
        "use_tls": FLAG,
        "authenticate": FLAG,
        "timeout": {"type": "number", "description": "Longest wait for the connection, in seconds."},
        "tls_mode": {"enum": list(TLS_MODES)},
        "validate_certs": FLAG,
    }
    return _object({"id": _ID, **{name: kinds.get(name, TEXT) for name in SENT}})


def verification_schema(required: Schema) -> Schema:
    """Return the schema of a verification that another program made.

    :param required: what it must have besides ``ok``.
    """
    explained = _object({"id": TEXT, "cause": TEXT, "hint": TEXT})
    stage = _object({"stage": TEXT, "ok": FLAG, "ms": {"type": "number"}})
    optional = {
        "failed_stage": {**_WORDS, "description": "Needed when ok is false."},
        "code": NUMBER,
        "enhanced_code": TEXT,
        "server_text": TEXT,
        "diagnosis": {**explained, "description": "Without it the collection looks the reply up in its own table."},
        "retryable": FLAG,
        "warnings": items(explained),
        "stages": items(stage),
        "addresses": {"type": "array"},
        "tls": {"type": "object"},
        "capabilities": {"type": "array"},
        "probed_from": {**TEXT, "description": "Name of the machine. By default the name of the adapter."},
    }
    may_be_null = {name: or_null(schema) for name, schema in optional.items()}
    passed_or_stage = {"anyOf": [{"properties": {"ok": {"const": True}}}, {"required": ["failed_stage"]}]}
    return {**_object({**required, "ok": FLAG}, may_be_null), **passed_or_stage}
