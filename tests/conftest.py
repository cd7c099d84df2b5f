# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `ansible_collections.fincon.mail` importable in every test, and count what tests try."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence

import pytest
from collection import link_collection
from hypothesis import settings

sys.path.insert(0, str(link_collection()))

# The usual run tries the same inputs each time, so that it says something about a change. "search" tries new ones.
settings.register_profile("usual", derandomize=True)
settings.register_profile("search", derandomize=False)
settings.load_profile("usual")


@pytest.fixture(scope="session", autouse=True)
def ledgers_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is noted of ledgers stays out of the home of whoever runs the tests."""
    from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import seen

    seen.FOLDER = str(tmp_path_factory.mktemp("seen"))


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Counts what a test tried, for the table at the end of a run of all tests; call it once, last.

    `kind` is the row: faults, states, kills, controllers, canary searches or inputs. `number` is how many were tried.
    The others tell what was found, a sentence for each: changes that were lost, reports that were wrong, places where a
    secret showed, tracebacks. One of them fails the test.
    """

    def count(
        kind: str,
        number: int,
        *,
        lost: Sequence[str] = (),
        wrong: Sequence[str] = (),
        leaked: Sequence[str] = (),
        tracebacks: Sequence[str] = (),
    ) -> None:
        found = {"lost": lost, "wrong": wrong, "leaked": leaked, "tracebacks": tracebacks}
        counts = {column: len(sentences) for column, sentences in found.items()}
        record_property("tried", json.dumps({"kind": kind, "tried": number, **counts}))
        assert not any(counts.values()), found

    return count
