# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_confirm_replies
short_description: Confirm the replies of any number of attended branches
version_added: 0.1.0
description:
  - Reads replies to work orders, and records in the ledger of each branch what was typed in, as
    M(fincon.mail.fincon_mail_confirm) does for one branch.
  - It does all the work on the controller, in one process, from the variables of all hosts. Use it with C(run_once).
  - A reply that cannot be confirmed does not stop the others. It is in RV(problems), and the task does not fail because
    of it.
  - It writes the pages for what is left of each work order, and removes those of a work order that is done. It does the
    same with the files of M(fincon.mail.fincon_work_order_passwords). So it works only in the role
    P(fincon.mail.fincon#role), whose entry point C(replies) calls it.
  - Branches whose ledger is on another machine, or belongs to another user, are in RV(elsewhere). The role confirms
    them with M(fincon.mail.fincon_mail_confirm), in a task for each host.
options:
  replies:
    description:
      - A folder, a file, a code, or a list of these; or a mapping of branches.
      - In a folder, each file is a reply (C(.json)) or a saved e-mail (C(.eml), C(.txt)). Names that begin with a dot
        and subfolders are ignored.
      - A code is what a clerk reads out, such as V(SOWETO-3 EQSB-WDRX).
      - A mapping has, for each branch, the number of its work order, or a mapping of C(order), C(items) (those that are
        done) or C(except) (those that are not), C(by) and C(remarks).
    type: raw
    required: true
  by:
    description: Who did the work, for replies that do not say.
    type: str
    default: ""
  hosts:
    description: The hosts whose replies are confirmed. By default all hosts of the play.
    type: list
    elements: str
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and reports what it would record, without writing anything.
  diff_mode:
    support: none
    description: Returns no diff.
  idempotent:
    support: full
    description: A reply that is already confirmed changes nothing, even if newer work orders exist.
requirements:
  - fastjsonschema and jsonschema on the controller
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_confirm
  - module: fincon.mail.fincon_work_order_passwords
"""

EXAMPLES = r"""
- name: Confirm what has come in
  ansible.builtin.include_role:
    name: fincon.mail.fincon
    tasks_from: replies
  vars:
    fincon_replies: replies/

- name: Confirm codes that clerks read out by telephone
  ansible.builtin.include_role:
    name: fincon.mail.fincon
    tasks_from: replies
  vars:
    fincon_replies:
      - SOWETO-3 EQSB-WDRX
      - DURBAN-7 EQ08-94GD-X6
    fincon_confirmed_by: P. Naidoo

- name: Confirm by hand
  ansible.builtin.include_role:
    name: fincon.mail.fincon
    tasks_from: replies
  vars:
    fincon_replies:
      cape-town: 3
      durban: {order: 7, except: [9], by: T. Nkosi}
"""

RETURN = r"""
replies:
  description: The outcome of each reply.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The file, the code, or the branch in the mapping.
      type: str
    branch:
      description: The branch, or empty.
      type: str
    order:
      description: Number of its work order, or 0.
      type: int
    name:
      description: What people call the work order.
      type: str
    outcome:
      description:
        - V(confirmed), in check mode too; V(unchanged) when it was already confirmed; V(refused); or V(elsewhere) when
          the ledger is on another machine.
      type: str
    by:
      description: Who did the work, as the reply says.
      type: str
    remarks:
      description: What the person noted.
      type: str
    not_done:
      description: Items that are not done, each with C(item) and C(reason).
      type: list
      elements: dict
    confirmed:
      description: Numbers of the items that are confirmed now.
      type: list
      elements: int
    remaining:
      description: Numbers of the items that are still pending.
      type: list
      elements: int
    relogin_users:
      description: Users who must log out of Fincon and in again.
      type: list
      elements: str
    reason:
      description: Why it is refused, or empty.
      type: str
summary:
  description:
    - A line for each reply that was not refused, one for all replies, and one for each file with passwords that is left
      or removed.
    - The refused ones are in RV(problems).
  returned: success
  type: list
  elements: str
  sample:
    - "SOWETO-3 (replies/SOWETO-3.reply.json): items 1, 2 confirmed, by T. Nkosi"
    - "1 reply: 1 confirmed, 0 confirmed already, 0 refused"
elsewhere:
  description: For each branch whose ledger is on another machine, the options for M(fincon.mail.fincon_mail_confirm).
  returned: success
  type: dict
problems:
  description: Each refused reply with its reason, and pages that could not be written.
  returned: success
  type: list
  elements: str
faulty:
  description:
    - For each branch with errors in its files, those of RV(problems) that concern its replies. None of these replies is
      confirmed.
  returned: success
  type: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_confirm_replies")


if __name__ == "__main__":
    main()
