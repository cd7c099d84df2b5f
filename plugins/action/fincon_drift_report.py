# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.file import write_metrics
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.sources import drift_metrics
from ansible_collections.fincon.mail.plugins.plugin_utils._output import progress
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document, merged_entries
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry, branch_entry, combined
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import (
    Written,
    begin_report,
    now,
    read_reports,
    write_report,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import out_of_sync, summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError
from ansible_collections.fincon.mail.plugins.plugin_utils._report.seen import EvidenceFiles

_MODULE = MODULES["fincon_drift_report"]


class ActionModule(ActionBase):
    """Makes one report from the results of all hosts, on the controller, where the variables of all hosts are."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the report and return its summary."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(_MODULE.argument_spec, **_MODULE.constraints)
        try:
            if options["state"] == "begun":
                gone = begin_report(options["dest"], bool(self._task.check_mode))
                return {**result, "changed": bool(gone), "files": gone}
            with progress("report"):
                written = self._write(options, task_vars or {})
            if options["metrics_file"]:
                families = drift_metrics(written.document)
                write_metrics(options["metrics_file"], families, bool(self._task.check_mode))
        except (FinconError, ReportError) as exc:
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
    files = EvidenceFiles()
    for host in counted(options["hosts"] or task_vars["ansible_play_hosts_all"], "branches"):
        variables = task_vars["hostvars"][host]
        result = variables.get(options["variable"]) or {}
        evidence = files.of(host, variables)
        found = [
            branch_entry(
                host,
                item,
                checked,
                str(variables.get("fincon_region") or ""),
                [str(tag) for tag in variables.get("fincon_tags") or []],
                evidence,
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
        "evidence": document.get("evidence"),
        "summary": summary(document),
        "out_of_sync": out_of_sync(document, fail_on_pending),
    }
