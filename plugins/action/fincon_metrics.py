# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.file import write_metrics
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.sources import (
    evidence_metrics,
    status_metrics,
    verify_metrics,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import Family
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import now

_MODULE = MODULES["fincon_metrics"]


class ActionModule(ActionBase):
    """Writes what a playbook found as metrics, on the controller."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the file."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        try:
            changed = write_metrics(options["dest"], _families(options), bool(self._task.check_mode))
        except FinconError as exc:
            return {**result, "failed": True, "changed": False, "msg": str(exc)}
        return {**result, "changed": changed}


def _families(options: Mapping[str, Any]) -> list[Family]:
    if options["status"] is not None:
        return status_metrics(options["status"])
    if options["verified"] is not None:
        return verify_metrics(options["verified"], now())
    return evidence_metrics(options["evidence"], now())
