# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: login_findings
short_description: Logins with two passwords, and installations that two hosts claim
version_added: 0.1.0
description:
  - Finds logins in C(fincon_smtp_servers) and C(fincon_users) of several hosts that have different passwords, rendered
    and decrypted. One of the two must be wrong.
  - Two logins are the same if their user name and mail server are equal; case does not matter. The same user name at
    another server is another account. Absent records are left out. So are passwords that cannot be rendered, which are
    reported as separate errors.
  - Only the passwords of logins that appear more than once are rendered. A result shows neither the passwords nor their
    difference.
  - Also finds hosts on this machine that have the same installation or the same ledger once their values are rendered.
  - Warns of unknown variables C(fincon_…) of the hosts of the play.
options:
  _terms:
    description: The names of the hosts.
    type: list
    elements: str
    required: true
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Stop at a login with two passwords, whatever the run is limited to
  ansible.builtin.fail:
    msg: "{{ found | map(attribute='text') | join('\n') }}"
  when: found | length > 0
  run_once: true
  vars:
    found: "{{ query('fincon.mail.login_findings', *groups['fincon']) }}"
"""

RETURN = r"""
_list:
  description: The findings.
  type: list
  elements: dict
  contains:
    branches:
      description: The two branches. If both logins are in one branch, it appears twice.
      type: list
      elements: str
    text:
      description: The finding, with the places of both passwords as far as they are known.
      type: str
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible.template import Templar
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.claims import repeated
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import read_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.logins import (
    Login,
    clash_finding,
    clashes,
    logins_of,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import host_warnings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.placing import place_words
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendered import located, value_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.shortcuts import place_of
from ansible_collections.fincon.mail.plugins.plugin_utils._output import warn
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import installation_paths

_PARTS = ("smtp_servers", "users")


class LookupModule(LookupBase):
    """Compares the logins of hosts."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Return the findings."""
        given = variables or {}
        hostvars = given["hostvars"]
        own = hostvars.raw_get(given["inventory_hostname"])
        # What is not of a host is of the play: its variables, and what Ansible itself adds.
        shared = {name: value for name, value in given.items() if name not in own}
        hosts = {str(name): _Host(str(name), hostvars, shared, self._loader) for name in terms}
        played = [hosts[name] for name in given.get("ansible_play_hosts_all", ()) if name in hosts]
        warn(warning for host in played for warning in host.warnings())
        logins = (login for host in hosts.values() for login in host.logins())
        read = cache(partial(read_text, self._loader))

        def placed(login: Login, other: Login, place: str) -> Finding:
            finding = clash_finding(login, other, place)
            return located(finding, hosts[login.branch].files(), login.password, read, place_of)

        def at_host(branch: Branch, finding: Finding) -> Finding:
            host = hosts[branch.name]
            return located(finding, host.files(), host.written(finding.path.split(".")), read, place_of)

        return [
            *(
                {"branches": [conflict.finding.branch, conflict.other], "text": _text(conflict.finding)}
                for conflict in repeated([host.claiming() for host in hosts.values()], (), at_host)
            ),
            *(
                {
                    "branches": [login.branch, other.branch],
                    "text": str(placed(login, other, place_words(placed(other, login, "")))),
                }
                for login, other in clashes(logins, lambda login: hosts[login.branch].render(login.password))
            ),
        ]


def _text(finding: Finding) -> str:
    """Return a finding about a host, which it names if its place is not known."""
    return str(finding) if finding.file else f"in branch {finding.branch}, {finding}"


class _Host:
    """One host, with its variables as a task of it would have them."""

    def __init__(self, name: str, hostvars: Any, shared: Mapping[str, Any], loader: Any) -> None:
        self._name = name
        self._hostvars = hostvars
        self._shared = shared
        self._loader = loader

    def warnings(self) -> list[str]:
        """Return a warning for each of its variables that nothing reads."""
        return host_warnings(self._variables)

    def logins(self) -> Iterator[Login]:
        """Yield its logins."""
        data = {name: self._variables[f"fincon_{name}"] for name in _PARTS if f"fincon_{name}" in self._variables}
        return logins_of(self._name, data, self.render)

    def claiming(self) -> Branch:
        """Return what only one host may have, rendered: its installation and its ledger."""
        installation = self.render(self._variables.get("fincon_installation"))
        connection = str(self.render(self._variables.get("ansible_connection", "")))
        if isinstance(installation, dict):
            folder = self._variables.get("inventory_dir")
            installation, _unset = installation_paths(installation, folder, connection)
        data = {"installation": installation, "vars": {"ansible_connection": connection}}
        return Branch(self._name, str(self.files().get("branch") or self._name), "", (), data)

    def written(self, path: Sequence[str]) -> Any:
        """Return the value at a path of a branch file, before rendering."""
        return value_of(self._variables, [f"fincon_{path[0]}", *path[1:]])

    def files(self) -> dict[str, Any]:
        """Return the files that it comes from."""
        files = self.render(self._variables.get("fincon_files", {}))
        return files if isinstance(files, dict) else {}

    def render(self, value: Any) -> Any:
        """Return a value rendered, or ``None`` where it cannot be."""
        return self._renderer.render(value)

    @cached_property
    def _variables(self) -> dict[str, Any]:
        return {**self._shared, **self._hostvars.raw_get(self._name)}

    @cached_property
    def _renderer(self) -> Renderer:
        variables = self._variables
        return Renderer(Templar(loader=self._loader, variables=variables).template, variables)
