# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to this machine that Ansible takes for one to another, so that modules are sent as processes."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: elsewhere
short_description: This machine as if it were a jump host
description: For tests. It does what the local connection does, under another name.
author: fincon.mail contributors (@fincon-mail)
extends_documentation_fragment: connection_pipelining
"""


class Connection(LocalConnection):
    """The local connection."""

    transport = "elsewhere"
