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
  - Brings the SMTP definitions, the e-mail settings of the users and their e-mail switches to the declared state, in
    one session and with one plan.
  - Definitions are created and changed first, then users, then the switches. Then users are cleared, then definitions
    deleted.
  - Each distinct login is verified at the mail server once before anything is written.
  - A field that you leave out is not changed, and an empty text clears it.
  - An absent user's e-mail is switched off and the settings are cleared; an absent definition is deleted.
  - A definition with a former name takes over what is installed under that name. It is created, all users of the old
    one are linked to it, declared or not, and the old one is deleted, in this order.
options:
  from_variables:
    description:
      - Whether O(smtp_servers) and O(users) come from the variables C(fincon_smtp_servers) and C(fincon_users) of the
        host.
      - Each value that cannot be rendered is then named with its place, and the call fails with all of them. If the
        task gives the lists itself, Ansible ends the task at the first one.
    type: bool
    default: false
  purge:
    description:
      - Whether definitions and users that are installed but not declared are removed. For a removed user, e-mail is
        switched off and the settings are cleared.
      - If a list is not given, none of its records is purged.
    type: bool
    default: false
  purge_protect:
    description: Names of definitions and users that are never removed and never count as undeclared.
    type: list
    elements: str
    default: []
  purge_limit:
    description: Maximum number of records that one call removes. If there are more, nothing is changed.
    type: int
    default: 5
  purge_empty:
    description: Whether an empty list may remove everything. Otherwise this is refused.
    type: bool
    default: false
  undeclared:
    description:
      - How a drift report treats records that are installed but declared nowhere, as RV(undeclared) names them.
      - V(drift) shows them as drift, V(warning) shows them, V(ignore) does not show them.
      - The call itself never fails because of them.
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

- name: The same, and remove what is not declared
  fincon.mail.fincon_mail_branch:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
    purge: true
    purge_protect: [PASSME]

- name: A user has left, and a definition has a new name
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
    - V(unchanged) when there is nothing to change, V(planned) in check mode when there is something to change,
      V(applied) when all changes are done (with the C(attended) backend, when they are ordered).
    - A call that fails is V(partly_applied) when a change failed after others, V(refused) when the verification failed,
      V(held_back) when it failed with O(verify_failure=skip) and everything else is done, V(invalid) when the records
      have errors, V(unreachable) when the installation could not be reached, and V(failed) otherwise.
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
      description:
        - The fields that differ. Passwords are shown as C(set), C(unset) or C(set, will change).
        - A field of an update has C(changed_in) as well, if that is known.
      type: list
      elements: dict
    changed_in:
      description:
        - For a creation or a deletion, what has changed since the last run that applied it from the same machine.
          C(files) when it is not yet rolled out, C(fincon) when it was changed in Fincon.
      type: str
      returned: when it is known
held_back:
  description: The records that are held back, with O(verify_failure=skip).
  returned: when the verification failed with O(verify_failure=skip)
  type: list
  elements: dict
  contains:
    resource:
      description: C(smtp_server), C(mail_user) or C(mail_enabled).
      type: str
    name:
      description: Name of the record.
      type: str
    fields:
      description: The fields that are held back. Empty for the whole record.
      type: list
      elements: str
    cause:
      description: The reason, in one sentence or three lines.
      type: str
unverified:
  description: Passwords without a fingerprint. They are sent once; this is not drift.
  returned: as RV(changes)
  type: list
  elements: dict
verification:
  description:
    - What the verification of the new settings found, or null when nothing had to be verified.
    - The fields are those of M(fincon.mail.fincon_smtp_probe), for the first login that failed, or else for the first
      login.
    - C(targets) has them for each login, with C(smtp_server) and C(users).
  returned: as RV(changes)
  type: dict
relogin_users:
  description: Users who must log out of Fincon and in again, because it reads their settings only at login.
  returned: as RV(changes)
  type: list
  elements: str
  sample: [THANDI]
backend:
  description: C(name) of the backend, and C(version) of the other side as it reports it.
  returned: as RV(changes)
  type: dict
  sample: {name: rest, version: 5.285.002}
work_order:
  description:
    - The work order that is open once this call is done, or null.
    - It has C(number), the day C(ordered) on which it got that number, and C(items), each with its number C(item), the
      day C(since) which it has been pending, and the rest as in RV(changes). C(have) is what is confirmed.
    - A work order whose items change gets a new number. Give it to M(fincon.mail.fincon_mail_confirm).
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
    - Changes that may or may not have been made, because the answer was lost or did not show it.
    - Together with RV(applied) and RV(remaining) these are all RV(changes). The next run finds out.
  returned: when the verification or a write failed
  type: list
  elements: dict
remaining:
  description: The changes that were certainly not made, beginning with the one that failed.
  returned: when the verification or a write failed
  type: list
  elements: dict
undeclared:
  description:
    - What is installed but declared nowhere, once this call is done. That can be a definition, or a user with an e-mail
      setting or with e-mail enabled.
    - C(smtp_servers) and C(users) are lists of names, or null if that list was not given.
    - C(complete) is false if what Fincon holds cannot be listed. With the C(attended) backend the names are those in
      the ledger, and Fincon may hold more.
    - C(counts_as) is O(undeclared).
  returned: as RV(changes)
  type: dict
  sample: {counts_as: drift, complete: true, smtp_servers: [Old relay], users: [KGOSI]}
records:
  description: The names of the declared records, so that a drift report can also show those that are in sync.
  returned: when the options are valid
  type: dict
  sample: {smtp_servers: [HQ relay], users: [PIETER, THANDI]}
findings:
  description: Errors in the declared records.
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
