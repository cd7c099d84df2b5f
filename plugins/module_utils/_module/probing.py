# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_smtp_probe``: verify settings, or all logins of declared records, without any change."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Prober
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    Resource,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State, blank
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import is_present
from ansible_collections.fincon.mail.plugins.module_utils._module import argspec
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params
from ansible_collections.fincon.mail.plugins.module_utils._module.desired import desired_branch
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import (
    Login,
    declared_passwords,
    logins_of_records,
    summary,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import report_prober
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import (
    first_failure,
    probe_logins,
    server_warnings,
)
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

#: Settings of one login, or the records of a branch.
PROBE_CONSTRAINTS = {
    "mutually_exclusive": [("mail_server", "smtp_servers")],
    "required_one_of": [("mail_server", "smtp_servers")],
    # The controller reads a report; a module that only got its name would probe instead.
    "required_by": {"users": ["smtp_servers"], "report": ["report_content"]},
}


def run_probe(params: Params, _check_mode: bool = False) -> ModuleResult:
    """Probe as the parameters say, or take the results from a report. Also in check mode: a probe changes nothing.

    :param params: validated, with defaults.
    """
    if params["arrival_timeout"]:
        raise FinconError("arrival_timeout is for the controller: call the module by its full name, fincon.mail.…")
    logins = requested_logins(params)
    found = probe_logins(logins, _prober(params))
    of_records = params["smtp_servers"] is not None
    verified = summary(logins, found, params["level"]) if of_records else found[0]
    warnings = server_warnings(verified) if verified else []
    failure = failure_of(verified) if params["fail_on_error"] else ""
    return ModuleResult({"changed": False, "verification": verified}, warnings=warnings, failure=failure)


def requested_logins(params: Params) -> list[Login]:
    """Return the logins of the parameters: the one of their settings, or all of their records.

    :param params: validated, with defaults.
    """
    options = argspec.probe_options(params)
    if params["smtp_servers"] is None:
        return [_login_of_settings(params, options)]
    if params["level"] == "send":
        # A test message to the mailbox of every user is not what a person wants.
        if not params["send_to"]:
            raise FinconError(
                "level: send is for the settings of one login, or for an audit mailbox that takes a message of each "
                "login; give mail_server and the other settings of the login, or send_to, the address of that mailbox, "
                "or try the records of the branch with level: envelope"
            )
        options["send_to"] = params["send_to"]
    records = State(
        [_complete(SMTP_SERVER, record) for record in params["smtp_servers"] if is_present(record)],
        [_complete(MAIL_USER, record) for record in params["users"] or [] if is_present(record)],
    )
    return logins_of_records(records, declared_passwords(desired_branch(params)), params["level"], options)


def _prober(params: Params) -> Prober:
    if params["report_content"] is None:
        return partial(probe_all, run_id=params["probe_run"])
    return report_prober(params["report_content"], params["report_max_age"], datetime.now(timezone.utc))


def failure_of(verified: dict[str, Any] | None) -> str:
    """Return why a verification failed; empty when it passed, or when there was nothing to verify."""
    if verified is None or verified["ok"]:
        return ""
    return first_failure(verified) if "targets" in verified else message(verified)


def _login_of_settings(params: Params, options: dict[str, Any]) -> Login:
    given = {
        name: params[name] for name in (*argspec.PROBED_FIELDS, "sender_email", "send_to") if params[name] is not None
    }
    settings = ProbeSettings(**{**given, "timeout": float(given["timeout"])}, **options)
    return Login(settings, params["level"], params["mail_server"])


def _complete(resource: Resource, record: Params) -> dict[str, Any]:
    """A declared record with the defaults that a new one takes."""
    defaults = {field.name: field.default for field in resource.fields if field.default not in (None, "")}
    declared = {name: value for name, value in record.items() if value is not None}
    return {**blank(resource, record[resource.key.name]), **defaults, **declared}
