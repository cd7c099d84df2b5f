# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes what each task of the collection returned, as a line of JSON."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Writes what each task returned
description: For tests. The file is that of FINCON_TEST_RECORD.
author: fincon.mail contributors (@fincon-mail)
"""


class CallbackModule(CallbackBase):
    """Writes results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"

    def v2_runner_on_ok(self, result: Any) -> None:
        """Write one result."""
        line = {"host": result._host.name, "task": result._task.name, "action": result._task.resolved_action}
        with open(os.environ["FINCON_TEST_RECORD"], "a") as file:
            file.write(json.dumps({**line, "result": result._result}, default=str) + "\n")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Write the result of a failure too."""
        self.v2_runner_on_ok(result)
