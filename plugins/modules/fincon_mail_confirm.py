#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_confirm
short_description: Confirm that a work order was typed into Fincon
version_added: 0.1.0
description:
  - Records in the ledger of an attended installation that the items of a work order were typed into Fincon's windows.
  - It works only for installations with the C(attended) backend. The other backends make the changes themselves.
  - You name the work order by the number on its page. A work order that was replaced or withdrawn in the meantime is
    refused, because what was typed in from its page is no longer what is declared.
options:
  order:
    description: Number of the work order, as its page shows it.
    type: int
    required: true
  items:
    description:
      - Numbers of the items that were typed in, as the page shows them. By default all that are left.
      - The remaining items keep their numbers, and so does the work order.
    type: list
    elements: int
  not_done:
    description:
      - Items that could not be done. Without C(items), all others are confirmed.
      - They stay in the work order, and the ledger keeps the reasons.
    type: list
    elements: dict
    default: []
    suboptions:
      item:
        description: Number of the item, as the page shows it.
        type: int
        required: true
      reason:
        description: Why it could not be done, on one line.
        type: str
        default: ""
  by:
    description: Name of the person who did the work. The ledger keeps it.
    type: str
    default: ""
  done_on:
    description: The day of the work, such as V(2026-11-24). The ledger keeps it and the day of the confirmation.
    type: str
    default: ""
  remarks:
    description: Remarks of that person, on one line. The ledger keeps them.
    type: str
    default: ""
  ordered:
    description:
      - The day of the work order, as its page shows it.
      - With it, a work order of another day with the same number is refused. Such a work order exists if a ledger was
        restored to an earlier state and the number was used again.
    type: str
    default: ""
  repeat:
    description:
      - Whether a fully confirmed work order counts as already confirmed when there are newer ones.
      - By default it is refused, because the number is probably that of the wrong work order.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and reports what it would record, without writing anything.
  diff_mode:
    support: full
    description: Returns what Fincon held and what it holds now, the same in C(check_mode).
  idempotent:
    support: full
    description: Confirming items that are already confirmed changes nothing.
extends_documentation_fragment:
  - fincon.mail.attributes.actiongroup
  - fincon.mail.installation
requirements:
  - PyYAML where the module runs
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_branch
  - module: fincon.mail.fincon_mail_import
"""

EXAMPLES = r"""
- name: All of order 3 was typed in
  fincon.mail.fincon_mail_confirm:
    order: 3
    by: T. Nkosi

- name: All of it but item 9
  fincon.mail.fincon_mail_confirm:
    order: 3
    not_done:
      - {item: 9, reason: The user does not exist.}
    remarks: The window of users looks different here.

- name: Only its first and third item
  fincon.mail.fincon_mail_confirm:
    order: 3
    items: [1, 3]
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
confirmed:
  description: The items that are confirmed now, as RV(fincon.mail.fincon_mail_branch#module:work_order) has them.
  returned: success
  type: list
  elements: dict
  sample:
    - item: 1
      since: "2026-11-24"
      resource: smtp_server
      name: HQ relay
      action: update
      fields:
        - {field: port, have: 25, want: 587}
work_order:
  description: What remains of the work order, or null.
  returned: success
  type: dict
changes:
  description: The items as changes of the ledger, in the format of M(fincon.mail.fincon_mail_branch).
  returned: success
  type: list
  elements: dict
relogin_users:
  description: Users who must log out of Fincon and in again, because it reads their settings only at login.
  returned: success
  type: list
  elements: str
  sample: [THANDI]
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_confirm")


if __name__ == "__main__":
    main()
