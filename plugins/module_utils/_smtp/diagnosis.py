# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The shape of a diagnosis: what it explains, and when it fits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reading import gives_no_reason

#: In ``Match.enhanced``: a reply without an enhanced code, as Exim and many others send it.
BARE = "bare"


@dataclass(frozen=True)
class Match:
    """One condition. Empty fields fit everything; within a field one of the values must fit.

    ``stages`` are some of those of the diagnosis. ``codes`` are reply codes or their beginnings (``4`` is every
    temporary one); ``enhanced`` are enhanced codes or their beginnings in whole numbers (``5.5``), or BARE; ``text`` is
    a regular expression that is searched without case, and ``unless`` one that must not be found. ``wordless`` requires
    a text that gives no reason, so that the code decides. ``needs`` names circumstances that must all hold. ``source``
    is where the words or the meaning of the code come from.
    """

    codes: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    text: str = ""
    events: tuple[str, ...] = ("reply",)
    stages: tuple[str, ...] = ()
    port: int | None = None
    unless: str = ""
    wordless: bool = False
    needs: tuple[str, ...] = ()
    source: str = ""

    def fits(self, seen: Observation) -> bool:
        """Whether the observation meets every field."""
        return (
            (not self.events or seen.event in self.events)
            and (not self.stages or seen.stage in self.stages)
            and (not self.codes or str(seen.code).startswith(self.codes))
            and (not self.enhanced or any(_enhanced_fits(wanted, seen.enhanced) for wanted in self.enhanced))
            and (self.port is None or seen.facts.get("port") == str(self.port))
            and seen.holds.issuperset(self.needs)
            and self._text_fits(seen.said)
        )

    def _text_fits(self, said: str) -> bool:
        return (
            (not self.text or re.search(self.text, said, re.IGNORECASE) is not None)
            and (not self.unless or re.search(self.unless, said, re.IGNORECASE) is None)
            and (not self.wordless or gives_no_reason(said))
        )

    @property
    def weight(self) -> tuple[bool, int, int, bool]:
        """How specific it is: a text outranks an enhanced code, that outranks a code, a port breaks a tie."""
        return (
            bool(self.text),
            max((wanted.count(".") + 1 for wanted in self.enhanced), default=0),
            max(map(len, self.codes), default=0),
            self.port is not None,
        )


@dataclass(frozen=True)
class Words:
    """Cause and hint of a diagnosis when ``when`` fits. An empty one leaves the usual cause or hint in place."""

    when: Match
    cause: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """One diagnosis: a stable id, when it applies, the likely cause and what to do next.

    Causes and hints may hold placeholders, filled from ``Observation.facts``. The first of ``words`` that fits replaces
    them. No ``stages`` means any stage. ``retryable`` says that the same settings may work later. A ``warning``
    accompanies a probe that passes.
    """

    id: str
    stages: tuple[str, ...]
    matches: tuple[Match, ...]
    cause: str
    hint: str
    retryable: bool = False
    warning: bool = False
    words: tuple[Words, ...] = ()

    def weight(self, seen: Observation) -> tuple[tuple[bool, int, int, bool], bool] | None:
        """The weight of its most specific condition that fits; None when none fits. A known stage breaks a tie."""
        if self.stages and seen.stage not in self.stages:
            return None
        weights = [match.weight for match in self.matches if match.fits(seen)]
        return (max(weights), bool(self.stages)) if weights else None

    def explain(self, seen: Observation) -> tuple[str, str]:
        """Cause and hint for this observation, with their placeholders."""
        for words in self.words:
            if words.when.fits(seen):
                return words.cause or self.cause, words.hint or self.hint
        return self.cause, self.hint


def event(*names: str, text: str = "", port: int | None = None, needs: tuple[str, ...] = ()) -> Match:
    """A condition on something that is not a reply."""
    return Match(events=names, text=text, port=port, needs=needs)


def given(*needs: str, text: str = "", enhanced: tuple[str, ...] = ()) -> Match:
    """A condition on the circumstances of any observation, for ``Words``."""
    return Match(events=(), needs=needs, text=text, enhanced=enhanced)


def _enhanced_fits(wanted: str, seen: str) -> bool:
    return not seen if wanted == BARE else (seen + ".").startswith(wanted + ".")
