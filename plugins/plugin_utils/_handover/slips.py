# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The slips of a work order: a page with a strip to cut out for each password to type. Pure.

The check characters are computed as in a reply's code (:mod:`_replies.codes`), but from the password alone. With them,
the page, or a colleague who has it, can check whether the password was typed correctly.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import check_characters
from jinja2 import Environment, FileSystemLoader, StrictUndefined

#: Number of characters in a group.
_GROUP = 4
#: The script of the work order's page that makes check characters.
_SCRIPTS = os.path.join(os.path.dirname(__file__), *[os.pardir] * 3, "roles", "fincon", "templates")

#: The name of each kind of character in the legend, by its name in the style sheet.
KINDS = {"upper": "capital letter", "lower": "small letter", "digit": "digit", "blank": "blank", "other": "other sign"}


def to_html(items: Iterable[Item], title: str = "", contact: Mapping[str, Any] | None = None) -> str:
    """Return the page.

    :param items: open items; those without a known password have no slip.
    :param title: what people call the branch, or empty.
    :param contact: the person who answers questions: ``name`` and ``telephone``, each if known.
    """
    templates = Environment(
        loader=FileSystemLoader([os.path.dirname(__file__), _SCRIPTS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    slips = [_slip(item) for item in items if item.password]
    asked = [visible(str((contact or {}).get(key) or "")) for key in ("name", "telephone")]
    return templates.get_template("slips.html.j2").render(
        order=slips[0]["order"] if slips else "",
        title=visible(title),
        contact=" ".join(text for text in asked if text),
        slips=slips,
        kinds={kind: words for kind, words in KINDS.items() if any(kind in slip["kinds"] for slip in slips)},
    )


def kind_of(character: str) -> str:
    """Return the kind of a character, a key of :data:`KINDS`."""
    if character.isspace():
        return "blank"
    if character.isdecimal():
        return "digit"
    if character.isalpha():
        # A letter of a script without capitals has only one form.
        return "upper" if character != character.lower() else "lower"
    return "other"


def groups_of(password: str) -> list[list[dict[str, str]]]:
    """Return the characters of a password in groups, each with its kind."""
    marked = [{"text": character, "kind": kind_of(character)} for character in password]
    return [marked[start : start + _GROUP] for start in range(0, len(marked), _GROUP)]


def check_of(password: str) -> str:
    """Return the check characters of a password, in two groups."""
    letters = check_characters(password)
    return f"{letters[:3]}-{letters[3:]}"


def _slip(item: Item) -> dict[str, Any]:
    groups: Sequence[Sequence[Mapping[str, str]]] = groups_of(item.password)
    return {
        "order": item.order,
        "item": item.number,
        "what": "SMTP definition" if item.resource == SMTP_SERVER.name else "User",
        "name": item.name,
        "login": item.login,
        "label": next(value.label for value in item.values if value.field.secret),
        "length": len(item.password),
        "groups": groups,
        "kinds": {one["kind"] for group in groups for one in group},
        "check": check_of(item.password),
    }
