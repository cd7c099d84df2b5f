# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ordinary module around the shared work: argument spec in, result out."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.fincon.mail.plugins.module_utils._module.execute import execute
from ansible_collections.fincon.mail.plugins.module_utils._module.specs import SPECS
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Outcome


def run_module(name: str) -> None:
    """Run the module of that name and end the process."""
    module = AnsibleModule(argument_spec=SPECS[name].argument_spec, supports_check_mode=True)
    leave(module, execute(name, module.params, module.check_mode))


def leave(module: AnsibleModule, outcome: Outcome) -> None:
    """End a module with an outcome."""
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.failure:
        module.fail_json(msg=outcome.failure, **outcome.result)
    module.exit_json(**outcome.result)
