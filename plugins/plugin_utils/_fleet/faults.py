# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which branches an error concerns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import Conflict

#: What :func:`same` compares.
_Place = tuple[str, int, int, str, str]


def same(finding: Finding) -> _Place:
    """Return a key, equal for findings that people see as one, such as an error of the defaults in many branches.

    Other values of a branch may change the hint at the end of a message.
    """
    message = finding.message.partition("; did you mean")[0]
    return finding.file, finding.line, finding.column, finding.path, message


def faulty_branches(
    findings: Iterable[Finding], branches: Sequence[Branch], conflicts: Iterable[Conflict]
) -> Mapping[str, tuple[Finding, ...]]:
    """Return the branches that an error concerns, with their errors.

    An error without a branch of the fleet concerns all of them: it is in shared data, or in a file or row whose branch
    is unknown. A conflict concerns both sides.

    :param findings: all findings in one fleet, with an error of the defaults once for each branch that has it.
    :param branches: those of the fleet.
    :param conflicts: what two branches claim. The earlier branch may be of another fleet.
    """
    names = [branch.name for branch in branches]
    concerned: dict[str, dict[_Place, Finding]] = {}

    def note(name: str, finding: Finding) -> None:
        concerned.setdefault(name, {}).setdefault(same(finding), finding)

    for finding in errors(findings):
        for name in [finding.branch] if finding.branch in names else names:
            note(name, finding)
    for conflict in conflicts:
        note(conflict.other, conflict.finding)
    return {name: tuple(found.values()) for name, found in concerned.items()}
