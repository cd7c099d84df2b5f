# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import INVALID
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.module_utils._module.result import of_error
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer
from ansible_collections.fincon.mail.plugins.plugin_utils._output import progress
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import with_paths
from ansible_collections.fincon.mail.plugins.plugin_utils._worker import run_in_worker


class _NotRendered(Exception):
    """Variables of the host have values that cannot be rendered.

    :param found: all errors in the records of the host.
    """

    def __init__(self, found: list[str]) -> None:
        super().__init__(*found)
        self.found = found


def _invalid(heading: str, found: list[str]) -> dict[str, Any]:
    """The result for errors in what is declared: not an exception, which would bypass the task's ``failed_when``."""
    text = heading + "\n".join(found)
    return {"outcome": INVALID, "failed": True, "changed": False, "msg": text, "findings": found}


class FinconAction(ActionBase):
    """Gives a module the options that it takes from its host, unless the task sets them, and does its work.

    A module process costs about 170 ms, the same work in the controller's worker about 10 ms. So where the process
    would run on the controller anyway, there is none.
    """

    _supports_check_mode = True
    _supports_diff = True
    _supports_async = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do the work of the module, on the host or here."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        if variables.get("fincon_fleet_findings"):
            return {**result, **_invalid("errors in the fleet files:\n", variables["fincon_fleet_findings"])}
        try:
            arguments = self._with_paths(self._arguments(variables), variables)
        except _NotRendered as exc:
            return {**result, **_invalid("", exc.found)}
        except FinconError as exc:
            return {**result, **of_error(exc).as_dict()}
        if self._needs_a_process():
            result.update(
                self._execute_module(module_args=arguments, task_vars=variables, wrap_async=bool(self._task.async_val))
            )
            # Without this, every result would repeat the arguments; 2.22 leaves its own mark there.
            for name in ("invocation", "ansible_parsed"):
                result.pop(name, None)
            return result
        with progress(str(variables.get("inventory_hostname", "localhost"))):
            done, warnings = run_in_worker(self._module(), arguments, bool(self._task.check_mode), self._task.action)
        for warning in warnings:
            Display().warning(warning)
        return {**result, **done}

    def _module(self) -> str:
        """The name of the module, a key of ``MODULES``."""
        return str(self._task.resolved_action or self._task.action).rpartition(".")[2]

    def _arguments(self, variables: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._task.args)
        options = MODULES[self._module()].argument_spec
        if "installation" in options and "installation" not in arguments and "fincon_installation" in variables:
            arguments.update(self._rendered(["installation"], variables))
        if boolean(arguments.pop("from_variables", False)):
            arguments.update(self._rendered(SECTIONS, variables))
        if "probe_run" in options:
            # The hosts of a task share its id, and no other run has the same one.
            arguments.setdefault("probe_run", self._task._uuid)
        if "order_run" in options:
            # The tasks of a play share its id, and no other play has the same one.
            arguments.setdefault("order_run", self._task.get_play()._uuid)
        return arguments

    def _rendered(self, names: Iterable[str], variables: dict[str, Any]) -> dict[str, Any]:
        """Return options that variables of the host give.

        :raises _NotRendered: when a value cannot be rendered. In the options of a task this is an error of Ansible,
            which names the first one, without its place, in thirty lines.
        """
        raw = {name: variables[f"fincon_{name}"] for name in names if f"fincon_{name}" in variables}
        renderer = Renderer(self._templar.template, variables)
        options: dict[str, Any] = renderer.render(raw)
        if renderer.problems:
            # Needed only here, and by nothing else in a play over other inventories.
            from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.host import host_findings

            raise _NotRendered(list(map(str, host_findings(variables, self._templar.template, self._loader))))
        return options

    def _with_paths(self, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        spec = MODULES[self._module()].argument_spec
        return with_paths(arguments, spec, variables.get("inventory_dir"), self._connection.transport)

    def _needs_a_process(self) -> bool:
        """Whether the work is for another machine, another user, another environment or the background."""
        return bool(
            self._connection.transport != "local"
            or self._connection.become is not None
            or any(self._task.environment or [])
            or self._task.async_val
        )
