# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What a stage saw: the only input of a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Observation:
    """Something worth a diagnosis.

    ``event`` is ``reply`` for an answer of the server; any other value names what happened instead. ``text`` is as the
    server sent it: scrub it before you show it. ``facts`` fill the placeholders of causes and hints. ``words`` are the
    text without the names that it quotes, and ``holds`` names the circumstances under which it was seen
    (:mod:`circumstances`).
    """

    stage: str = ""
    event: str = "reply"
    code: int | None = None
    enhanced: str = ""
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    words: str | None = None
    holds: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """The text for comparisons."""
        return self.text if self.words is None else self.words


class Failure(Exception):
    """The observation that ended a dialogue. Its text is the event's name alone, never the text of a server."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.event)
        self.observation = observation
