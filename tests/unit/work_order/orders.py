# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work orders for the tests, and their pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import work_order

TEMPLATES = Path(__file__).parents[3] / "roles" / "fincon" / "templates"
MARKUPS = {"html": "html", "markdown": "md"}


def field(name: str, have: Any, want: Any) -> dict[str, Any]:
    return {"field": name, "have": have, "want": want}


def item(number: int, resource: str, name: str, action: str, *fields: dict[str, Any], since: str = "2026-11-24"):
    return {
        "item": number, "since": since, "resource": resource, "name": name, "action": action, "fields": list(fields),
    }  # fmt: skip


def order_of(*items: dict[str, Any], number: int = 3) -> dict[str, Any]:
    return {"number": number, "ordered": "2026-11-24", "items": list(items)}


RELAY = item(
    1, "smtp_server", "HQ relay", "create",
    field("port", None, 587), field("mail_server", "", "smtp.example.co.za"), field("authenticate", None, True),
    field("username", "", "relay@example.co.za"), field("password", "unset", "set"), field("use_tls", None, False),
)  # fmt: skip
OLD_RELAY = item(
    2, "smtp_server", "Old relay", "update", field("port", 25, 587), field("bcc", "archive@example.co.za", ""),
    since="2026-11-10",
)  # fmt: skip
THANDI = item(
    3, "mail_user", "THANDI", "create",
    field("smtp_server", "", "HQ relay"), field("password", "unset", "set"), field("sender_name", "", "Thandi Nkosi"),
)  # fmt: skip
PIETER = item(4, "mail_user", "PIETER", "update", field("password", "set", "set, will change"))
SWITCH_ON = item(5, "mail_enabled", "THANDI", "update", field("email_enabled", False, True))
SWITCH_OFF = item(6, "mail_enabled", "ANNA", "update", field("email_enabled", True, False))
KGOSI = item(7, "mail_user", "KGOSI", "delete", field("sender_name", "Kgosi", ""), field("password", "set", "unset"))
OLDEST = item(8, "smtp_server", "Oldest", "delete", field("mail_server", "mail.example", ""), field("port", 25, 0))

EVERYTHING = order_of(RELAY, OLD_RELAY, THANDI, PIETER, SWITCH_ON, SWITCH_OFF, KGOSI, OLDEST)


@cache
def _template(markup: str) -> str:
    return trust_as_template((TEMPLATES / f"work_order.{MARKUPS[markup]}.j2").read_text("utf-8"))


def page(markup: str, order: dict[str, Any] | None = None, branch: str = "cape-town", **options: Any) -> str:
    """Return a page as the role writes it, by default that of EVERYTHING."""
    view = work_order(order or EVERYTHING, branch, markup, **options)
    templar = Templar(loader=DataLoader(), variables={"fincon_work_order_view": view})
    text: str = templar.copy_with_new_env(searchpath=[str(TEMPLATES)]).template(_template(markup))
    return text
