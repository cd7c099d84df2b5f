# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._output import Failure, is_for_people, show


class ActionModule(ActionBase):
    """Shows the findings of a run, and fails if it must."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Show the lines, then fail with the message if there is one."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(MODULES["fincon_message"].argument_spec)
        lines = {"lines": options["lines"]} if options["lines"] else {}
        show(options["lines"])
        if options["failure"]:
            # Ansible shows the whole result of a failure.
            raise Failure(options["failure"], result={} if is_for_people() else lines)
        # With -v Ansible would also show them in the result.
        return {**result, **lines, "changed": False, "_ansible_verbose_override": True}
