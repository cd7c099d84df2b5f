# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fault matrices do: the same five operations for every backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
    Resource,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord

# Passwords that look different in each way in which programs write them.
OLD, OLD_OF_USER = 'canary-Old"1/+ä', 'canary-Own"2/+ä'
NEW, NEW_OF_USER = 'canary-New"3/+ö', 'canary-Own"4/+ö'
SECRETS = (OLD, OLD_OF_USER, NEW, NEW_OF_USER)
USERS = ("THANDI", "PIETER", "AYESHA")


_RELAY = {"mail_server": "smtp.example.co.za", "authenticate": True, "use_tls": True, "username": "hq"}


def _server(name: str, **values: Any) -> DesiredRecord:
    return DesiredRecord(SMTP_SERVER, name, {**_RELAY, **values})


def _user(name: str, **values: Any) -> DesiredRecord:
    linked = {"smtp_server": "HQ relay", "sender_name": name.title(), "sender_email": f"{name.lower()}@example.co.za"}
    return DesiredRecord(MAIL_USER, name, {**linked, **values})


def _gone(resource: Resource, name: str) -> DesiredRecord:
    return DesiredRecord(resource, name, present=False)


#: A branch before and after the change.
INSTALLED = (
    _server("HQ relay", password=OLD, port=587),
    _server("Spare", password=OLD),
    _user("THANDI", username="thandi", password=OLD_OF_USER, job_title="Clerk"),
    _user("PIETER", username="pieter", password=OLD_OF_USER),
    DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": False}),
)
CHANGED = (
    _server("HQ relay", password=NEW, port=465),
    _gone(SMTP_SERVER, "Spare"),
    _user("THANDI", username="thandi", password=NEW_OF_USER, job_title="Manager"),
    _gone(MAIL_USER, "PIETER"),
    DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": True}),
)


@dataclass(frozen=True)
class Operation:
    """installed: what is there before. desired: what is declared; nothing for a mere reading."""

    installed: tuple[DesiredRecord, ...] = ()
    desired: tuple[DesiredRecord, ...] = ()
    check_mode: bool = False

    @property
    def writes(self) -> bool:
        return bool(self.desired) and not self.check_mode and self.desired != self.installed


OPERATIONS: Mapping[str, Operation] = {
    "read": Operation(INSTALLED),
    "apply to an empty installation": Operation((), INSTALLED),
    "apply a change": Operation(INSTALLED, CHANGED),
    "apply a change in check mode": Operation(INSTALLED, CHANGED, check_mode=True),
    "apply what is there": Operation(INSTALLED, INSTALLED),
}
