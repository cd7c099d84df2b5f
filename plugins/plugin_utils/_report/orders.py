# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The open work orders of a report: what a person at a branch still has to type in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import count, pending_text
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import order_name


@dataclass(frozen=True)
class OpenOrder:
    """The open part of one work order.

    :param branch: the branch.
    :param number: its number at the branch.
    :param since: when its oldest open item was ordered, as ISO 8601.
    :param items: what is left to do, a sentence for each item, in the order of the items.
    """

    branch: str
    number: int
    since: str
    items: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name for people: ``SOWETO-3``."""
        return order_name(self.branch, self.number)

    @property
    def title(self) -> str:
        """Its name, and how much is left."""
        return f"work order {self.name}, {count(len(self.items), 'item')} open since {self.since[:10]}"


def open_orders(branches: Iterable[Mapping[str, Any]]) -> list[OpenOrder]:
    """Return the open work orders, the oldest first.

    :param branches: entries of branches.
    """
    waiting: dict[tuple[str, int], list[tuple[int, str, str]]] = {}
    for entry in branches:
        for record in entry["records"]:
            for item in record.get("pending", ()):
                left = (item["item"], item["since"], pending_text(record, item))
                waiting.setdefault((entry["branch"], item["order"]), []).append(left)
    found = [
        OpenOrder(
            branch,
            number,
            min(since for _item, since, _text in left),
            tuple(text for _item, _since, text in sorted(left)),
        )
        for (branch, number), left in waiting.items()
    ]
    return sorted(found, key=lambda order: (order.since, order.branch, order.number))
