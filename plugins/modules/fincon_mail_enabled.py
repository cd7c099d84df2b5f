#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_enabled
short_description: Enable or disable e-mail for Fincon users
version_added: 0.1.0
description:
  - Switches e-mail on or off for a list of Fincon users, the third of the three steps that let Fincon send e-mail.
  - A mail server does not see this switch, so nothing is verified.
options:
  users:
    description: The Fincon users.
    type: list
    elements: str
    required: true
  enabled:
    description: Whether e-mail is enabled for them.
    type: bool
    default: true
extends_documentation_fragment:
  - fincon.mail.attributes
  - fincon.mail.attributes.actiongroup_write
  - fincon.mail.installation
  - fincon.mail.write
  - fincon.mail.write.probe
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_user
"""

EXAMPLES = r"""
- name: E-mail for the front office
  fincon.mail.fincon_mail_enabled:
    users: [THANDI, PIETER]
    enabled: true
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged) when there is nothing to change, V(planned) in check mode when there is something to change,
      V(applied) when all changes are done (with the C(attended) backend, when they are ordered).
    - A call that fails is V(partly_applied) when a change failed after others, V(invalid) when the records have errors,
      V(unreachable) when the installation could not be reached, and V(failed) otherwise.
  returned: always
  type: str
  sample: applied
changes:
  description: What differs, record by record, in the order in which it is applied, the same in check mode.
  returned: unless the records have errors or cannot be read
  type: list
  elements: dict
  sample:
    - resource: mail_enabled
      name: THANDI
      action: update
      fields:
        - {field: email_enabled, have: false, want: true}
  contains:
    resource:
      description: C(mail_enabled).
      type: str
    name:
      description: Name of the record.
      type: str
    action:
      description: C(update).
      type: str
    fields:
      description: C(email_enabled).
      type: list
      elements: dict
unverified:
  description: Always empty, because this module sends no password. The other modules that write return it as well.
  returned: as RV(changes)
  type: list
  elements: dict
verification:
  description: Always null, because nothing is verified. The other modules that write return it as well.
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
        resource: mail_enabled
        name: THANDI
        action: update
        fields:
          - {field: email_enabled, have: false, want: true}
pending:
  description: The items that were pending before the call, as in RV(work_order), each with the number of its C(order).
  returned: as RV(changes), with the C(attended) backend
  type: list
  elements: dict
applied:
  description: The changes that were applied before one failed.
  returned: when a write failed
  type: list
  elements: dict
not_known:
  description:
    - Changes that may or may not have been made, because the answer was lost or did not show it.
    - Together with RV(applied) and RV(remaining) these are all RV(changes). The next run finds out.
  returned: when a write failed
  type: list
  elements: dict
remaining:
  description: The changes that were certainly not made, beginning with the one that failed.
  returned: when a write failed
  type: list
  elements: dict
findings:
  description: Errors in the declared records.
  returned: when they have errors
  type: list
  elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_enabled")


if __name__ == "__main__":
    main()
