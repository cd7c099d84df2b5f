# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report
type: aggregate
short_description: Write a drift report of any playbook
version_added: 0.1.0
description:
  - Collects the results of M(fincon.mail.fincon_mail_branch) from all hosts of a run, and writes the same report as the
    playbook C(fincon.mail.drift) at its end.
  - After a run in check mode the report shows what differs. After a run that made changes it shows what remains, such
    as the changes after one that failed, and what is pending.
  - A host on which no task of that module has run is not in the report. If there are several calls for a host, the last
    one that names a record counts for this record.
  - If the fleet has an audit mailbox, the report shows the evidence that the playbook C(fincon.mail.evidence) has kept.
  - It writes nothing if there is no such result, or if M(fincon.mail.fincon_drift_report) has written a report.
requirements:
  - enable in configuration, in C(callbacks_enabled)
  - fastjsonschema and jsonschema on the controller, to read the previous report
options:
  directory:
    description:
      - Folder of the report. It is created if it is missing.
      - Relative to C(ansible.cfg) if it is set there, and otherwise to the working directory.
    type: path
    default: ./fincon-report
    env:
      - name: FINCON_REPORT_DIR
    ini:
      - section: fincon_drift_report
        key: directory
  formats:
    description: The formats to write, from V(html), V(json), V(junit) and V(markdown).
    type: list
    elements: str
    choices: [html, json, junit, markdown]
    default: [html, json, junit, markdown]
    env:
      - name: FINCON_REPORT_FORMATS
    ini:
      - section: fincon_drift_report
        key: formats
  previous:
    description: The JSON of the previous report, with which this one is compared. By default the one in the folder.
    type: path
    env:
      - name: FINCON_REPORT_PREVIOUS
    ini:
      - section: fincon_drift_report
        key: previous
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_drift_report
"""

EXAMPLES = r"""
# ansible.cfg
# [defaults]
# callbacks_enabled = fincon.mail.drift_report
#
# [fincon_drift_report]
# directory = /srv/reports/fincon
# formats = html, json
"""

from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import BranchEvidence
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry, branch_entry, combined
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import begin_report, now, write_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError
from ansible_collections.fincon.mail.plugins.plugin_utils._report.seen import EvidenceFiles

_MODULE = "fincon.mail.fincon_mail_branch"
_REPORT = "fincon.mail.fincon_drift_report"


class CallbackModule(CallbackBase):
    """Keeps the entry of each host, which is small, and none of the results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "fincon.mail.drift_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, display: Any = None, options: Any = None) -> None:
        super().__init__(display, options)
        self._entries: dict[str, Entry] = {}
        self._evidence = EvidenceFiles()
        self._is_written = False

    def v2_runner_on_ok(self, result: Any) -> None:
        """Take the result of a host."""
        self._take(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Take the result of a host that failed."""
        self._take(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Take note of a host that could not be reached."""
        self._take(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the report."""
        if not self._entries or self._is_written:
            return
        try:
            written = write_report(
                self._entries.values(),
                now(),
                self.get_option("directory"),
                self.get_option("formats"),
                self.get_option("previous"),
            )
        except ReportError as exc:
            self._display.warning(str(exc))
            return
        for warning in written.warnings:
            self._display.warning(warning)
        self._display.banner("DRIFT REPORT")
        for line in [*summary(written.document), "", *written.files]:
            self._display.display(line)

    def _begin(self) -> None:
        """Set the last report aside."""
        try:
            begin_report(self.get_option("directory"))
        except ReportError as exc:
            self._display.warning(str(exc))

    def _take(self, result: Any) -> None:
        name = result.task.resolved_action or result.task.action
        self._is_written = self._is_written or name == _REPORT
        if name != _MODULE:
            return
        if not self._entries and not self._is_written:
            self._begin()
        host = result.host
        region, tags = str(host.vars.get("fincon_region") or ""), list(map(str, host.vars.get("fincon_tags") or []))
        evidence = self._evidence_of(host)
        for item in result.result.get("results", [result.result]):
            if not item.get("skipped"):
                entry = branch_entry(host.name, item, now(), region, tags, evidence)
                known = self._entries.get(host.name)
                self._entries[host.name] = combined(known, entry) if known else entry

    def _evidence_of(self, host: Any) -> BranchEvidence | None:
        try:
            return self._evidence.of(host.name, host.get_vars())
        except FinconError as exc:
            self._display.warning(f"{host.name}: the report has no evidence of this branch: {exc}")
            return None
