# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The desired records from the parameters of a module. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    Resource,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import is_present
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import Claims
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params


def desired_record(resource: Resource, params: Params) -> list[DesiredRecord]:
    """Return the desired record of a module that manages one."""
    present = params["state"] == "present"
    values = _values(params, resource) if present else {}
    return [DesiredRecord(resource, params[resource.key.name], values, present, params.get("renamed_from") or "")]


def desired_switches(params: Params) -> list[DesiredRecord]:
    """Return the desired e-mail switches of ``users``."""
    return [DesiredRecord(MAIL_ENABLED, user, {"email_enabled": params["enabled"]}) for user in params["users"]]


def desired_branch(params: Params) -> list[DesiredRecord]:
    """Return the desired records of a branch. A user's record holds the mail settings and the switch.

    For an absent user, both are desired: settings cleared and e-mail off.
    """
    desired_records = [
        DesiredRecord(
            SMTP_SERVER,
            record["name"],
            _values(record, SMTP_SERVER),
            is_present(record),
            record.get("renamed_from") or "",
        )
        for record in params["smtp_servers"] or []
    ]
    for record in params["users"] or []:
        name, present = record["user"], is_present(record)
        desired_records.append(DesiredRecord(MAIL_USER, name, _values(record, MAIL_USER), present))
        if not present or record.get("email_enabled") is not None:
            desired_records.append(DesiredRecord(MAIL_ENABLED, name, _values(record, MAIL_ENABLED), present))
    return desired_records


def declared_names(params: Params) -> dict[str, Any]:
    """Return the names of a branch's records. Drift reports show each of them, whatever the outcome of the call."""
    return {
        "records": {
            section.name: [
                written_key(section.resource, record[section.key.name]) for record in params[section.name] or []
            ]
            for section in SECTIONS.values()
        }
    }


def purge_of(params: Params) -> Purge | None:
    """Return what may be removed without being declared absent; ``None`` when nothing may."""
    if not params.get("purge"):
        return None
    return Purge(_given(params), tuple(params["purge_protect"]), params["purge_limit"], params["purge_empty"])


def claims_of(params: Params) -> Claims | None:
    """Return which lists are declared in full; ``None`` for a module that takes no lists."""
    if "undeclared" not in params:
        return None
    return Claims(_given(params), tuple(params["purge_protect"]), params["undeclared"])


def _given(params: Params) -> tuple[Resource, ...]:
    return tuple(section.resource for section in SECTIONS.values() if params[section.name] is not None)


def _values(record: Mapping[str, Any], resource: Resource) -> dict[str, Any]:
    return {field.name: record[field.name] for field in resource.fields if record.get(field.name) is not None}
