# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What each module that works on an installation takes, and what it asks of the workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    Resource,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module import argspec
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import (
    confirm_order,
    import_csv,
    import_declared,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Outcome, Request, write
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import probe_all

Params = dict[str, Any]

#: The options that hold the records of a branch.
_LISTS = {"smtp_servers": SMTP_SERVER, "users": MAIL_USER}


@dataclass(frozen=True)
class ModuleSpec:
    """A module.

    :param argument_spec: its options.
    :param run: does its work: ``run(backend, params, check_mode)``.
    :param told: what the result tells of the parameters, whatever becomes of the work: ``told(params)``.
    """

    argument_spec: argspec.Spec
    run: Callable[[Backend, Params, bool], Outcome]
    told: Callable[[Params], dict[str, Any]] = lambda _params: {}


def _writer(desired_records: Callable[[Params], list[DesiredRecord]]) -> Callable[[Backend, Params, bool], Outcome]:
    def run(backend: Backend, params: Params, check_mode: bool) -> Outcome:
        request = Request(
            tuple(desired_records(params)),
            params["update_password"],
            params["verify"],
            params["verify_failure"],
            argspec.probe_options(params),
            _purge(params),
        )
        return write(backend, request, check_mode, partial(probe_all, run_id=params["probe_run"]))

    return run


def _purge(params: Params) -> Purge | None:
    if not params.get("purge"):
        return None
    return Purge(
        tuple(resource for name, resource in _LISTS.items() if params[name] is not None),
        tuple(params["purge_protect"]),
        params["purge_limit"],
        params["purge_empty"],
    )


def _values(record: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
    return {row.name: record[row.name] for row in resource.fields if record.get(row.name) is not None}


def _one_record(resource: Resource) -> Callable[[Params], list[DesiredRecord]]:
    def desired_records(params: Params) -> list[DesiredRecord]:
        present = params["state"] == "present"
        return [
            DesiredRecord(resource, params[resource.key.name], _values(params, resource) if present else {}, present)
        ]

    return desired_records


def _switches(params: Params) -> list[DesiredRecord]:
    return [DesiredRecord(MAIL_ENABLED, user, {"email_enabled": params["enabled"]}) for user in params["users"]]


def desired_branch(smtp_servers: list[Params] | None, users: list[Params] | None) -> list[DesiredRecord]:
    """Return the desired records of a whole branch. A user's record holds the mail settings and the switch."""
    desired_records = [
        DesiredRecord(SMTP_SERVER, record["name"], _values(record, SMTP_SERVER)) for record in smtp_servers or []
    ]
    for record in users or []:
        desired_records.append(DesiredRecord(MAIL_USER, record["user"], _values(record, MAIL_USER)))
        if record.get("email_enabled") is not None:
            desired_records.append(DesiredRecord(MAIL_ENABLED, record["user"], _values(record, MAIL_ENABLED)))
    return desired_records


def _declared(params: Params) -> dict[str, Any]:
    """Name the declared records. Drift reports show each of them, those in order and those of a failed call as well."""
    names = {
        key: [written_key(resource, record[resource.key.name]) for record in params[key] or []]
        for key, resource in _LISTS.items()
    }
    return {"records": names}


def _read(backend: Backend, _params: Params, _check_mode: bool) -> Outcome:
    state = backend.read().installed
    described = backend.describe()
    return Outcome(
        {
            "changed": False,
            "smtp_servers": state.records(SMTP_SERVER),
            "users": state.records(MAIL_USER),
            "backend": {"name": described.backend, "version": described.version},
            **backend.foretell(()),
        }
    )


def _confirm(backend: Backend, params: Params, check_mode: bool) -> Outcome:
    return confirm_order(backend, params["order"], params["items"], params["by"], check_mode)


def _import(backend: Backend, params: Params, check_mode: bool) -> Outcome:
    if params["csv_files"]:
        return import_csv(backend, list(zip(params["csv_files"], params["csv_contents"])), check_mode)
    return import_declared(backend, desired_branch(params["smtp_servers"], params["users"]), check_mode)


def _record_module(resource: Resource) -> ModuleSpec:
    return ModuleSpec(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **argspec.record_spec(resource.key, resource.fields),
            **argspec.write_spec(),
        },
        _writer(_one_record(resource)),
    )


SPECS = {
    "fincon_smtp_server": _record_module(SMTP_SERVER),
    "fincon_mail_user": _record_module(MAIL_USER),
    "fincon_mail_enabled": ModuleSpec(
        {
            "users": {"type": "list", "elements": "str", "required": True},
            "enabled": {"type": "bool", "default": True},
            **argspec.write_spec(),
        },
        _writer(_switches),
    ),
    "fincon_mail_branch": ModuleSpec(
        {
            "smtp_servers": argspec.records_spec(SMTP_SERVER.key, SMTP_SERVER.fields),
            "users": argspec.records_spec(MAIL_USER.key, USER_FIELDS),
            "purge": {"type": "bool", "default": False},
            "purge_protect": {"type": "list", "elements": "str", "default": []},
            "purge_limit": {"type": "int", "default": 5},
            "purge_empty": {"type": "bool", "default": False},
            **argspec.write_spec(),
        },
        _writer(lambda params: desired_branch(params["smtp_servers"], params["users"])),
        _declared,
    ),
    "fincon_mail_info": ModuleSpec(argspec.installation_spec(), _read),
    "fincon_mail_confirm": ModuleSpec(
        {
            "order": {"type": "int", "required": True},
            "items": {"type": "list", "elements": "int"},
            "by": {"type": "str", "default": ""},
            **argspec.installation_spec(),
        },
        _confirm,
    ),
    "fincon_mail_import": ModuleSpec(
        {
            "smtp_servers": argspec.records_spec(SMTP_SERVER.key, SMTP_SERVER.fields),
            "users": argspec.records_spec(MAIL_USER.key, USER_FIELDS),
            "csv_files": {"type": "list", "elements": "path", "default": []},
            "csv_contents": {"type": "list", "elements": "str", "default": []},
            **argspec.installation_spec(),
        },
        _import,
    ),
}
