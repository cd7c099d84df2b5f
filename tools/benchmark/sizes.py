# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of the measurements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The sizes of the measurements.

    :param branches: of the check.
    :param users: of each branch, unless stated otherwise.
    :param loops: numbers of branches over which the slow loops run; two, to check linear growth.
    :param load_branches: of the loading, and of the adoption.
    :param load_users: of each branch, in both.
    :param growth: numbers of branches, growing.
    :param attended: branches of which the work orders are confirmed.
    :param changed: branches that an apply changes.
    :param logins: distinct ones that are verified.
    :param answer: seconds that the mail server takes for each answer.
    :param messages: of the audit mailbox.
    :param parts: into how many parts a fleet is cut.
    :param part: branches of each part.
    :param repeats: runs of each case.
    :param growth_repeats: runs of the check and of debug as the fleet grows.
    :param slow_repeats: runs of what takes longest.
    """

    branches: int = 50
    users: int = 20
    loops: tuple[int, int] = (2, 4)
    load_branches: int = 1000
    load_users: int = 50
    growth: tuple[int, int] = (100, 1000)
    attended: int = 40
    changed: int = 50
    logins: int = 40
    answer: float = 0.1
    messages: int = 100_000
    parts: int = 10
    part: int = 20
    repeats: int = 3
    growth_repeats: int = 2
    slow_repeats: int = 1


#: Tiny numbers, to check that everything runs.
QUICK = Sizes(
    branches=2, users=2, loops=(1, 2), load_branches=3, load_users=2, growth=(1, 2), attended=2, changed=2,
    logins=2, answer=0.0, messages=20, parts=2, part=1, repeats=1, growth_repeats=1,
)  # fmt: skip
