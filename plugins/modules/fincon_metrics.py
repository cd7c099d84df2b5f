#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_metrics
short_description: Write what a playbook found as Prometheus metrics
version_added: 0.1.0
description:
  - Writes a file for the textfile collector of Prometheus' node_exporter. C(docs/metrics.md) describes the metrics.
  - The file is replaced in one step. It keeps metrics of other kinds.
  - It works on the controller and for all hosts at once, so its task needs C(run_once).
  - M(fincon.mail.fincon_drift_report) writes the metrics of a drift report.
options:
  dest:
    description:
      - The file, relative to the working directory. Its name ends with C(.prom).
      - Its folder is created if it is missing.
    type: path
    required: true
  status:
    description: The report that the playbook C(fincon.mail.status) writes as JSON.
    type: dict
  verified:
    description: The result of M(fincon.mail.fincon_smtp_probe) of each branch, by its name.
    type: dict
  evidence:
    description:
      - What an audit mailbox shows of each branch, as RV(fincon.mail.fincon_mail_evidence#module:branches).
    type: dict
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
      - Metrics say when they were made.
notes:
  - The action plugin with this name does all the work. The module cannot run without it.
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_drift_report
"""

EXAMPLES = r"""
- name: Verify the logins of the branch
  fincon.mail.fincon_smtp_probe:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    fail_on_error: false
  register: verified

- name: Write the metrics of all branches
  fincon.mail.fincon_metrics:
    dest: /var/lib/prometheus/node-exporter/fincon.prom
    verified: "{{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, 'verified'))) }}"
  run_once: true
"""

RETURN = r"""
# Nothing but changed.
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_metrics")


if __name__ == "__main__":
    main()
