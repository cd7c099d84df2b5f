# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas (draft-07) of the adapter protocol, derived from its tables and those of records.

They have a definition for each verb: ``command-request.schema.json#/definitions/apply``,
``command-answer.schema.json#/definitions/read``. Unlike files, messages may have unknown members, so these mappings are
open.
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
    titled,
)

_WORDS: Schema = {"type": "string", "pattern": r"\S"}
_PROTOCOL: Schema = {"const": VERSION, "description": "Version of the protocol."}
_OK: Schema = {**FLAG, "description": "Whether all stages passed."}
_CAPABILITY_WORDS = {
    "password_readback": "It returns the passwords that are set.",
    "delete": "It deletes records.",
    "probe": "It verifies SMTP settings from its own machine.",
}
#: The description of each setting of a probe.
SETTING_WORDS = {
    **{field.name: field.description for field in (*SMTP_SERVER.fields, *MAIL_USER.fields)},
    "timeout": "Longest wait for the connection, in seconds.",
    "username": "The login; empty where there is none.",
    "password": "The password of the login; empty where there is none.",
    "send_to": "Where a test message goes, at the level send.",
    "tls_mode": "How TLS begins.",
    "validate_certs": "Whether the certificate of the mail server is verified.",
    "ca_path": "File or directory with certificates of the CA to trust.",
    "ehlo_name": "The name by which the probe introduces itself.",
}
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
    can = {name: {**FLAG, "default": False, "description": _CAPABILITY_WORDS[name]} for name in CAPABILITIES}
    records = {
        "smtp_servers": _records(SMTP_SERVER, SMTP_SERVER.fields),
        "users": _records(MAIL_USER, USER_FIELDS),
    }
    complete = {**FLAG, "default": True, "description": "Whether a user that is not listed does not exist."}
    verbs = {
        "describe": _answer(
            {
                "name": {**_WORDS, "description": "Name of the adapter."},
                "version": {**_WORDS, "description": "Version of the adapter."},
                "capabilities": {"type": "object", "description": "What it can do.", "properties": titled(can)},
            }
        ),
        "read": _answer(records, {"all_users_known": complete}),
        "apply": _answer(
            {
                "results": items(
                    {"anyOf": [_done(), _failed()]},
                    description="What became of each change, up to the first that failed.",
                )
            }
        ),
        "probe": _answer(
            {"verifications": items(verification_schema({"id": _ID}), description="What was found for each target.")}
        ),
        "error": _answer({"error": {"description": "Why the request could not be answered.", **_error()}}),
    }
    return document(
        f"Answer of an adapter of fincon.mail, protocol version {VERSION}",
        "Members that are not known here are ignored.",
        {"anyOf": _references(verbs), "definitions": verbs},
    )


def _error() -> Schema:
    code: Schema = {"type": "string", "examples": list(ERROR_CODES), "description": "What kind of error it is."}
    return _object({"message": {**_WORDS, "description": "The cause, in one sentence."}}, {"code": code})


def _references(names: Iterable[str]) -> list[Schema]:
    return [{"$ref": f"#/definitions/{name}"} for name in names]


def _object(required: Schema, optional: Schema | None = None) -> Schema:
    return {"type": "object", "required": list(required), "properties": titled({**required, **(optional or {})})}


def _request(verb: str, description: str, **members: Schema) -> Schema:
    head = {"protocol": _PROTOCOL, "verb": {"const": verb, "description": "What is asked for."}}
    return {"description": description, **_object({**head, **members})}


def _answer(required: Schema, optional: Schema | None = None) -> Schema:
    return _object({"protocol": _PROTOCOL, **required}, optional)


def _value(field: Field) -> Schema:
    """Values in Fincon may have any form, so only their type is checked."""
    return {**type_schema(field), "description": field.description}


def _changes() -> Schema:
    changes = [_change(resource) for resource in RESOURCES.values()]
    return items({"oneOf": changes}, description="The changes, in the order in which they are to be applied.")


def _change(resource: Resource) -> Schema:
    values = {field.name: _bounded(field) for field in resource.fields}
    members = {
        "id": _ID,
        "resource": {"const": resource.name, "description": "The kind of record."},
        "name": {**_WORDS, "description": resource.key.description},
        "action": {"enum": [CREATE, UPDATE, DELETE], "description": "What is to be done with the record."},
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
        "properties": titled(
            {
                resource.key.name: {**_WORDS, "description": resource.key.description},
                **{name: {**or_null(schema), "description": schema["description"]} for name, schema in plain.items()},
                f"{secret.name}_set": flag,
                secret.name: {**TEXT, "description": "With the capability password_readback; empty when none is set."},
            }
        ),
    }
    return items(record, description=f"Every {resource.title} that is installed.")


def _done() -> Schema:
    return _object({"id": _ID, "status": {"const": DONE, "description": "It is applied."}})


def _failed() -> Schema:
    message = {**_WORDS, "description": "Why, in one sentence."}
    return _object({"id": _ID, "status": {"const": ERROR, "description": "It is not applied."}, "message": message})


def _target() -> Schema:
    kinds: Schema = {
        "port": NUMBER,
        "use_tls": FLAG,
        "authenticate": FLAG,
        "timeout": {"type": "number"},
        "tls_mode": {"enum": list(TLS_MODES)},
        "validate_certs": FLAG,
    }
    settings = {name: {**kinds.get(name, TEXT), "description": SETTING_WORDS[name]} for name in SENT}
    return _object({"id": _ID, **settings})


def verification_schema(required: Schema) -> Schema:
    """Return the schema of a verification that another program made.

    :param required: what else it must have, apart from ``ok``.
    """
    explained = _object(
        {
            "id": {**TEXT, "description": "Name of the diagnosis."},
            "cause": {**TEXT, "description": "The cause, in one sentence."},
            "hint": {**TEXT, "description": "What to do."},
        }
    )
    stage = _object(
        {
            "stage": {**TEXT, "description": "Name of the stage."},
            "ok": {**FLAG, "description": "Whether it passed."},
            "ms": {"type": "number", "description": "How long it took."},
        }
    )
    optional = {
        "failed_stage": {**_WORDS, "description": "The stage that failed. Needed when ok is false."},
        "code": {**NUMBER, "description": "Reply code of the server (RFC 5321)."},
        "enhanced_code": {**TEXT, "description": "Enhanced status code of the server (RFC 3463)."},
        "server_text": {**TEXT, "description": "What the server said."},
        "diagnosis": {**explained, "description": "Without it the collection looks the reply up in its own table."},
        "retryable": {**FLAG, "description": "Whether the same settings may pass later."},
        "warnings": items(explained, description="What passed and is not as it should be."),
        "stages": items(stage, description="The stages, in their order."),
        "addresses": {"type": "array", "description": "Addresses of the mail server."},
        "tls": {"type": "object", "description": "Version, cipher and certificate."},
        "capabilities": {"type": "array", "description": "What the server offers."},
        "probed_from": {**TEXT, "description": "Name of the machine. By default the name of the adapter."},
    }
    may_be_null = {name: {**or_null(schema), "description": schema["description"]} for name, schema in optional.items()}
    passed_or_stage = {"anyOf": [{"properties": {"ok": {"const": True}}}, {"required": ["failed_stage"]}]}
    return {**_object({**required, "ok": _OK}, may_be_null), **passed_or_stage}
