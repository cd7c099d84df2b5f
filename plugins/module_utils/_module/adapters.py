# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The work of ``fincon_adapter_check``: the conformance kit, run on an adapter."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Limits
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult


def check_adapter(params: Params, check_mode: bool) -> ModuleResult:
    """Run the rules of the kit; in check mode only the rules that write nothing.

    :raises FinconError: when there is no command.
    """
    # All modules share one table. The kit is large, and no other module needs it.
    from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.kit import (
        FAIL,
        lines,
        run_rules,
    )
    from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import Subject

    if not params["command"]:
        raise FinconError("command is empty; give the adapter program and its arguments")
    limits = Limits(params["command_timeout"], params["output_limit"])
    subject = Subject(params["command"], limits, params["user"])
    verdicts = [verdict.as_dict() for verdict in run_rules(subject, may_write=not check_mode)]
    about = subject.about
    adapter = {"name": about.name, "version": about.version, "capabilities": sorted(about.capabilities)}
    failed = [verdict["rule"] for verdict in verdicts if verdict["verdict"] == FAIL]
    failure = f"{len(failed)} of {len(verdicts)} rules failed: {', '.join(failed)}" if failed else ""
    values = {"changed": False, "rules": verdicts, "lines": lines(verdicts), "adapter": adapter}
    return ModuleResult(values, failure=failure)
