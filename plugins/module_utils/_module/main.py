# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ordinary module around the shared work: argument spec in, result out."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES


class _Module(AnsibleModule):
    """A module that does not search its failures for the texts of secrets, including those of its arguments."""

    def fail_json(self, msg: str, **values: Any) -> Any:
        """End the process with a failure."""
        self.no_log_values: set[str] = set()
        super().fail_json(msg, **{"invocation": {}, **values})


def run_module(name: str) -> None:
    """Run the module of that name and end the process."""
    made = MODULES[name]
    module = _Module(argument_spec=made.argument_spec, supports_check_mode=True, **made.constraints)
    # A result holds no secret by construction. A search for the texts of secrets would damage other values that contain
    # one of them: a port 587, a user's surname. So nothing is searched for, and the arguments are not repeated.
    module.no_log_values = set()
    result = made.run(module.params, module.check_mode)
    for warning in result.warnings:
        module.warn(warning)
    if result.failure:
        module.fail_json(**result.as_dict())
    module.exit_json(invocation={}, **result.as_dict())
