# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the branches of a fleet share, taken out of them. Pure.

The merge of the fleet plugin puts it back: ``merge(defaults, branch)`` is the branch as it was. A branch cannot take
back what the defaults say, only replace it. So a default is nothing but what every record has and what most have alike.
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

Record = Mapping[str, Any]

_BACKENDS_OF = {setting.name: setting.backends for setting in SETTINGS}
_KEY = SMTP_SERVER.key.name
_SERVER_FIELDS = tuple(field.name for field in SMTP_SERVER.fields)
_USER_FIELDS = tuple(field.name for field in USER_FIELDS)
#: A password is one user's own. That none is set can be shared.
_OWN = frozenset(field.name for field in MAIL_USER.fields if field.secret)


def share(branches: Sequence[Record]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Take what the branches share out of them.

    :param branches: each with ``installation``, ``smtp_servers`` and ``users``; more is left as it is.
    :return: the defaults of the fleet, and the branches without what these say. Names of definitions are compared
        without case, so a merged branch may spell one as another branch does.
    """
    installation = _shared_installation([branch["installation"] for branch in branches])
    servers = _shared_servers([branch["smtp_servers"] for branch in branches])
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
    """The settings that every branch has that would inherit them, with the value that most of these have."""
    shared = _shared([[branch] for branch in branches], ["backend"])
    for name in dict.fromkeys(name for branch in branches for name in branch if name != "backend"):
        heirs = [[branch] for branch in branches if _inherits(branch, name, shared)]
        shared |= _shared(heirs, [name])
    return shared


def _inherited(branch: Record, shared: Record) -> dict[str, Any]:
    return {name: value for name, value in shared.items() if _inherits(branch, name, shared)}


def _inherits(branch: Record, name: str, shared: Record) -> bool:
    """Whether the merge gives a shared setting to a branch: one with another backend takes only what that one has."""
    backend = branch.get("backend")
    return backend == shared.get("backend") or name not in _BACKENDS_OF or backend in _BACKENDS_OF[name]


def _shared_servers(branches: Sequence[Sequence[Record]]) -> dict[str, dict[str, Any]]:
    """The definitions that every branch has, by normal key, with the fields that most of them have alike."""
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
    """The definitions that a branch has to say something of, with what it has to say."""
    own = []
    for record in servers:
        default = shared.get(_normal(record), {})
        different = _without(record, {name: value for name, value in default.items() if name != _KEY})
        if not default or len(different) > 1:
            own.append(different)
    return own


def _normal(record: Record) -> str:
    return normal_key(SMTP_SERVER, record[_KEY])


def _shared(groups: Sequence[Sequence[Record]], names: Iterable[str], own: Iterable[str] = ()) -> dict[str, Any]:
    """The fields that every record has, with the value that most have: more than half, in more than half the groups.

    Where none is so common, but some records hold an empty text, that: it is what a new record would hold as well.

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
    """A value that is equal to one of the same type only: to a file, ``true`` and ``1`` are two things."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._identity = (type(value), repr(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)


_EMPTY = _Value("")
