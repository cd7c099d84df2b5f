# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stdout callback of the tests: nothing but JSON, at the end, as that of ansible.posix."""

from __future__ import annotations

DOCUMENTATION = r"""
name: json
type: stdout
short_description: Results as JSON
description: All results of a run as one list.
author: fincon.mail contributors
"""

import json

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Keeps the results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "json"

    def __init__(self) -> None:
        super().__init__()
        self._results: list[dict] = []

    def v2_runner_on_ok(self, result) -> None:
        """Keep it."""
        self._results.append(dict(result.result))

    def v2_runner_on_failed(self, result, ignore_errors: bool = False) -> None:
        """Keep it, marked."""
        self._results.append({**result.result, "failed": True})

    def v2_playbook_on_stats(self, stats) -> None:
        """Print them."""
        self._display.display(json.dumps(self._results, default=str))
