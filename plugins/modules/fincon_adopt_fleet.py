#!/usr/bin/python
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fincon_adopt_fleet
short_description: Write the files of a fleet from what is installed
version_added: 0.1.0
description:
  - Writes C(fincon.yml), a file for each branch below C(branches), and the schemas for editors below C(.schemas), all
    in one folder. The inventory plugin P(fincon.mail.fleet#inventory) reads them.
  - What most branches share is written to the defaults of the fleet file. With these defaults, every branch is exactly
    as it was read, so applying the fleet changes nothing.
  - Passwords cannot be read. For each password that is set, it writes a placeholder that begins with V(CHANGEME-).
    Every playbook and module of this collection refuses it until you fill in the password.
  - The settings of an installation are copied from its host's variable C(fincon_installation). A secret that is a
    template or a vault text there stays as it is; a secret in clear text becomes a placeholder. Other settings are
    rendered. For a host that is not the controller, the variables of its connection are copied as well, without
    passwords.
  - Text that was read and looks like a template is written as C(!unsafe), so that it never runs.
  - The name of a branch is C(fincon_branch) or the name of its host. Its region and tags are C(fincon_region) and
    C(fincon_tags), or come from the groups C(region_NAME) and C(tag_NAME) of its host.
  - It works on the controller and for all hosts at once, so its task needs C(run_once). The playbook
    C(fincon.mail.adopt) does all of this.
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and reports what it would write, without writing anything.
  diff_mode:
    support: full
    description: Returns each file that is written, or would be written in C(check_mode), the same in both.
    details:
      - The old content of a replaced file is not shown, because it may contain passwords.
  idempotent:
    support: full
    description: When run twice with the same options, the second time changes nothing.
options:
  variable:
    description:
      - Name of the variable in which each host has registered the result of M(fincon.mail.fincon_mail_info). A host
        without a valid result is left out.
    type: str
    required: true
  hosts:
    description: The hosts. By default all hosts of the play.
    type: list
    elements: str
  dest:
    description: Folder of the fleet, relative to the working directory. It is created if it is missing.
    type: path
    default: ./fleet
  overwrite:
    description:
      - Whether existing files with other content are replaced. Otherwise nothing at all is written if there is such a
        file.
      - The old content is lost, including passwords that were filled in.
    type: bool
    default: false
  placeholders:
    description: Whether a password that is set becomes a placeholder. Otherwise it is left out, and so not changed.
    type: bool
    default: true
  blank_users:
    description: Whether users without any mail setting are written too.
    type: bool
    default: false
requirements:
  - fastjsonschema and jsonschema on the controller
notes:
  - The action plugin with this name does all the work. The module cannot run without it.
seealso:
  - module: fincon.mail.fincon_mail_info
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Read the branch
  fincon.mail.fincon_mail_info:
  register: installed

- name: Write a fleet of all branches
  fincon.mail.fincon_adopt_fleet:
    variable: installed
    dest: fleet
  run_once: true
"""

RETURN = r"""
dest:
  description: The folder of the fleet, as an absolute path.
  returned: success
  type: str
  sample: /srv/fincon/fleet
files:
  description: The files that were written, or would be written in check mode.
  returned: success
  type: list
  elements: str
  sample: [/srv/fincon/fleet/fincon.yml, /srv/fincon/fleet/branches/durban.yml]
placeholders:
  description: Number of passwords to fill in.
  returned: success
  type: int
  sample: 37
findings:
  description: Errors in what is installed. It was written anyway, and validation will refuse it.
  returned: success
  type: list
  elements: str
  sample: ["durban: mail_user LERATO, sender_email: must be one e-mail address, such as name@example.co.za"]
left_out:
  description: Why nothing was read from a host, by host.
  returned: success
  type: dict
  sample: {polokwane: "https://10.1.3.3:4090: no connection (timed out); does the REST server run?"}
existing:
  description: Existing files with other content, because of which nothing was written.
  returned: when it failed for them
  type: list
  elements: str
  sample: [/srv/fincon/fleet/branches/durban.yml]
"""

from ansible_collections.fincon.mail.plugins.module_utils._module.main import run_module


def main() -> None:
    """Run the module."""
    run_module("fincon_adopt_fleet")


if __name__ == "__main__":
    main()
