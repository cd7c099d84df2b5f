# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_work_order_passwords
short_description: Write the passwords of a work order for the clerk, as a KeePass file or as slips
version_added: 0.1.0
description:
  - Writes the passwords to type for an open work order into files of mode 0600 next to its pages. These are an
    encrypted KeePass file, a page of slips to cut out, or both. Each is written only if you ask for it.
  - Each file is written only while an open item has a declared password to type. It is replaced with the work order,
    and removed when the work order is done or you no longer ask for the file. So call the module with the work order of
    each result, even if that is null.
  - If a file cannot be written, those of earlier runs are still removed, because their passwords may be out of date.
  - The controller makes the files and puts them next to the host's pages, on a jump host with modules of ansible-core.
    The role P(fincon.mail.fincon#role) calls it. C(docs/passwords-for-clerks.md) explains the files.
options:
  path:
    description:
      - Path of the pages of the work order, without their endings. The files are C(PATH.kdbx) and C(PATH.slips.html).
      - A relative path starts at the folder of the inventory.
    type: path
    required: true
  order:
    description: The C(work_order) of M(fincon.mail.fincon_mail_branch) or M(fincon.mail.fincon_mail_confirm).
    type: dict
  branch:
    description: Name of the branch. By default that of the host.
    type: str
    default: ""
  keepass:
    description:
      - Whether to write the KeePass file, a KDBX 4 database with an entry for each open item.
      - An entry has the user name, the protected password, the other fields as attributes and, if it is known, an
        auto-type sequence in the order of Fincon's window.
    type: bool
    default: false
  keepass_passphrase:
    description:
      - Opens the KeePass file. Keep it in the vault.
      - It must have at least 16 characters, of which 8 are different.
    type: str
  slips:
    description:
      - Whether to write the page of slips, one for each password.
      - It shows the passwords in clear text.
    type: bool
    default: false
  smtp_servers:
    description: The declared definitions, for their passwords.
    type: list
    elements: dict
  users:
    description: The declared users, for their passwords.
    type: list
    elements: dict
  user_order:
    description:
      - The fields of the window of a user's e-mail information in the order in which the key Tab reaches them.
      - Without it, or if a field is missing from it, auto-type is off for users.
    type: list
    elements: str
    default: []
  labels:
    description: Fincon's labels of a user's fields, by the field's name, as far as the site knows them.
    type: dict
    default: {}
  title:
    description: What people call the branch, for the slips.
    type: str
    default: ""
  contact:
    description: Whom to ask, in C(name) and C(telephone), for the slips.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and says what it would write or remove, without doing so.
  diff_mode:
    support: none
    description: Returns no diff, because it would contain passwords.
  idempotent:
    support: full
    description: >-
      A file with the right content and the same passphrase is left as it is. To check this, the module opens the
      KeePass file.
requirements:
  - pykeepass 4.2 or newer on the controller, for O(keepass=true)
author:
  - fincon.mail contributors (@fincon-mail)
seealso:
  - module: fincon.mail.fincon_mail_branch
  - module: fincon.mail.fincon_mail_confirm
"""

EXAMPLES = r"""
- name: Order what differs
  fincon.mail.fincon_mail_branch:
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"
  register: applied

- name: Write its passwords as a KeePass file
  fincon.mail.fincon_work_order_passwords:
    path: ledgers/work-orders/{{ inventory_hostname }}
    order: "{{ applied.work_order }}"
    keepass: true
    keepass_passphrase: "{{ vault_keepass_passphrase }}"
    smtp_servers: "{{ fincon_smtp_servers }}"
    users: "{{ fincon_users }}"

- name: Remove the files of a branch
  fincon.mail.fincon_work_order_passwords:
    path: ledgers/work-orders/{{ inventory_hostname }}
"""

RETURN = r"""
files:
  description: What was done with each file. A file that does not exist and was not requested is not in the list.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Where it is.
      type: str
    kind:
      description: V(keepass) or V(slips).
      type: str
    state:
      description: V(written), V(unchanged) or V(removed); in check mode, what would be done.
      type: str
    passwords:
      description: Number of passwords in it.
      type: int
    text:
      description: The same in words.
      type: str
summary:
  description: A line for each file.
  returned: success
  type: list
  elements: str
  sample:
    - /srv/fleet/ledgers/work-orders/soweto.kdbx was written; it holds 3 passwords, encrypted, opens with the passphrase
      in KeePassXC or KeePass
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_work_order_passwords")


if __name__ == "__main__":
    main()
