# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortcuts past Ansible's public ways, and what happens where ansible-core has changed what they rely on."""

from __future__ import annotations

import gc
import sys

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.vault import EncryptedString
from ansible.template import is_trusted_as_template, trust_as_template
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet import shortcuts
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.shortcuts import (
    collector_paused,
    set_host_variables,
    with_place,
)

PLACE = "fleet/branches/b.yml:5:15"
VALUES = ["{{ x }}", EncryptedString(ciphertext="$ANSIBLE_VAULT;1.1;AES256\n61")]


class Inventory(InventoryData):
    """An inventory that notes what is set in the public way."""

    def __init__(self):
        super().__init__()
        self.publicly = {}
        self.add_host("b")
        self.publicly.clear()

    def set_variable(self, entity, varname, value):
        self.publicly[varname] = value
        super().set_variable(entity, varname, value)


@pytest.mark.parametrize("value", VALUES, ids=["text", "vault"])
def test_a_value_knows_its_place(value):
    placed = with_place(value, PLACE)
    assert shortcuts.Origin.get_tag(placed).description == PLACE
    assert isinstance(placed, type(value))
    assert isinstance(value, EncryptedString) or is_trusted_as_template(trust_as_template(placed))


class Changed:
    """What a name of ansible-core has become in a version that is still to come."""

    def __init__(self, description):
        self.description = description

    def tag(self, _value):
        return object()


@pytest.mark.parametrize("origin", [None, object, str, Changed], ids=["missing", "no arguments", "no tag", "other"])
@pytest.mark.parametrize("value", VALUES, ids=["text", "vault"])
def test_without_the_private_name_a_value_has_no_place(monkeypatch, origin, value):
    monkeypatch.setattr(shortcuts, "Origin", origin)
    assert with_place(value, PLACE) is value


def test_the_private_name_may_be_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "ansible._internal._datatag._tags", None)
    loaded = {}
    with open(shortcuts.__file__) as file:
        exec(compile(file.read(), shortcuts.__file__, "exec"), loaded)
    assert loaded["with_place"]("{{ x }}", PLACE) == "{{ x }}"


def test_variables_are_set_at_the_host_itself_as_they_are():
    inventory, users = Inventory(), [{"user": "THANDI"}]
    set_host_variables(inventory, "b", {"fincon_users": users, "fincon_branch": "b"})
    assert inventory.hosts["b"].vars["fincon_users"] is users
    assert inventory.hosts["b"].vars["fincon_branch"] == "b"
    assert inventory.publicly == {}


def no_method(host, monkeypatch):
    monkeypatch.delattr(type(host), "set_variable")


def another_signature(host, monkeypatch):
    monkeypatch.setattr(type(host), "set_variable", lambda _host, _variables: None)


def nothing_set(host, monkeypatch):
    monkeypatch.setattr(type(host), "set_variable", lambda _host, _name, _value: None)


def a_copy_set(host, monkeypatch):
    monkeypatch.setattr(type(host), "set_variable", lambda host, name, value: host.vars.update({name: list(value)}))


def no_variables(host, monkeypatch):
    monkeypatch.setattr(host, "vars", None)


@pytest.mark.parametrize("change", [no_method, another_signature, nothing_set, a_copy_set, no_variables])
def test_where_hosts_have_changed_variables_are_set_in_the_public_way(monkeypatch, change):
    inventory = Inventory()
    monkeypatch.setattr(InventoryData, "set_variable", lambda *_arguments: None)
    change(inventory.hosts["b"], monkeypatch)
    set_host_variables(inventory, "b", {"fincon_users": [1]})
    assert inventory.publicly == {"fincon_users": [1]}


@pytest.fixture
def collector():
    """Leave the collector as it was, whatever a test does."""
    was_enabled = gc.isenabled()
    yield
    gc.unfreeze()
    (gc.enable if was_enabled else gc.disable)()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_collector_is_paused_and_then_as_it_was_whatever_happens(was_enabled):
    (gc.enable if was_enabled else gc.disable)()
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled() is was_enabled
    assert gc.get_freeze_count() > 0
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled() is was_enabled
