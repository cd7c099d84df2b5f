# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machines of the model share: a step of the product, and how many steps are taken.

The usual run takes the same steps each time. `FAULTS_EXAMPLES=1000` takes that many sequences, longer ones, and new
ones each time, and makes the one that fails small.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult, of_error
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.tests.faults.model import (
    BY_HAND,
    PASSWORDS,
    Wish,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

#: How many sequences of steps each machine takes.
USUAL_EXAMPLES = 70
#: How often each kind of step was taken, and how each run ended.
STEPS: Counter[str] = Counter()

HAND = {
    "smtp_server": st.sampled_from(
        [{"port": 2525}, {"bcc": ""}, {"username": ""}, {"password": BY_HAND}, {"password": PASSWORDS[0]}, None]
    ),
    "mail_user": st.sampled_from(
        [
            {"job_title": "Boss"}, {"smtp_server": ""}, {"email_enabled": False}, {"password": BY_HAND},
            {"password": ""}, {"username": "own", "password": PASSWORDS[1]}, None,
        ]
    ),
}  # fmt: skip


def run(backend: Backend, wish: Wish, check_mode: bool = False) -> ModuleResult:
    """What the module makes of a wish. Anything but an error of our own is a traceback."""
    request = Request(wish.desired, wish.update_password, verify="none", purge=wish.purge)
    return judged(lambda: write(backend, request, check_mode))


def judged(call: Callable[[], ModuleResult]) -> ModuleResult:
    try:
        result = call()
    except FinconError as exc:
        result = of_error(exc)
    assert "canary" not in repr(result), "a password showed"
    assert "demo" not in repr(result), "a password of the installation showed"
    if not result.failure:
        assert result.values["changed"] == (result.outcome in ("planned", "applied"))
    return result


def same(check: ModuleResult, real: ModuleResult) -> None:
    """A run tells what check mode told."""
    assert check.values == real.values
    assert check.failure == real.failure
    assert (check.outcome, real.outcome) in {("planned", "applied")} | {
        (one, one) for one in ("unchanged", "invalid", "failed")
    }
    assert check.warnings == real.warnings


def steps_of(machine: type[RuleBasedStateMachine], share: float = 1) -> int:
    """Run a machine; return how many steps it took.

    share: of the sequences, for a machine that is slow.
    """
    before = sum(STEPS.values())
    wanted = int(os.environ.get("FAULTS_EXAMPLES", "0"))
    # To make a failure small takes minutes.
    phases = [Phase.generate, Phase.shrink] if wanted else [Phase.generate]
    chosen = settings(
        max_examples=round((wanted or USUAL_EXAMPLES) * share),
        stateful_step_count=30 if wanted else 12,
        derandomize=not wanted,
        phases=phases,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)
    return sum(STEPS.values()) - before
