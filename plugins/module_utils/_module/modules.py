# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Every module: what it takes and what does its work, for a module process and for the controller's worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Spec
from ansible_collections.fincon.mail.plugins.module_utils._module.execute import execute
from ansible_collections.fincon.mail.plugins.module_utils._module.probing import (
    PROBE_CONSTRAINTS,
    probe_argument_spec,
    run_probe,
)
from ansible_collections.fincon.mail.plugins.module_utils._module.specs import SPECS, Params
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Outcome


@dataclass(frozen=True)
class Module:
    """A module.

    :param argument_spec: its options.
    :param work: ``work(params, check_mode)`` with validated parameters, defaults included.
    :param constraints: between its options, as ``AnsibleModule`` takes them.
    """

    argument_spec: Spec
    work: Callable[[Params, bool], Outcome]
    constraints: Mapping[str, Any] = field(default_factory=dict)


MODULES = {
    **{name: Module(spec.argument_spec, partial(execute, name)) for name, spec in SPECS.items()},
    "fincon_smtp_probe": Module(probe_argument_spec(), run_probe, PROBE_CONSTRAINTS),
}
