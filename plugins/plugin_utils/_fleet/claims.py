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
    """What only one branch may have.

    :param value: equal where two branches claim the same.
    :param path: where it stands in a branch file.
    :param message: what is wrong when ``other`` has claimed it before.
    """

    value: tuple[str, ...]
    path: tuple[str, ...]
    message: str


def repeated(branches: Sequence[Branch], others: Sequence[Branch], read: Callable[[str], str]) -> list[Finding]:
    """Return a finding for each name, installation and ledger that two branches claim.

    :param branches: of one fleet.
    :param others: of the fleets that were read before it.
    :param read: returns the text of a branch file, for the place of the finding.
    """
    found: list[Finding] = []
    claimed: dict[_Claim, str] = {claim: branch.file for branch in others for claim in _claims(branch)}
    for branch in branches:
        for claim in _claims(branch):
            if claim in claimed:
                text = claim.message.format(name=branch.name, other=claimed[claim])
                source = Source(branch.file, read(branch.file))
                found.append(at(source, claim.path, Finding(text, branch=branch.name)))
            claimed.setdefault(claim, branch.file)
    return found


def _claims(branch: Branch) -> list[_Claim]:
    """What a branch claims, as far as that can be told before rendering."""
    claims = [_Claim((branch.name,), ("branch",), "{name!r} is the name of {other} too")]
    installation = branch.data["installation"]
    # From a machine of its own, a branch may well see another ledger, or server, under the same name.
    if not isinstance(installation, dict) or branch.data["vars"].get("ansible_connection", "local") != "local":
        return claims
    url, company, ledger = (_literal(installation.get(name)) for name in ("url", "data_id", "ledger"))
    if url and company:
        same = "is the same as that of {other}: each branch needs an installation of its own"
        claims.append(_Claim((_normal_address(url), company.casefold()), ("installation",), same))
    if ledger:
        same = "is the ledger of {other} too: each branch needs one of its own"
        path = os.path.normpath(os.path.expanduser(os.path.expandvars(ledger)))
        claims.append(_Claim((path,), ("installation", "ledger"), same))
    return claims


def _normal_address(url: str) -> str:
    """Return the form in which two addresses of one server are equal."""
    try:
        return urls.parse(url).normal
    except ValueError:
        # It is a finding by itself.
        return url.casefold()


def _literal(value: Any) -> str:
    return value if isinstance(value, str) and not is_template(value) else ""
