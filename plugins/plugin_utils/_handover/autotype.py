# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Auto-type sequences: what KeePass and KeePassXC type into Fincon's window for an item. Pure.

A sequence names fields of its entry (``{PASSWORD}``, ``{S:03 Port}``) and holds no value, so that no character of a
value acts as a key (https://keepass.info/help/base/autotype.html: ``+ ^ % ~ ( ) { } [ ]`` do in a sequence). Both
programs also replace placeholders within the values that they insert
(https://keepass.info/help/base/placeholders.html), so an item with a placeholder in a value is not typed.

Nothing is typed that depends on the state of the window: a tick box is skipped, since a key would toggle it and its
state is unknown here; the person places the cursor; no button is pressed, and nothing is saved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item, Value

#: Fields that every entry has, and their placeholders. All others are attributes, ``{S:NAME}``.
STANDARD = {"username": "{USERNAME}", "password": "{PASSWORD}"}

#: What KeePass 2 and KeePassXC replace, also in a value. Both ignore case.
_PLACEHOLDER = re.compile(
    r"\{(?:TITLE|USERNAME|PASSWORD|URL|NOTES|BASE|UUID|GROUP|APPDIR|DB_|DT_|ENV_|S:|REF:|T-|C:|CMD:|T-CONV:|T-REPLACE|"
    r"TOTP|TIMEOTP|HMACOTP|NEWPASSWORD|PASSWORD_ENC|PICKCHARS|PICKFIELD|PASSKEY|CLIPBOARD|INTERNETEXPLORER|FIREFOX|"
    r"OPERA|GOOGLECHROME|SAFARI|EDGE)[^{}]*\}|%[A-Z_][A-Z0-9_()]*%",
    re.IGNORECASE,
)

_BREAKING = re.compile(r'[{}"]')

#: Clears a field with one line before typing into it. Both programs support it.
_CLEAR = "{CLEARFIELD}"
_NEXT = "{TAB}"


@dataclass(frozen=True)
class Typing:
    """How an item is typed.

    :param sequence: the auto-type sequence; empty where nothing is typed.
    :param start: label of the field in which the person places the cursor first.
    :param reason: why nothing is typed, or an empty text.
    """

    sequence: str = ""
    start: str = ""
    reason: str = ""


def checked_order(names: Iterable[str]) -> list[str]:
    """Return the order of the fields in the user's window, as the site entered it.

    :raises FinconError: for a name that is not a field, or that appears twice.
    """
    fields = [field.name for field in USER_FIELDS]
    found: list[str] = []
    for name in map(str, names):
        if name not in fields:
            hint = did_you_mean(name, fields) or f"; known are {', '.join(fields)}"
            raise FinconError(f"fincon_work_order_user_order: {name!r} is not a field of a user{hint}")
        if name in found:
            raise FinconError(f"fincon_work_order_user_order: {name!r} appears twice")
        found.append(name)
    return found


def in_window_order(item: Item, user_order: Sequence[str]) -> list[Value]:
    """Return the values of an item in the order of the window, or of the work order when that is not known."""
    order = _window(item, user_order)
    return sorted(item.values, key=lambda value: order.index(value.field.name) if value.field.name in order else 99)


def attribute_names(values: Sequence[Value]) -> dict[str, str]:
    """Return the names of the attributes, by field.

    The number keeps the order of the window, since programs sort attributes by name, and prevents conflicts with
    KeePass' own names. Braces would end a placeholder, and a quotation mark would end a search of pykeepass.
    """
    return {
        value.field.name: f"{number:02} {_BREAKING.sub('', value.label).strip()}"
        for number, value in enumerate(values, 1)
        if value.field.name not in STANDARD
    }


def typing(item: Item, user_order: Sequence[str] = ()) -> Typing:
    """Return how an item is typed.

    :param user_order: the fields of the user's window in the order in which the key Tab reaches them; empty when the
        site has not entered it.
    """
    values = [value for value in in_window_order(item, user_order) if value.field.kind != "flag"]
    reason = _reason(item, values, user_order)
    if reason:
        return Typing(reason=reason)
    order, names = _window(item, user_order), attribute_names(in_window_order(item, user_order))
    keys, at = [], order.index(values[0].field.name)
    for value in values:
        place = order.index(value.field.name)
        typed = STANDARD.get(value.field.name) or "{S:" + names[value.field.name] + "}"
        keys.append(_NEXT * (place - at) + _CLEAR + (typed if value.text else ""))
        at = place
    return Typing("".join(keys), values[0].label)


def _reason(item: Item, values: Sequence[Value], user_order: Sequence[str]) -> str:
    """Why an item is not typed, or an empty text."""
    if item.action == DELETE:
        return "what is cleared or deleted is done by hand"
    if not values:
        return "a tick box is set by hand"
    if not all(value.known for value in values):
        return "its password is declared nowhere"
    if not {value.field.name for value in values} <= set(_window(item, user_order)):
        return "the order of the fields in this window is not set (fincon_work_order_user_order)"
    if any(_PLACEHOLDER.search(value.text) for value in values):
        return "a value holds a text that KeePass would replace, also when it is copied; type it by hand"
    return ""


def _window(item: Item, user_order: Sequence[str]) -> list[str]:
    """The fields of a window in the order of its Tab key, as far as it is known."""
    if item.resource == SMTP_SERVER.name:
        return [field.name for field in SMTP_SERVER.fields]
    return list(user_order) if item.resource in (MAIL_USER.name, MAIL_ENABLED.name) else []
