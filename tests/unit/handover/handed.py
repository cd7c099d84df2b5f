# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared passwords for the work order of the tests."""

from __future__ import annotations

from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item, items_of
from ansible_collections.fincon.mail.tests.unit.work_order.orders import EVERYTHING

PASSPHRASE = "c4nary phrase of the fleet"
#: Every character that has a meaning in auto-type, and those that look alike.
RELAY_PASSWORD = "c4nR{a}+s^w%d~(x)[y]@lI1O0|&<é"
THANDI_PASSWORD = "c4nT-Zk7mQpR2wXv9"
PIETER_PASSWORD = "c4nP-oO0Il1"

RECORDS: dict[str, Any] = {
    "smtp_servers": [{"name": "hq RELAY", "username": "old@example.co.za", "password": RELAY_PASSWORD}],
    "users": [
        {"user": "thandi", "username": "thandi@example.co.za", "password": THANDI_PASSWORD},
        {"user": "PIETER", "username": "pieter@example.co.za", "password": PIETER_PASSWORD},
        {"user": "KGOSI", "password": "c4n-is-not-to-be-typed"},
    ],
}
ORDER = ["smtp_server", "username", "password", "email_enabled", "sender_name", "sender_email"]


def items(order: dict[str, Any] | None = None, **records: Any) -> list[Item]:
    """The open items, with passwords."""
    return items_of(EVERYTHING if order is None else order, "soweto", {**RECORDS, **records})
