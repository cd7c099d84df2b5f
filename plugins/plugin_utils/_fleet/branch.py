# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One branch, with the values from the layers of its fleet."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import EVIDENCE, MAILBOX
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import BACKENDS, SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import (
    KEEP,
    PRESENT,
    RENAMED_FROM,
    UNLINKED,
    WITHOUT,
    is_present,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE_KEY
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import audit_address, with_bcc
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Marked

#: The settings that are paths: of an installation, of an audit mailbox, and of its use in a fleet.
_PATHS = tuple(setting.name for setting in SETTINGS if setting.type == "path")
_MAILBOX_PATHS = tuple(field.name for field in MAILBOX if field.kind == "path")
_EVIDENCE_PATHS = tuple(field.name for field in EVIDENCE if field.kind == "path")


@dataclass(frozen=True)
class Branch:
    """One branch with the defaults of the fleet filled in.

    :param name: its name.
    :param file: its file.
    :param region: its region, or empty.
    :param tags: its tags.
    :param data: ``installation``, ``smtp_servers``, ``users``, ``vars`` and the fleet's ``evidence``. A list that is
        not given is ``None``. They hold secrets.
    :param title: its name for people, or empty.
    :param user_files: the CSV files that its users come from.
    """

    name: str
    file: str
    region: str
    tags: tuple[str, ...]
    data: dict[str, Any] = field(repr=False)
    title: str = ""
    user_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Membership:
    """A group of a branch.

    :param group: its name, in the form that Ansible requires.
    :param path: in the branch file, of the key or item that it comes from.
    :param word: what is written there.
    """

    group: str
    path: str
    word: str


def groups_of(branch: Branch) -> list[Membership]:
    """Return the groups of a branch for its region and its tags."""
    words = [("region", "region", branch.region)] * bool(branch.region)
    words += [("tag", f"tags.{index}", tag) for index, tag in enumerate(branch.tags)]
    return [Membership(re.sub(r"[^A-Za-z0-9_]", "_", f"{kind}_{word}"), path, word) for kind, path, word in words]


def merged_branch(data: Mapping[str, Any], file: str, fleet_file: str, shared: Sequence[Mapping[str, Any]]) -> Branch:
    """Fill in the fleet file's values for a branch.

    :param data: of the branch file.
    :param file: the branch file.
    :param fleet_file: its folder is the start of relative paths of an installation.
    :param shared: the layers of the fleet file that the branch has, the nearest last.
    """
    layers = [*shared, data]
    installation: Any = None
    servers: list[dict[str, Any]] | None = None
    user: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for layer in layers:
        taken = layer.get(WITHOUT.name) or {}
        installation = _merged(_left(installation, taken.get("installation")), layer.get("installation"))
        servers = _servers(_left_servers(servers, taken.get("smtp_servers")), layer.get("smtp_servers"))
        user = {**_left(user, taken.get("user")), **(layer.get("user") or {})}
        variables = {**_left(variables, taken.get("vars")), **(layer.get("vars") or {})}
    merged = {
        "installation": _with_paths_from(os.path.dirname(fleet_file), installation, _PATHS),
        # A list that is not given declares nothing; an empty list declares that there are no records.
        "smtp_servers": servers,
        "users": _users(user, data.get("users")),
        "vars": variables,
    }
    title = data.get("title") or ""
    return Branch(data["branch"], file, data.get("region") or "", tuple(data.get("tags") or ()), merged, title)


def as_declared(branch: Branch, own: Mapping[str, Any]) -> Branch:
    """Return a branch with the definitions that are declared there, without their keys that are only for files.

    A definition of the fleet file is declared at the branches that use it: the branch file names it, or a present user
    is linked to it. It is also kept if this cannot be decided, or if the definition says so.

    :param own: data of the branch file.
    """
    servers = branch.data["smtp_servers"]
    if servers is None:
        return branch
    named = {
        normal_key(SMTP_SERVER, str(name))
        for server in own.get("smtp_servers") or []
        for name in (server.get("name"), server.get(RENAMED_FROM.name))
        if name
    }
    if not all(named.issuperset(_keys_of(server)) for server in servers):
        used = _linked(branch.data["users"])
        servers = [server for server in servers if used is None or _is_declared(server, named | used)]
    kept = [
        {name: value for name, value in server.items() if name != UNLINKED.name} if UNLINKED.name in server else server
        for server in servers
    ]
    return replace(branch, data={**branch.data, "smtp_servers": kept})


def _is_declared(server: Mapping[str, Any], used: Container[str]) -> bool:
    may_be_absent = server.get("state") not in (None, PRESENT)
    return (
        may_be_absent
        or server.get(UNLINKED.name) == KEEP
        or is_template(server["name"])
        or any(key in used for key in _keys_of(server))
    )


def _keys_of(server: Mapping[str, Any]) -> list[str]:
    """The name of a definition, and its former name: a user linked to the former name uses it too."""
    return [normal_key(SMTP_SERVER, str(name)) for name in (server["name"], server.get(RENAMED_FROM.name)) if name]


def _linked(users: Sequence[Mapping[str, Any]] | None) -> set[str] | None:
    """The definitions that present users are linked to, or ``None`` when this cannot be decided."""
    if users is None:
        return None
    links = {user.get("smtp_server") for user in users if is_present(user)}
    if any(is_template(link) for link in links):
        return None
    return {normal_key(SMTP_SERVER, link) for link in links if isinstance(link, str)}


def _left(shared: Any, taken: Sequence[str] | None) -> Any:
    """The values of earlier layers, without those that a later layer takes back."""
    if not taken or not isinstance(shared, dict):
        return shared
    return {name: value for name, value in shared.items() if name not in taken}


def _left_servers(shared: list[dict[str, Any]] | None, taken: Sequence[str] | None) -> list[dict[str, Any]] | None:
    if not taken or shared is None:
        return shared
    keys = {normal_key(SMTP_SERVER, name) for name in taken}
    return [server for server in shared if normal_key(SMTP_SERVER, str(server["name"])) not in keys]


def _merged(shared: Any, own: Any) -> Any:
    """Own settings replace shared ones one by one; a template replaces all of them.

    A layer with another backend takes only those shared settings that its backend has.
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


def with_evidence(branch: Branch, evidence: Mapping[str, Any]) -> Branch:
    """Return a branch with its fleet's settings of the audit mailbox, and with the BCC that follows from them."""
    servers = with_bcc(branch.data["smtp_servers"], evidence.get("bcc"))
    return replace(branch, data={**branch.data, "smtp_servers": servers, EVIDENCE_KEY: evidence})


def evidence_of(fleet: Mapping[str, Any], fleet_file: str) -> dict[str, Any]:
    """Return a fleet file's settings of its audit mailbox, with relative paths resolved from the folder of the file."""
    evidence = fleet.get(EVIDENCE_KEY) or {}
    folder = os.path.dirname(fleet_file)
    made = _with_paths_from(folder, evidence, _EVIDENCE_PATHS)
    if "mailbox" in evidence:
        mailbox = _with_paths_from(folder, evidence["mailbox"], _MAILBOX_PATHS)
        address = audit_address(evidence)
        made = {**made, "mailbox": {**mailbox, **({"address": address} if address else {})}}
    return dict(made)


def _with_paths_from(folder: str, settings: Any, names: Iterable[str]) -> Any:
    """Resolve the relative paths among settings from a folder, wherever the run is started."""
    if not isinstance(settings, dict):
        return settings
    made = settings
    for name in names:
        path = settings.get(name)
        # Its first part decides: a home directory, a variable or a template is not known before the path is used.
        if isinstance(path, str) and path and not path.startswith(("/", "~", "$", "{")):
            full = os.path.join(folder, path)
            made = {**made, name: type(path)(full).at(path.place) if isinstance(path, Marked) else full}
    return made


def _servers(shared: list[dict[str, Any]] | None, own: Any) -> list[dict[str, Any]] | None:
    return shared if own is None else _merged_servers(shared or [], own)


def _users(shared: dict[str, Any], own: Any) -> list[dict[str, Any]] | None:
    if own is None:
        return None
    statement = WITHOUT.name
    return [{**shared, **user} if statement not in user else _over(shared, user) for user in own if user]


def _over(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Own fields of a record over the shared ones, without those that it takes back."""
    if WITHOUT.name not in own:
        return {**shared, **own}
    own = dict(own)
    return {**_left(shared, own.pop(WITHOUT.name)), **own}


def _merged_servers(shared: Iterable[dict[str, Any]], own: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Own fields of a definition replace the shared ones of the same name; other definitions are added."""
    merged = list(shared)
    known = {normal_key(SMTP_SERVER, str(server["name"])): index for index, server in enumerate(merged)}
    # A definition without a name is an error, and nothing more can be said about it.
    for server in own:
        if "name" not in server:
            continue
        index = known.get(normal_key(SMTP_SERVER, str(server["name"])))
        if index is None:
            merged.append(_over({}, server))
        else:
            merged[index] = {**_over(merged[index], server), "name": merged[index]["name"]}
    return merged
