# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Argument specs, derived from the tables of records and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import EVIDENCE, MAILBOX, RELAY
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import UPDATE_PASSWORD
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SECTIONS, SMTP_SERVER, Field
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import STATEMENTS
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import LEVELS as VERIFY_LEVELS
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS as PROBE_LEVELS
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import TLS_MODES

Spec = dict[str, Any]
#: Validated parameters of a module, with defaults.
Params = dict[str, Any]

_TYPES = {"flag": "bool", "integer": "int"}


def field_spec(field: Field, required: bool = False) -> Spec:
    """Return the spec of one field. Only a choice has a default: any other field that is left out is left alone."""
    spec: Spec = {"type": _TYPES.get(field.kind, "str")}
    if field.choices:
        spec.update(choices=list(field.choices), default=field.default)
    if required:
        spec["required"] = True
    if field.secret or "password" in field.name:
        spec["no_log"] = field.secret
    return spec


def record_spec(key: Field, fields: Iterable[Field]) -> Spec:
    """Return the options of one record: its key, which is required, and its fields."""
    return {key.name: field_spec(key, required=True), **{field.name: field_spec(field) for field in fields}}


def records_spec(key: Field, fields: Iterable[Field]) -> Spec:
    """Return an option that takes a list of records."""
    return {"type": "list", "elements": "dict", "options": record_spec(key, fields)}


def branch_spec() -> Spec:
    """Return the options that take the records of a branch."""
    return {
        section.name: records_spec(section.key, (*section.fields, *STATEMENTS[section.name]))
        for section in SECTIONS.values()
    }


def installation_spec() -> Spec:
    """Return the ``installation`` option. The action plugins give it the host's ``fincon_installation``."""
    options: Spec = {"backend": {"type": "str", "required": True, "choices": list(BACKENDS)}}
    for setting in SETTINGS:
        options[setting.name] = {"type": setting.type}
        if setting.type == "list":
            options[setting.name]["elements"] = "str"
        if setting.default is not None:
            options[setting.name]["default"] = setting.default
        if setting.secret or "password" in setting.name:
            options[setting.name]["no_log"] = setting.secret
    return {"installation": {"type": "dict", "required": True, "options": options}}


def write_spec() -> Spec:
    """Return the options that every module that writes has."""
    return {
        **installation_spec(),
        "update_password": {"type": "str", "choices": list(UPDATE_PASSWORD), "default": "on_change", "no_log": False},
        "order_run": {"type": "str"},
        **verify_spec(),
    }


def verify_spec() -> Spec:
    """Return the options of the verification before a write."""
    return {
        "verify": {"type": "str", "choices": list(VERIFY_LEVELS), "default": "auth"},
        "verify_failure": {"type": "str", "choices": ["fail", "warn", "skip"], "default": "fail"},
        **probe_spec(),
    }


def probe_spec() -> Spec:
    """Return the options that say how to probe, apart from the settings of a definition."""
    return {
        "tls_mode": {"type": "str", "choices": list(TLS_MODES), "default": "auto"},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "ehlo_name": {"type": "str"},
        "probe_run": {"type": "str"},
    }


def probe_options(params: dict[str, Any]) -> dict[str, Any]:
    """Return the options of :func:`probe_spec` for a single probe, as its settings take them."""
    names = (name for name in probe_spec() if name != "probe_run")
    return {name: params[name] for name in names if params[name] is not None}


#: Fields of a definition that the probe takes by themselves.
PROBED_FIELDS = tuple(field.name for field in SMTP_SERVER.fields if field.probed)


def probe_module_spec() -> Spec:
    """Return the options of the probe's module: the settings of one login, or the records of a branch."""
    fields = {name: field_spec(SMTP_SERVER.field(name)) for name in PROBED_FIELDS}
    for name, spec in fields.items():
        default = SMTP_SERVER.field(name).default
        if default != "":
            spec["default"] = default
    return {
        **fields,
        "sender_email": field_spec(MAIL_USER.field("sender_email")),
        "send_to": {"type": "str"},
        **branch_spec(),
        "level": {"type": "str", "choices": list(PROBE_LEVELS), "default": "auth"},
        "arrival_timeout": {"type": "int", "default": 0},
        "mailbox": {"type": "dict"},
        "fail_on_error": {"type": "bool", "default": True},
        "report": {"type": "path"},
        "report_max_age": {"type": "int", "default": 7},
        "report_content": {"type": "dict"},
        **probe_spec(),
    }


#: The settings of a fleet for reading its audit mailbox.
READ_OPTIONS = tuple(field for field in EVIDENCE if field.name in ("clients", "days", "keep_days", "file"))


def evidence_spec() -> Spec:
    """Return the options that say how an audit mailbox is read. Only options of a task alone have a default."""
    return {
        "mailbox": {"type": "dict", "options": {field.name: _setting_spec(field) for field in MAILBOX}},
        "relays": {
            "type": "list",
            "elements": "dict",
            "options": {field.name: {**_setting_spec(field), "required": field.required} for field in RELAY},
        },
        **{
            field.name: {key: value for key, value in _setting_spec(field).items() if key != "default"}
            for field in READ_OPTIONS
        },
    }


def _setting_spec(field: Field) -> Spec:
    """Return the spec of a setting, with its default."""
    if field.kind == "names":
        return {"type": "list", "elements": "str"}
    spec = field_spec(field)
    if field.kind == "path":
        spec["type"] = "path"
    if field.choices and field.default is None:
        spec = {"type": "str", "choices": list(field.choices), "required": True}
    elif field.default not in ("", None):
        spec["default"] = field.default
    return spec
