# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of our modules a task calls."""

from __future__ import annotations

from typing import Any


def module_name(task: Any) -> str:
    """Return the name of the module without its collection.

    The name that the task gives comes first: of one without its collection Ansible resolves the action plugin, which
    serves several modules. A name that another collection redirects here is resolved.
    """
    written, resolved = (str(name or "").rpartition(".")[2] for name in (task.action, task.resolved_action))
    return written if written.startswith("fincon_") else resolved
