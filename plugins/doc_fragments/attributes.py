# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the modules can do, and how far they are idempotent."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and reports what it would change, without writing anything.
  diff_mode:
    support: full
    description: Returns what has changed, or would change in C(check_mode), the same in both.
  idempotent:
    support: partial
    description: When run twice with the same options, the second time changes nothing.
    details:
      - A password cannot be read back from Fincon. With O(update_password=on_change) it is compared with a fingerprint
        of the password that this machine sent last, and sent once if there is no fingerprint.
      - With O(update_password=always) a declared password is sent, and reported as changed, every time.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and does the same there, because it changes nothing.
  diff_mode:
    support: N/A
    description: Returns what has changed, or would change in C(check_mode).
  idempotent:
    support: full
    description: Changes nothing, however often it runs.
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/fincon.mail.fincon) in C(module_defaults) to set options for this module.
    membership:
      - fincon.mail.fincon
notes:
  - If the connection of the host is local, the controller's worker does the work, without the cost of a module process.
    A task with C(become), C(environment) or C(async), or with any other connection, gets a process.
"""

    ACTIONGROUP_PROBE = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/fincon.mail.fincon_probe) in C(module_defaults) to set options for this module.
    details:
      - All modules of that group have the options O(tls_mode), O(validate_certs), O(ca_path) and O(ehlo_name).
    membership:
      - fincon.mail.fincon
      - fincon.mail.fincon_probe
notes:
  - If the connection of the host is local, the controller's worker does the work, without the cost of a module process.
    A task with C(become), C(environment) or C(async), or with any other connection, gets a process.
"""

    ACTIONGROUP_WRITE = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/fincon.mail.fincon_write) in C(module_defaults) to set options for this module.
    details:
      - All modules of that group have the options O(update_password), O(verify) and O(verify_failure).
    membership:
      - fincon.mail.fincon
      - fincon.mail.fincon_probe
      - fincon.mail.fincon_write
notes:
  - If the connection of the host is local, the controller's worker does the work, without the cost of a module process.
    A task with C(become), C(environment) or C(async), or with any other connection, gets a process.
"""
