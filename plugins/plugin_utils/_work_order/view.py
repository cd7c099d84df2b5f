# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A work order as its pages need it: windows, labels and values, in the order in which a person needs them. Pure.

The wording and the layout belong to the templates. Every text that comes from people is escaped here for the markup of
the page, so that a site's own template cannot forget it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import EMAIL_PATTERN
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.commands import confirm_command, replies_command
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.proof import proof_address, senders

#: Removals have their own sections: a definition is deleted when no user is linked to it any more.
_REMOVALS = {MAIL_USER.name: "mail_user_removal", SMTP_SERVER.name: "smtp_server_removal"}

#: Keys of a contact, in the order in which a page shows them.
CONTACT = ("name", "telephone", "email")
#: The fields of a user whose labels a site may know.
LABELLED = tuple(field.name for field in USER_FIELDS if not field.label)
MOST_DAYS = 365

_Say = Callable[[str], str]
_Passwords = Mapping[tuple[str, str, str], str]


def work_order(
    order: Mapping[str, Any],
    branch: str,
    markup: str = "html",
    company: str = "",
    windows: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    records: Mapping[str, Any] | None = None,
    title: str = "",
    contact: Mapping[str, str] | None = None,
    due_days: int = 0,
    held_back: Sequence[Mapping[str, Any]] = (),
    proof_to: str = "",
    plus_addresses: bool = False,
) -> dict[str, Any]:
    """Return the content of the pages of a work order.

    :param order: the ``work_order`` of ``fincon_mail_branch`` or ``fincon_mail_confirm``.
    :param branch: name of the host, as ``--limit`` takes it.
    :param markup: ``html`` or ``markdown``: what every text is escaped for.
    :param company: name of the company, if the site wants it on the page.
    :param windows: menu paths of the windows of ``mail_user`` and ``mail_enabled``, as far as the site knows them.
    :param labels: Fincon's own labels of fields that are not publicly documented, as far as the site knows them.
    :param records: the declared ``smtp_servers`` and ``users``, if the page should show the passwords. Otherwise it
        cannot show any.
    :param title: what people call the branch.
    :param contact: the person who answers questions and gets the reply: ``name``, ``telephone`` and ``email``, each if
        known.
    :param due_days: days from the day of the order until its due day; 0 for no due day.
    :param held_back: the ``held_back`` of ``fincon_mail_branch``: records that are not in the order.
    :param proof_to: address of the audit mailbox, to which the proving e-mail is sent; empty for none.
    :param plus_addresses: whether that mailbox takes ``audit+anything@`` for ``audit@``.
    :return: plain data, described in ``docs/work-orders.md``.
    :raises FinconError: for an unknown markup, a label of a field that does not exist, or an invalid contact, day or
        address.
    """
    if markup not in _MARKUPS:
        raise FinconError(f"markup must be one of {', '.join(_MARKUPS)}, not {markup!r}")
    escape = _MARKUPS[markup]

    def say(text: str) -> str:
        return escape(visible(text))

    known = known_labels(labels or {})
    passwords = declared_passwords(records or {})
    label = partial(_label, known=known, say=say)
    entry = partial(_entry, ordered=order["ordered"], label=label, passwords=passwords, say=say)
    sections = [
        _section(kind, [entry(item) for item in items], windows or {}, say)
        for kind, items in groupby(order["items"], key=_kind)
    ]
    entries = [entry for section in sections for entry in section["entries"]]
    users = {item["name"] for item in order["items"] if item["resource"] != SMTP_SERVER.name}
    name = order_name(branch, order["number"])
    # Commands are shown unchanged in a code block, where Markdown needs no escapes.
    command = html.escape if markup == "html" else str
    return {
        "name": say(name),
        "name_css": css_text(visible(name)),
        "number": order["number"],
        "ordered": say(str(order["ordered"])),
        "due": say(due_day(str(order["ordered"]), due_days)),
        "branch": say(branch),
        "branch_css": css_text(branch),
        "title": say(title),
        "contact": _contact(contact or {}, say),
        "company": say(company),
        "count": len(entries),
        "sections": sections,
        "relogin_users": [say(user) for user in sorted(users)],
        "definitions_changed": any(
            item["resource"] == SMTP_SERVER.name and item["action"] == UPDATE for item in order["items"]
        ),
        "held_back": [say(one) for one in dict.fromkeys(record["name"] for record in held_back)],
        "proof": _proof(order["items"], proof_to and proof_address(proof_to, name, plus_addresses), say),
        "passwords": _password_state(entries),
        "undocumented": any(section["undocumented"] for section in sections),
        "confirm": command(confirm_command(order["number"], branch)),
        "confirm_some": command(
            replies_command({branch: {"order": order["number"], "except": [entries[-1]["item"]], "by": "NAME"}})
        ),
        "confirm_replies": command(replies_command("replies")),
    }


def order_name(branch: str, number: int) -> str:
    """Return what people call a work order: ``SOWETO-3``."""
    return f"{branch.upper()}-{number}"


def due_day(ordered: str, days: Any) -> str:
    """Return the due day of an order, or nothing.

    :raises FinconError: when the number of days is not valid.
    """
    if isinstance(days, str) and days.strip().isdecimal():
        days = int(days)
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MOST_DAYS:
        raise FinconError(f"fincon_work_order_due_days must be a number of days from 0 to {MOST_DAYS}, not {days!r}")
    return (date.fromisoformat(ordered) + timedelta(days=days)).isoformat() if days else ""


def _contact(contact: Any, say: _Say) -> dict[str, str]:
    """The contact, with an empty text for each part that is not given."""
    if not isinstance(contact, Mapping):
        raise FinconError(f"fincon_work_order_contact must be a mapping of {', '.join(CONTACT)}")
    for key in contact:
        if key not in CONTACT:
            hint = did_you_mean(str(key), CONTACT) or f"; known are {', '.join(CONTACT)}"
            raise FinconError(f"fincon_work_order_contact.{key} is not a known key{hint}")
    known = {key: str(contact.get(key) or "").strip() for key in CONTACT}
    if known["email"] and not re.search(EMAIL_PATTERN, known["email"]):
        raise FinconError(f"fincon_work_order_contact.email must be one e-mail address, not {known['email']!r}")
    return {key: say(text) for key, text in known.items()}


def _proof(items: Sequence[Mapping[str, Any]], address: str, say: _Say) -> dict[str, Any] | None:
    """Which e-mail to send, where, and by whom; ``None`` when no e-mail can prove the order, or there is no mailbox."""
    users, is_needed = senders(items)
    return {"address": say(address), "users": [say(user) for user in users]} if address and is_needed else None


def _kind(item: Mapping[str, Any]) -> str:
    """The kind of work of an item. The items of an order are grouped by kind."""
    return _REMOVALS[item["resource"]] if item["action"] == DELETE else item["resource"]


def _section(kind: str, entries: list[dict[str, Any]], windows: Mapping[str, str], say: _Say) -> dict[str, Any]:
    resource = entries[0]["resource"]
    labels = [field for entry in entries for field in (*entry["fields"], *entry["untouched"])]
    window = windows.get(resource) or RESOURCES[resource].window
    return {
        "kind": kind,
        "window": say(window),
        # Whether its path or a label is neither publicly documented nor given by the site.
        "undocumented": not window or not all(field["documented"] for field in labels),
        "entries": entries,
        "groups": [
            {"layout": layout, "entries": list(alike)}
            for layout, alike in groupby(entries, key=lambda entry: entry["layout"])
        ],
    }


def _layout(item: Mapping[str, Any]) -> str:
    """The best form for an item: ``steps``, ``fields`` or a ``switch``, or in a table: ``passwords``, ``clear``."""
    if item["resource"] == SMTP_SERVER.name:
        return "steps"
    if item["resource"] != MAIL_USER.name:
        return "switch"
    if item["action"] == DELETE:
        return "clear"
    changes = item["fields"]
    only = item["action"] == UPDATE and [change["field"] for change in changes] == ["password"]
    return "passwords" if only and changes[0]["want"] != UNSET else "fields"


def _entry(
    item: Mapping[str, Any], ordered: str, label: Callable[[Field], dict[str, Any]], passwords: _Passwords, say: _Say
) -> dict[str, Any]:
    resource = RESOURCES[item["resource"]]
    changed = {change["field"]: change for change in item["fields"]}
    return {
        "item": item["item"],
        "resource": resource.name,
        "action": item["action"],
        "layout": _layout(item),
        "name": say(item["name"]),
        # An item that has been pending since an earlier work order may be half done already.
        "pending_since": say(str(item["since"])) if item["since"] != ordered else "",
        "fields": [
            {
                **label(field),
                "have": _value(field, changed[field.name]["have"], say),
                "want": _value(field, changed[field.name]["want"], say, passwords.get(place_of(item, field.name), "")),
            }
            for field in resource.fields
            if field.name in changed
        ],
        "untouched": [
            label(field)
            for field in resource.fields
            if field.name not in changed and item["action"] in (CREATE, UPDATE)
        ],
    }


def _label(field: Field, known: Mapping[str, str], say: _Say) -> dict[str, Any]:
    """A field as the window shows it, or its purpose if its label is not known."""
    shown = field.label or known.get(field.name, "")
    return {"field": field.name, "label": say(shown or field.title), "documented": bool(shown)}


def _value(field: Field, value: Any, say: _Say, password: str = "") -> dict[str, str]:
    if field.secret:
        return {"kind": "empty" if value in (UNSET, None) else "password", "text": say(password)}
    if value is None or value == "":
        return {"kind": "empty", "text": ""}
    if field.kind == "flag":
        return {"kind": "yes" if value else "no", "text": ""}
    return {"kind": "text", "text": say(str(value))}


def known_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that a site knows, by the field's name.

    :raises FinconError: for a label of a field that does not exist.
    """
    for name in labels:
        if name not in LABELLED:
            hint = did_you_mean(name, LABELLED) or f"; known are {', '.join(LABELLED)}"
            raise FinconError(f"fincon_work_order_labels.{name} is not a field of a user's windows{hint}")
    return {name: str(text) for name, text in labels.items() if text}


def declared_passwords(records: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    """The declared passwords by resource, key and field."""
    found = {}
    for section in SECTIONS.values():
        for record in records.get(section.name) or []:
            for field in section.fields:
                if field.secret and record.get(field.name):
                    key = normal_key(section.resource, record[section.key.name])
                    found[section.resource.name, key, field.name] = str(record[field.name])
    return found


def place_of(item: Mapping[str, Any], field: str) -> tuple[str, str, str]:
    """Return the key of an item's field in :func:`declared_passwords`."""
    return item["resource"], normal_key(RESOURCES[item["resource"]], item["name"]), field


def _password_state(entries: Iterable[Mapping[str, Any]]) -> str:
    """Whether passwords must be typed, and whether the page shows them: ``none``, ``separate`` or ``shown``."""
    wanted = [field["want"] for entry in entries for field in entry["fields"] if field["want"]["kind"] == "password"]
    if not wanted:
        return "none"
    return "shown" if any(value["text"] for value in wanted) else "separate"


def css_text(text: str) -> str:
    """Return the text for a quoted string of CSS (CSS Syntax Level 3, section 4.3.7), also in HTML's style element."""
    return re.sub(r"[^A-Za-z0-9 _.-]", lambda found: f"\\{ord(found[0]):x} ", text)


def markdown_text(text: str) -> str:
    """Return the text for a line or a table cell of Markdown, so that it is shown literally.

    In CommonMark (section 2.4) a backslash can escape any ASCII punctuation; these are the characters with a meaning
    inside a line, in CommonMark or in GitHub's tables.
    """
    return re.sub(r"([\\`*_{}\[\]<>#|~$!]|&(?=#?\w+;))", r"\\\1", re.sub(r"\s*\n\s*", " ", text))


_MARKUPS: dict[str, _Say] = {"html": html.escape, "markdown": markdown_text}
