# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action groups: what a default of a group may be, every module of the group takes."""

from __future__ import annotations

import importlib

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.doc_fragments.attributes import ModuleDocFragment
from ansible_collections.fincon.mail.plugins.module_utils._module import argspec
from ansible_collections.fincon.mail.plugins.module_utils._module.modules import MODULES
from collection import ROOT

GROUPS = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))["action_groups"]
PROBING = set(argspec.probe_spec())
WRITING = set(argspec.write_spec())


def test_every_module_of_the_installation_or_the_probe_is_in_the_group_of_all():
    own = {name for name, module in MODULES.items() if {"installation", *PROBING} & set(module.argument_spec)}
    assert set(GROUPS["fincon"]) == own


@pytest.mark.parametrize(("group", "options"), [("fincon_probe", PROBING), ("fincon_write", WRITING)])
def test_a_group_holds_exactly_the_modules_that_take_its_options(group, options):
    assert set(GROUPS[group]) == {name for name, module in MODULES.items() if options <= set(module.argument_spec)}


@pytest.mark.parametrize("name", sorted(GROUPS["fincon"]))
def test_the_documentation_of_a_module_names_its_groups(name):
    page = importlib.import_module(f"ansible_collections.fincon.mail.plugins.modules.{name}")
    fragments = yaml.safe_load(page.DOCUMENTATION)["extends_documentation_fragment"]
    (fragment,) = (item.rsplit(".", 1)[1] for item in fragments if ".attributes.actiongroup" in item)
    attribute = yaml.safe_load(getattr(ModuleDocFragment, fragment.upper()))["attributes"]["action_group"]
    assert attribute["membership"] == [f"fincon.mail.{group}" for group, names in GROUPS.items() if name in names]
