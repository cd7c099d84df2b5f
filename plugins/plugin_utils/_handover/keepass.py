# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KeePass file of a work order: an encrypted KDBX 4 database with an entry for each open item.

The key is derived from the passphrase by Argon2id with 3 passes over 64 MiB in 4 lanes. This is the second recommended
option of RFC 9106 (section 4), for machines on which the first, with 2 GiB, is too much: a clerk's PC opens the file in
well under a second, and each guess costs as much. KeePass reads Argon2id since version 2.48, KeePassXC since 2.6.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.autotype import (
    STANDARD,
    attribute_names,
    in_window_order,
    typing,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item

PASSES, MEMORY, LANES = 3, 64 * 1024**2, 4
_ARGON2ID = bytes.fromhex("9e298b1956db4773b23dfc3ec6f0a1e6")
_ARGON2_VERSION = 0x13

#: The shortest passphrase, in characters, and how many of them must differ. NIST SP 800-63B-4 (section 3.1.1) requires
#: 15 for a password that is the only protection; an attacker with this file can try as many as time allows.
SHORTEST = 16
_DIFFERENT = 8

#: Earlier versions write every new database with the seeds and keys of their template.
_OLDEST = (4, 2)


def passphrase_problem(passphrase: str) -> str:
    """Return what is wrong with a passphrase, or an empty text. The passphrase is not in it."""
    name = "fincon_work_order_keepass_passphrase"
    if not passphrase:
        return f"{name} is not set; put a passphrase of at least {SHORTEST} characters into the vault"
    if len(passphrase) < SHORTEST or passphrase != passphrase.strip():
        return f"{name} is too weak: it must have at least {SHORTEST} characters, and no blank at its ends"
    if len(set(passphrase)) < _DIFFERENT:
        return f"{name} is too weak: it must have at least {_DIFFERENT} different characters"
    return ""


def require_library() -> Any:
    """Return the library.

    :raises FinconError: when it is missing or too old.
    """
    wanted = ".".join(map(str, _OLDEST))
    try:
        import pykeepass
    except ImportError as exc:
        raise FinconError(
            f"fincon_work_order_keepass needs the Python library pykeepass {wanted} or newer on the controller, and it "
            "cannot be imported; install it into the environment of ansible-core: pip install pykeepass"
        ) from exc
    if tuple(int(part) for part in pykeepass.__version__.split(".")[:2]) < _OLDEST:
        raise FinconError(
            f"fincon_work_order_keepass needs pykeepass {wanted} or newer; this is {pykeepass.__version__}, which "
            "gives every file the same keys"
        )
    return pykeepass


def made(items: Sequence[Item], passphrase: str, user_order: Sequence[str] = ()) -> bytes:
    """Return the file.

    :param items: all open items of one work order.
    :param passphrase: opens the file.
    :param user_order: see :func:`typing`.
    :raises FinconError: when the library is missing.
    """
    library, content = require_library(), io.BytesIO()
    from pykeepass.entry import Entry
    from pykeepass.pykeepass import BLANK_DATABASE_LOCATION, BLANK_DATABASE_PASSWORD

    with open(BLANK_DATABASE_LOCATION, "rb") as blank:
        database = library.PyKeePass(blank, BLANK_DATABASE_PASSWORD)
    database.password = passphrase
    database.database_name = items[0].order
    database.root_group.name = items[0].order
    parameters = database.kdbx.header.value.dynamic_header.kdf_parameters.data.dict
    for name, value in (("$UUID", _ARGON2ID), ("I", PASSES), ("M", MEMORY), ("P", LANES), ("V", _ARGON2_VERSION)):
        parameters[name].value = value
    for item, shown in _described(items, user_order):
        sequence = shown["sequence"]
        # The database's own method puts the title into a search expression, which a quotation mark in it would end.
        entry = Entry(
            item.title,
            item.login,
            item.password,
            notes=shown["notes"],
            autotype_sequence=sequence or None,
            # An entry without a sequence takes that of its group, which would type a login.
            autotype_enabled=bool(sequence),
            kp=database,
        )
        database.root_group.append(entry)
        for name, text in shown["attributes"].items():
            entry.set_custom_property(name, text)
    # An association would identify a window by its title, which is not documented.
    for association in database.tree.xpath("//AutoType/Association"):
        association.getparent().remove(association)
    database.save(content)
    return content.getvalue()


def holds(content: bytes, items: Sequence[Item], passphrase: str, user_order: Sequence[str] = ()) -> bool:
    """Whether a file opens with the passphrase and holds exactly these items. Each file has its own keys, so two files
    with the same content differ in every byte.

    :raises FinconError: when the library is missing.
    """
    library = require_library()
    try:
        entries = library.PyKeePass(io.BytesIO(content), passphrase).entries
        found = [_shown(entry) for entry in entries]
    # A file that does not open is not a valid one: damaged files make the parser fail in many ways.
    except Exception:
        return False
    wanted = [
        {"title": item.title, "login": item.login, "password": item.password, **shown}
        for item, shown in _described(items, user_order)
    ]
    return found == wanted


def _shown(entry: Any) -> dict[str, Any]:
    return {
        "title": entry.title,
        "login": entry.username or "",
        "password": entry.password or "",
        "notes": entry.notes or "",
        "sequence": (entry.autotype_sequence or "") if entry.autotype_enabled else "",
        "attributes": {name: text or "" for name, text in entry.custom_properties.items()},
    }


def _described(items: Sequence[Item], user_order: Sequence[str]) -> list[tuple[Item, dict[str, Any]]]:
    return [(item, _description(item, user_order)) for item in items]


def _description(item: Item, user_order: Sequence[str]) -> dict[str, Any]:
    """What an entry holds apart from its title, its login and its password."""
    values, typed = in_window_order(item, user_order), typing(item, user_order)
    names = attribute_names(values)
    lines = [f"{item.task}.", ""]
    for number, value in enumerate(values, 1):
        lines.append(f"{number:02} {value.label}{_hint(value.field.kind, value.text, value.known)}")
    by_hand = [value for value in values if value.field.kind == "flag"]
    if typed.sequence:
        boxes = [f"Set by hand: {', '.join(value.label for value in by_hand)}."] if by_hand else []
        lines += [
            "",
            "Open it in Fincon's window as the work order says.",
            *boxes,
            f"Put the cursor into {typed.start} and start auto-type. Compare what the window shows, and save it.",
        ]
    else:
        lines += ["", f"Auto-type is off for this item: {typed.reason}."]
    return {
        "notes": "\n".join(lines),
        "sequence": typed.sequence,
        "attributes": {names[value.field.name]: value.text for value in values if value.field.name not in STANDARD},
    }


def _hint(kind: str, text: str, known: bool) -> str:
    if not known:
        return ": a password that is declared nowhere"
    if kind == "flag":
        return f": {'ticked' if text == 'Y' else 'not ticked'}, by hand"
    return "" if text else ": empty the field"
