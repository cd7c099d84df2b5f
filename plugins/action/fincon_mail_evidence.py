# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import READ_OPTIONS
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._audited import AuditedFleet
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.arrival import mailbox_settings
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.declared import trust_of, unused_relays
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.gather import (
    Read,
    Wanted,
    mailbox_of,
    wait_for_evidence,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.store import alone, file_of, load, save
from ansible_collections.fincon.mail.plugins.plugin_utils._output import progress
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence_lines import problems, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import some
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.evidence import DIFFERS, SILENT, UNKNOWN

_MODULE = MODULES["fincon_mail_evidence"]
#: How many hosts a warning names.
_SHOWN = 10


class ActionModule(ActionBase):
    """Reads the audit mailbox once for the whole fleet, on the controller, where the variables of all hosts are."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Read the new messages, and return what they show about some hosts."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        try:
            fleet = AuditedFleet(variables, self._loader, self._task.action)
            options = self._options(variables, fleet)
            return {**result, **self._read(options, fleet)}
        except FinconError as exc:
            return {**result, "failed": True, "changed": False, "msg": str(exc)}

    def _options(self, variables: Mapping[str, Any], fleet: AuditedFleet) -> dict[str, Any]:
        """Return the options. Options that the task does not set come from the variables of a host that has a mailbox.

        :raises FinconError: when they are not valid.
        """
        hosts = self._task.args.get("hosts") or variables["ansible_play_hosts_all"]
        given = {**fleet.settings(map(str, plain(hosts))), **self._task.args}
        validated = ArgumentSpecValidator(_MODULE.argument_spec, **_MODULE.constraints).validate(plain(given))
        if validated.error_messages:
            raise FinconError(validated.errors.msg)
        known = {name: value for name, value in validated.validated_parameters.items() if value is not None}
        options: dict[str, Any] = {"hosts": [str(host) for host in plain(hosts)], **known}
        if "mailbox" not in options:
            raise FinconError(
                "no host of this run has an audit mailbox; name it in the fleet file, as evidence.mailbox "
                "(docs/evidence.md)"
            )
        for field in READ_OPTIONS:
            options.setdefault(field.name, field.default)
            if field.minimum is not None and not field.minimum <= options[field.name] <= (field.maximum or 0):
                raise FinconError(f"{field.name} must be from {field.minimum} to {field.maximum}")
        folder = variables.get("inventory_dir")
        options["file"] = file_of(options["file"], folder)
        options["mailbox"] = mailbox_settings(options["mailbox"], folder)
        return options

    def _read(self, options: Mapping[str, Any], fleet: AuditedFleet) -> dict[str, Any]:
        mailbox = mailbox_of(options["mailbox"])
        hosts = options["hosts"]
        check_mode = bool(self._task.check_mode)
        with contextlib.nullcontext() if check_mode else alone(options["file"]):
            before = load(options["file"])
            branches, left_out = fleet.branches(options["mailbox"])
            relays = options.get("relays", ())
            wanted = Wanted(
                branches,
                trust_of(options["mailbox"]["servers"], relays, options["clients"] or (), branches),
                options["mailbox"].get("address") or "",
                options["days"],
                options["keep_days"],
                not left_out,
            )
            with progress("evidence"):
                read = wait_for_evidence(mailbox, before, wanted, hosts, options["wait"])
            # A new time of reading alone is not a change.
            changed = before is None or read.messages > 0 or _without_time(before) != _without_time(read.evidence)
            if not check_mode:
                save(options["file"], read.evidence)
        _warn(hosts, read, left_out, [] if left_out else unused_relays(relays, branches))
        return {"changed": changed, "file": options["file"], **_returned(read, options, left_out)}


def _without_time(evidence: Any) -> dict[str, Any]:
    data = asdict(evidence)
    return {**data, "branches": {name: {**one, "read_at": ""} for name, one in data["branches"].items()}}


def _warn(hosts: Sequence[str], read: Read, left_out: Mapping[str, str], unused: Sequence[str]) -> None:
    if unused:
        Display().warning(
            f"the relays name {some(list(unused), _SHOWN)}, which no definition has as its mail_server; so this has no "
            "effect"
        )
    if left_out:
        Display().warning(
            f"{len(left_out)} of the fleet cannot be compared ({some(list(left_out), _SHOWN)}); until that "
            "is mended, no sender is called a stray"
        )
    others = [host for host in hosts if host not in read.evidence.branches and host not in left_out]
    if others:
        Display().warning(
            f"{some(others, _SHOWN)}: no Fincon installation, or another fleet's audit mailbox; read that mailbox in "
            "a separate run"
        )


def _returned(read: Read, options: Mapping[str, Any], left_out: Mapping[str, str]) -> dict[str, Any]:
    hosts, evidence = options["hosts"], read.evidence
    here = {host: why for host, why in left_out.items() if host in hosts}
    wanted = {
        DIFFERS,
        *((SILENT,) if options["fail_on_silent"] else ()),
        *((SILENT, UNKNOWN) if options["wait"] else ()),
    }
    return {
        "branches": {host: asdict(evidence.branches[host]) for host in hosts if host in evidence.branches},
        "messages": read.messages,
        "unproven": dict(read.unproven),
        "summary": summary(evidence, hosts, read.messages, read.unproven)
        + [f"{host}: {why}" for host, why in here.items()],
        "problems": {**problems(evidence, hosts, wanted), **here},
    }
