# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document, merged_entries
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry, branch_entry, combined
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import (
    Written,
    now,
    read_reports,
    write_report,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import out_of_sync, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

_MODULE = MODULES["fincon_drift_report"]


class ActionModule(ActionBase):
    """Makes one report of the results of all hosts, on the controller, where the variables of all hosts are."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the report and return what it says in short."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        try:
            written = self._write(options, task_vars or {})
        except ReportError as exc:
            return {**result, "failed": True, "changed": False, "msg": str(exc)}
        for warning in written.warnings:
            Display().warning(warning)
        return {**result, **_returned(written, options["fail_on_pending"])}

    def _write(self, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> Written:
        if options["reports"]:
            documents = read_reports(options["reports"])
            entries, generated = merged_entries(documents), max(document["generated"] for document in documents)
        else:
            generated = now()
            entries = list(_entries(options, task_vars, generated))
        check_mode = bool(self._task.check_mode)
        return write_report(entries, generated, options["dest"], options["formats"], options["previous"], check_mode)


def _entries(options: Mapping[str, Any], task_vars: Mapping[str, Any], checked: str) -> Iterator[Entry]:
    """Return the entry of each host that was not left out by a condition."""
    for host in options["hosts"] or task_vars["ansible_play_hosts_all"]:
        variables = task_vars["hostvars"][host]
        result = variables.get(options["variable"]) or {}
        found = [
            branch_entry(
                host,
                item,
                checked,
                str(variables.get("fincon_region") or ""),
                [str(tag) for tag in variables.get("fincon_tags") or []],
            )
            for item in result.get("results", [result])
            if not item.get("skipped")
        ]
        if found:
            yield reduce(combined, found)


def _returned(written: Written, fail_on_pending: bool) -> dict[str, Any]:
    document: Document = written.document
    return {
        "changed": written.changed,
        "files": written.files,
        "counts": document["counts"],
        "summary": summary(document),
        "out_of_sync": out_of_sync(document, fail_on_pending),
    }
