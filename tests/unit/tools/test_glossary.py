# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each term has one meaning, which the glossary gives, and words that were given up stay away."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import STATES
from collection import ROOT, files

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
ENTRIES = re.findall(r"^- \*\*(.+?)\*\*: (.+)$", GLOSSARY, flags=re.MULTILINE)
TERMS = [term for term, _meaning in ENTRIES]

EXPECTED = {
    "actual state", "adapter", "audit mailbox", "backend", "benchmark", "branch", "desired state", "diagnosis",
    "drift", "evidence", "field", "finding", "fleet", "in sync", "installation", "item", "ledger",
    "not yet rolled out", "outcome",
    "pending", "plan", "probe", "proven", "record", "reply", "section", "session", "stage", "stand-in", "stray",
    "undeclared",
    "unverified", "wave", "work order",
}  # fmt: skip

# What to write instead of a word that was given up.
GIVEN_UP = {
    "anew": "again",
    "cautions": "warnings",
    "climb": "go through the stages",
    "climbs": "goes through the stages",
    "desk": "the name of what it does",
    "foretell": "plan",
    "foretold": "planned",
    "journal": "the name of what it holds",
    "ladder": "stages",
    "lent": "named, or original",
    "stranger": "unknown user",
    "wish": "desired state, change or request",
    "wished": "declared or requested",
    "wishes": "desired state, changes or requests",
}
READ_BY_PEOPLE = ("README.md", "docs/", "playbooks/", "plugins/", "roles/")


def test_every_term_is_defined_once() -> None:
    assert sorted(TERMS) == sorted(EXPECTED)


def test_every_line_of_the_list_is_an_entry() -> None:
    assert len(ENTRIES) == sum(line.startswith("-") for line in GLOSSARY.splitlines())


def test_entries_are_sorted() -> None:
    assert sorted(TERMS) == TERMS


@pytest.mark.parametrize(("term", "meaning"), ENTRIES, ids=TERMS)
def test_a_meaning_is_one_or_two_sentences(term: str, meaning: str) -> None:
    assert 1 <= len(re.findall(r"\.(?= |$)", meaning)) <= 2
    assert meaning.endswith(".")


def test_every_outcome_is_in_the_glossary() -> None:
    meaning = dict(ENTRIES)["outcome"]
    assert [name for name in OUTCOMES if f"`{name}`" not in meaning] == []


def test_every_state_of_a_branch_is_a_term_or_an_outcome() -> None:
    assert {state.replace("_", " ") for state in STATES} <= {*TERMS, *OUTCOMES}


def test_the_readme_leads_to_the_glossary() -> None:
    assert "docs/glossary.md" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("word", GIVEN_UP)
def test_a_word_that_was_given_up_stays_away(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b", re.IGNORECASE)
    found = [
        f"{name}:{number}: write {GIVEN_UP[word]}"
        for name in files()
        if name.startswith(READ_BY_PEOPLE) and name.endswith((".j2", ".js", ".md", ".py", ".yml"))
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []
