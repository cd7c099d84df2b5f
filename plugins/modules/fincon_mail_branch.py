#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_branch
short_description: Manage the whole e-mail set-up of a Fincon installation
version_added: 0.1.0
description:
  - Brings the SMTP definitions, the e-mail settings of the users and their e-mail switches to what is declared, in one
    session and with one plan.
  - Definitions are created and changed first, then users, then the switches. Then users are cleared, then definitions
    deleted.
  - Each distinct login is verified at the mail server once before anything is written.
  - A field that is left out is left alone, and an empty text clears it.
  - An absent user's e-mail is switched off and the settings are cleared; an absent definition is deleted.
  - A definition with a former name takes over what is installed under that name. It is created, all users of the old
    one are linked to it, declared or not, and the old one is deleted, in this order.
options:
  purge:
    description:
      - Whether definitions and users that are installed but not declared are removed. For a user e-mail is switched off
        and the settings are cleared.
      - A list that is not given at all is never purged.
    type: bool
    default: false
  purge_protect:
    description: Names of definitions and users that are never removed, and that are not undeclared either.
    type: list
    elements: str
    default: []
  purge_limit:
    description: Greatest number of records that one call removes. When there are more, nothing is changed.
    type: int
    default: 5
  purge_empty:
    description: Whether an empty list may remove everything. Without this it is refused.
    type: bool
    default: false
  undeclared:
    description:
      - What a report of drift makes of records that are installed and declared nowhere, as RV(undeclared) names them.
      - V(drift) shows them as drift, V(warning) shows them, V(ignore) does not show them.
      - The call itself never fails for them.
    type: str
    choices: [drift, warning, ignore]
    default: drift
extends_documentation_fragment:
  - fincon.mail.attributes
  - fincon.mail.attributes.actiongroup_write
  - fincon.mail.installation
  - fincon.mail.branch
  - fincon.mail.write
  - fincon.mail.write.probe
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_info
  - plugin: fincon.mail.fleet
    plugin_type: inventory
"""

EXAMPLES = r"""
- name: The branch as its file declares it
  fincon.mail.fincon_mail_branch:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"

- name: The same, and nothing else
  fincon.mail.fincon_mail_branch:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    purge: true
    purge_protect: [PASSME]

- name: Somebody left, and a definition got another name
  fincon.mail.fincon_mail_branch:
    smtp_servers:
      - name: Mail relay
        renamed_from: HQ relay
    users:
      - user: NOMSA
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
      description: C(smtp_server), C(mail_user) or C(mail_enabled).
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
  description: Users who must log out of Fincon and in again, since it reads their settings at login only.
  returned: as RV(changes)
  type: list
  elements: str
  sample: [THANDI]
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
undeclared:
  description:
    - What is installed and declared nowhere, once this call is done. A definition, or a user with an e-mail setting or
      with e-mail enabled.
    - C(smtp_servers) and C(users) are names, null for a list that was not given.
    - C(complete) is false where nobody can list what Fincon holds. With the C(attended) backend the names are those
      that the ledger holds, and there may be more.
    - C(counts_as) is O(undeclared).
  returned: as RV(changes)
  type: dict
  sample: {counts_as: drift, complete: true, smtp_servers: [Old relay], users: [KGOSI]}
records:
  description: The names of the declared records, by which a report of drift shows those that are in sync as well.
  returned: when the options are valid
  type: dict
  sample: {smtp_servers: [HQ relay], users: [PIETER, THANDI]}
findings:
  description: What is wrong with the declared records.
  returned: when they have errors
  type: list
  elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_branch")


if __name__ == "__main__":
    main()
