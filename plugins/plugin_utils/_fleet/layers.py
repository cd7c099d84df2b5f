# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers of a branch: the defaults of all branches, of its region and of its tags, and its own file.

A later layer replaces an earlier one field by field, and may take back values of earlier layers (``without``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean, path_text
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SECTIONS,
    SMTP_SERVER,
    SMTP_SERVERS,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import WITHOUT

#: The path of a layer in its file; that of a branch file is empty.
Prefix = tuple[Any, ...]

DEFAULTS: Prefix = ("defaults",)
#: The keys of a fleet file that hold a layer under each name.
NAMED_LAYERS = ("regions", "tags")


def all_prefixes(fleet: Any) -> list[Prefix]:
    """Return the layers of a fleet file, in their order."""
    named = [(key, name) for key in NAMED_LAYERS for name in _mapping(_mapping(fleet).get(key))]
    return [DEFAULTS, *named]


def prefixes(fleet: Any, branch: Any) -> list[Prefix]:
    """Return the layers of a fleet file that a branch has, in their order.

    :param fleet: data of the fleet file.
    :param branch: data of the branch file.
    """
    data, own = _mapping(fleet), _mapping(branch)
    found = [DEFAULTS]
    region, tags = own.get("region"), own.get("tags")
    if "regions" in data:
        found += [("regions", name) for name in _mapping(data["regions"]) if name == region]
    if "tags" in data and isinstance(tags, list):
        found += [("tags", name) for name in _mapping(data["tags"]) if name in tags]
    return found


def part_at(data: Any, prefix: Prefix) -> Mapping[str, Any]:
    """Return a layer of a file; an empty one if there is none."""
    for step in prefix:
        data = _mapping(data).get(step)
    return _mapping(data)


def split(path: Sequence[Any]) -> tuple[Prefix, Sequence[Any]]:
    """Return the layer that a path of a fleet or branch file leads into, and the rest of the path."""
    if tuple(path[:1]) == DEFAULTS:
        return DEFAULTS, path[1:]
    if len(path) > 1 and path[0] in NAMED_LAYERS and not isinstance(path[1], int):
        return tuple(path[:2]), path[2:]
    return (), path


def without_prefix(path: str, known: Iterable[Prefix]) -> str:
    """Return a path as people write it, from its layer on, if it leads into one of these layers."""
    for prefix in known:
        text = f"{path_text(prefix)}."
        if path.startswith(text):
            return path.removeprefix(text)
    return path


def takes_back(layer: Mapping[str, Any], section: str, name: str, field: str) -> bool:
    """Whether a layer takes back the values of a field in earlier layers.

    :param section: ``installation``, ``vars``, ``smtp_servers`` or ``users``.
    :param name: that of the record, or empty.
    :param field: the field of the record, or the setting.
    """
    taken = _mapping(layer.get(WITHOUT.name))
    if section == SMTP_SERVERS.name and normal_key(SMTP_SERVER, name) in _keys(taken.get(section)):
        return True
    if section != SMTP_SERVERS.name and field in (taken.get("user" if section == "users" else section) or ()):
        return True
    records = SECTIONS.get(section)
    if records is None:
        return False
    return any(
        field in (record.get(WITHOUT.name) or ())
        for record in _records(layer, section)
        if normal_key(records.resource, str(record.get(records.key.name))) == normal_key(records.resource, name)
    )


def unknown_names(layer: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> Iterator[tuple[list[Any], str]]:
    """Yield path and message of each name that a layer takes back, but no earlier layer gives."""
    for section, names in _mapping(layer.get(WITHOUT.name)).items():
        part = [given for other in earlier if (given := other.get(section))]
        is_list = section == SMTP_SERVERS.name
        known = [name for given in part for name in (_names(given) if is_list else _mapping(given))]
        # A definition has the name from the first layer that declares it.
        by_key = {normal_key(SMTP_SERVER, name) if is_list else name: name for name in reversed(known)}
        for index, name in enumerate(names or []):
            if any(is_template(given) for given in part):
                yield (
                    [WITHOUT.name, section, index],
                    "cannot be taken back: an earlier layer gives them in one template",
                )
            elif (normal_key(SMTP_SERVER, name) if is_list else name) not in by_key:
                yield [WITHOUT.name, section, index], _unknown(name, by_key.values())
    statement = WITHOUT.name
    for section, key in ((SMTP_SERVERS.name, "name"), ("users", "user")):
        records = layer.get(section)
        for number, record in enumerate(records if isinstance(records, list) else []):
            if not isinstance(record, dict) or statement not in record:
                continue
            known = _fields_before(earlier, section, str(record.get(key)))
            for index, name in enumerate(record[WITHOUT.name] or []):
                if name not in known:
                    yield [section, number, WITHOUT.name, index], _unknown(name, known)


def _unknown(name: str, known: Iterable[str]) -> str:
    return f"no earlier layer gives {name!r}{did_you_mean(name, known)}"


def _fields_before(earlier: Sequence[Mapping[str, Any]], section: str, name: str) -> list[str]:
    """The fields that earlier layers give to a record."""
    if section == "users":
        return [field for layer in earlier for field in _mapping(layer.get("user"))]
    key = normal_key(SMTP_SERVER, name)
    return [
        field
        for layer in earlier
        for record in _records(layer, section)
        if normal_key(SMTP_SERVER, str(record.get("name"))) == key
        for field in record
        if field != "name"
    ]


def unused_names(fleet: Any, branches: Iterable[Mapping[str, Any]]) -> Iterator[tuple[list[Any], str]]:
    """Yield path and message of each region and tag of the fleet file that no branch has."""
    data = _mapping(fleet)
    if not any(key in data for key in NAMED_LAYERS):
        return
    used: dict[str, set[str]] = {"regions": set(), "tags": set()}
    for branch in branches:
        used["regions"].update([branch["region"]] if branch.get("region") else [])
        used["tags"].update(branch.get("tags") or [])
    for key, kind in zip(NAMED_LAYERS, ("region", "tag"), strict=True):
        for name in _mapping(data.get(key)):
            if name not in used[key]:
                yield [key, name], f"no branch has this {kind}{did_you_mean(str(name), sorted(used[key]))}"


def _mapping(value: Any) -> Mapping[Any, Any]:
    # Not Mapping, whose check takes ten times as long: thousands of records are checked.
    return value if isinstance(value, dict) else {}


def _records(layer: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    records = layer.get(section)
    return [_mapping(record) for record in records] if isinstance(records, list) else []


def _names(records: Any) -> list[str]:
    return [str(record["name"]) for record in records if isinstance(record, Mapping) and "name" in record]


def _keys(names: Iterable[str] | None) -> list[str]:
    return [normal_key(SMTP_SERVER, str(name)) for name in names or ()]
