# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of an audit mailbox: what they declare, and since when. Reads ledgers and notes, but no mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.template import Templar
from ansible_collections.fincon.mail.plugins.module_utils._backends.last_applied_file import LastAppliedFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.times import utc_text
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import READ_OPTIONS, installation_spec
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.arrival import mailbox_settings
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.declared import declared_branch, period_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import DeclaredBranch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import installation_paths
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import run_in_worker

_MAILBOX = "fincon_evidence_mailbox"
#: The settings of a mailbox that distinguish it from others.
_IDENTITY = ("kind", "host", "port", "username", "folder", "path")
_FROM_VARIABLES = ("mailbox", "relays", *(field.name for field in READ_OPTIONS))


class AuditedFleet:
    """The hosts of the inventory, with their variables as a task of each would have them.

    :param variables: those of the task.
    :param loader: that of the task.
    :param called: the module, as the task names it.
    """

    def __init__(self, variables: Mapping[str, Any], loader: Any, called: str) -> None:
        self._hostvars = variables["hostvars"]
        self._loader = loader
        self._called = called
        own = self._hostvars.raw_get(variables["inventory_hostname"])
        # The other variables belong to the play: its own, and those that Ansible adds.
        self._shared = {name: value for name, value in variables.items() if name not in own}

    def settings(self, hosts: Iterable[str]) -> dict[str, Any]:
        """Return the evidence settings of the first of some hosts that has a mailbox, by the names of the options."""
        for host in hosts:
            variables = self._variables(host)
            if variables.get(_MAILBOX):
                render = self._renderer(variables)
                names = [name for name in _FROM_VARIABLES if f"fincon_evidence_{name}" in variables]
                found = {name: render(variables[f"fincon_evidence_{name}"]) for name in names}
                try:
                    _refuse(render)
                except FinconError as exc:
                    raise FinconError(f"{_MAILBOX} and its like, at {host}: {exc}") from exc
                return found
        return {}

    def branches(self, mailbox: Mapping[str, Any]) -> tuple[list[DeclaredBranch], dict[str, str]]:
        """Return what the hosts of a mailbox declare, and why this is unknown for some hosts, by their names.

        :param mailbox: its settings, with defaults and absolute paths.
        """
        found, left_out = [], {}
        for host in self._hostvars:
            variables = self._variables(host)
            if "fincon_installation" not in variables and not variables.get("fincon_fleet_findings"):
                continue
            try:
                branch = self._branch(str(host), variables, mailbox)
            except FinconError as exc:
                left_out[str(host)] = f"cannot be compared: {exc}"
                continue
            found += [branch] if branch else []
        return found, left_out

    def _branch(self, host: str, variables: Mapping[str, Any], mailbox: Mapping[str, Any]) -> DeclaredBranch | None:
        if variables.get("fincon_fleet_findings"):
            raise FinconError("its files have errors")
        renderer = self._renderer(variables)
        if _is_other(renderer(variables.get(_MAILBOX)), mailbox, variables.get("inventory_dir")):
            return None
        installation = renderer(variables["fincon_installation"])
        _refuse(renderer)
        period, pending = self._history(installation, variables)
        data = {name: variables.get(f"fincon_{name}") for name in ("smtp_servers", "users")}
        branch = declared_branch(host, data, renderer, period, pending)
        _refuse(renderer)
        return branch

    def _history(
        self, installation: Mapping[str, Any], variables: Mapping[str, Any]
    ) -> tuple[tuple[str, str], Sequence[Mapping[str, Any]]]:
        """Return the time of the last confirmation or change, and what is in an open work order."""
        if variables.get("ansible_connection") != "local":
            # The ledger, or the note of the last change, is on another machine.
            return ("", ""), ()
        given, _problems = installation_paths(installation, variables.get("inventory_dir"), "local")
        if given.get("backend") == "attended":
            looked, _warnings = run_in_worker("fincon_mail_info", {"installation": given}, True, self._called)
            if looked.get("failed"):
                raise FinconError(str(looked["msg"]))
            last = looked.get("last_confirmation") or {}
            return period_of(str(last.get("date") or "")), looked.get("pending") or ()
        validated = ArgumentSpecValidator(installation_spec()).validate({"installation": given})
        if validated.error_messages:
            raise FinconError(validated.errors.msg)
        noted = LastAppliedFile(backend_of(validated.validated_parameters["installation"]).notes).written_at()
        moment = utc_text(datetime.fromtimestamp(noted, UTC)) if noted else ""
        return (moment, moment), ()

    def _variables(self, host: str) -> dict[str, Any]:
        return {**self._shared, **self._hostvars.raw_get(host), "inventory_hostname": host}

    def _renderer(self, variables: Mapping[str, Any]) -> _Render:
        return _Render(Renderer(Templar(loader=self._loader, variables=variables).template, variables))


class _Render:
    """Renders thousands of values, most of which are texts without a template."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    @property
    def problems(self) -> Sequence[Any]:
        """What could not be rendered."""
        return self._renderer.problems

    def __call__(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int)):
            return value
        return str(value) if isinstance(value, str) and "{" not in value else self._renderer.render(value)


def _refuse(renderer: _Render) -> None:
    """Raise a FinconError when a value could not be rendered."""
    if renderer.problems:
        raise FinconError("; ".join(f"a value {words}" for _path, words in renderer.problems))


def _is_other(own: Any, mailbox: Mapping[str, Any], folder: str | None) -> bool:
    """Whether a host belongs to another fleet, with another mailbox. A host without a mailbox belongs to this fleet."""
    if not own:
        return False
    settings = mailbox_settings(own, folder)
    return any(settings.get(name) != mailbox.get(name) for name in _IDENTITY)
