# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_smtp_probe``: verify settings, or all logins of declared records, and change nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    Resource,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State, blank
from ansible_collections.fincon.mail.plugins.module_utils._module import argspec
from ansible_collections.fincon.mail.plugins.module_utils._module.specs import Params, desired_branch
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import (
    Outcome,
    cautions,
    said,
    verify_records,
)
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target, probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS, ProbeSettings

#: Fields of a definition that the probe takes by themselves.
_FIELDS = tuple(row.name for row in SMTP_SERVER.fields if row.probed)

#: Settings of one login, or the records of a branch.
PROBE_CONSTRAINTS = {
    "mutually_exclusive": [("mail_server", "smtp_servers")],
    "required_one_of": [("mail_server", "smtp_servers")],
    "required_by": {"users": ["smtp_servers"]},
}


def probe_argument_spec() -> argspec.Spec:
    """Return the options of the probe."""
    fields = {name: argspec.field_spec(SMTP_SERVER.field(name)) for name in _FIELDS}
    for name in _FIELDS:
        default = SMTP_SERVER.field(name).default
        if default != "":
            fields[name]["default"] = default
    return {
        **fields,
        "sender_email": argspec.field_spec(MAIL_USER.field("sender_email")),
        "send_to": {"type": "str"},
        "smtp_servers": argspec.records_spec(SMTP_SERVER.key, SMTP_SERVER.fields),
        "users": argspec.records_spec(MAIL_USER.key, USER_FIELDS),
        "level": {"type": "str", "choices": list(LEVELS), "default": "auth"},
        "fail_on_error": {"type": "bool", "default": True},
        **argspec.probe_spec(),
    }


def run_probe(params: Params, _check_mode: bool = False) -> Outcome:
    """Probe what the parameters say, in check mode as well: a probe changes nothing.

    :param params: validated, with defaults.
    """
    options = argspec.probe_options(params)
    of_records = params["smtp_servers"] is not None
    verified, failure = _probe_records(params, options) if of_records else _probe_settings(params, options)
    warnings = cautions(verified) if verified else []
    return Outcome({"changed": False, "verification": verified}, warnings, failure if params["fail_on_error"] else "")


def _probe_settings(params: Params, options: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    given = {name: params[name] for name in (*_FIELDS, "sender_email", "send_to") if params[name] is not None}
    settings = ProbeSettings(**{**given, "timeout": float(given["timeout"])}, **options)
    verified = probe_all([Target(settings, (params["mail_server"],))], params["level"], run_id=params["probe_run"])[0]
    return verified, "" if verified["ok"] else message(verified)


def _probe_records(params: Params, options: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    servers, users = params["smtp_servers"], params["users"] or []
    records = State(
        [_complete(SMTP_SERVER, record) for record in servers], [_complete(MAIL_USER, record) for record in users]
    )
    prober = partial(probe_all, run_id=params["probe_run"])
    verified = verify_records(records, desired_branch(servers, users), params["level"], options, prober)
    return verified, "" if verified is None or verified["ok"] else said(verified)


def _complete(resource: Resource, record: Params) -> dict[str, Any]:
    """A declared record with the defaults that a new one takes."""
    defaults = {row.name: row.default for row in resource.fields if row.default not in (None, "")}
    declared = {name: value for name, value in record.items() if value is not None}
    return {**blank(resource, record[resource.key.name]), **defaults, **declared}
