# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only one branch may have: its name, its installation, its ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source


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


def repeated(branches: Sequence[Branch], others: Sequence[Branch], read: Callable[[str], str]) -> list[Conflict]:
    """Return a conflict for each name, installation and ledger that two branches claim.

    :param branches: of one fleet.
    :param others: of the fleets that were read before it.
    :param read: returns the text of a branch file, for the place of the finding.
    """
    found: list[Conflict] = []
    claimed: dict[_Claim, Branch] = {claim: branch for branch in others for claim in _claims(branch)}
    for branch in branches:
        for claim in _claims(branch):
            if claim in claimed:
                text = claim.message.format(name=branch.name, other=claimed[claim].file)
                source = Source(branch.file, read(branch.file))
                finding = at(source, claim.path, Finding(text, branch=branch.name))
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
    if not isinstance(installation, dict) or branch.data["vars"].get("ansible_connection", "local") != "local":
        return claims
    url, company, ledger = (_literal(installation.get(name)) for name in ("url", "data_id", "ledger"))
    if url and company:
        same = "is the same as that of {other}; each branch needs its own installation"
        claims.append(_Claim((_normal_address(url), company.casefold()), ("installation",), same))
    if ledger:
        same = "is also the ledger of {other}; each branch needs its own"
        path = os.path.normpath(os.path.expanduser(os.path.expandvars(ledger)))
        claims.append(_Claim((path,), ("installation", "ledger"), same))
    return claims


def _normal_address(url: str) -> str:
    """Return the normal form of a server's address: equal for two addresses of one server."""
    try:
        return urls.parse(url).normal
    except ValueError:
        # An invalid address is a separate finding.
        return url.casefold()


def _literal(value: Any) -> str:
    return value if isinstance(value, str) and not is_template(value) else ""
