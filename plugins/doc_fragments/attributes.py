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
    description: Can run in C(check_mode) and tells what it would change, without writing anything.
  diff_mode:
    support: full
    description: Returns what has changed, or would change in C(check_mode), the same in both.
  idempotent:
    support: partial
    description: When run twice with the same options, the second time changes nothing.
    details:
      - A password cannot be read back from Fincon. With O(update_password=on_change) it is compared with a fingerprint
        of the password that was sent last from here, and sent once when there is none.
      - With O(update_password=always) a declared password is sent, and reported as changed, every time.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode), in which it does the same, since it changes nothing.
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
  - Where the connection of the host is local, the work is done in the controller's worker, without the cost of a
    module process. A task with C(become), C(environment) or C(async) gets a process, as does any other connection.
"""

    ACTIONGROUP_PROBE = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/fincon.mail.fincon_probe) in C(module_defaults) to set options for this module.
    details:
      - The modules of that group all take O(tls_mode), O(validate_certs), O(ca_path) and O(ehlo_name).
    membership:
      - fincon.mail.fincon
      - fincon.mail.fincon_probe
notes:
  - Where the connection of the host is local, the work is done in the controller's worker, without the cost of a
    module process. A task with C(become), C(environment) or C(async) gets a process, as does any other connection.
"""

    ACTIONGROUP_WRITE = r"""
options: {}
attributes:
  action_group:
    support: full
    description: Use C(group/fincon.mail.fincon_write) in C(module_defaults) to set options for this module.
    details:
      - The modules of that group all take O(update_password), O(verify) and O(verify_failure).
    membership:
      - fincon.mail.fincon
      - fincon.mail.fincon_probe
      - fincon.mail.fincon_write
notes:
  - Where the connection of the host is local, the work is done in the controller's worker, without the cost of a
    module process. A task with C(become), C(environment) or C(async) gets a process, as does any other connection.
"""
