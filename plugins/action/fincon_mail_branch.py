# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.plugin_utils._action import FinconAction


class ActionModule(FinconAction):
    """The action of every module that works on an installation: their files here are links to this one.

    Links, and no ``plugin_routing``: Ansible imports an action plugin of the module's own name once, before it forks. A
    routed one is imported by each worker, which costs a fifth of a second for each host and task.
    """
