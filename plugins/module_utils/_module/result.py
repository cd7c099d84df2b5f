# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The result of a module call, before Ansible gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    InvalidRecordsError,
    UnreachableError,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import FAILED, INVALID, UNREACHABLE


@dataclass
class ModuleResult:
    """What a module returns.

    :param values: the return values, without any secret.
    :param outcome: one of :data:`OUTCOMES`; empty for modules that write no records to an installation.
    :param warnings: sentences for the user.
    :param failure: why the call failed, in one sentence or three lines; empty when it succeeded.
    """

    values: dict[str, Any]
    outcome: str = ""
    warnings: list[str] = field(default_factory=list)
    failure: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the result as Ansible gets it."""
        outcome = {"outcome": self.outcome} if self.outcome else {}
        failure = {"failed": True, "msg": self.failure} if self.failure else {}
        return {**outcome, **self.values, **failure}


def of_error(exc: FinconError) -> ModuleResult:
    """Return the result of a call that failed before anything was planned."""
    if isinstance(exc, InvalidRecordsError):
        findings = [finding.as_dict() for finding in exc.findings]
        return ModuleResult({"changed": False, "findings": findings}, INVALID, failure=str(exc))
    outcome = UNREACHABLE if isinstance(exc, UnreachableError) else FAILED
    return ModuleResult({"changed": False}, outcome, failure=str(exc))
