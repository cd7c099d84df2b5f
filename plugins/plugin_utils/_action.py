# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class FinconAction(ActionBase):
    """Gives a module what it takes from its host and its task when nobody says otherwise, and runs it."""

    #: Whether the module takes ``installation``, by default the host's ``fincon_installation``.
    works_on_installation = True
    #: Whether the module probes mail servers. All hosts of a task are one run to the probe.
    probes = True

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module on the host."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        if variables.get("fincon_fleet_findings"):
            # A result and not an exception, which would bypass the task's failed_when.
            found = variables["fincon_fleet_findings"]
            text = "the fleet's files are at fault:\n" + "\n".join(found)
            return {**result, "failed": True, "changed": False, "msg": text, "findings": found}
        arguments = dict(self._task.args)
        if self.works_on_installation and "installation" not in arguments and "fincon_installation" in variables:
            arguments["installation"] = self._templar.template(variables["fincon_installation"])
        if self.probes:
            # The hosts of a task share its id, and no other run has it.
            arguments.setdefault("probe_run", self._task._uuid)
        result.update(self._execute_module(module_args=arguments, task_vars=variables))
        return result
