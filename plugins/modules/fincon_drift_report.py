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
  - Takes the results of M(fincon.mail.fincon_mail_branch) of all hosts of the play, or reports that were written
    before, and writes one report, as JSON, Markdown, JUnit XML and a self-contained HTML page.
  - It works on the controller and for all hosts at once, so its task has C(run_once).
  - A report never holds a secret, since the results do not.
options:
  variable:
    description:
      - Name of the variable in which each host has registered its result. A host without it is reported as C(failed),
        and a host at which the task was skipped is left out.
      - Either this or O(reports) is needed.
    type: str
  hosts:
    description: The hosts. By default all hosts of the play.
    type: list
    elements: str
  reports:
    description:
      - Files of JSON reports that are merged, and patterns of them.
      - Of a branch in several of them, the one that was looked at last counts.
    type: list
    elements: str
  dest:
    description:
      - Folder of the report, relative to the working directory. It is made if need be.
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
      - The JSON of the report before, with which this one is compared. By default the one in O(dest), so that running
        it daily makes a history.
      - A file that cannot be used is a warning, and the report then has no differences that are new or resolved.
    type: path
  fail_on_pending:
    description: Whether RV(out_of_sync) names branches at which nothing differs but a work order is open.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode), in which it writes no file and returns the same.
  diff_mode:
    support: none
    description: Returns what has changed, or would change in C(check_mode).
  idempotent:
    support: none
    description: When run twice with the same options, the second time changes nothing.
    details:
      - A report says when it was made and what is new since the one before, so each run writes another.
requirements:
  - fastjsonschema and jsonschema on the controller, to read a report that was written before
notes:
  - There is an action plugin of this name, and it does all the work. The module alone cannot be run.
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - plugin: fincon.mail.drift_report
    plugin_type: callback
"""

EXAMPLES = r"""
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
  description: The files of the report.
  returned: success
  type: list
  elements: str
counts:
  description: The number of C(branches), and of those in each state.
  returned: success
  type: dict
  sample: {branches: 40, drift: 1, failed: 0, unreachable: 1, invalid: 0, pending: 2, in_sync: 36}
summary:
  description: The report in a few lines, the same trouble at many branches as one.
  returned: success
  type: list
  elements: str
out_of_sync:
  description: The branches that drift or could not be looked at, each with what is the matter in one line.
  returned: success
  type: dict
  sample:
    durban: "drift: mail_user LERATO, email_enabled: is false, declared true"
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_drift_report")


if __name__ == "__main__":
    main()
