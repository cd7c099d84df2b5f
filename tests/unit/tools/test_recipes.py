# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each recipe of CONTRIBUTING.md holds: what comes with a new module, playbook, report format or command is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.callback import drift_report as callback
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES as TABLE
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import REPORT_FORMATS
from ansible_collections.fincon.mail.plugins.modules import fincon_drift_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import FORMATS
from collection import ROOT, files

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
#: The page of the playbooks; the reference of modules and plugins is made from themselves.
PLAYBOOK_PAGE = (ROOT / "docs" / "playbooks.md").read_text("utf-8")
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))

#: Modules without an option that a default for a group could serve.
WITHOUT_GROUP = {
    "fincon_adapter_check", "fincon_adopt_fleet", "fincon_confirm_replies", "fincon_drift_report",
    "fincon_mail_evidence", "fincon_message", "fincon_metrics", "fincon_work_order_passwords",
}  # fmt: skip


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
def test_every_module_is_in_an_integration_test(name: str) -> None:
    # The integration tests run every playbook, as the next test sees to.
    assert re.search(rf"\b{name}\b", INTEGRATION + PLAYS), "in no integration test, and in no playbook or role"


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_has_a_row_in_its_page_and_is_in_an_integration_test(name: str) -> None:
    assert f"| `fincon.mail.{name}` |" in PLAYBOOK_PAGE
    assert re.search(rf'fincon\.mail\.{name}\b|playbook\("{name}"', INTEGRATION), "in no integration test"


@pytest.mark.parametrize("module", ["assert", "debug", "fail"])
def test_playbooks_and_roles_show_lines_and_fail_by_our_own_module(module: str) -> None:
    assert f"ansible.builtin.{module}:" not in PLAYS, (
        "Ansible shows its failures twice, with the lines of our own tasks"
    )


def test_make_help_lists_every_target() -> None:
    assert set(re.findall(r"^([a-z-]+):.* ## ", MAKEFILE, re.MULTILINE)) == TARGETS


def test_every_make_command_of_the_documentation_exists() -> None:
    pages = text_of("*.md", "docs/*.md")
    assert set(re.findall(r"(?:`|^    |^)make ([a-z][a-z-]*)", pages, re.MULTILINE)) <= TARGETS


def test_every_report_format_is_in_every_list():
    page = (ROOT / "docs" / "drift-reports.md").read_text("utf-8")
    tests = (ROOT / "tests" / "unit" / "report" / "test_formats.py").read_text("utf-8")
    module = yaml.safe_load(fincon_drift_report.DOCUMENTATION)["options"]["formats"]
    plugin = yaml.safe_load(callback.DOCUMENTATION)["options"]["formats"]
    assert sorted(FORMATS) == sorted(REPORT_FORMATS)
    for documented in (module, plugin):
        assert documented["choices"] == documented["default"] == list(REPORT_FORMATS)
    for name in FORMATS:
        assert f"| `{name}` |" in page
        assert f"_report.{'page' if name == 'html' else 'document' if name == 'json' else name} import" in tests


def test_every_option_of_a_module_is_documented_or_comes_from_a_fragment() -> None:
    for name in MODULES:
        text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text("utf-8")
        documented = yaml.safe_load(re.search(r'DOCUMENTATION = r"""\n(.*?)"""', text, re.DOTALL)[1])
        unknown = set(documented.get("options", {})) - set(TABLE[name].argument_spec)
        assert unknown == set(), name


RECIPES = CONTRIBUTING.partition("## Recipes")[2].partition("## Why not")[0]


def test_every_file_that_a_recipe_names_exists() -> None:
    paths = re.findall(r"`((?:plugins|tests|docs|examples|meta|playbooks)/[\w./*-]+)`", RECIPES)
    named = [path for path in paths if "NAME" not in path]
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("recipe", ["field", "backend", "module", "diagnosis", "report format", "playbook"])
def test_there_is_a_recipe_with_its_tests(recipe: str) -> None:
    text = re.search(rf"### An? {recipe}\b.*?(?=\n### |\Z)", RECIPES, re.DOTALL)
    assert text, "has no recipe"
    assert "test_" in text[0].rpartition("\n\n")[0] + text[0], "names no test"


def test_the_architecture_names_every_room() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = {Path(name).parts[2].removesuffix(".py") for name in files() if re.match(r"plugins/\w+_utils/_[a-z]", name)}
    assert {room for room in rooms if room not in page} == set()


def test_the_architecture_names_every_outcome() -> None:
    sentence = re.search(r"names its \*outcome\* \((.+?)\)", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)
    assert sentence
    assert set(re.findall(r"`(\w+)`", sentence[1])) == set(OUTCOMES)


@pytest.mark.parametrize("playbook", sorted((ROOT / "playbooks").glob("*.yml")), ids=lambda path: path.stem)
def test_the_strategy_of_a_site_cannot_take_the_guards_of_a_playbook_away(playbook: Path) -> None:
    for play in yaml.safe_load(playbook.read_text("utf-8")):
        if "fincon_hosts" in play.get("hosts", ""):
            assert play.get("strategy") == "ansible.builtin.linear", play["name"]
