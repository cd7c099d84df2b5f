# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one meaning of a declared path."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.installation import unset_variables
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import site_path, with_paths

SPEC = MODULES["fincon_mail_branch"].argument_spec


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/t")
    monkeypatch.setenv("STATE", "/var/state")
    monkeypatch.setenv("PART", "part")
    monkeypatch.delenv("NOWHERE", raising=False)


@pytest.mark.parametrize(
    ("path", "here", "elsewhere"),
    [
        ("l/a.yml", "/inventory/l/a.yml", "/inventory/l/a.yml"),
        ("./a.yml", "/inventory/a.yml", "/inventory/a.yml"),
        ("../a.yml", "/a.yml", "/a.yml"),
        ("/srv/a.yml", "/srv/a.yml", "/srv/a.yml"),
        ("~/a.yml", "/home/t/a.yml", "~/a.yml"),
        ("$STATE/a.yml", "/var/state/a.yml", "$STATE/a.yml"),
        ("${STATE}/a.yml", "/var/state/a.yml", "${STATE}/a.yml"),
        ("$PART/a.yml", "/inventory/part/a.yml", "$PART/a.yml"),
        ("", "", ""),
    ],
)
def test_a_path_means_the_same_wherever_it_is_used(path, here, elsewhere):
    assert site_path(path, "/inventory") == here
    assert site_path(path, "/inventory", "ssh") == elsewhere


def test_all_paths_of_a_module_and_its_installation_are_meant():
    arguments = {"ca_path": "ca.pem", "installation": {"ledger": "l.yml", "fingerprints": "f.json", "data_id": "x"}}
    assert with_paths(arguments, SPEC, "/inventory", "local") == {
        "ca_path": "/inventory/ca.pem",
        "installation": {"ledger": "/inventory/l.yml", "fingerprints": "/inventory/f.json", "data_id": "x"},
    }


def test_every_variable_that_is_not_set_is_a_finding_and_no_folder_of_that_name():
    arguments = {"ca_path": "$NOWHERE/ca", "installation": {"ledger": "${NOWHERE}/l.yml"}}
    with pytest.raises(InvalidRecordsError) as caught:
        with_paths(arguments, SPEC, "/inventory", "local")
    text = "names the environment variable NOWHERE, which is not set"
    assert {str(finding) for finding in caught.value.findings} == {f"installation.ledger: {text}", f"ca_path: {text}"}
    assert with_paths(arguments, SPEC, "/inventory", "ssh") == arguments, "it may be set on the other machine"


def test_a_variable_that_is_not_set_where_the_module_runs_ends_its_call(tmp_path):
    installation = {"backend": "attended", "ledger": "$NOWHERE/l.yml", "lock_wait": 1.0}
    assert [finding.path for finding in unset_variables(installation)] == ["installation.ledger"]
    result = MODULES["fincon_mail_info"].run({"installation": installation}, False)
    assert (result.outcome, result.failure) == (
        "invalid", "installation.ledger: names the environment variable NOWHERE, which is not set",
    )  # fmt: skip
