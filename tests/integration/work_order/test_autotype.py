# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of a work order, as the real KeePassXC types them into a window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import keepass
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item, items_of
from ansible_collections.fincon.mail.tests.integration.work_order.autotype import (
    Fields,
    Screen,
    Window,
    missing,
    screen,
)
from ansible_collections.fincon.mail.tests.unit.handover.handed import ORDER, PASSPHRASE, RELAY_PASSWORD, items
from ansible_collections.fincon.mail.tests.unit.work_order.orders import field, item, order_of

pytest.importorskip("pykeepass", reason="not installed: pykeepass (requirements/core-2.21.txt)")
if missing():
    pytest.skip(missing(), allow_module_level=True)

#: What the windows hold before, so that a field that is not emptied, or is typed into by mistake, shows.
SMTP_WINDOW: Fields = {one.name: True if one.kind == "flag" else f"old {one.name}" for one in SMTP_SERVER.fields}
USER_WINDOW: Fields = {name: False if name == "email_enabled" else f"old {name}" for name in ORDER}

#: All characters of a keyboard with English letters, and others that are on its keys with AltGr.
CHARACTERS = "c4n " + "".join(map(chr, range(0x20, 0x7F))) + "äöüÄÖÜßéÉçñ€§£°µ"
#: What would be keys in a sequence.
KEYS = "{TAB}{ENTER 3}{DELAY 9}{a}{}{{}{}}5% + 3%~^+()"


@pytest.fixture
def desk() -> Iterator[Screen]:
    """An empty screen."""
    with screen() as made:
        yield made


def opened(desk: Screen, entries: list[Item], fields: Fields, cursor: str) -> Window:
    """A window like Fincon's, and in front of it KeePassXC with a file of these items."""
    window = desk.open_window("Fincon", fields, cursor)
    desk.open_keepassxc(keepass.made(entries, PASSPHRASE, ORDER), PASSPHRASE, entries[0].order)
    return window


def test_a_new_definition_is_typed_into_its_fields_and_into_no_others(desk: Screen) -> None:
    after = {
        "mail_server": "smtp.example.co.za", "username": "relay@example.co.za", "password": RELAY_PASSWORD,
        "port": "587",
    }  # fmt: skip
    window = opened(desk, items(), SMTP_WINDOW, "mail_server")
    desk.auto_type(0)
    window.wait_for({**SMTP_WINDOW, **after}, "port")


def test_a_field_that_is_to_be_empty_is_emptied(desk: Screen) -> None:
    window = opened(desk, items(), SMTP_WINDOW, "port")
    desk.auto_type(1)
    window.wait_for({**SMTP_WINDOW, "port": "587", "bcc": ""}, "bcc")


def test_a_user_is_typed_with_every_character_of_each_value(desk: Screen) -> None:
    fields = {"smtp_server": "HQ relay 2", "username": "thandi@example.co.za", "sender_name": KEYS}
    order = order_of(
        item(
            1, "mail_user", "THANDI", "create",
            *(field(name, "", text) for name, text in fields.items()), field("password", "unset", "set"),
        )
    )  # fmt: skip
    user = {"user": "thandi", "username": fields["username"], "password": CHARACTERS}
    # A number at the end of a key repeats it; at the end of a label it must not.
    entries = items_of(order, "soweto", {"users": [user]}, {"smtp_server": "Mail (SMTP) 100% 2"})
    window = opened(desk, entries, USER_WINDOW, "smtp_server")
    desk.auto_type(0)
    window.wait_for({**USER_WINDOW, **fields, "password": CHARACTERS}, "sender_name")
