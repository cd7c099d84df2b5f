# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sets up AWX, against stand-ins for the modules of awx.awx that take the same options."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.options import OPTIONS
from collection import ROOT

from ..conftest import Site
from .conftest import HERE

EXAMPLE = ROOT / "examples" / "awx"

#: The options that the example uses, as the documentation of awx.awx has them. Any other option is refused.
MODULES: dict[str, dict[str, str]] = {
    "credential_type": {"name": "str", "kind": "str", "inputs": "dict", "injectors": "dict"},
    "execution_environment": {"name": "str", "image": "str"},
    "project": {
        "name": "str", "organization": "str", "scm_type": "str", "scm_url": "str", "scm_update_on_launch": "bool",
        "default_environment": "str",
    },
    "inventory": {"name": "str", "organization": "str"},
    "inventory_source": {
        "name": "str", "inventory": "str", "organization": "str", "source": "str", "source_project": "str",
        "source_path": "str", "execution_environment": "str", "overwrite": "bool", "overwrite_vars": "bool",
        "update_on_launch": "bool",
    },
    "job_template": {
        "name": "str", "description": "str", "job_type": "str", "organization": "str", "project": "str",
        "playbook": "str", "inventory": "str", "execution_environment": "str", "extra_vars": "dict",
        "job_slice_count": "int", "diff_mode": "bool", "ask_job_type_on_launch": "bool", "ask_limit_on_launch": "bool",
        "ask_credential_on_launch": "bool", "survey_enabled": "bool", "survey_spec": "dict",
        "allow_simultaneous": "bool",
    },
    "workflow_job_template": {"name": "str", "organization": "str", "schema": "list"},
}  # fmt: skip
STAND_IN = """
from ansible.module_utils.basic import AnsibleModule
import json
module = AnsibleModule({name: {"type": kind} for name, kind in %r.items()})
with open(%r, "a") as file:
    file.write(json.dumps([%r, module.params]) + "\\n")
module.exit_json(changed=True)
"""
Calls = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """What each module was asked for."""
    folder = tmp_path_factory.mktemp("awx")
    (folder / "home").mkdir()
    (folder / "home" / "ansible.cfg").touch()
    noted = folder / "calls.txt"
    collection = folder / "collections" / "ansible_collections" / "awx" / "awx"
    (collection / "plugins" / "modules").mkdir(parents=True)
    (collection / "galaxy.yml").write_text("namespace: awx\nname: awx\nversion: 24.0.0\n")
    for name, options in MODULES.items():
        (collection / "plugins" / "modules" / f"{name}.py").write_text(STAND_IN % (options, str(noted), name))
    done = subprocess.run(
        [HERE / "ansible-playbook", EXAMPLE / "configure.yml", "-e", "scm_url=https://git.invalid/x.git image=ee:1"],
        env=Site.environment(folder, [folder / "collections"]), cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    found: Calls = {name: [] for name in MODULES}
    for line in noted.read_text("utf-8").splitlines():
        name, params = json.loads(line)
        found[name].append(params)
    return found


def test_each_job_template_runs_a_playbook_of_the_project_that_runs_one_of_the_collection(calls: Calls) -> None:
    wanted = {params["playbook"] for params in calls["job_template"]}
    assert wanted == {path.name for path in (EXAMPLE / "project").iterdir()}
    for path in (EXAMPLE / "project").iterdir():
        (play,) = yaml.safe_load(path.read_text("utf-8"))
        name = play["ansible.builtin.import_playbook"]
        assert name == f"fincon.mail.{path.stem}"
        assert (ROOT / "playbooks" / path.name).exists()


def test_templates_for_awx_reach_it_as_they_are_written(calls: Calls) -> None:
    (kind,) = calls["credential_type"]
    fields = {field["id"] for field in kind["inputs"]["fields"]}
    injected = kind["injectors"]["extra_vars"]
    assert {re.fullmatch(r"\{\{ (\w+) \}\}", value)[1] for value in injected.values()} == fields
    drift = next(params for params in calls["job_template"] if params["name"] == "Fincon drift")
    assert drift["extra_vars"] == {"fincon_report_dir": "/var/lib/fincon/reports/parts/{{ awx_job_id }}"}


def test_surveys_and_variables_are_those_of_the_collection(calls: Calls) -> None:
    asked = [question for params in calls["job_template"] for question in (params["survey_spec"] or {}).get("spec", [])]
    assert asked
    assert {question["variable"] for question in asked} <= OPTIONS.keys()
    needed = {"question_name", "question_description", "variable", "type", "required", "min", "max"}
    assert all(set(question) == needed and question["required"] for question in asked)
    assert {name for params in calls["job_template"] for name in params["extra_vars"]} <= OPTIONS.keys()


def test_the_workflow_merges_the_reports_of_the_slices_whatever_they_found(calls: Calls) -> None:
    templates = {params["name"]: params for params in calls["job_template"]}
    (workflow,) = calls["workflow_job_template"]
    nodes = {node["identifier"]: node for node in workflow["schema"]}
    assert {node["unified_job_template"]["name"] for node in nodes.values()} <= set(templates)
    assert nodes["compare"]["related"]["always_nodes"] == [{"identifier": "merge"}]
    assert templates["Fincon drift"]["job_slice_count"] > 1
    assert not templates["Fincon drift"]["ask_limit_on_launch"], "a slice without a host would fail"
