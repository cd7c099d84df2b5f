# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The shape of a ledger, version 1: plain data in, a :class:`Ledger` or findings out, and back. Pure.

``schemas/ledger.schema.json`` describes the same for editors; a test keeps the two consistent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_text import (
    DataPath,
    Inline,
    InlineList,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import (
    Confirmation,
    Item,
    Ledger,
    Order,
    is_needed,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END, TEXT_PATTERN, value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean, path_text
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET, UNSET, WILL_CHANGE
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    USERS,
    Field,
    Section,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    FieldChange,
    Record,
    State,
    blank,
    empty_value,
    is_blank,
)

VERSION = 1

FINGERPRINT_PATTERN = r"^scrypt\$[0-9]+\$[0-9]+\$[0-9]+\$[A-Za-z0-9+/]+=*\$[A-Za-z0-9+/]+=*" + END
RECORD_KEY_PATTERN = r"^(smtp_server|mail_user)/."
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}" + END

#: Keys of each mapping: whether it must be there.
LEDGER_KEYS = {
    "ledger": True, "confirmed": True, "fingerprints": True, "ordered": True, "last_order": True,
    "last_confirmed": True, "history": False,
}  # fmt: skip
ORDER_KEYS = {"number": True, "date": True, "items": True, "fingerprints": False}
ITEM_KEYS = {"item": True, "since": True, "resource": True, "name": True, "action": True, "fields": True}
CELL_KEYS = {"field": True, "have": True, "want": True}
CONFIRMATION_KEYS = {"order": True, "date": True, "by": False, "items": True, "remaining": True}
#: A confirmation in the history has more keys than the last confirmation has.
HISTORY_KEYS = {
    "order": True, "ordered": False, "date": True, "by": False, "done_on": False, "items": True, "remaining": True,
    "not_done": False, "remarks": False,
}  # fmt: skip
NOT_DONE_KEYS = {"item": True, "reason": False}


def read(data: Any) -> tuple[Ledger | None, list[tuple[DataPath, Finding]]]:
    """Return the ledger in the data, or ``None`` and all errors, each with its path."""
    reader = _LedgerReader()
    ledger = reader.ledger(data)
    return (None, reader.faults) if reader.faults else (ledger, [])


def is_day(text: str) -> bool:
    """Whether a text is a valid date, ``CCYY-MM-DD``."""
    try:
        return bool(re.search(DATE_PATTERN, text) and date.fromisoformat(text))
    except ValueError:
        return False


def write(ledger: Ledger) -> dict[str, Any]:
    """Return the data of a ledger, in the order in which they are written."""
    order, last = ledger.order, ledger.last_confirmed
    return {
        "ledger": VERSION,
        "confirmed": {
            section.name: [_written(section, record) for record in ledger.confirmed.records(section.resource)]
            for section in SECTIONS.values()
        },
        "fingerprints": dict(sorted(ledger.fingerprints.items())),
        "ordered": _written_order(order) if order else None,
        "last_order": ledger.last_order,
        "last_confirmed": _written_confirmation(last) if last else None,
        # Older versions can read a ledger as long as nothing was confirmed with this version.
        **({"history": [_written_history(entry) for entry in ledger.history]} if ledger.history else {}),
    }


def _written(section: Section, record: Record) -> dict[str, Any]:
    """The record without empty or unknown fields. A record with settings always says whether a password is set."""
    nothing = ("", None, UNSET) if section is USERS and is_blank(record) else ("", None)
    known = {field.name: record.get(field.name) for field in section.fields if record.get(field.name) not in nothing}
    return {section.key.name: record[section.key.name], **known}


def _written_order(order: Order) -> dict[str, Any]:
    items = []
    for item in order.items:
        shown = item.as_dict()
        items.append({**shown, "fields": [Inline(change) for change in shown["fields"]]})
    fingerprints = {"fingerprints": dict(sorted(order.fingerprints.items()))} if order.fingerprints else {}
    return {"number": order.number, "date": order.date, "items": items, **fingerprints}


def _written_confirmation(last: Confirmation) -> dict[str, Any]:
    by = {"by": last.by} if last.by else {}
    # The list at the end of the file is on one line, so that a truncated list cannot go unnoticed.
    items = {"items": InlineList(last.items), "remaining": InlineList(last.remaining)}
    return {"order": last.order, "date": last.date, **by, **items}


def _written_history(entry: Confirmation) -> dict[str, Any]:
    not_done = [
        Inline({"item": item, "reason": reason} if reason else {"item": item}) for item, reason in entry.not_done
    ]
    values = {
        **_written_confirmation(entry),
        "ordered": entry.ordered,
        "done_on": entry.done_on,
        "not_done": not_done,
        "remarks": entry.remarks,
    }
    return {key: values[key] for key, needed in HISTORY_KEYS.items() if needed or values.get(key)}


class _LedgerReader:
    """Takes data apart and collects the errors. Its return values are only valid when there are no errors."""

    def __init__(self) -> None:
        self.faults: list[tuple[DataPath, Finding]] = []

    def ledger(self, data: Any) -> Ledger | None:
        version = data.get("ledger") if isinstance(data, dict) else None
        if not isinstance(version, int) or isinstance(version, bool):
            self._fault((), "this is not a ledger: it has no version number, such as ledger: 1")
            return None
        if version != VERSION:
            text = f"is {version}, and this collection reads version {VERSION} only; use the collection that wrote it"
            self._fault(("ledger",), text)
            return None
        top = self._mapping(data, (), LEDGER_KEYS)
        last_order = self._number(top, "last_order", (), 0)
        confirmed = self._mapping(top.get("confirmed"), ("confirmed",), dict.fromkeys(SECTIONS, True))
        records = {section.resource.name: self._records(section, confirmed) for section in SECTIONS.values()}
        order = self._order(top["ordered"]) if top.get("ordered") is not None else None
        last = None
        if top.get("last_confirmed") is not None:
            last = self._confirmation(top["last_confirmed"], ("last_confirmed",), CONFIRMATION_KEYS)
        history = tuple(
            self._confirmation(entry, ("history", index), HISTORY_KEYS)
            for index, entry in enumerate(self._list(top, "history", ()))
        )
        fingerprints = self._fingerprints(top, ())
        if order and "last_order" in top and order.number > last_order:
            self._fault(("last_order",), f"must be {order.number} at least, the number of the open work order")
        if self.faults:
            return None
        state = State(records[SMTP_SERVER.name], records[MAIL_USER.name], all_users_known=False)
        return Ledger(state, fingerprints, order, last_order, last, history)

    def _records(self, section: Section, confirmed: Mapping[str, Any]) -> list[dict[str, Any]]:
        resource = section.resource
        keys = {section.key.name: True, **{field.name: is_needed(field) for field in section.fields}}
        seen: dict[str, str] = {}
        records = []
        for index, entry in enumerate(self._list(confirmed, section.name, ("confirmed",))):
            path = ("confirmed", section.name, index)
            name = entry.get(resource.key.name) if isinstance(entry, dict) else None
            named = Finding("", resource=resource.name, name=name if isinstance(name, str) else "")
            record = self._mapping(entry, path, keys, named)
            for field, held in record.items():
                self._judge((*path, field), _held_problem(section.columns[field], held, resource.key), named)
            if isinstance(name, str):
                key = normal_key(resource, name)
                if key in seen:
                    self._fault(path, f"appears twice (as {seen[key]!r} and {name!r})", named)
                seen[key] = name
            unknown = {"email_enabled": None} if section is USERS else {}
            records.append({**blank(resource, named.name), **unknown, **record})
        return records

    def _order(self, value: Any) -> Order:
        path = ("ordered",)
        order = self._mapping(value, path, ORDER_KEYS)
        items = [
            self._item(entry, (*path, "items", index)) for index, entry in enumerate(self._list(order, "items", path))
        ]
        if order.get("items") == []:
            self._fault((*path, "items"), "must not be empty; without any item, ordered is null")
        for index, item in enumerate(items):
            if item.number in {other.number for other in items[:index]}:
                self._fault((*path, "items", index, "item"), f"is {item.number} like that of an item before it")
        number, day = self._number(order, "number", path, 1), self._day(order, "date", path)
        return Order(number, day, tuple(items), self._fingerprints(order, path))

    def _item(self, value: Any, path: DataPath) -> Item:
        item = self._mapping(value, path, ITEM_KEYS)
        resource = self._choice(item, "resource", path, RESOURCES)
        action = self._choice(item, "action", path, (CREATE, UPDATE, DELETE))
        if "name" in item:
            key = RESOURCES[resource].key if resource else SMTP_SERVER.key
            self._judge((*path, "name"), value_problem(key, item["name"]))
        fields_of = {field.name: field for field in RESOURCES[resource].fields} if resource else {}
        fields = [
            self._cell(entry, (*path, "fields", index), fields_of)
            for index, entry in enumerate(self._list(item, "fields", path))
        ]
        change = Change(resource, str(item.get("name")), action, tuple(fields))
        return Item(self._number(item, "item", path, 1), self._day(item, "since", path), change)

    def _cell(self, value: Any, path: DataPath, fields: Mapping[str, Field]) -> FieldChange:
        cell = self._mapping(value, path, CELL_KEYS)
        name = self._choice(cell, "field", path, fields)
        for side in ("have", "want"):
            if name and side in cell:
                self._judge((*path, side), _ordered_problem(fields[name], cell[side]))
        return FieldChange(name, cell.get("have"), cell.get("want"))

    def _confirmation(self, value: Any, path: DataPath, keys: Mapping[str, bool]) -> Confirmation:
        read = self._mapping(value, path, keys)
        by, remarks = (self._text(read, name, path) for name in ("by", "remarks"))
        items, remaining = (
            tuple(self._number({name: n}, name, path, 1) for n in self._list(read, name, path))
            for name in ("items", "remaining")
        )
        not_done = tuple(
            self._not_done(entry, (*path, "not_done", index))
            for index, entry in enumerate(self._list(read, "not_done", path))
        )
        number, day = self._number(read, "order", path, 1), self._day(read, "date", path)
        ordered, done_on = (self._day(read, name, path) for name in ("ordered", "done_on"))
        return Confirmation(number, day, by, items, remaining, ordered, done_on, remarks, not_done)

    def _not_done(self, value: Any, path: DataPath) -> tuple[int, str]:
        entry = self._mapping(value, path, NOT_DONE_KEYS)
        return self._number(entry, "item", path, 1), self._text(entry, "reason", path)

    def _fingerprints(self, mapping: Mapping[str, Any], above: DataPath) -> dict[str, str]:
        value, path = mapping.get("fingerprints", {}), (*above, "fingerprints")
        if not isinstance(value, dict):
            self._fault(path, "must be a mapping; {} when there are none")
            return {}
        for place, kept in value.items():
            if not re.search(RECORD_KEY_PATTERN, place):
                self._fault((*path, place), "must name a record, such as smtp_server/hq relay or mail_user/THANDI")
            # The value may be a password that a person wrote here by mistake, so it is not shown.
            if not isinstance(kept, str) or not re.search(FINGERPRINT_PATTERN, kept):
                text = "is not a fingerprint; remove the line, and the password will be ordered once more"
                self._fault((*path, place), text)
        return dict(value)

    def _mapping(
        self, value: Any, path: DataPath, keys: Mapping[str, bool], named: Finding | None = None
    ) -> dict[str, Any]:
        """Return what is known of a mapping."""
        if not isinstance(value, dict):
            self._fault(path, "must be a mapping", named)
            return {}
        for key in value:
            if key not in keys:
                self._fault((*path, key), f"is not a known key{did_you_mean(key, keys)}", named)
        for key, needed in keys.items():
            if needed and key not in value:
                self._fault(path, f"{key} must be given", named)
        return {key: value[key] for key in keys if key in value}

    # Below: what a mapping holds at a key. A missing key is already an error of its mapping.

    def _list(self, mapping: Mapping[str, Any], key: str, above: DataPath) -> list[Any]:
        value = mapping.get(key, [])
        if isinstance(value, list):
            return value
        self._fault((*above, key), "must be a list; [] when there is nothing in it")
        return []

    def _text(self, mapping: Mapping[str, Any], key: str, above: DataPath) -> str:
        value = mapping.get(key, "")
        if isinstance(value, str) and re.search(TEXT_PATTERN, value):
            return value
        self._fault((*above, key), "must be text on one line")
        return ""

    def _number(self, mapping: Mapping[str, Any], key: str, above: DataPath, minimum: int) -> int:
        value = mapping.get(key, minimum)
        if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
            return value
        self._fault((*above, key), f"must be a whole number, {minimum} or more")
        return minimum

    def _day(self, mapping: Mapping[str, Any], key: str, above: DataPath) -> str:
        value = mapping.get(key)
        if isinstance(value, str) and is_day(value):
            return value
        if key in mapping:
            self._fault((*above, key), "must be a day, such as 2026-11-24")
        return ""

    def _choice(self, mapping: Mapping[str, Any], key: str, above: DataPath, known: Iterable[str]) -> str:
        value, names = mapping.get(key), list(known)
        if isinstance(value, str) and value in names:
            return value
        if key in mapping and names:
            hint = did_you_mean(value, names) if isinstance(value, str) else ""
            self._fault((*above, key), f"must be one of {', '.join(names)}{hint}")
        return ""

    def _judge(self, path: DataPath, problem: str | None, named: Finding | None = None) -> None:
        if problem:
            self._fault(path, problem, named)

    def _fault(self, path: DataPath, message: str, named: Finding | None = None) -> None:
        finding = replace(named or Finding(""), message=message, path=path_text(path))
        self.faults.append((path, finding))


def _held_problem(field: Field, value: Any, key: Field) -> str | None:
    """What is wrong with the value of a field that is confirmed."""
    if field.secret:
        return _word_problem(value, (SET, UNSET))
    may_be_empty = field is not key and not is_needed(field)
    return None if value == "" and may_be_empty else value_problem(field, value)


def _ordered_problem(field: Field, value: Any) -> str | None:
    """What is wrong with the old or new value of an item: it may be empty, or null when it was unknown."""
    if field.secret:
        return _word_problem(value, (SET, UNSET, WILL_CHANGE))
    return None if value is None or value == empty_value(field) else value_problem(field, value)


def _word_problem(value: Any, words: Sequence[str]) -> str | None:
    if value in words:
        return None
    # It may be a password that a person wrote here by mistake, so it is not shown.
    return f"must be {' or '.join(map(repr, words))}; never write a password into a ledger"
