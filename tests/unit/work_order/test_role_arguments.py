# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's argument specs say the same as its defaults, its tasks and the modules."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import probe_module_spec
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import work_order

from .orders import EVERYTHING

ROLE = Path(__file__).parents[3] / "roles" / "fincon"


def read(path):
    return yaml.safe_load((ROLE / path).read_text("utf-8"))


DEFAULTS = read("defaults/main.yml")
ENTRY_POINTS = read("meta/argument_specs.yml")["argument_specs"]
BRANCH = MODULES["fincon_mail_branch"].argument_spec


def test_every_file_of_tasks_is_an_entry_point():
    assert set(ENTRY_POINTS) == {path.stem for path in (ROLE / "tasks").glob("*.yml")}


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_default_is_documented_with_its_value(name):
    documented = [spec["options"][name] for spec in ENTRY_POINTS.values() if name in spec["options"]]
    assert documented
    for option in documented:
        if not str(DEFAULTS[name]).startswith("{{"):
            assert option["default"] == DEFAULTS[name]
        else:
            assert "default" not in option, "a default that depends on the host is described in words"


@pytest.mark.parametrize(
    ("variable", "option"),
    [
        ("fincon_update_password", BRANCH["update_password"]),
        ("fincon_verify", BRANCH["verify"]),
        ("fincon_verify_failure", BRANCH["verify_failure"]),
        ("fincon_purge", BRANCH["purge"]),
        ("fincon_purge_protect", BRANCH["purge_protect"]),
        ("fincon_purge_limit", BRANCH["purge_limit"]),
        ("fincon_purge_empty", BRANCH["purge_empty"]),
        ("fincon_undeclared", BRANCH["undeclared"]),
        ("fincon_smtp_tls_mode", BRANCH["tls_mode"]),
        ("fincon_smtp_validate_certs", BRANCH["validate_certs"]),
        ("fincon_smtp_ca_path", BRANCH["ca_path"]),
    ],
)
def test_a_variable_takes_what_the_option_takes_that_it_is_handed_to(variable, option):
    ours = ENTRY_POINTS["main"]["options"][variable]
    for key in ("type", "elements", "choices", "default"):
        assert ours.get(key) == option.get(key), key


def test_verify_goes_no_further_than_an_envelope():
    levels = probe_module_spec()["level"]["choices"]
    assert ENTRY_POINTS["verify"]["options"]["fincon_verify_level"]["choices"] == levels


def test_the_keys_of_the_filters_result_are_documented():
    page = (ROLE.parents[1] / "docs" / "work-orders.md").read_text("utf-8")
    view = work_order(EVERYTHING, "cape-town")
    names = {*view, *view["sections"][0], *view["sections"][0]["entries"][0]}
    names |= {*view["sections"][0]["entries"][0]["fields"][0]}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
