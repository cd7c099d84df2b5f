# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load an inventory and the variables of each of its hosts, as a play does before its first task, and time it.

`ansible-inventory --list` does the same, but then spends most of its time on its output.
"""

from __future__ import annotations

import json
import sys
import time

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.vars.manager import VariableManager


def main() -> int:
    """Load the inventory given as the only argument; print seconds, seconds of processor time, hosts and users."""
    init_plugin_loader([])
    wall, cpu = time.perf_counter(), time.process_time()
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[sys.argv[1]])
    variables = VariableManager(loader, inventory)
    hosts = inventory.get_hosts("fincon")
    users = sum(
        len(variables.get_vars(host=host, include_hostvars=False, stage="all")["fincon_users"]) for host in hosts
    )
    measured = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "hosts": len(hosts),
        "users": users,
    }
    print(json.dumps(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
