#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_drift_report
short_description: Write one report of the drift of a fleet
version_added: 0.1.0
description:
  - Takes the results of M(fincon.mail.fincon_mail_branch) from all hosts of the play, or earlier reports, and writes
    one report, as JSON, Markdown, JUnit XML and a self-contained HTML page.
  - It works on the controller and for all hosts at once, so its task needs C(run_once).
  - A report never contains a secret, because the results do not.
  - If the hosts have an audit mailbox (C(fincon_evidence_mailbox)), the report includes what their e-mails have shown.
    It is read from the file C(fincon_evidence_file), never from the mailbox. At an attended site an e-mail that is not
    as declared is drift, and so is mail from a sender that no branch declares. Elsewhere both are an extra check.
options:
  state:
    description:
      - With V(written), the report is written.
      - With V(begun), the previous report is set aside, so that it cannot be mistaken for the report of a run that is
        in progress or ended early. Its JSON stays in O(dest), under another name, for the history.
    type: str
    choices: [begun, written]
    default: written
  variable:
    description:
      - Name of the variable in which each host has registered its result. A host without it is reported as C(failed),
        and a host at which the task was skipped is left out.
      - To write a report, give either this or O(reports).
    type: str
  hosts:
    description: The hosts. By default all hosts of the play.
    type: list
    elements: str
  reports:
    description:
      - JSON reports to merge, as files or patterns.
      - If a branch is in several of them, its newest result counts.
    type: list
    elements: str
  dest:
    description:
      - Folder of the report, relative to the working directory. It is created if it is missing.
      - The files are C(drift-report.json), C(drift-report.md), C(drift-report.xml) and C(drift-report.html).
    type: path
    default: ./fincon-report
  formats:
    description: The formats to write.
    type: list
    elements: str
    choices: [html, json, junit, markdown]
    default: [html, json, junit, markdown]
  previous:
    description:
      - The JSON of the previous report, with which this one is compared. By default the one in O(dest), so that daily
        runs make a history.
      - A file that cannot be used is a warning; then the report does not say which differences are new or resolved.
    type: path
  fail_on_pending:
    description: Whether RV(out_of_sync) names branches where nothing differs but a work order is open.
    type: bool
    default: false
  metrics_file:
    description:
      - A file for the textfile collector of Prometheus' node_exporter. The metrics of the report are written to it.
      - Its name ends with C(.prom). C(docs/metrics.md) describes the metrics.
    type: path
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode); then it writes no file and returns the same.
  diff_mode:
    support: none
    description: Returns what has changed, or would change in C(check_mode).
  idempotent:
    support: none
    description: When run twice with the same options, the second time changes nothing.
    details:
      - A report says when it was made and what is new since the previous one, so each run writes a different one.
requirements:
  - fastjsonschema and jsonschema on the controller, to read an earlier report
notes:
  - The action plugin with this name does all the work. The module cannot run without it.
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - plugin: fincon.mail.drift_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Set the last report aside
  fincon.mail.fincon_drift_report:
    state: begun
    dest: /srv/reports/fincon
  run_once: true

- name: Compare the branch with what is declared
  fincon.mail.fincon_mail_branch:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    verify: none
  check_mode: true
  register: checked
  failed_when: false
  ignore_unreachable: true

- name: Write the report of all branches
  fincon.mail.fincon_drift_report:
    variable: checked
    dest: /srv/reports/fincon
  run_once: true

- name: Merge the reports of two halves of a fleet
  fincon.mail.fincon_drift_report:
    reports: [north/drift-report.json, south/drift-report.json]
    dest: whole
  run_once: true
"""

RETURN = r"""
files:
  description: The files of the report, or with O(state=begun) those that were set aside.
  returned: success
  type: list
  elements: str
counts:
  description: The number of C(branches), and of those in each state.
  returned: success, when O(state=written)
  type: dict
  sample: {branches: 40, drift: 1, failed: 0, unreachable: 1, invalid: 0, pending: 2, in_sync: 36}
evidence:
  description:
    - What e-mails have shown of the fleet. The number of C(branches), of their C(users), of users with each verdict,
      and of C(strays). Null if the fleet has no evidence.
  returned: success, when O(state=written)
  type: dict
  sample: {branches: 40, users: 310, proven: 300, differs: 1, silent: 4, unknown: 5, strays: 2}
summary:
  description: The report in a few lines, with one line for the same problem at many branches.
  returned: success, when O(state=written)
  type: list
  elements: str
out_of_sync:
  description: The branches that drift or could not be read, each with the problem in one line.
  returned: success, when O(state=written)
  type: dict
  sample:
    durban: "drift: LERATO: e-mail is off, declared on"
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_drift_report")


if __name__ == "__main__":
    main()
