#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_smtp_server
short_description: Manage an SMTP definition of a Fincon installation
version_added: 0.1.0
description:
  - Creates, changes or deletes one named SMTP definition, the first of the three steps that let Fincon send e-mail.
  - The new settings are verified at the mail server before anything is written.
  - A field that is left out is left alone, and an empty text clears it.
options:
  state:
    description:
      - Whether the definition exists.
      - A definition that users are linked to cannot be deleted.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - fincon.mail.attributes
  - fincon.mail.attributes.actiongroup_write
  - fincon.mail.installation
  - fincon.mail.smtp_server
  - fincon.mail.write
  - fincon.mail.write.probe
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_branch
  - module: fincon.mail.fincon_smtp_probe
"""

EXAMPLES = r"""
- name: The definition that all users of the branch share
  fincon.mail.fincon_smtp_server:
    name: HQ relay
    mail_server: smtp.example.co.za
    port: 587
    use_tls: true
    authenticate: true
    username: relay@example.co.za
    password: "{{ vault_relay_password }}"

- name: Give it another name, with all its users
  fincon.mail.fincon_smtp_server:
    name: Mail relay
    renamed_from: HQ relay
    password: "{{ vault_relay_password }}"

- name: Remove a definition that is no longer used
  fincon.mail.fincon_smtp_server:
    name: Old provider
    state: absent
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged) when nothing had to be changed, V(planned) in check mode when something has to be, V(applied) when
      all changes are done (with the C(attended) backend, when they are ordered).
    - A call that fails is V(partly_applied) when a change failed after others, V(refused) when the verification failed,
      V(invalid) when the records have errors, V(unreachable) when the installation could not be reached, and else
      V(failed).
  returned: always
  type: str
  sample: applied
changes:
  description: What differs, record by record, in the order in which it is applied, the same in check mode.
  returned: unless the records have errors or cannot be read
  type: list
  elements: dict
  sample:
    - resource: smtp_server
      name: HQ relay
      action: update
      fields:
        - {field: port, have: 25, want: 587}
        - {field: password, have: set, want: "set, will change"}
  contains:
    resource:
      description: C(smtp_server).
      type: str
    name:
      description: Name of the record.
      type: str
    action:
      description: C(create), C(update) or C(delete).
      type: str
    fields:
      description: The fields that differ. Passwords are the words C(set), C(unset) and C(set, will change).
      type: list
      elements: dict
unverified:
  description: Passwords without a fingerprint. They are sent once; this is not drift.
  returned: as RV(changes)
  type: list
  elements: dict
verification:
  description:
    - What the verification of the new settings found, or null when nothing had to be verified.
    - The fields are those of M(fincon.mail.fincon_smtp_probe), of the first login that failed, else of the first.
    - C(targets) has them for each login, with C(smtp_server) and C(users).
  returned: as RV(changes)
  type: dict
relogin_users:
  description: Always empty, since this module changes no user. The other modules that write return it as well.
  returned: as RV(changes)
  type: list
  elements: str
  sample: []
backend:
  description: C(name) of the backend, and C(version) of the other side as it tells it.
  returned: as RV(changes)
  type: dict
  sample: {name: rest, version: 5.285.002}
work_order:
  description:
    - The work order that is open once this call is done, or null.
    - C(number) and C(ordered), the day on which it got that number, and the items, each with its number C(item), the
      day C(since) which it is pending, and the rest as in RV(changes). C(have) is what is confirmed.
    - An order whose items change gets a new number. M(fincon.mail.fincon_mail_confirm) takes it.
  returned: as RV(changes), with the C(attended) backend
  type: dict
  sample:
    number: 3
    ordered: "2026-11-24"
    items:
      - item: 1
        since: "2026-11-24"
        resource: smtp_server
        name: HQ relay
        action: update
        fields:
          - {field: port, have: 25, want: 587}
pending:
  description: The items that were pending before the call, as in RV(work_order), each with the number of its C(order).
  returned: as RV(changes), with the C(attended) backend
  type: list
  elements: dict
applied:
  description: The changes that were applied before one failed.
  returned: when the verification or a write failed
  type: list
  elements: dict
not_known:
  description:
    - The changes of which it is not known whether they were made, since the answer was lost or did not show it.
    - With RV(applied) and RV(remaining) these are all RV(changes). The next run finds out.
  returned: when the verification or a write failed
  type: list
  elements: dict
remaining:
  description: The changes that were certainly not made, the one that failed first.
  returned: when the verification or a write failed
  type: list
  elements: dict
findings:
  description: What is wrong with the declared records.
  returned: when they have errors
  type: list
  elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_smtp_server")


if __name__ == "__main__":
    main()
