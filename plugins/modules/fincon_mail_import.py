#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_import
short_description: Fill the empty ledger of an attended installation
version_added: 0.1.0
description:
  - Records in an empty ledger, or one that does not exist yet, what Fincon already holds. Without this, the first work
    order contains everything that is declared.
  - If everything is as declared, give O(smtp_servers) and O(users). Then the ledger keeps the passwords as
    fingerprints.
  - Otherwise, write what Fincon's windows show into CSV files, and give O(csv_files). Then it is only known whether
    passwords are set, and M(fincon.mail.fincon_mail_branch) orders each declared password once.
  - A ledger that holds other records is never changed.
options:
  csv_files:
    description:
      - CSV files on the controller. A relative path starts at the current directory of the run.
      - They are UTF-8, separated by commas or semicolons. The first row names the columns, by the fields of
        O(smtp_servers) and O(users) or by Fincon's labels.
      - A file with a column C(user) holds users, and one with a column C(name) definitions. A file with a column
        C(resource) holds both; in each row the column is C(smtp_server) or C(mail_user).
      - A flag is C(yes) or C(no). So is a password; it says whether one is set.
      - With this option, O(smtp_servers) and O(users) are ignored.
    type: list
    elements: path
    default: []
  csv_contents:
    description: The content of the files. The controller reads them, so there is no reason to set this option.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and reports what it would record, without writing anything.
  diff_mode:
    support: full
    description: Returns what is recorded, or would be recorded in C(check_mode), the same in both.
  idempotent:
    support: full
    description: Importing the same records again changes nothing, as long as nothing else was recorded since.
extends_documentation_fragment:
  - fincon.mail.attributes.actiongroup
  - fincon.mail.installation
  - fincon.mail.branch
requirements:
  - PyYAML where the module runs
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_branch
  - module: fincon.mail.fincon_mail_confirm
"""

EXAMPLES = r"""
- name: Everything is as declared
  fincon.mail.fincon_mail_import:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"

- name: Fill the ledger from what the windows show
  fincon.mail.fincon_mail_import:
    csv_files:
      - import/definitions.csv
      - import/users.csv
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged) when there is nothing new to record, V(planned) in check mode when there is, V(applied) when it is
      recorded.
    - A call that fails is V(invalid) when the records have errors, V(unreachable) when the installation could not be
      reached, and V(failed) otherwise.
  returned: always
  type: str
  sample: applied
changes:
  description: What is recorded, record by record, in the format of M(fincon.mail.fincon_mail_branch).
  returned: success
  type: list
  elements: dict
findings:
  description: Errors in the declared records.
  returned: when there are some
  type: list
  elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_import")


if __name__ == "__main__":
    main()
