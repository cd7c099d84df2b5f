# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
short_description: Fincon branches from a fleet file and one file for each branch
version_added: 0.1.0
description:
  - Reads a fleet file and the branch files that it names, checks all of them, and yields a host for each branch.
  - Every fault of every file is reported at once, with file, line and column. Then the hosts have no variables but
    C(fincon_fleet_findings) and C(fincon_files), and the playbooks and modules of this collection stop before the first
    connection. Set C(any_unparsed_is_failed) in the section C(inventory) of C(ansible.cfg) to make every command stop.
  - Each host has the variables C(fincon_branch), C(fincon_installation), C(fincon_smtp_servers), C(fincon_users),
    C(fincon_title), C(fincon_region), C(fincon_tags) and C(fincon_files), and C(ansible_connection) V(local) unless the
    branch says otherwise.
  - All hosts are in the group C(fincon), and in C(region_NAME) and C(tag_NAME) for their region and tags.
  - Vault values and templates are rendered when they are used, as everywhere in Ansible.
  - A file that cannot be read is such a fault too, be it for its encoding, its rights, a missing vault password or
    broken YAML. No message repeats anything that stands in the place of a value. Templates and vault texts are read
    when the inventory is loaded, and rendered when they are used; numbers such as C(0465) or C(9:43) are refused.
  - The fleet file may be encrypted as a whole, or JSON under a name that ends in C(.yml). A broken fleet file never
    reaches this plugin, since Ansible cannot tell whose it is. The playbooks of this collection find it all the same;
    for your own there is the lookup P(fincon.mail.sound_fleets#lookup).
  - A relative path in C(installation) (C(ledger), C(fingerprints), C(ca_path)) starts at the folder of the fleet file,
    unless it begins with a template, with V(~) or with an environment variable. Those are replaced when the path is
    used; a variable that is not set is an error.
  - A list that neither file gives (C(smtp_servers), C(users)) is a variable without a value. Nothing is purged of it.
  - Two branches must not have the same name, nor the same installation or ledger as long as they are reached from the
    same machine. Several fleet files can be used at once, with V(-i) for each; the rule holds for all of them together.
  - A directory can be the inventory if branch files and ledgers are outside of it, or in folders that
    C(ignore_patterns) in the section C(inventory) of C(ansible.cfg) names. Ansible takes every file below that
    directory for an inventory.
  - There is no inventory cache, since it would keep what the files hold on disk, passwords too. The files of a thousand
    branches load in a few seconds.
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [fincon.mail.fleet]
  branches:
    description:
      - Patterns of the branch files, relative to the fleet file.
      - A warning names each file that a pattern would match with another ending, such as C(.yaml) in place of C(.yml).
    type: list
    elements: str
    required: true
  defaults:
    description:
      - What the branches share, in C(installation), C(smtp_servers), C(user) and C(vars).
      - What a branch file says replaces it, field by field.
    type: dict
requirements:
  - fastjsonschema and jsonschema on the controller
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
# fleet/fincon.yml
plugin: fincon.mail.fleet
branches: branches/*.yml
defaults:
  installation:
    backend: rest
    server_username: api
    server_password: "{{ vault_fincon_server }}"
    username: ANSIBLE
    password: "{{ vault_fincon_user }}"
  smtp_servers:
    - {name: HQ relay, mail_server: smtp.example.co.za, port: 587, use_tls: true, authenticate: true, timeout: 30}
  user: {smtp_server: HQ relay}

# fleet/branches/cape-town.yml
# branch: cape-town
# title: Cape Town, Long Street
# region: western-cape
# installation: {url: "https://10.1.2.3:4090", data_id: MAIN}
# users:
#   - user: THANDI
#     sender_name: Thandi Nkosi
#     sender_email: thandi@example.co.za
#     username: thandi@example.co.za
#     password: "{{ vault_thandi }}"
#     email_enabled: true
"""

import os
import re
import traceback
from functools import partial
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.parsing.vault import EncryptedString
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.template import trust_as_template
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import errors, warnings
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import (
    LOADED,
    errors_text,
    is_fleet,
    may_be_fleet,
    read_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import Branch, Read, Unreadable, load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Template, Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.shortcuts import (
    collector_paused,
    set_host_variables,
    with_place,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import MissingLibraries, require_libraries

#: The variable that names the files a host comes from.
_FILES = "fincon_files"
#: The variable of all hosts that says what is wrong.
_FINDINGS = "fincon_fleet_findings"


class InventoryModule(BaseInventoryPlugin):
    """Hosts from a fleet."""

    NAME = "fincon.mail.fleet"

    def verify_file(self, path: str) -> bool:
        """Whether the file may be a fleet file: it says so itself, or it is encrypted."""
        return bool(super().verify_file(path)) and may_be_fleet(path)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory.

        When there is an error among the findings, the hosts have no variables but ``fincon_fleet_findings``, at which
        the playbooks and the modules stop, and the names of their files.

        :raises AnsibleParserError: for an encrypted file that turns out to be no fleet file.
        """
        super().parse(inventory, loader, path, cache)
        LOADED[path] = []
        try:
            require_libraries()
            with collector_paused():
                self._fill(inventory, path, partial(read_text, loader))
        except MissingLibraries as exc:
            self._stop(inventory, path, [f"{path}: {exc}"])
        except AnsibleError:
            raise
        except Exception as exc:  # a failed source would be a warning of Ansible, and its branches would be left out
            fault = f"{type(exc).__name__} in {os.path.basename(traceback.extract_tb(exc.__traceback__)[-1].filename)}"
            self._stop(inventory, path, [f"{path}: the fleet cannot be loaded, by an error in fincon.mail: {fault}"])

    def _fill(self, inventory: Any, path: str, read: Read) -> None:
        _refuse_foreign(path, read)
        fleet = load_fleet(path, read, self._branches_of_others(path))
        for finding in warnings(fleet.findings):
            Display().warning(str(finding))
        found = [str(finding) for finding in errors(fleet.findings)]
        if not found:
            self._note(inventory, [])
        inventory.add_group("fincon")
        for branch in fleet.branches:
            self._add_host(branch)
            set_host_variables(inventory, branch.name, {_FILES: {"branch": branch.file, "fleet": path}})
            if not found:
                set_host_variables(inventory, branch.name, _variables(branch))
        if found:
            self._stop(inventory, path, found)

    @staticmethod
    def _note(inventory: Any, found: list[str]) -> None:
        known = inventory.groups["all"].get_vars().get(_FINDINGS, [])
        inventory.set_variable("all", _FINDINGS, [*known, *found])

    def _stop(self, inventory: Any, path: str, found: list[str]) -> None:
        """Note what is wrong where every host has it, and say it."""
        self._note(inventory, found)
        LOADED[path] = found
        inventory.add_group("fincon")
        if not inventory.groups["fincon"].get_hosts():
            # Without any host, a run with --limit would end well though nothing was done.
            inventory.add_host("fincon-fleet-at-fault", group="fincon")
        _refuse(errors_text(path, found))

    def _branches_of_others(self, path: str) -> list[Branch]:
        """The branches of the fleets that were read before this one, with what only one branch may have."""
        others = []
        for host in self.inventory.hosts.values():
            files = host.vars.get(_FILES)
            if files and files["fleet"] != path:
                data = {"installation": host.vars.get("fincon_installation"), "vars": host.vars}
                others.append(Branch(host.name, files["branch"], region="", tags=(), data=data))
        return others

    def _add_host(self, branch: Branch) -> None:
        self.inventory.add_host(branch.name, group="fincon")
        for group in [f"region_{branch.region}"] * bool(branch.region) + [f"tag_{tag}" for tag in branch.tags]:
            name = self.inventory.add_group(re.sub(r"[^A-Za-z0-9_]", "_", group))
            self.inventory.add_host(branch.name, group=name)


def _variables(branch: Branch) -> dict[str, Any]:
    """The variables of a branch's host."""
    own = branch.data["vars"]
    # On the controller the modules run with Ansible's own Python, so that none has to be looked for.
    python = trust_as_template("{{ ansible_playbook_python }}")
    local = {"ansible_connection": "local", "ansible_python_interpreter": python}
    variables = {
        **(local if own.get("ansible_connection", "local") == "local" else {}),
        **own,
        "fincon_branch": branch.name,
        "fincon_region": branch.region,
        "fincon_tags": list(branch.tags),
        "fincon_title": branch.title,
        "fincon_installation": branch.data["installation"],
        **{f"fincon_{name}": branch.data[name] for name in SECTIONS if branch.data[name] is not None},
    }
    return {name: _ansible_value(value) for name, value in variables.items()}


def _refuse_foreign(path: str, read: Read) -> None:
    try:
        text = read(path)
    except (Unreadable, UnicodeDecodeError):
        return
    if not is_fleet(text):
        raise AnsibleParserError(f"{path} is not a fleet file: it has no line plugin: fincon.mail.fleet")


def _refuse(message: str) -> None:
    """Tell what is wrong. Ansible would try its other plugins on the file and bury the findings in their complaints.

    :raises AnsibleParserError: when the user has configured that such a source ends the run.
    """
    if constants.INVENTORY_ANY_UNPARSED_IS_FAILED:
        raise AnsibleParserError(message)
    Display().error(message, wrap_text=False)


def _ansible_value(value: Any) -> Any:
    """Return a value as Ansible's own loader would give it: templates trusted, vault texts still encrypted."""
    kind = type(value)
    if kind is dict:
        return {key: _ansible_value(item) for key, item in value.items()}
    if kind is list:
        return [_ansible_value(item) for item in value]
    if kind is Template:
        return trust_as_template(with_place(str(value), value.place))
    if kind is Vaulted:
        return with_place(EncryptedString(ciphertext=str(value)), value.place)
    return str(value) if kind is Unsafe else value
