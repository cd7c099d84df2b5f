# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands with which an administrator confirms a work order, ready to copy into a shell. Pure.

Ansible splits ``-e name=value`` at blanks after the shell has removed the quotes, so every value that may contain a
blank is given as JSON, which Ansible does not split.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Any

#: Names that ``--limit`` takes literally. It reads other names as patterns, and a blank ends a pattern.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*$(?!\n)")

#: The inventory on a page, which is the same wherever the page is made.
INVENTORY = ("fleet/fincon.yml",)


def confirm_command(order: int, branch: str, inventories: Iterable[str] = INVENTORY) -> str:
    """Return the command that confirms a whole work order.

    :param order: its number.
    :param branch: name of the host.
    :param inventories: as ``-i`` takes them.
    """
    if not _PLAIN_NAME.match(branch):
        return replies_command({branch: order}, inventories)
    return shlex.join([*_playbook(inventories), "-e", f"fincon_order={order}", "--limit", branch])


def replies_command(replies: Any, inventories: Iterable[str] = INVENTORY) -> str:
    """Return the command that confirms replies.

    :param replies: what ``fincon_replies`` takes.
    """
    return shlex.join([*_playbook(inventories), "-e", json.dumps({"fincon_replies": replies}, ensure_ascii=False)])


def _playbook(inventories: Iterable[str]) -> list[str]:
    return ["ansible-playbook", *(word for path in inventories for word in ("-i", path)), "fincon.mail.confirm"]
