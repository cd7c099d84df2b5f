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
  - All errors of all files are reported together, with file, line and column. A branch with an error then has only the
    variables C(fincon_fleet_findings), which holds its errors, and C(fincon_files). The modules of this collection fail
    there. Depending on C(fincon_faulty_branches), its playbooks stop before the first connection, or set such a branch
    aside and continue with the others (C(docs/faulty-branches.md)). Set C(any_unparsed_is_failed) in the section
    C(inventory) of C(ansible.cfg) to make every command stop.
  - An error in settings that branches share is an error of each branch that it affects. An error in the fleet file
    itself, or in a file whose branch is not known, is an error of all branches of the fleet. If two branches have the
    same name, installation or ledger, both have the error, even in two fleets.
  - An unknown variable C(fincon_…) in C(vars) is a warning.
  - Each host has the variables C(fincon_branch), C(fincon_installation), C(fincon_smtp_servers), C(fincon_users),
    C(fincon_title), C(fincon_region), C(fincon_tags) and C(fincon_files). It has the keys of O(evidence) as
    C(fincon_evidence_bcc) and so on, and C(ansible_connection) V(local) unless the branch sets another one.
  - All hosts are in the group C(fincon), and in C(region_NAME) and C(tag_NAME) for their region and tags.
  - Vault values and templates are rendered when they are used, as everywhere in Ansible.
  - A file that cannot be read is an error too, for example because of its encoding, its permissions, a missing vault
    password or broken YAML. No message repeats a value. The syntax of templates and vault texts is checked when the
    inventory is loaded; they are rendered when they are used. Numbers such as C(0465) or C(9:43) are refused.
  - The fleet file may be encrypted as a whole, or JSON under a name that ends in C(.yml). A broken fleet file never
    reaches this plugin, because Ansible cannot see which plugin it is for. The playbooks of this collection still find
    it; in your own playbooks, use the lookup P(fincon.mail.sound_fleets#lookup).
  - A relative path in C(installation) (C(ledger), C(fingerprints), C(ca_path)) and in O(evidence) starts at the folder
    of the fleet file, unless it begins with a template, with V(~) or with an environment variable. These are replaced
    when the path is used; a variable that is not set is an error.
  - Users can also come from CSV files, with C(users_from) in a branch file for its own users, or in the fleet file for
    those of all branches, with a column C(branch). The first row names the columns by the fields of a user. The format
    is that of C(csv_files) of M(fincon.mail.fincon_mail_import), and an empty cell leaves the field out. There is no
    column for passwords. Instead, the column C(password_variable) holds the name of a variable, such as
    V(vault_thandi). The users of all sources are combined; the same user twice is an error. Findings name row and
    column.
  - A list that neither file has (C(smtp_servers), C(users)) is a variable without a value. None of its records is
    purged.
  - Two branches must not have the same name, and if they are reached from the same machine, not the same installation
    or ledger. You can use several fleet files at once, with V(-i) for each; this rule applies to all of them together.
  - A directory can be the inventory if branch files and ledgers are outside of it, or in folders that
    C(ignore_patterns) in the section C(inventory) of C(ansible.cfg) names. Ansible reads every file below that
    directory as an inventory.
  - There is no inventory cache, because it would store the content of the files on disk, including passwords. The files
    of a thousand branches load in a few seconds.
options:
  plugin:
    description: Name of this plugin.
    type: str
    required: true
    choices: [fincon.mail.fleet]
  branches:
    description:
      - Patterns of the branch files, relative to the fleet file.
      - A warning names each file that a pattern would match with another extension, such as C(.yaml) in place of
        C(.yml).
    type: list
    elements: str
    required: true
  users_from:
    description:
      - A CSV file with users of all branches, relative to the fleet file, unless it begins with V(~) or with an
        environment variable. Its column C(branch) names the branch of each user.
      - A branch file can also have C(users_from), for a CSV file with its own users.
    type: str
  defaults:
    description:
      - What the branches share, in C(installation), C(smtp_servers), C(user) and C(vars).
      - C(without) names what is not taken over from earlier layers, in the lists C(installation), C(smtp_servers)
        (names), C(user) and C(vars). A branch file can have it too, and so can a single record, with a list of fields.
      - A definition is declared only at branches that name it or that have a present user linked to it, unless it has
        C(unlinked) V(keep). It is also declared if this cannot be determined, and if it is absent.
      - Later layers replace it, field by field.
    type: dict
  regions:
    description: What the branches of a region share, for each region by its name, in the format of O(defaults).
    type: dict
  tags:
    description:
      - What the branches with a tag share, for each tag by its name, in the format of O(defaults).
      - The order of the layers is O(defaults), the region, the branch's tags in the order of this mapping, the branch
        file.
      - A region or tag that no branch has is a warning.
    type: dict
  waves:
    description:
      - The waves in which the playbook C(fincon.mail.apply) rolls out the fleet, in order (C(docs/waves.md)).
      - Each has C(branches), C(regions) or C(tags) (lists of names), or C(percent) of all branches, and may have a
        C(title). A branch is in the first wave that chooses it. Branches that no wave chooses are in one more wave.
      - All hosts of a wave are in the group C(fincon_wave_1), C(fincon_wave_2) and so on.
    type: list
    elements: dict
  evidence:
    description:
      - How to see the e-mails that Fincon sends (C(docs/fleet-files.md), C(docs/evidence.md)).
      - C(mailbox) is the audit mailbox, with C(kind) V(imap), V(maildir) or V(mbox). Its C(password) is a vault value
        or a template. Its C(servers) are those whose C(Received) lines are believed.
      - C(bcc) is the audit address. Each definition without a BCC gets it, and another BCC is an error.
      - Further keys are C(plus_addresses), C(days), C(keep_days), C(relays), C(clients), C(file) and C(gate).
    type: dict
  leading_separator:
    description: Whether the name of a keyed group without a prefix begins with the separator.
    type: bool
    default: true
extends_documentation_fragment:
  - constructed
notes:
  - O(compose), O(groups) and O(keyed_groups) are applied when a host has its variables, so not to a branch with an
    error. With O(strict), an expression that cannot be evaluated for a branch is an error of this branch.
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
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.parsing.vault import EncryptedString
from ansible.template import trust_as_template
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import errors, warnings
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.branch import Branch, groups_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.constructed import ConstructingPlugin
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import evidence_variables
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import (
    LOADED,
    Loaded,
    errors_text,
    is_fleet,
    may_be_fleet,
    read_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Template, Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import REPORTED, unknown
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.shortcuts import (
    collector_paused,
    set_host_variables,
    with_place,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Read, Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.waves import GROUP
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import MissingLibraries, require_libraries

#: The variable that names the files a host comes from.
_FILES = "fincon_files"
#: The variable of all hosts that says what is wrong.
_FINDINGS = "fincon_fleet_findings"


@dataclass(frozen=True)
class _Given:
    """What a host of a fleet was given.

    :param fleet: the fleet file.
    :param branch: the branch, with what only one may have.
    :param variables: the names of its variables.
    """

    fleet: str
    branch: Branch
    variables: tuple[str, ...] = ()


#: What the fleets that were read before have given to the hosts of an inventory. A host whose branch is set aside has
#: no records that would tell what it claims.
_GIVEN: WeakKeyDictionary[Any, list[_Given]] = WeakKeyDictionary()


class InventoryModule(ConstructingPlugin):
    """Hosts from a fleet."""

    NAME = "fincon.mail.fleet"

    def verify_file(self, path: str) -> bool:
        """Whether the file may be a fleet file: it says so itself, or it is encrypted."""
        return bool(super().verify_file(path)) and may_be_fleet(path)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory.

        A branch with an error has no variables but ``fincon_fleet_findings``, at which the modules stop, and the names
        of its files.

        :raises AnsibleParserError: for an encrypted file that turns out to be no fleet file.
        """
        super().parse(inventory, loader, path, cache)
        LOADED[path] = Loaded()
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
            text = f"{path}: the fleet cannot be loaded because of a bug in fincon.mail: {fault}"
            self._stop(inventory, path, [text])

    def _fill(self, inventory: Any, path: str, read: Read) -> None:
        _refuse_foreign(path, read)
        fleet = load_fleet(path, read, self._branches_of_others(path))
        for finding in warnings(fleet.findings):
            Display().warning(str(finding))
        REPORTED.update(name for branch in fleet.branches for name in unknown(branch.data["vars"]))
        found = [str(finding) for finding in errors(fleet.findings)]
        if not found:
            self._note(inventory, [])
        inventory.add_group("fincon")
        for branch in fleet.branches:
            self._add_host(branch)
            set_host_variables(inventory, branch.name, {_FILES: _files(branch, path)})
            variables = {} if branch.name in fleet.faulty else {**_variables(branch), _FINDINGS: []}
            set_host_variables(inventory, branch.name, variables)
            _GIVEN.setdefault(inventory, []).append(_Given(path, _claiming(branch), tuple(variables)))
        for name, wave in fleet.waves.items():
            inventory.add_host(name, group=inventory.add_group(f"{GROUP}{wave}"))
        faulty = {**fleet.faulty, **self.construct(fleet)}
        for name, findings in faulty.items():
            _set_aside(inventory, name, map(str, findings))
        # What cannot be made of a branch concerns it alone.
        made = [str(finding) for name in faulty if name not in fleet.faulty for finding in faulty[name]]
        found += dict.fromkeys(made)
        if found:
            self._stop(inventory, path, found, is_lost=not fleet.branches)

    @staticmethod
    def _note(inventory: Any, found: list[str]) -> None:
        known = inventory.groups["all"].get_vars().get(_FINDINGS, [])
        inventory.set_variable("all", _FINDINGS, [*known, *found])

    def _stop(self, inventory: Any, path: str, found: list[str], is_lost: bool = True) -> None:
        """Note what is wrong where every host has it that is not known to be sound, and say it."""
        self._note(inventory, found)
        LOADED[path] = Loaded(tuple(found), is_lost)
        inventory.add_group("fincon")
        if not inventory.groups["fincon"].get_hosts():
            # Without any host, a run with --limit would end well though nothing was done.
            inventory.add_host("fincon-fleet-at-fault", group="fincon")
        _refuse(errors_text(path, found))

    def _branches_of_others(self, path: str) -> list[Branch]:
        """The branches of the fleets that were read before this one, with what only one branch may have."""
        return [given.branch for given in _GIVEN.get(self.inventory, []) if given.fleet != path]

    def _add_host(self, branch: Branch) -> None:
        self.inventory.add_host(branch.name, group="fincon")
        for membership in groups_of(branch):
            self.inventory.add_host(branch.name, group=self.inventory.add_group(membership.group))


def _files(branch: Branch, path: str) -> dict[str, Any]:
    """The files that a branch comes from."""
    users = {"users": list(branch.user_files)} if branch.user_files else {}
    return {"branch": branch.file, "fleet": path, **users}


def _claiming(branch: Branch) -> Branch:
    """Return a branch with nothing but what only one branch may have."""
    connection = {name: value for name, value in branch.data["vars"].items() if name == "ansible_connection"}
    data = {"installation": branch.data["installation"], "vars": connection}
    return Branch(branch.name, branch.file, region="", tags=(), data=data)


def _set_aside(inventory: Any, name: str, found: Iterable[str]) -> None:
    """Take its records from a host, and give it its errors."""
    host = inventory.get_host(name)
    for given in _GIVEN.get(inventory, []):
        for variable in given.variables * (given.branch.name == name):
            if variable != _FINDINGS:
                host.vars.pop(variable, None)
    set_host_variables(inventory, name, {_FINDINGS: list(dict.fromkeys([*host.vars.get(_FINDINGS, []), *found]))})


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
        **{f"fincon_evidence_{name}": value for name, value in evidence_variables(branch.data["evidence"]).items()},
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


#: What is the same to Ansible. A text of a kind of its own is not.
_AS_IT_IS = frozenset({str, bool, int, type(None)})


def _ansible_value(value: Any) -> Any:
    """Return a value as Ansible's own loader would give it: templates trusted, vault texts still encrypted."""
    kind = type(value)
    # Most values are plain texts and the like, and there are hundreds of thousands: a call for each would be felt.
    if kind is dict:
        return {key: item if type(item) in _AS_IT_IS else _ansible_value(item) for key, item in value.items()}
    if kind is list:
        return [item if type(item) in _AS_IT_IS else _ansible_value(item) for item in value]
    if kind is Template:
        return trust_as_template(with_place(str(value), value.place))
    if kind is Vaulted:
        return with_place(EncryptedString(ciphertext=str(value)), value.place)
    return str(value) if kind is Unsafe else value
