# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The effective values of a branch's layers, each with the place where it was written. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import MAILBOX
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SECTIONS, USERS, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.placing import Place, place_words, placed

_SECRET_SETTINGS = {setting.name for setting in SETTINGS if setting.secret}
_SECRET_EVIDENCE = {field.name for field in MAILBOX if field.secret}


@dataclass(frozen=True)
class Effective:
    """One value of a branch.

    :param path: ``installation``, ``evidence`` or the section, then the name of the record and the field, if there are
        any.
    :param value: as it is written. For a secret it is ``set`` or ``not set``.
    :param place: where it was written, ``file:line:column``.
    """

    path: tuple[str, ...]
    value: str
    place: str


def effective(branch: Branch, places: Sequence[Place]) -> list[Effective]:
    """Return each value of a branch, in the order of installation, definitions, users and audit mailbox.

    :param branch: with the definitions that are declared there.
    :param places: its layers, the nearest first.
    """
    return [
        Effective(path, _shown(value, is_secret), _place(finding, places))
        for path, value, is_secret, finding in _values(branch)
    ]


def _values(branch: Branch) -> Iterator[tuple[tuple[str, ...], Any, bool, Finding]]:
    installation = branch.data["installation"]
    if isinstance(installation, Mapping):
        for name, value in installation.items():
            yield ("installation", name), value, name in _SECRET_SETTINGS, Finding("", path=f"installation.{name}")
    else:
        yield ("installation",), installation, False, Finding("", path="installation")
    for section in SECTIONS.values():
        secrets = {field.name for field in section.fields if field.secret}
        for record in branch.data[section.name] or []:
            name = str(record.get(section.key.name, ""))
            yield (section.name, name), name, False, Finding("", section.resource.name, name)
            for field, value in record.items():
                if field != section.key.name:
                    where = Finding("", section.resource.name, name, field)
                    yield (section.name, name, field), value, field in secrets, where
    for path, value in _evidence(branch.data[EVIDENCE], (EVIDENCE,)):
        yield path, value, path[-1] in _SECRET_EVIDENCE, Finding("", path=".".join(path))


def _evidence(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _evidence(value, (*path, name))
        else:
            yield (*path, name), value


def _shown(value: Any, is_secret: bool) -> str:
    if is_secret:
        return "not set" if value in (None, "") else "set"
    value = _without_vaults(value)
    if isinstance(value, str):
        return short(value) or '""'
    return short(json.dumps(value, ensure_ascii=False, default=str))


def _without_vaults(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_vaults(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_vaults(item) for item in value]
    return "(a vault value)" if isinstance(value, Vaulted) else value


def _place(finding: Finding, places: Sequence[Place]) -> str:
    return place_words(placed(finding, places))


def lines(found: Sequence[Effective], user: str = "") -> list[str]:
    """Return the values as lines for people: one for each record, and below it one for each field.

    :param user: the only user to show, or empty for all, with installation and definitions.
    """
    if user:
        key = normal_key(MAIL_USER, user)
        chosen = [item for item in found if _is_user(item) and normal_key(MAIL_USER, item.path[1]) == key]
        if not chosen:
            known = dict.fromkeys(item.path[1] for item in found if _is_user(item))
            return [f"there is no user {short(user)!r} here{did_you_mean(user, known)}"]
        found = chosen
    return list(_lines(found))


def _is_user(item: Effective) -> bool:
    return item.path[0] == USERS.name and len(item.path) > 1


def _lines(found: Iterable[Effective]) -> Iterator[str]:
    for item in found:
        section, *rest = item.path
        if section in SECTIONS and len(rest) == 1:
            yield f"{section}: {item.value}   {item.place}"
        elif section in SECTIONS:
            yield f"  {rest[-1]}: {item.value}   {item.place}"
        else:
            yield f"{'.'.join(item.path)}: {item.value}   {item.place}"
