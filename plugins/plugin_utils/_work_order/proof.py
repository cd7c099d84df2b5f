# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last step of a work order: an e-mail to the audit mailbox, which shows that the settings work. Pure.

It is not an item: it changes nothing in Fincon, and replies do not mention it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import EMAIL_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE

#: What a local part may hold without quotes (RFC 5322 section 3.2.3), except the plus that begins the tag.
_TAG = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$(?!\n)")
#: Octets of the longest local part (RFC 5321 section 4.5.3.1.1).
_LONGEST = 64


def proof_address(address: str, order: str, plus_addresses: bool) -> str:
    """Return the address of the e-mail that proves a work order.

    :param address: the address of the audit mailbox.
    :param order: name of the work order, such as ``SOWETO-3``.
    :param plus_addresses: whether the mailbox takes ``audit+anything@`` for ``audit@``.
    :return: ``audit+soweto-3@…``, or the plain address where a local part cannot hold the name.
    :raises FinconError: when the address is not valid.
    """
    if not re.search(EMAIL_PATTERN, address):
        raise FinconError(f"fincon_evidence_address must be one e-mail address, not {address!r}")
    local, _at, domain = address.rpartition("@")
    tagged = f"{local}+{order.lower()}"
    fits = plus_addresses and _TAG.match(order) and len(tagged.encode()) <= _LONGEST
    return f"{tagged}@{domain}" if fits else address


def senders(items: Iterable[Mapping[str, Any]]) -> tuple[list[str], bool]:
    """Return the users who can prove a work order, and whether it needs a proof at all.

    If there is no such user, a user who is linked to a definition of the order can prove it.

    :param items: of the work order.
    """
    items = list(items)
    gone = {item["name"] for item in items if _ends(item)}
    users = {item["name"] for item in items if item["resource"] != SMTP_SERVER.name} - gone
    definitions = any(item["resource"] == SMTP_SERVER.name and item["action"] != DELETE for item in items)
    return sorted(users), bool(users) or definitions


def _ends(item: Mapping[str, Any]) -> bool:
    """Whether the user of an item sends no e-mail after the change."""
    if item["resource"] == MAIL_USER.name:
        return bool(item["action"] == DELETE)
    return item["resource"] == MAIL_ENABLED.name and any(change["want"] is False for change in item["fields"])
