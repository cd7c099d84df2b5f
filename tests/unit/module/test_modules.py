# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of modules, and the registry of backends: nothing is missing, and errors have an outcome."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import BACKENDS
from ansible_collections.fincon.mail.plugins.module_utils._core import installation
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    InvalidRecordsError,
    UnreachableError,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES, Module
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from collection import ROOT

FILES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
ACTIONS = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
LINKS = {path.stem: path.readlink().name for path in (ROOT / "plugins" / "action").glob("*.py") if path.is_symlink()}
SHARED_ACTION = "fincon_mail_branch"


def test_every_module_is_in_the_table_and_has_its_documentation():
    assert set(MODULES) == FILES


def test_every_module_has_an_action_plugin_and_no_other_has_one():
    assert set(MODULES) == ACTIONS


def test_every_link_leads_to_the_shared_action():
    assert set(LINKS.values()) == {f"{SHARED_ACTION}.py"}


@pytest.mark.parametrize("name", sorted(name for name, module in MODULES.items() if module.work is None))
def test_a_module_without_work_has_an_action_plugin_of_its_own_and_fails_elsewhere(name):
    assert name in ACTIONS - {SHARED_ACTION, *LINKS}
    result = MODULES[name].run({}, False)
    assert "works on the controller" in result.failure


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_file_runs_the_entry_of_its_name(name):
    text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text("utf-8")
    assert re.findall(r'run_module\("(\w+)"\)', text) == [name]


def test_every_backend_that_an_installation_may_have_is_registered():
    assert tuple(BACKENDS) == installation.BACKENDS


@pytest.mark.parametrize("backend", installation.BACKENDS)
def test_every_backend_has_settings_and_a_page(backend):
    assert any(backend in setting.backends for setting in installation.SETTINGS)
    assert f"`{backend}`" in (ROOT / "docs" / "backends.md").read_text("utf-8")


def failing(error):
    def work(_params, _check_mode):
        raise error

    return Module({}, work, always=lambda params: {"records": params["records"]})


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (FinconError("the disk is full"), "failed"),
        (UnreachableError("no route"), "unreachable"),
        (InvalidRecordsError([Finding("must be text")]), "invalid"),
    ],
)
def test_an_error_is_a_result_with_its_outcome_and_what_is_always_in_it(error, outcome):
    result = failing(error).run({"records": ["THANDI"]}, False).as_dict()
    assert (result["outcome"], result["failed"], result["changed"]) == (outcome, True, False)
    assert result["msg"] == str(error)
    assert result["records"] == ["THANDI"]


def test_what_is_no_error_for_the_user_is_raised():
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError()).run({"records": []}, False)


def test_a_result_without_a_failure_does_not_say_failed():
    assert ModuleResult({"changed": True}, "applied").as_dict() == {"outcome": "applied", "changed": True}


def returns(name):
    return yaml.safe_load(
        re.search(
            r'RETURN = r"""\n(.*?)"""', (ROOT / "plugins" / "modules" / f"{name}.py").read_text("utf-8"), re.DOTALL
        )[1]
    )


@pytest.mark.parametrize(
    "name", sorted(name for name, module in MODULES.items() if "installation" in module.argument_spec)
)
def test_every_module_of_an_installation_documents_its_outcome(name):
    documented = returns(name)["outcome"]
    assert documented["returned"] == "always"
    words = set(re.findall(r"V\((\w+)\)", str(documented["description"])))
    assert words <= set(OUTCOMES)
    assert {"unreachable", "failed"} <= words
