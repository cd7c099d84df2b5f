# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metrics in Prometheus' text format. Pure.

The format is that of https://prometheus.io/docs/instrumenting/exposition_formats/ (text-based format), the names follow
https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

#: The prefix of each name; the name of a kind and an underscore follow.
PREFIX = "fincon_mail_"

_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})
_LABEL_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True)
class Family:
    """A gauge with a sample for each set of labels.

    :param name: without :data:`PREFIX`.
    :param purpose: what it measures, in one sentence.
    :param samples: its samples, by their labels.
    """

    name: str
    purpose: str
    samples: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)

    def add(self, value: float, **labels: str) -> None:
        """Add to the sample with these labels; a new sample starts at zero."""
        key = tuple(labels.items())
        self.samples[key] = self.samples.get(key, 0) + value


def to_text(families: Iterable[Family]) -> str:
    """Return families as text. A family without a sample is left out."""
    return "".join(f"{line}\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    name = PREFIX + family.name
    yield f"# HELP {name} {family.purpose.translate(_HELP_ESCAPES)}"
    yield f"# TYPE {name} gauge"
    for labels, value in family.samples.items():
        text = ",".join(f'{key}="{content.translate(_LABEL_ESCAPES)}"' for key, content in labels)
        yield f"{name}{{{text}}} {value:.15g}" if text else f"{name} {value:.15g}"


def name_of(line: str) -> str:
    """Return the name of the metric in a line of the text; empty when there is none."""
    words = line.split(maxsplit=3)
    if words[:1] == ["#"]:
        return words[2] if len(words) > 2 and words[1] in ("HELP", "TYPE") else ""
    return line.partition("{")[0].split(" ")[0]


def seconds(time: str) -> float:
    """Return an ISO 8601 time as Unix time; for a day, its beginning. Both are in UTC.

    :raises ValueError: when it is not a time.
    """
    found = datetime.fromisoformat(time)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def stateset(family: Family, states: Iterable[str], present: str, labels: Mapping[str, str]) -> None:
    """Add a sample for each state: 1 for the current one, 0 for the others."""
    for state in states:
        family.add(float(state == present), **labels, state=state)
