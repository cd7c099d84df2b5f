# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables and groups made from the variables of a host: ``compose``, ``groups`` and ``keyed_groups``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.plugins.loader import filter_loader, test_loader
from ansible.template import trust_as_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.expressions import Entry, entries
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import Fleet
from jinja2 import Environment, TemplateSyntaxError, nodes

#: The options that control this, and those that Ansible requires in every fleet file.
_OPTIONS = ("plugin", "branches", "strict", "leading_separator")


class ConstructingPlugin(BaseInventoryPlugin, Constructable):
    """An inventory plugin that makes the variables and groups of a fleet file."""

    def construct(self, fleet: Fleet) -> dict[str, list[Finding]]:
        """Make them for each branch without errors, from the variables of its host.

        :return: the branches for which something could not be made although the fleet file is strict, with a message.
        """
        made = entries(fleet.options)
        if not made:
            return {}
        self.set_options(direct={name: fleet.options[name] for name in _OPTIONS if name in fleet.options})
        sound = [branch.name for branch in fleet.branches if branch.name not in fleet.faulty]
        faulty: dict[str, list[Finding]] = {}
        for entry in made:
            unknown = _lacks_plugin(entry.expression)
            failed = [name for name in sound if unknown or not self._is_made(entry, name)]
            if failed:
                text = "uses a filter or a test that is not installed" if unknown else _cannot_be_made(failed)
                finding = at(fleet.source, entry.path, Finding(text))
                for name in failed:
                    faulty.setdefault(name, []).append(finding)
        return faulty

    def _is_made(self, entry: Entry, host: str) -> bool:
        """Make one variable or group for a host. The cause of a failure is not reported, as it may hold a value."""
        strict = self.get_option("strict")
        variables = self.inventory.get_host(host).get_vars()
        value = _expressions(entry.value)
        try:
            if entry.option == "compose":
                self._set_composite_vars(value, variables, host, strict=strict)
            elif entry.option == "groups":
                self._add_host_to_composed_groups(value, variables, host, strict=strict, fetch_hostvars=False)
            else:
                self._add_host_to_keyed_groups(value, variables, host, strict=strict, fetch_hostvars=False)
        except Exception:  # also what Ansible does not expect, such as a group with the name of a host
            return False
        return True


def _lacks_plugin(expression: Any) -> bool:
    """Whether an expression has a filter or a test that there is not. Ansible passes over it, unless it is strict."""
    jinja = Environment(autoescape=True)
    try:
        tree = jinja.parse(f"{{{{ {expression} }}}}")
    except TemplateSyntaxError:
        return False  # a finding of its own, or a condition in braces
    filters = {node.name for node in tree.find_all(nodes.Filter)} - set(jinja.filters)
    tests = {node.name for node in tree.find_all(nodes.Test)} - set(jinja.tests)
    return not all(
        _is_installed(name, loader)
        for names, loader in ((filters, filter_loader), (tests, test_loader))
        for name in names
    )


def _is_installed(name: str, loader: Any) -> bool:
    try:
        return loader.get(name) is not None
    except (AnsibleError, KeyError):
        return False


def _cannot_be_made(hosts: Sequence[str]) -> str:
    others = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
    return (
        f"cannot be evaluated for {hosts[0]}{others}: look at its filters, and whether the host has the variables in it"
    )


def _expressions(value: Any) -> Any:
    """Return the options of a fleet file for groups and variables; for Ansible all their texts are expressions."""
    if isinstance(value, dict):
        return {str(key): _expressions(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expressions(item) for item in value]
    return trust_as_template(str(value)) if isinstance(value, str) else value
