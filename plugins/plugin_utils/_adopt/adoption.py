# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a fleet, from what was read at the installations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_placeholder
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.declared import declared_servers, declared_users
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.installations import Installation, copied
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.share import share
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.text import SCHEMAS, branch_text, fleet_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import schema_faults
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import rendered_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import FILES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import file_text

FLEET_FILE = "fincon.yml"
BRANCHES = "branches"


class AdoptionError(Exception):
    """The records that were read cannot become a fleet; the text says what to do."""


@dataclass(frozen=True)
class Read:
    """One branch as it was read.

    :param branch: its name.
    :param region: its region, or empty.
    :param tags: its tags.
    :param installation: how it is reached. Holds secrets.
    :param smtp_servers: the definitions, as ``fincon_mail_info`` returns them.
    :param users: the users, likewise.
    :param vars: further variables that its host needs.
    """

    branch: str
    region: str
    tags: Sequence[str]
    installation: Installation = field(repr=False)
    smtp_servers: Sequence[Mapping[str, Any]]
    users: Sequence[Mapping[str, Any]]
    vars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Adoption:
    """The files of a new fleet.

    :param files: the text of each file by its path below the fleet's folder.
    :param placeholders: how many passwords must be filled in.
    :param findings: what is wrong with the installed records; ``validate`` will refuse it.
    """

    files: Mapping[str, str]
    placeholders: int
    findings: tuple[str, ...]


def adopt(read: Iterable[Read], placeholders: bool = True, blank_users: bool = False) -> Adoption:
    """Make the files of a fleet.

    :param placeholders: whether a password that is set becomes a placeholder, rather than being left out.
    :param blank_users: whether users without any mail setting are included.
    :raises AdoptionError: when the names of branches are invalid.
    """
    branches = sorted(read, key=lambda item: item.branch)
    _refuse_bad_names(branches)
    installations = copied({item.branch: item.installation for item in branches})
    whole = [
        {
            "branch": item.branch,
            "region": item.region,
            "tags": list(item.tags),
            "installation": installations[item.branch],
            "smtp_servers": declared_servers(item.smtp_servers, placeholders),
            "users": declared_users(item.users, placeholders, blank_users),
            "vars": dict(item.vars),
        }
        for item in counted(branches, "branches compared")
    ]
    defaults, rest = share(whole)
    files = {FLEET_FILE: fleet_text(defaults)}
    complete = ("users",) if "smtp_servers" in defaults else ("smtp_servers", "users")
    files |= {branch_file(branch["branch"]): branch_text(branch, complete) for branch in counted(rest, "files made")}
    files |= {f"{SCHEMAS}/{name}.schema.json": file_text(schema()) for name, schema in FILES.items()}
    return Adoption(files, _placeholders([defaults, rest]), tuple(_faults(whole)))


def branch_file(branch: str) -> str:
    """Return the path of a branch's file below the fleet's folder."""
    return f"{BRANCHES}/{branch}.yml"


def _refuse_bad_names(branches: Sequence[Read]) -> None:
    found = []
    for item in branches:
        named = {"branch": item.branch, "tags": list(item.tags), **({"region": item.region} if item.region else {})}
        found += [f"{item.branch}: {finding}" for _path, finding in schema_faults("branch", named)]
    names = [item.branch for item in branches]
    found += [f"{name}: is the name of two branches" for name in sorted(set(names)) if names.count(name) > 1]
    if found:
        found.append("set fincon_branch, fincon_region or fincon_tags for these hosts")
        raise AdoptionError("; ".join(found))


def _placeholders(data: Any) -> int:
    if isinstance(data, Mapping):
        return sum(map(_placeholders, data.values()))
    if isinstance(data, list):
        return sum(map(_placeholders, data))
    return int(is_placeholder(data))


def _faults(branches: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """What ``validate`` will refuse after the passwords are filled in."""
    for branch in counted(branches, "branches checked"):
        declared = {name: _filled_in(value) for name, value in branch.items() if value or name != "region"}
        for finding in rendered_findings(declared, {}):
            yield f"{branch['branch']}: {finding}"


def _filled_in(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {name: _filled_in(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_filled_in(item) for item in data]
    return "filled in" if is_placeholder(data) else data
