# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clerk at an attended branch, played by a script: reads the written page, and types what it says.

Like a person with the page, it knows only the page's text. What it types goes into a file that represents Fincon's
windows.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .show import UnexpectedError

#: The page's text in place of a password that is handed over separately.
_SEPARATE = "the password that you were given separately"
_NAME = re.compile(r"^# Work order (?P<name>\S+?)(?::|$)", re.M)
_COUNT = re.compile(r"Ordered on (?P<day>[0-9-]+), (?P<count>\d+) items?\.")
_ITEM = re.compile(
    r"(?:### |- \[ \] )Item (?P<number>\d+): (?:create the definition (?P<definition>.+)"
    r"|enter the settings of user (?P<user>.+)|switch e-mail (?P<switch>on|off) for user (?P<switched>.+))"
)
_FIELD = re.compile(r"\s*\| (?P<label>[^|]+?) \| \*+(?P<value>[^*]+)\*+ \|")


@dataclass(frozen=True)
class Item:
    """One item of a page.

    :param number: its number.
    :param window: the window that it is for.
    :param name: of the definition or the user.
    :param fields: what to type, by label.
    """

    number: int
    window: str
    name: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """The content of the page of a work order.

    :param name: of the work order, such as ``POLOKWANE-1``.
    :param ordered: its day.
    """

    name: str
    ordered: str
    items: list[Item]


def read(text: str) -> Page:
    """Read the page in Markdown.

    :raises UnexpectedError: when it requires something that this clerk cannot do.
    """
    items: list[Item] = []
    for line in text.splitlines():
        if found := _ITEM.match(line):
            items.append(_item(found))
        elif (typed := _FIELD.match(line)) and items:
            items[-1].fields[typed["label"]] = typed["value"]
    name, head = _NAME.search(text), _COUNT.search(text)
    if name is None or head is None or len(items) != int(head["count"]):
        raise UnexpectedError(f"the clerk understands {len(items)} items of this page:\n{text}")
    return Page(name["name"], head["day"], items)


def _item(found: re.Match[str]) -> Item:
    number = int(found["number"])
    if found["definition"]:
        return Item(number, "SMTP definitions", found["definition"])
    if found["user"]:
        return Item(number, "users", found["user"])
    return Item(number, "users", found["switched"], {"E-mail": found["switch"]})


class Windows:
    """Fincon's windows at a branch: a file.

    :param path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def content(self) -> dict[str, dict[str, dict[str, str]]]:
        """The content of the windows: the fields of each definition and of each user, by label."""
        held: dict[str, dict[str, dict[str, str]]] = json.loads(self.path.read_text("utf-8"))
        return held

    def lines(self) -> list[str]:
        """The content of the windows, as text."""
        return [
            textwrap.fill(f"{window}: {name}: {_text(fields)}", 104, initial_indent="  ", subsequent_indent="      ")
            for window, held in self.content().items()
            for name, fields in held.items()
        ]

    def add_user(self, user: str) -> None:
        """Add a user, as Fincon's administrator does."""
        held = self.content() if self.path.exists() else {"SMTP definitions": {}, "users": {}}
        held["users"][user] = {}
        self._write(held)

    def work(self, page: Page) -> dict[int, str]:
        """Carry out a page, from top to bottom, and return the items that cannot be done, with the reasons."""
        held, not_done = self.content(), {}
        for item in page.items:
            if item.window == "users" and item.name not in held["users"]:
                not_done[item.number] = f"Fincon has no user {item.name}."
                continue
            held[item.window].setdefault(item.name, {}).update(_typed(item.fields))
        self._write(held)
        return not_done

    def _write(self, held: Mapping[str, object]) -> None:
        self.path.write_text(json.dumps(held, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _text(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{label} = {value}" for label, value in fields.items()) or "nothing"


def _typed(fields: Mapping[str, str]) -> dict[str, str]:
    """The content of a window after the fields are typed in: no window shows a password."""
    return {label: "********" if value.startswith(_SEPARATE) else value for label, value in fields.items()}
