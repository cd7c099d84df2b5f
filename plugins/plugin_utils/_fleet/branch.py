# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One branch with what the branches of its fleet share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Marked

#: The settings of an installation that are paths.
_PATHS = tuple(setting.name for setting in SETTINGS if setting.type == "path")


@dataclass(frozen=True)
class Branch:
    """One branch with the defaults of the fleet filled in.

    :param name: its name.
    :param file: its file.
    :param region: its region, or empty.
    :param tags: its tags.
    :param data: ``installation``, ``smtp_servers``, ``users`` and ``vars``. A list that is not given is ``None``. Hold
        secrets.
    :param title: what people call it, or empty.
    """

    name: str
    file: str
    region: str
    tags: tuple[str, ...]
    data: dict[str, Any] = field(repr=False)
    title: str = ""


def merged_branch(data: Mapping[str, Any], file: str, fleet_file: str, defaults: Mapping[str, Any]) -> Branch:
    """Fill the defaults of a fleet in.

    :param data: of the branch file.
    :param file: the branch file.
    :param fleet_file: where the relative paths of an installation start.
    :param defaults: of the fleet file.
    """
    installation = _merged(defaults.get("installation"), data.get("installation"))
    merged = {
        "installation": _with_paths_from(os.path.dirname(fleet_file), installation),
        # A list that nobody gives says nothing of what is installed; an empty one says that there is nothing.
        "smtp_servers": _servers(defaults.get("smtp_servers"), data.get("smtp_servers")),
        "users": _users(defaults.get("user") or {}, data.get("users")),
        "vars": {**(defaults.get("vars") or {}), **(data.get("vars") or {})},
    }
    title = data.get("title") or ""
    return Branch(data["branch"], file, data.get("region") or "", tuple(data.get("tags") or ()), merged, title)


def _merged(shared: Any, own: Any) -> Any:
    """Own settings replace shared ones one by one; a template stands for all of them.

    A branch with another backend takes of the shared settings only those that its backend has.
    """
    if own is None:
        return shared or {}
    if not isinstance(shared, dict) or not isinstance(own, dict):
        return own
    backend = own.get("backend")
    if backend in BACKENDS and backend != shared.get("backend"):
        foreign = {setting.name for setting in SETTINGS if backend not in setting.backends}
        shared = {name: value for name, value in shared.items() if name not in foreign}
    return {**shared, **own}


def _with_paths_from(folder: str, installation: Any) -> Any:
    """Let the relative paths of an installation start at a folder, wherever the run is started."""
    if not isinstance(installation, dict):
        return installation
    made = installation
    for name in _PATHS:
        path = installation.get(name)
        # Its first part decides: a home directory, a variable or a template is not known before the path is used.
        if isinstance(path, str) and path and not path.startswith(("/", "~", "$", "{")):
            full = os.path.join(folder, path)
            made = {**made, name: type(path)(full).at(path.place) if isinstance(path, Marked) else full}
    return made


def _servers(shared: Any, own: Any) -> list[dict[str, Any]] | None:
    return None if shared is None and own is None else _merged_servers(shared or [], own or [])


def _users(shared: dict[str, Any], own: Any) -> list[dict[str, Any]] | None:
    return None if own is None else [{**shared, **user} for user in own if user]


def _merged_servers(shared: Iterable[dict[str, Any]], own: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Own fields of a definition replace the shared ones of the same name; a further definition is added."""
    merged = [dict(server) for server in shared if "name" in server]
    known = {normal_key(SMTP_SERVER, server["name"]): index for index, server in enumerate(merged)}
    # A definition without a name is at fault, and nothing can be told about it.
    for server in own:
        if "name" not in server:
            continue
        index = known.get(normal_key(SMTP_SERVER, str(server["name"])))
        if index is None:
            merged.append(dict(server))
        else:
            merged[index] = {**merged[index], **server, "name": merged[index]["name"]}
    return merged
