# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures, their targets, and the line of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One result.

    :param name: dotted, such as ``check.branch.wall``.
    :param value: in `unit`.
    :param unit: ``s``, ``MB``, ``%``, or empty for a ratio or a count.
    :param limit: the largest good value; ``None`` if there is no target.
    """

    name: str
    value: float
    unit: str = ""
    limit: float | None = None

    @property
    def missed(self) -> bool:
        """Whether the value is over its target."""
        return self.limit is not None and self.value > self.limit

    def line(self) -> str:
        """``name value target met|missed``, with ``-`` if there is no target."""
        value = f"{self.value:.4g}{self.unit}"
        if self.limit is None:
            return f"{self.name:36} {value:>10} {'-':>10} -"
        return f"{self.name:36} {value:>10} {f'<={self.limit:.4g}{self.unit}':>10} {'missed' if self.missed else 'met'}"
