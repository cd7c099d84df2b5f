#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_mail_info
short_description: Read the e-mail set-up of a Fincon installation
version_added: 0.1.0
description:
  - Returns all SMTP definitions, the e-mail settings of all users, and whether e-mail is enabled for them.
  - Passwords cannot be read. They are shown as C(set) or C(unset).
  - With the C(attended) backend it returns what is confirmed. An e-mail switch that is not known is null.
extends_documentation_fragment:
  - fincon.mail.attributes.info
  - fincon.mail.attributes.actiongroup
  - fincon.mail.installation
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: What is installed
  fincon.mail.fincon_mail_info:
  register: installed

- name: Users who cannot send e-mail
  ansible.builtin.debug:
    msg: "{{ installed.users | rejectattr('email_enabled') | map(attribute='user') }}"
"""

RETURN = r"""
outcome:
  description: V(unchanged), V(unreachable) when the installation could not be reached, or V(failed).
  returned: always
  type: str
  sample: unchanged
smtp_servers:
  description: The SMTP definitions, sorted by name.
  returned: success
  type: list
  elements: dict
  sample:
    - {name: HQ relay, mail_server: smtp.example.co.za, authenticate: true, username: "", password: unset, port: 587,
       use_tls: true, timeout: 30, bcc: ""}
users:
  description: The users, sorted by name. A user without e-mail settings has empty ones.
  returned: success
  type: list
  elements: dict
  sample:
    - {user: THANDI, smtp_server: HQ relay, username: thandi@example.co.za, password: set, sender_name: Thandi Nkosi,
       sender_email: thandi@example.co.za, email_enabled: true}
backend:
  description: C(name) of the backend, and C(version) of the other side as it reports it.
  returned: success
  type: dict
  sample: {name: rest, version: 5.285.002}
work_order:
  description: The open work order, as in RV(fincon.mail.fincon_mail_branch#module:work_order), or null.
  returned: success, with the C(attended) backend
  type: dict
last_confirmation:
  description:
    - The last confirmation, or null.
    - It has C(order), C(date), C(by), C(items), C(remaining), C(not_done) and C(remarks).
  returned: success, with the C(attended) backend
  type: dict
pending:
  description: The items of that work order, each with the number of its C(order).
  returned: success, with the C(attended) backend
  type: list
  elements: dict
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_mail_info")


if __name__ == "__main__":
    main()
