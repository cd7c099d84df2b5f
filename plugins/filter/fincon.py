# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import faulty_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import site_path
from ansible_collections.fincon.mail.plugins.plugin_utils._report.applied import apply_lines, failure_text
from ansible_collections.fincon.mail.plugins.plugin_utils._report.gate import wave_gate
from ansible_collections.fincon.mail.plugins.plugin_utils._report.verification import verify_failure, verify_table
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.commands import confirm_command
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.status import work_order_status
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import work_order


def branch_findings(branch: Mapping[str, Any], files: Mapping[str, str] | None = None) -> list[str]:
    """Return what is wrong with the rendered records of a branch, one line each."""
    return [str(finding) for finding in rendered_findings(branch, files or {})]


def absolute_path(path: str, folder: str | None, connection: str = "") -> str:
    """Return a declared path as an absolute path, as the modules resolve it."""
    try:
        return site_path(path, folder, connection)
    except ValueError as exc:
        raise AnsibleFilterError(f"a path {exc}") from exc


class FilterModule:
    """Filters of the playbooks."""

    def filters(self) -> dict[str, Any]:
        """Return the filters by name."""
        return {
            "apply_lines": apply_lines,
            "branch_findings": branch_findings,
            "confirm_command": confirm_command,
            "failure_text": failure_text,
            "faulty_text": faulty_text,
            "site_path": absolute_path,
            "verify_failure": verify_failure,
            "verify_table": verify_table,
            "wave_gate": wave_gate,
            "work_order": work_order,
            "work_order_status": work_order_status,
        }
