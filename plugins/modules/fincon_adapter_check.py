#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_adapter_check
short_description: Check an adapter of the command backend
version_added: 0.1.0
description:
  - Runs an adapter program through the protocol of the command backend and gives a verdict on each of its rules. An
    adapter that passes works with all modules of this collection.
  - It creates SMTP definitions whose names begin with C(fincon-check-), changes the settings of one Fincon user, and
    restores everything at the end. Name a user who is not in use during the check, if possible in a test company.
  - If passwords cannot be read back, the login of a user who has a password is not changed.
  - An adapter without the capability C(delete) leaves one definition behind, the same one at every run.
options:
  command:
    description: The adapter program and its arguments. They are run as given, without a shell.
    type: list
    elements: str
    required: true
  user:
    description: The Fincon user whose settings are changed and restored. The user must exist.
    type: str
    required: true
  command_timeout:
    description: Maximum time for one call of the adapter, in seconds.
    type: float
    default: 300.0
  output_limit:
    description: Maximum output of one call of the adapter, in bytes.
    type: int
    default: 16777216
attributes:
  check_mode:
    support: partial
    description: Can run in C(check_mode).
    details:
      - In check mode only the rules that change no record are checked. The others are skipped.
  diff_mode:
    support: N/A
    description: Returns what has changed, or would change in C(check_mode).
  idempotent:
    support: full
    description: Restores what it changes, so that nothing differs after it has passed.
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Is the adapter fit for use?
  fincon.mail.fincon_adapter_check:
    command: [/usr/bin/python3, /opt/fincon/adapter.py, --company, TEST]
    user: PASSME

- name: The adapter of a branch, with its own settings
  fincon.mail.fincon_adapter_check:
    command: "{{ fincon_installation.command }}"
    user: "{{ fincon_conformance_user }}"
"""

RETURN = r"""
rules:
  description: The verdicts, in the order in which the rules were checked.
  returned: always
  type: list
  elements: dict
  contains:
    rule:
      description: Name of the rule. It stays the same from version to version.
      type: str
    verdict:
      description: V(pass), V(fail), or V(skipped) if the rule could not be checked.
      type: str
    seen:
      description: What was seen, without secrets.
      type: str
    demands:
      description: What the rule requires.
      type: str
lines:
  description: The verdicts as lines for people.
  returned: always
  type: list
  elements: str
  sample:
    - "pass     describe              json_file 1.0: delete"
adapter:
  description: C(name), C(version) and C(capabilities) as the adapter reports them.
  returned: always
  type: dict
  sample: {name: json_file, version: "1.0", capabilities: [delete]}
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_adapter_check")


if __name__ == "__main__":
    main()
