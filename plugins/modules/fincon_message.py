#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_message
short_description: Show lines to people, or fail and show only a message
version_added: 0.1.0
description:
  - Shows lines as they are, without quotation marks and regardless of C(display_ok_hosts). The playbooks of this
    collection show the summary of a fleet in this way.
  - Fails with a message that Ansible shows once. C(ansible.builtin.fail) shows it as an error with the lines of the
    task, and again as a result.
  - It works on the controller.
options:
  lines:
    description:
      - The lines to show.
      - Stdout callbacks that show whole results, such as C(ansible.builtin.minimal) or
        C(ansible.posix.json), show the lines only as RV(lines) in the result.
    type: list
    elements: str
    default: []
  failure:
    description:
      - The message to fail with. With an empty text the task succeeds.
      - C(failed_when) has no effect on this failure, but C(ignore_errors) and C(rescue) do.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and does the same.
  diff_mode:
    support: none
    description: Returns what has changed, or would change in C(check_mode).
    details:
      - It changes nothing.
  idempotent:
    support: full
    description: When run twice with the same options, the second time changes nothing.
notes:
  - The action plugin with this name does all the work. The module cannot run without it.
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Say how many branches there are
  fincon.mail.fincon_message:
    lines:
      - "{{ ansible_play_hosts_all | length }} branches in this run"
  run_once: true

- name: Refuse to run while people work in Fincon
  fincon.mail.fincon_message:
    failure: Run this when the branches are closed.
  when: branches_are_open | default(false)
"""

RETURN = r"""
lines:
  description: The lines that were shown.
  returned: when O(lines) are given
  type: list
  elements: str
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_message")


if __name__ == "__main__":
    main()
