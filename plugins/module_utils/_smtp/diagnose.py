# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""From an observation to a diagnosis: one table, the most specific diagnosis wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

from ansible_collections.fincon.mail.plugins.module_utils._smtp import (
    table_access,
    table_connection,
    table_login,
    table_password,
    table_people,
    table_server,
    table_tls,
)
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation

#: Of texts that fit equally well the first counts, so specific texts come before general ones.
TABLE: tuple[Diagnosis, ...] = (
    table_connection.DIAGNOSES
    + table_tls.DIAGNOSES
    + table_login.ROWS
    + table_access.ROWS
    + table_people.ROWS
    + table_server.ROWS
    + table_password.ROWS
    + table_server.GENERAL
)

_UNKNOWN = Diagnosis(
    "unknown",
    (),
    (),
    "Unrecognised failure.",
    "Open an issue in the collection's repository, with the stage and the server's text.",
)


def find_diagnosis(seen: Observation) -> Diagnosis:
    """The most specific diagnosis that fits; of two that are equal, the first in the table."""
    best, best_weight = _UNKNOWN, None
    for diagnosis in TABLE:
        weight = diagnosis.weight(seen)
        if weight is not None and (best_weight is None or weight > best_weight):
            best, best_weight = diagnosis, weight
    return best


def diagnose(seen: Observation, clean: Callable[[str], str]) -> dict[str, str]:
    """The ``id``, ``cause`` and ``hint`` of an observation. ``clean`` scrubs what servers contribute to them."""
    diagnosis = find_diagnosis(seen)
    reply = " ".join(str(word) for word in (seen.code, seen.enhanced, seen.text) if word) or "no answer"
    facts = _Facts({name: clean(value) for name, value in {"detail": seen.text, "reply": reply, **seen.facts}.items()})
    cause, hint = diagnosis.explain(seen)
    return {"id": diagnosis.id, "cause": _fill(cause, facts), "hint": _fill(hint, facts)}


def _fill(words: str, facts: Mapping[str, str]) -> str:
    """The words with their placeholders filled in; an empty placeholder leaves no gap."""
    return " ".join(words.format_map(facts).split())


class _Facts(dict):  # type: ignore[type-arg]
    """Placeholders; an unknown one is shown as such instead of raising an error."""

    def __missing__(self, name: str) -> str:
        return "not known"
