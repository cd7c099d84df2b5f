# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The single table of modules: the options of each, and the function that does its work.

A module process (``main.py``) and the controller's worker (``plugin_utils/_worker.py``) both use this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.confirming import Said
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import unset_variables
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVERS, USERS, Section
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import STATEMENTS
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import DRIFT, UNDECLARED
from ansible_collections.fincon.mail.plugins.module_utils._module import argspec
from ansible_collections.fincon.mail.plugins.module_utils._module.adapters import check_adapter
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params, Spec
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import (
    confirm_order,
    import_csv,
    import_declared,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.desired import (
    claims_of,
    declared_names,
    desired_branch,
    desired_record,
    desired_switches,
    purge_of,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.probing import PROBE_CONSTRAINTS, run_probe
from ansible_collections.fincon.mail.plugins.module_utils._module.reading import read
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult, of_error
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, refuse_errors, write
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import probe_all

Work = Callable[[Params, bool], ModuleResult]


@dataclass(frozen=True)
class Module:
    """A module.

    :param argument_spec: its options.
    :param work: does its work: ``work(params, check_mode)``, the parameters validated and with defaults. ``None`` where
        an action plugin of the same name does it, on the controller, from the variables of all hosts.
    :param constraints: between its options, as ``AnsibleModule`` takes them.
    :param always: what the result contains in every case: ``always(params)``.
    """

    argument_spec: Spec
    work: Work | None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    always: Callable[[Params], dict[str, Any]] = lambda _params: {}

    def run(self, params: Params, check_mode: bool) -> ModuleResult:
        """Do the work. An error for the user becomes the result's ``failure`` and is not raised."""
        if self.work is None:
            return of_error(FinconError("this module works on the controller: call it by its full name, fincon.mail.…"))
        try:
            refuse_errors(unset_variables(params.get("installation") or {}))
            result = self.work(params, check_mode)
        except FinconError as exc:
            result = of_error(exc)
        result.values.update(self.always(params))
        return result


def _write(desired_records: Callable[[Params], list[DesiredRecord]], params: Params, check_mode: bool) -> ModuleResult:
    request = Request(
        tuple(desired_records(params)),
        params["update_password"],
        params["verify"],
        params["verify_failure"],
        argspec.probe_options(params),
        purge_of(params),
        claims_of(params),
    )
    prober = partial(probe_all, run_id=params["probe_run"])
    # A call without a name is a separate run.
    backend = backend_of(params["installation"], params.get("order_run") or "")
    return write(backend, request, check_mode, prober)


def _read(params: Params, _check_mode: bool) -> ModuleResult:
    return read(backend_of(params["installation"]))


def _confirm(params: Params, check_mode: bool) -> ModuleResult:
    backend = backend_of(params["installation"])
    said = Said(
        tuple((entry["item"], entry["reason"]) for entry in params.get("not_done", ())),
        params.get("done_on", ""),
        params.get("remarks", ""),
        params.get("ordered", ""),
        params.get("repeat", False),
    )
    return confirm_order(backend, params["order"], params["items"], params["by"], check_mode, said)


def _import(params: Params, check_mode: bool) -> ModuleResult:
    backend = backend_of(params["installation"])
    if params["csv_files"]:
        return import_csv(backend, list(zip(params["csv_files"], params["csv_contents"])), check_mode)
    return import_declared(backend, desired_branch(params), check_mode)


def _one_record(section: Section) -> Module:
    # The switch of a user has its own module.
    resource = section.resource
    return Module(
        {
            **argspec.record_spec(resource.key, (*resource.fields, *STATEMENTS[section.name])),
            **argspec.write_spec(),
        },
        partial(_write, partial(desired_record, resource)),
    )


REPORT_FORMATS = ("html", "json", "junit", "markdown")

MODULES = {
    "fincon_smtp_server": _one_record(SMTP_SERVERS),
    "fincon_mail_user": _one_record(USERS),
    "fincon_mail_enabled": Module(
        {
            "users": {"type": "list", "elements": "str", "required": True},
            "enabled": {"type": "bool", "default": True},
            **argspec.write_spec(),
        },
        partial(_write, desired_switches),
    ),
    "fincon_mail_branch": Module(
        {
            **argspec.branch_spec(),
            "from_variables": {"type": "bool", "default": False},
            "purge": {"type": "bool", "default": False},
            "purge_protect": {"type": "list", "elements": "str", "default": []},
            "purge_limit": {"type": "int", "default": 5},
            "purge_empty": {"type": "bool", "default": False},
            "undeclared": {"type": "str", "choices": list(UNDECLARED), "default": DRIFT},
            **argspec.write_spec(),
        },
        partial(_write, desired_branch),
        always=declared_names,
    ),
    "fincon_mail_info": Module(argspec.installation_spec(), _read),
    "fincon_mail_confirm": Module(
        {
            "order": {"type": "int", "required": True},
            "items": {"type": "list", "elements": "int"},
            "not_done": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "item": {"type": "int", "required": True},
                    "reason": {"type": "str", "default": ""},
                },
            },
            "by": {"type": "str", "default": ""},
            "done_on": {"type": "str", "default": ""},
            "remarks": {"type": "str", "default": ""},
            "ordered": {"type": "str", "default": ""},
            "repeat": {"type": "bool", "default": False},
            **argspec.installation_spec(),
        },
        _confirm,
    ),
    "fincon_confirm_replies": Module(
        {
            "replies": {"type": "raw", "required": True},
            "by": {"type": "str", "default": ""},
            "hosts": {"type": "list", "elements": "str"},
        },
        None,
    ),
    "fincon_work_order_passwords": Module(
        {
            "path": {"type": "path", "required": True},
            "order": {"type": "dict"},
            "branch": {"type": "str", "default": ""},
            "keepass": {"type": "bool", "default": False},
            "keepass_passphrase": {"type": "str", "no_log": True},
            "slips": {"type": "bool", "default": False},
            "smtp_servers": {"type": "list", "elements": "dict"},
            "users": {"type": "list", "elements": "dict"},
            "user_order": {"type": "list", "elements": "str", "default": []},
            "labels": {"type": "dict", "default": {}},
            "title": {"type": "str", "default": ""},
            "contact": {"type": "dict", "default": {}},
        },
        None,
    ),
    "fincon_mail_import": Module(
        {
            **argspec.branch_spec(),
            "csv_files": {"type": "list", "elements": "path", "default": []},
            "csv_contents": {"type": "list", "elements": "str", "default": []},
            **argspec.installation_spec(),
        },
        _import,
    ),
    "fincon_smtp_probe": Module(argspec.probe_module_spec(), run_probe, PROBE_CONSTRAINTS),
    "fincon_adapter_check": Module(
        {
            "command": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "required": True},
            "command_timeout": {"type": "float", "default": 300.0},
            "output_limit": {"type": "int", "default": 16777216},
        },
        check_adapter,
    ),
    "fincon_message": Module(
        {
            "lines": {"type": "list", "elements": "str", "default": []},
            "failure": {"type": "str", "default": ""},
        },
        None,
    ),
    "fincon_metrics": Module(
        {
            "dest": {"type": "path", "required": True},
            "status": {"type": "dict"},
            "verified": {"type": "dict"},
            "evidence": {"type": "dict"},
        },
        None,
        {
            "mutually_exclusive": [("status", "verified", "evidence")],
            "required_one_of": [("status", "verified", "evidence")],
        },
    ),
    "fincon_adopt_fleet": Module(
        {
            "variable": {"type": "str", "required": True},
            "hosts": {"type": "list", "elements": "str"},
            "dest": {"type": "path", "default": "./fleet"},
            "overwrite": {"type": "bool", "default": False},
            "placeholders": {"type": "bool", "default": True},
            "blank_users": {"type": "bool", "default": False},
        },
        None,
    ),
    "fincon_mail_evidence": Module(
        {
            **argspec.evidence_spec(),
            "hosts": {"type": "list", "elements": "str"},
            "wait": {"type": "int", "default": 0},
            "fail_on_silent": {"type": "bool", "default": False},
        },
        None,
    ),
    "fincon_drift_report": Module(
        {
            "variable": {"type": "str"},
            "hosts": {"type": "list", "elements": "str"},
            "reports": {"type": "list", "elements": "str"},
            "dest": {"type": "path", "default": "./fincon-report"},
            "formats": {
                "type": "list",
                "elements": "str",
                "choices": list(REPORT_FORMATS),
                "default": list(REPORT_FORMATS),
            },
            "previous": {"type": "path"},
            "fail_on_pending": {"type": "bool", "default": False},
            "metrics_file": {"type": "path"},
            "state": {"type": "str", "choices": ["begun", "written"], "default": "written"},
        },
        None,
        # The results of the hosts, or reports to merge.
        {
            "mutually_exclusive": [("variable", "reports")],
            "required_if": [("state", "written", ("variable", "reports"), True)],
        },
    ),
}
