# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves what the branches of a fleet share into defaults. Pure.

The merge of the fleet plugin reverses this: ``merge(defaults, branch)`` is the original branch. No branch needs to take
back a default. So a default is a field that every record has, with a value that most records share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import KEEP, UNLINKED

Record = Mapping[str, Any]

_BACKENDS_OF = {setting.name: setting.backends for setting in SETTINGS}
_KEY = SMTP_SERVER.key.name
_SERVER_FIELDS = tuple(field.name for field in SMTP_SERVER.fields)
_USER_FIELDS = tuple(field.name for field in USER_FIELDS)
#: A password belongs to one user. Only an empty password can be shared.
_OWN = frozenset(field.name for field in MAIL_USER.fields if field.secret)


def share(branches: Sequence[Record]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Move what the branches share into defaults.

    :param branches: each with ``installation``, ``smtp_servers`` and ``users``; other keys are left unchanged.
    :return: the defaults of the fleet, and the branches without them. Names of definitions are compared without case,
        so a merged branch may spell a name as another branch does.
    """
    installation = _shared_installation([branch["installation"] for branch in branches])
    servers = _shared_servers([branch["smtp_servers"] for branch in branches])
    for key, server in servers.items():
        if not all(key in _linked(branch["users"]) for branch in branches):
            # Every branch has it, even those at which no user is linked to it.
            server[UNLINKED.name] = KEEP
    user = _shared([branch["users"] for branch in branches], _USER_FIELDS, own=_OWN)
    defaults = {"installation": installation, "smtp_servers": list(servers.values()), "user": user}
    rest = [
        {
            **branch,
            "installation": _without(branch["installation"], _inherited(branch["installation"], installation)),
            "smtp_servers": _own_servers(branch["smtp_servers"], servers),
            "users": [_without(record, user) for record in branch["users"]],
        }
        for branch in branches
    ]
    return {name: value for name, value in defaults.items() if value}, rest


def _shared_installation(branches: Sequence[Record]) -> dict[str, Any]:
    """The settings that all inheriting branches have, with the value that most of these branches have."""
    shared = _shared([[branch] for branch in branches], ["backend"])
    for name in dict.fromkeys(name for branch in branches for name in branch if name != "backend"):
        heirs = [[branch] for branch in branches if _inherits(branch, name, shared)]
        shared |= _shared(heirs, [name])
    return shared


def _inherited(branch: Record, shared: Record) -> dict[str, Any]:
    return {name: value for name, value in shared.items() if _inherits(branch, name, shared)}


def _inherits(branch: Record, name: str, shared: Record) -> bool:
    """Whether the merge gives a shared setting to a branch. With another backend it takes only settings of that one."""
    backend = branch.get("backend")
    return backend == shared.get("backend") or name not in _BACKENDS_OF or backend in _BACKENDS_OF[name]


def _shared_servers(branches: Sequence[Sequence[Record]]) -> dict[str, dict[str, Any]]:
    """The definitions that every branch has, by normal key, with the fields and values that most of them share."""
    tables = [{_normal(record): record for record in servers} for servers in branches]
    everywhere = [key for key in (tables[0] if tables else ()) if all(key in table for table in tables)]
    shared = {}
    for key in everywhere:
        records = [table[key] for table in tables]
        fields = _shared([[record] for record in records], _SERVER_FIELDS)
        if fields:
            name = Counter(record[_KEY] for record in records).most_common(1)[0][0]
            shared[key] = {_KEY: name, **fields}
    return shared


def _own_servers(servers: Iterable[Record], shared: Mapping[str, Record]) -> list[dict[str, Any]]:
    """The definitions that a branch must still declare, with the fields that differ from the defaults."""
    own = []
    for record in servers:
        default = shared.get(_normal(record), {})
        different = _without(record, {name: value for name, value in default.items() if name != _KEY})
        if not default or len(different) > 1:
            own.append(different)
    return own


def _linked(users: Iterable[Record]) -> set[str]:
    return {normal_key(SMTP_SERVER, user.get("smtp_server") or "") for user in users}


def _normal(record: Record) -> str:
    return normal_key(SMTP_SERVER, record[_KEY])


def _shared(groups: Sequence[Sequence[Record]], names: Iterable[str], own: Iterable[str] = ()) -> dict[str, Any]:
    """The fields that every record has, with the value that most have: more than half, in more than half the groups.

    If no value is that common, but some records hold an empty text, the empty text is used: a new record has it too.

    :param groups: the records of each branch.
    :param own: fields of which only an empty text can be shared.
    """
    groups = [group for group in groups if group]
    records = [record for group in groups for record in group]
    shared = {}
    for name in names:
        if len(records) < 2 or not all(name in record for record in records):
            continue
        values = [_Value(record[name]) for record in records]
        usual = _usual([[_Value(record[name]) for record in group] for group in groups])
        if usual is None or (name in own and usual != _EMPTY):
            usual = _EMPTY
        if values.count(usual) > 1:
            shared[name] = usual.value
    return shared


def _usual(groups: Sequence[Sequence[_Value]]) -> _Value | None:
    """The value that more than half of the records hold in more than half of the groups, or ``None``."""
    majorities: Counter[_Value] = Counter()
    for group in groups:
        value, count = Counter(group).most_common(1)[0]
        majorities[value] += 2 * count > len(group)
    value, count = majorities.most_common(1)[0]
    return value if 2 * count > len(groups) else None


def _without(record: Record, shared: Record) -> dict[str, Any]:
    return {
        name: value for name, value in record.items() if name not in shared or _Value(shared[name]) != _Value(value)
    }


class _Value:
    """A value that is only equal to one of the same type: in a file, ``true`` and ``1`` are different."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._identity = (type(value), repr(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


_EMPTY = _Value("")
