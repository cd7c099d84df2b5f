# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The bookkeeping of an attended site: what is ordered, what is confirmed, and how the one becomes the other. Pure.

An order is always the whole difference between the confirmed state and the desired state. Declaring more adds to it,
and declaring the confirmed value again withdraws the item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.differences import diff
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import Fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    Field,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    Change,
    State,
)


@dataclass(frozen=True)
class Item:
    """One change to type in.

    :param number: its number in the order, from 1.
    :param since: the day on which it was first ordered, ``CCYY-MM-DD``.
    :param change: what to change, from what is confirmed. Its passwords are words, and it has no secrets.
    """

    number: int
    since: str
    change: Change

    def as_dict(self) -> dict[str, Any]:
        """Return the item as results and the ledger show it."""
        return {"item": self.number, "since": self.since, **self.change.as_dict()}


@dataclass(frozen=True)
class Order:
    """The open work order.

    :param number: its number; an order whose items change gets a new number, since a printed page would be wrong.
    :param date: the day on which it got this number, ``CCYY-MM-DD``.
    :param items: in the order in which they can be done.
    :param fingerprints: of the ordered passwords, by record (see :class:`Fingerprints`).
    """

    number: int
    date: str
    items: tuple[Item, ...]
    fingerprints: Mapping[str, str] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the order as results show it."""
        return {"number": self.number, "ordered": self.date, "items": [item.as_dict() for item in self.items]}


@dataclass(frozen=True)
class Confirmation:
    """What was confirmed of an order: by one confirmation, in the history, or by all confirmations so far.

    :param order: its number.
    :param date: the day of the confirmation, ``CCYY-MM-DD``.
    :param by: who did the work; empty when not given.
    :param items: numbers of the items that were confirmed.
    :param remaining: numbers of those that were not, so far; empty when it was confirmed in full.
    :param ordered: the day of the order; empty in what earlier versions wrote.
    :param done_on: the day of the work, from the reply; empty when the reply does not give it.
    :param remarks: remarks of the person who did the work.
    :param not_done: items that could not be done, each with the reason, which may be empty.
    """

    order: int
    date: str
    by: str
    items: tuple[int, ...]
    remaining: tuple[int, ...] = ()
    ordered: str = ""
    done_on: str = ""
    remarks: str = ""
    not_done: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Ledger:
    """What is known about an attended installation.

    :param confirmed: what Fincon holds, as people confirmed it.
    :param fingerprints: of the confirmed passwords, by record.
    :param order: the open work order, or ``None``.
    :param last_order: the number that was assigned last, 0 before the first.
    :param last_confirmed: what is confirmed of the order that was confirmed last, if there was one.
    :param history: every confirmation, the first one first.
    """

    confirmed: State
    fingerprints: Mapping[str, str] = field(default_factory=dict, repr=False)
    order: Order | None = None
    last_order: int = 0
    last_confirmed: Confirmation | None = None
    history: tuple[Confirmation, ...] = ()

    @property
    def state(self) -> State:
        """What Fincon will hold once everything that is ordered is typed in."""
        return typed_in(self.confirmed, [item.change for item in self.order.items] if self.order else ())

    @property
    def known_passwords(self) -> Fingerprints:
        """The fingerprints that go with :attr:`state`."""
        return Fingerprints({**self.fingerprints, **(self.order.fingerprints if self.order else {})})

    def last_confirmation(self) -> dict[str, Any] | None:
        """Return the last confirmation as results show it, or ``None``."""
        last = self.history[-1] if self.history else self.last_confirmed
        if last is None:
            return None
        return {
            "order": last.order,
            "date": last.date,
            "by": last.by,
            "items": list(last.items),
            "remaining": list(last.remaining),
            "not_done": [{"item": item, "reason": reason} for item, reason in last.not_done],
            "remarks": last.remarks,
        }

    def pending(self) -> list[dict[str, Any]]:
        """Return the pending items, each with the number of its order."""
        return [{"order": self.order.number, **item.as_dict()} for item in self.order.items] if self.order else []


def is_needed(field: Field) -> bool:
    """Whether the confirmed record must contain this field.

    A definition contains its server, its port and its flags, since nothing can be verified without them. A text that
    is left out is empty, and a user's switch that is left out is unknown.
    """
    return field in SMTP_SERVER.fields and (field.required or field.kind in ("flag", "integer"))


def typed_in(state: State, changes: Iterable[Change]) -> State:
    """Return the state after the changes: a password that will change is set, and a switch not named is unknown."""
    later = state.after(changes)
    for record in later.records(SMTP_SERVER):
        later.put(SMTP_SERVER, _settled(record))
    for record in later.records(MAIL_USER):
        later.put(MAIL_USER, _settled({"email_enabled": None, **record}))
    return later


def _settled(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "password": passwords.SET} if record.get("password") == passwords.WILL_CHANGE else record


def with_changes(ledger: Ledger, changes: Sequence[Change], today: str, goes_on: bool = False) -> Ledger:
    """Return the ledger with the changes ordered; the same object when the order does not change.

    :param changes: what differs from :attr:`Ledger.state`, with the passwords to set.
    :param today: the day of the order, ``CCYY-MM-DD``.
    :param goes_on: whether the play that gave the open order its number adds to it. That order was not shown to anyone
        yet, so it keeps its number.
    """
    if not changes:
        return ledger
    order, planned = ledger.order, ledger.state
    wanted = typed_in(planned, changes)
    waiting = _waiting_passwords(ledger, planned, wanted, changes)
    due = differences(ledger.confirmed, wanted, waiting)
    if order and _is_same_order(order, due, waiting):
        return ledger
    if not due:
        return replace(ledger, order=None)
    number, day = (order.number, order.date) if order and goes_on else (ledger.last_order + 1, today)
    return replace(ledger, order=Order(number, day, _items(order, due, waiting, today), waiting), last_order=number)


def differences(confirmed: State, wanted: State, waiting: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the changes to type in, in the order in which they can be done, without secrets.

    :param waiting: fingerprints of passwords that differ from the confirmed ones, by record.
    """
    target = wanted.after(())
    for resource in (SMTP_SERVER, MAIL_USER):
        for record in wanted.records(resource):
            name = record[resource.key.name]
            have = (confirmed.get(resource, name) or {}).get("password")
            record_key = Fingerprints.key(resource.name, normal_key(resource, name))
            if record.get("password") == have == passwords.SET and record_key in waiting:
                target.put(resource, {**record, "password": passwords.WILL_CHANGE})
    return diff(confirmed, target)


def _waiting_passwords(ledger: Ledger, planned: State, wanted: State, changes: Sequence[Change]) -> dict[str, str]:
    """Return the fingerprints of the passwords to type in."""
    waiting = dict(ledger.order.fingerprints) if ledger.order else {}
    for change in changes:
        record_key = fingerprint_key(change)
        for password in change.secrets.values():
            ordered = waiting.get(record_key)
            if password and ordered and passwords.matches(password, ordered):
                continue
            if not password or _is_back(ledger, planned, change, password):
                waiting.pop(record_key, None)
            else:
                waiting[record_key] = passwords.fingerprint(password)
    set_keys = {
        Fingerprints.key(resource.name, normal_key(resource, record[resource.key.name]))
        for resource in (SMTP_SERVER, MAIL_USER)
        for record in wanted.records(resource)
        if record.get("password") == passwords.SET
    }
    return {record_key: waiting[record_key] for record_key in sorted(waiting) if record_key in set_keys}


def _is_back(ledger: Ledger, planned: State, change: Change, password: str) -> bool:
    """Whether the password is the confirmed one, and another one, or none, was ordered in the meantime.

    If no other was ordered, the same password only comes again because it should be typed in again.
    """
    record_key, resource = fingerprint_key(change), RESOURCES[change.resource]
    confirmed, ordered = ledger.confirmed.get(resource, change.name), planned.get(resource, change.name)
    was_set = (confirmed or {}).get("password") == passwords.SET
    is_set = (ordered or {}).get("password") == passwords.SET
    other = not is_set or bool(ledger.order and record_key in ledger.order.fingerprints)
    return was_set and other and passwords.matches(password, ledger.fingerprints.get(record_key, ""))


def fingerprint_key(change: Change) -> str:
    """Return the key under which the fingerprint of the changed record's password is kept."""
    return Fingerprints.key(change.resource, normal_key(RESOURCES[change.resource], change.name))


def _is_same_order(order: Order, changes: Sequence[Change], waiting: Mapping[str, str]) -> bool:
    """Whether a printed page of the order is still complete. What is left of an order keeps its numbers."""
    return [item.change for item in order.items] == list(changes) and dict(order.fingerprints) == dict(waiting)


def _items(order: Order | None, changes: Iterable[Change], waiting: Mapping[str, str], today: str) -> tuple[Item, ...]:
    """Number the changes. One that was ordered before, with the same password, keeps its day."""
    before = {(item.change.resource, item.change.name): item for item in order.items} if order else {}
    fingerprints = order.fingerprints if order else {}
    items = []
    for number, change in enumerate(changes, 1):
        known, record_key = before.get((change.resource, change.name)), fingerprint_key(change)
        kept = known and known.change == change and fingerprints.get(record_key) == waiting.get(record_key)
        items.append(Item(number, known.since if known and kept else today, change))
    return tuple(items)
