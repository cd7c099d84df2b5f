# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only one branch may have: its name, its installation, its ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch, groups_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.waves import GROUP
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import HERE


@dataclass(frozen=True)
class _Claim:
    """Something that only one branch may have.

    :param value: equal if two branches claim the same.
    :param path: where it is in a branch file.
    :param message: what is wrong when ``other`` has already claimed it.
    """

    value: tuple[str, ...]
    path: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Conflict:
    """A claim of two branches.

    :param finding: of the later branch.
    :param other: the name of the earlier branch.
    """

    finding: Finding
    other: str


def repeated(
    branches: Sequence[Branch], others: Sequence[Branch], placed: Callable[[Branch, Finding], Finding]
) -> list[Conflict]:
    """Return a conflict for each name, installation and ledger that two branches claim.

    :param branches: of one fleet.
    :param others: of the fleets that were read before it.
    :param placed: gives a finding about a branch its place.
    """
    found: list[Conflict] = []
    claimed: dict[_Claim, Branch] = {claim: branch for branch in others for claim in _claims(branch)}
    for branch in branches:
        for claim in _claims(branch):
            if claim in claimed:
                text = claim.message.format(name=branch.name, other=claimed[claim].file)
                finding = placed(branch, Finding(text, branch=branch.name, path=".".join(claim.path)))
                found.append(Conflict(finding, claimed[claim].name))
            claimed.setdefault(claim, branch)
    return found


def _claims(branch: Branch) -> list[_Claim]:
    """What a branch claims, as far as this is known before rendering."""
    claims = [
        _Claim(
            (branch.name.casefold(),),
            ("branch",),
            "{name!r} is also the name of {other}; names are compared without case",
        )
    ]
    installation = branch.data["installation"]
    # On a different machine, the same name may lead to another ledger or server.
    if not isinstance(installation, dict) or not _is_here(branch):
        return claims
    url, company, ledger = (_literal(installation.get(name)) for name in ("url", "data_id", "ledger"))
    if url and company:
        same = "is the same as that of {other}; each branch needs its own installation"
        claims.append(_Claim((_normal_address(url), company.casefold()), ("installation",), same))
    if ledger:
        same = "is also the ledger of {other}; each branch needs its own"
        claims.append(_Claim((_file_at(ledger),), ("installation", "ledger"), same))
    return claims


def misplaced_ledger(branch: Branch, files: Container[str]) -> Iterator[Finding]:
    """Yield what is wrong with the ledger of a branch, if its path leads to something else on this machine.

    :param files: the real paths of the files of the fleet.
    """
    installation = branch.data["installation"]
    ledger = _literal(installation.get("ledger")) if isinstance(installation, dict) else ""
    if not ledger or not _is_here(branch):
        return
    if _file_at(ledger) in files:
        yield Finding("is a file of this fleet, and not a ledger", path="installation.ledger")
    elif os.path.isdir(_file_at(ledger)) and not ledger.endswith("/"):
        yield Finding("is a folder; name a file in it", path="installation.ledger")


def _is_here(branch: Branch) -> bool:
    return branch.data["vars"].get("ansible_connection", "local") in HERE


def _file_at(path: str) -> str:
    """Return the file that a path leads to, by whatever way."""
    return os.path.realpath(os.path.expanduser(os.path.expandvars(path)))


def group_findings(
    branches: Sequence[Branch], waves: Mapping[str, int], made: Iterable[str]
) -> list[tuple[Branch, Finding]]:
    """Return what Ansible would take for another, with its branch: the name of a group, and one group of two words.

    :param waves: the number of the wave of each branch.
    :param made: the names of the groups that the fleet file makes.
    """
    first: dict[str, tuple[str, str]] = {}
    found = []
    for branch in branches:
        for one in groups_of(branch):
            known, where = first.setdefault(one.group, (one.word, branch.name))
            if one.word != known:
                text = f"{one.word!r} and {known!r} (branch {where}) would be one group, {one.group}; write both alike"
                found.append((branch, Finding(text, branch=branch.name, path=one.path)))
    groups = first.keys() | {f"{GROUP}{number}" for number in waves.values()} | set(map(str, made))
    text = "is also the name of a group that this fleet makes; choose another one"
    found += [
        (branch, Finding(text, branch=branch.name, path="branch")) for branch in branches if branch.name in groups
    ]
    return found


def _normal_address(url: str) -> str:
    """Return the normal form of a server's address: equal for two addresses of one server."""
    try:
        return urls.parse(url).normal
    except ValueError:
        # An invalid address is a separate finding.
        return url.casefold()


def _literal(value: Any) -> str:
    # A control character is a finding of its own, and NUL no part of any path.
    return value if isinstance(value, str) and "\0" not in value and not is_template(value) else ""
