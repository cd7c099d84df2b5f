# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Recording in a ledger what Fincon holds: confirming what was ordered, and filling an empty ledger. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import (
    Confirmation,
    Item,
    Ledger,
    Order,
    fingerprint_key,
    typed_in,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DELETE, Change, State


@dataclass(frozen=True)
class Said:
    """Further details of the work on an order.

    :param not_done: items that are not done, each with the reason, which may be empty.
    :param done_on: the day of the work, ``CCYY-MM-DD``; may be empty.
    :param remarks: on one line; may be empty.
    :param ordered: the day of the order, ``CCYY-MM-DD``, as its page shows it; empty when it is not known.
    :param repeat: whether an order that was confirmed in full and followed by others is accepted as already confirmed.
        Otherwise it is refused.
    """

    not_done: tuple[tuple[int, str], ...] = ()
    done_on: str = ""
    remarks: str = ""
    ordered: str = ""
    repeat: bool = False


NOTHING_ELSE = Said()


def confirm(
    ledger: Ledger, number: int, chosen: Sequence[int] | None, today: str, by: str, said: Said = NOTHING_ELSE
) -> tuple[Ledger, tuple[Item, ...]]:
    """Return the ledger with items of an order confirmed, and those items; no items when all were confirmed before.

    :param number: number of the order, as its page shows it.
    :param chosen: numbers of the items; ``None`` for all that are left, except those that are reported as not done.
    :param today: the day of the confirmation, ``CCYY-MM-DD``.
    :param by: who did the work; may be empty.
    :raises FinconError: when this order, or one of the items, cannot be confirmed.
    """
    order = ledger.order
    _refuse_another_day(ledger, number, said.ordered)
    _refuse_denial(ledger, number, by, said)
    if order is None or order.number != number:
        if not (said.repeat and _is_confirmed(ledger, number, chosen)):
            _refuse_order(ledger, number)
        return _with_words(ledger, number, today, by, said), ()
    items = _chosen_items(ledger, order, chosen, said)
    confirmation = Confirmation(
        number,
        today,
        by,
        tuple(item.number for item in items),
        tuple(item.number for item in order.items if item not in items),
        order.date,
        said.done_on,
        said.remarks,
        said.not_done,
    )
    if not items and not _is_news(ledger, confirmation):
        return ledger, ()
    return _with(ledger, order, items, confirmation), items


def _with(ledger: Ledger, order: Order, items: tuple[Item, ...], confirmation: Confirmation) -> Ledger:
    changes = [item.change for item in items]
    rest = tuple(item for item in order.items if item not in items)
    moved, kept = dict(ledger.fingerprints), dict(order.fingerprints)
    for change in changes:
        _move_password(change, moved, kept)
    last = ledger.last_confirmed
    if items:
        every = tuple(sorted({*_already(ledger, order.number), *confirmation.items}))
        last = Confirmation(order.number, confirmation.date, confirmation.by, every, confirmation.remaining)
    # The last confirmation by an earlier version is the first that is known.
    before = ledger.history or ((ledger.last_confirmed,) if ledger.last_confirmed else ())
    return Ledger(
        _without_cleared(typed_in(ledger.confirmed, changes), changes),
        moved,
        replace(order, items=rest, fingerprints=kept) if rest else None,
        ledger.last_order,
        last,
        (*before, confirmation),
    )


def _with_words(ledger: Ledger, number: int, today: str, by: str, said: Said) -> Ledger:
    """Return the ledger with the remarks and reasons of a further report on an order that is closed."""
    known = [entry for entry in ledger.history if entry.order == number]
    if not known:
        return ledger
    last = known[-1]
    further = Confirmation(
        number, today, by, (), last.remaining, last.ordered, said.done_on, said.remarks, said.not_done
    )
    return replace(ledger, history=(*ledger.history, further)) if _is_news(ledger, further) else ledger


def _is_news(ledger: Ledger, confirmation: Confirmation) -> bool:
    """Whether a confirmation without any item adds something to the history."""
    if not (confirmation.remarks or any(reason for _item, reason in confirmation.not_done)):
        return False
    return not _is_known(ledger, confirmation.order, confirmation.by, confirmation)


def _is_known(ledger: Ledger, number: int, by: str, said: Said | Confirmation) -> bool:
    """Whether the history has this report of an order already."""
    return any(
        (known.order, known.by, known.done_on, known.remarks, known.not_done)
        == (number, by, said.done_on, said.remarks, said.not_done)
        for known in ledger.history
    )


def _refuse_another_day(ledger: Ledger, number: int, ordered: str) -> None:
    """Refuse a confirmation of an order with another date: its number was assigned again after a ledger went back."""
    known = {entry.ordered for entry in ledger.history if entry.order == number and entry.ordered}
    if ledger.order and ledger.order.number == number:
        known = {ledger.order.date}
    if ordered and known and ordered not in known:
        raise FinconError(
            f"work order {number} was ordered on {max(known)}, and this is for one of {ordered}; "
            "print the current work order and compare it with what was typed in"
        )


def _refuse_denial(ledger: Ledger, number: int, by: str, said: Said) -> None:
    """Refuse a report that an item is not done which was confirmed, unless the report is older than that."""
    if _is_known(ledger, number, by, said):
        return  # it came before the item was done
    entries = [entry for entry in ledger.history if entry.order == number]
    for item, _reason in said.not_done:
        entry = next((entry for entry in entries if item in entry.items), None)
        if entry and not (said.done_on and said.done_on < entry.done_on):
            who = f" by {entry.by}" if entry.by else ""
            raise FinconError(
                f"item {item} was confirmed on {entry.date}{who}, and this says that it is not done; look in Fincon, "
                "and if it is not done there, note in the ledger what Fincon holds (docs/attended.md)"
            )


def _is_confirmed(ledger: Ledger, number: int, chosen: Sequence[int] | None) -> bool:
    """Whether what is reported for a closed order was confirmed while it was open."""
    known = [entry for entry in (*ledger.history, ledger.last_confirmed) if entry and entry.order == number]
    items = {item for entry in known for item in entry.items}
    return any(not entry.remaining for entry in known) or (chosen is not None and items >= set(chosen))


def _already(ledger: Ledger, number: int) -> tuple[int, ...]:
    """Numbers of the order's items that were confirmed before."""
    last = ledger.last_confirmed
    return last.items if last and last.order == number else ()


def _chosen_items(ledger: Ledger, order: Order, chosen: Sequence[int] | None, said: Said) -> tuple[Item, ...]:
    open_items = {item.number: item for item in order.items}
    already = _already(ledger, order.number)
    left_out = [number for number, _reason in said.not_done if number not in already]
    wanted = [
        number
        for number in (open_items if chosen is None else chosen)
        if number not in already and (chosen is not None or number not in left_out)
    ]
    unknown = [number for number in (*wanted, *left_out) if number not in open_items]
    if unknown:
        raise FinconError(
            f"work order {order.number} has no item {_numbers(unknown)}; its open items are {_numbers(open_items)}"
        )
    return tuple(open_items[number] for number in sorted(set(wanted)))


def _refuse_order(ledger: Ledger, number: int) -> None:
    """Return normally when the order is confirmed in full.

    :raises FinconError: when it is not; the text says what happened to the order.
    """
    last, order = ledger.last_confirmed, ledger.order
    if last and last.order == number and not last.remaining:
        return
    if number < 1 or number > ledger.last_order:
        given = f"the last one is {ledger.last_order}" if ledger.last_order else "none exists yet"
        raise FinconError(f"there is no work order {number}; {given}")
    if last and number < last.order:
        fate = f"work order {number} was closed before work order {last.order}, which was confirmed on {last.date}"
    elif order:
        fate = f"work order {number} was replaced by work order {order.number} on {order.date}"
    elif number == ledger.last_order:
        fate = f"work order {number} was withdrawn"
    else:
        fate = f"work order {number} was replaced by a later one, which was withdrawn"
    current = f"{order.number} is the current work order; print that one instead" if order else "nothing is ordered now"
    raise FinconError(f"{fate}; {current}")


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _move_password(change: Change, confirmed: dict[str, str], ordered: dict[str, str]) -> None:
    """Move the fingerprint of a password that was typed in, and drop that of a removed password."""
    record_key, wanted = fingerprint_key(change), {item.field: item.want for item in change.fields}
    if "password" not in wanted and change.action != DELETE:
        return
    confirmed.pop(record_key, None)
    if record_key in ordered:
        confirmed[record_key] = ordered.pop(record_key)


def _without_cleared(state: State, changes: Iterable[Change]) -> State:
    """Return the state without the users whose settings were cleared: nothing about them needs to be kept.

    A user for whom e-mail is disabled is kept, since that is worth knowing.
    """
    cleared = {
        normal_key(MAIL_USER, change.name)
        for change in changes
        if change.resource == MAIL_USER.name and change.action == DELETE
    }
    users = [
        record
        for record in state.records(MAIL_USER)
        if normal_key(MAIL_USER, record["user"]) not in cleared or record.get("email_enabled") is False
    ]
    return State(state.records(SMTP_SERVER), users, state.all_users_known)


def fill(ledger: Ledger, changes: Sequence[Change], fingerprints: Mapping[str, str]) -> Ledger:
    """Return the ledger with the changes noted as confirmed; the same object when there are none.

    :param fingerprints: of the passwords among them, by record.
    :raises FinconError: when the ledger is not empty.
    """
    if not changes:
        return ledger
    servers, users = ledger.confirmed.records(SMTP_SERVER), ledger.confirmed.records(MAIL_USER)
    if servers or users or ledger.last_order:
        raise FinconError(
            f"the ledger is not empty (definitions: {len(servers)}, users: {len(users)}, orders so far: "
            f"{ledger.last_order}), and only an empty one is filled; apply what differs, or note in the ledger by hand "
            "what Fincon holds"
        )
    return Ledger(typed_in(ledger.confirmed, changes), dict(fingerprints))
