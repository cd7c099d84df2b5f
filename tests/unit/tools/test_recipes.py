# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes with a new module, playbook or command is there: groups, tables of the README, integration tests."""

from __future__ import annotations

import re

import pytest
import yaml
from collection import ROOT

README = (ROOT / "README.md").read_text("utf-8")
TABLES = "\n".join(line for line in README.splitlines() if line.startswith("|"))
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
#: Those that people run; check_files is imported by others.
PLAYBOOKS = sorted({path.stem for path in (ROOT / "playbooks").glob("*.yml")} - {"check_files"})

#: Modules without an option that a default for a group could serve.
WITHOUT_GROUP = {"fincon_adapter_check", "fincon_adopt_fleet", "fincon_drift_report"}


def text_of(*patterns: str) -> str:
    return "\n".join(path.read_text("utf-8") for pattern in patterns for path in sorted(ROOT.glob(pattern)))


INTEGRATION = text_of("tests/integration/**/*.py")
PLAYS = text_of("playbooks/*.yml", "roles/*/tasks/*.yml")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())


def test_every_module_is_in_a_group_or_an_exception() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))["action_groups"]
    grouped = {name for names in groups.values() for name in names}
    assert grouped.isdisjoint(WITHOUT_GROUP)
    assert grouped | WITHOUT_GROUP == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_in_the_readme_and_in_an_integration_test(name: str) -> None:
    assert re.search(rf"`(fincon\.mail\.)?{name}`", TABLES), "not in the README's tables"
    # The integration tests run every playbook, as the next test sees to.
    assert re.search(rf"\b{name}\b", INTEGRATION + PLAYS), "in no integration test, and in no playbook or role"


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_is_in_the_readme_and_in_an_integration_test(name: str) -> None:
    assert f"`fincon.mail.{name}`" in TABLES, "not in the README's tables"
    assert re.search(rf'fincon\.mail\.{name}\b|playbook\("{name}"', INTEGRATION), "in no integration test"


def test_make_help_lists_every_target() -> None:
    assert set(re.findall(r"^([a-z-]+):.* ## ", MAKEFILE, re.MULTILINE)) == TARGETS


def test_every_make_command_of_the_documentation_exists() -> None:
    pages = text_of("*.md", "docs/*.md")
    assert set(re.findall(r"(?:`|^    |^)make ([a-z][a-z-]*)", pages, re.MULTILINE)) <= TARGETS
