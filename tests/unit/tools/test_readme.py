# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md is short, every link in it leads somewhere, and its commands are those of the pages."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import branch_schema, fleet_schema
from collection import ROOT
from generate_readme import with_address
from jsonschema import Draft7Validator

README = (ROOT / "README.md").read_text("utf-8")
LINKS = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
ADDRESS = "https://git.example.com/fincon/mail"


def test_it_is_read_in_five_minutes() -> None:
    assert len(README.splitlines()) <= 110


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_a_relative_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).is_file()


def test_what_galaxy_wants_to_find_is_there() -> None:
    headings = " ".join(re.findall(r"^## (.+)$", README, re.MULTILINE)).lower()
    assert [word for word in ("install", "use", "requirements", "support", "licence") if word not in headings] == []


def test_once_there_is_an_address_every_link_is_whole_and_the_second_time_nothing_changes() -> None:
    text = "[a](docs/a.md), [b](https://example.com/b), [c](SECURITY.md)"
    made = with_address(text, f"{ADDRESS}/")
    assert (
        made == f"[a]({ADDRESS}/blob/main/docs/a.md), [b](https://example.com/b), [c]({ADDRESS}/blob/main/SECURITY.md)"
    )
    assert with_address(made, ADDRESS) == made
    assert with_address(text, "") == text


def test_its_fleet_is_one_that_the_schemas_take() -> None:
    blocks = re.findall(r"^    # fleet/.*\n((?:    .+\n)+)", README, re.MULTILINE)
    fleet, branch = (yaml.safe_load(block) for block in blocks)
    for schema, data in ((fleet_schema(), fleet), (branch_schema(), branch)):
        assert [error.message for error in Draft7Validator(schema).iter_errors(data)] == []


def test_its_playbooks_exist() -> None:
    named = set(re.findall(r"fincon\.mail\.([a-z_]+) ", README)) - {"fleet"}
    assert named
    assert {name for name in named if not (ROOT / "playbooks" / f"{name}.yml").is_file()} == set()
