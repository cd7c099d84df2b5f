# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible_collections.fincon.mail.plugins.plugin_utils._action import FinconAction
from ansible_collections.fincon.mail.plugins.plugin_utils._report.probed import LIMIT, read_probe_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError


class ActionModule(FinconAction):
    """The module of the same name. A report is on the controller, so it is read here, and nothing is probed."""

    def _arguments(self, variables: dict[str, Any]) -> dict[str, Any]:
        arguments = super()._arguments(variables)
        # Only what was read and checked here counts as a report.
        arguments.pop("report_content", None)
        name = arguments.get("report")
        return {**arguments, "report_content": _content(str(name))} if name else arguments

    def _needs_a_process(self) -> bool:
        return not self._task.args.get("report") and super()._needs_a_process()


def _content(name: str) -> dict[str, Any]:
    try:
        with Path(name).expanduser().open("rb") as stream:
            return read_probe_report(stream.read(LIMIT + 1), name)
    except OSError as exc:
        raise AnsibleActionFail(f"{name}: the report cannot be read on the controller: {exc.strerror}") from exc
    except ReportError as exc:
        raise AnsibleActionFail(str(exc)) from exc
