# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a clerk types for each open item of a work order, including passwords. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as declared_as
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    Field,
    normal_key,
    section_of,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import (
    declared_passwords,
    known_labels,
    order_name,
    place_of,
)

_TASKS = {
    (SMTP_SERVER.name, CREATE): "Create the SMTP definition",
    (SMTP_SERVER.name, UPDATE): "Change the SMTP definition",
    (SMTP_SERVER.name, DELETE): "Delete the SMTP definition",
    (MAIL_USER.name, CREATE): "Enter the settings of user",
    (MAIL_USER.name, UPDATE): "Change the settings of user",
    (MAIL_USER.name, DELETE): "Clear the settings of user",
    (MAIL_ENABLED.name, UPDATE): "Change the e-mail switch of user",
}


@dataclass(frozen=True)
class Value:
    """A field that an item changes.

    :param field: its entry in the records table.
    :param label: its label in the window, or else in the work order.
    :param text: what is typed; ``Y`` or ``N`` for a tick box; empty when the field is cleared.
    :param known: false for a password that must be typed but is not declared.
    """

    field: Field
    label: str
    text: str = declared_as(repr=False)
    known: bool = True


@dataclass(frozen=True)
class Item:
    """An open item.

    :param order: the work order's name for people.
    :param number: of the item.
    :param resource: the kind of its record.
    :param action: what is done to the record.
    :param name: of the record.
    :param login: the user name that belongs to the password, even if it does not change.
    :param values: the fields that change, in the order of the records table.
    """

    order: str
    number: int
    resource: str
    action: str
    name: str
    login: str
    values: tuple[Value, ...]

    @property
    def title(self) -> str:
        """Its name among the items of all work orders: ``SOWETO-3 / 4 THANDI``."""
        return f"{self.order} / {self.number} {self.name}"

    @property
    def task(self) -> str:
        """The task, in words."""
        return f"{_TASKS[self.resource, self.action]} {self.name}"

    @property
    def password(self) -> str:
        """The password to type, or an empty text."""
        return next((value.text for value in self.values if value.field.secret), "")


def items_of(
    order: Mapping[str, Any], branch: str, records: Mapping[str, Any], labels: Mapping[str, str] | None = None
) -> list[Item]:
    """Return the open items of a work order.

    :param order: the ``work_order`` of a result.
    :param branch: name of the host.
    :param records: the declared ``smtp_servers`` and ``users``, where the passwords are.
    :param labels: Fincon's labels as far as the site knows them, by the field's name.
    :raises FinconError: for a label of a field that does not exist.
    """
    known, passwords, logins = known_labels(labels or {}), declared_passwords(records), _logins(records)
    name = visible(order_name(branch, order["number"]))
    made = []
    for item in order["items"]:
        values = _values(item, known, passwords)
        declared = logins.get((section_of(item["resource"]).name, _key(item)), "")
        login = next((value.text for value in values if value.field.name == "username"), visible(declared))
        made.append(Item(name, item["item"], item["resource"], item["action"], visible(item["name"]), login, values))
    return made


def _values(
    item: Mapping[str, Any], known: Mapping[str, str], passwords: Mapping[tuple[str, str, str], str]
) -> tuple[Value, ...]:
    wanted = {change["field"]: change["want"] for change in item["fields"]}
    return tuple(
        _value(field, field.label or known.get(field.name) or field.title, wanted[field.name], passwords, item)
        for field in RESOURCES[item["resource"]].fields
        if field.name in wanted
    )


def _value(
    field: Field, label: str, want: Any, passwords: Mapping[tuple[str, str, str], str], item: Mapping[str, Any]
) -> Value:
    if field.secret:
        text = "" if want in (UNSET, None, "") else passwords.get(place_of(item, field.name), "")
        return Value(field, label, text, bool(text) or want in (UNSET, None, ""))
    if field.kind == "flag":
        return Value(field, label, "Y" if want else "N")
    return Value(field, label, "" if want is None else visible(str(want)))


def _logins(records: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The declared user names, by section and key."""
    return {
        (section.name, normal_key(section.resource, str(record[section.key.name]))): str(record.get("username") or "")
        for section in SECTIONS.values()
        for record in records.get(section.name) or []
    }


def _key(item: Mapping[str, Any]) -> str:
    return normal_key(section_of(item["resource"]).resource, item["name"])
