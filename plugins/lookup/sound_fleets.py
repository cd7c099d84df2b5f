# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: sound_fleets
short_description: The hosts of a play, if all fleet files could be loaded
version_added: 0.1.0
description:
  - Returns its terms, for C(hosts) of a play. It ends the run, with exit status 4, if a fleet file among the inventory
    sources could not be loaded, and names the errors with file, line and column. It does the same at errors in the
    fleet files, even with C(--limit), unless O(faulty_branches) is V(set_aside).
  - An inventory source that does not exist also ends the run, and so does an option given with C(-e) that has a wrong
    value. A value of C(-e name=value) that Ansible has split at a blank ends it, because a part of it would be lost.
  - For a source that it cannot read, Ansible only prints a warning, and it skips the play of hosts that do not exist.
    So a task cannot stop such a run, but C(hosts) is evaluated whatever the limit is.
  - The playbooks of this collection use it. Use it in your own playbooks if they begin with other tasks.
options:
  _terms:
    description: Patterns of hosts.
    type: list
    elements: str
    required: true
  faulty_branches:
    description:
      - What to do if branches have errors in their files.
      - With V(stop) the run stops. With V(set_aside) it continues. Then the faulty branches have no records, but the
        variable C(fincon_fleet_findings). The modules of this collection fail there; make your tasks check it too.
      - If no branch of a fleet could be read, the run always stops.
    type: str
    choices: [stop, set_aside]
    default: stop
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Do something with every branch
  hosts: "{{ query('fincon.mail.sound_fleets', 'fincon') }}"
  tasks:
    - name: Name the branch
      ansible.builtin.debug:
        var: fincon_branch

- name: Do something with every branch whose files have no errors
  hosts: "{{ query('fincon.mail.sound_fleets', 'fincon', faulty_branches='set_aside') }}"
  tasks:
    - name: Fail where the files have errors
      ansible.builtin.fail:
        msg: "{{ fincon_fleet_findings | fincon.mail.faulty_text }}"
      when: fincon_fleet_findings | length > 0
"""

RETURN = r"""
_list:
  description: The terms.
  type: list
  elements: str
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible.utils.path import unfrackpath
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import SCHEMA_CHECKS
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import (
    LOADED,
    errors_text,
    is_fleet,
    may_be_fleet,
    read_text,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import option_errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._output import end_run
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import MissingLibraries

#: The variable to which Ansible gives the words of ``-e name=value`` that are no ``name=value``.
_SPLIT = "_raw_params"
#: The source that Ansible names where none was given.
_NONE_GIVEN = "/etc/ansible/hosts"


class LookupModule(LookupBase):
    """Ends the run where a fleet file is not sound."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the terms, or end the run when a fleet file is not sound."""
        given = variables or {}
        if _SPLIT in given:
            end_run(
                "nothing was done: a value of -e name=value was split at a blank, so that a part of it would be lost; "
                """give it in JSON, for example -e '{"fincon_confirmed_by": "T. Nkosi"}'"""
            )
        wrong = option_errors(given)
        if wrong:
            end_run("\n".join(["nothing was done:", *wrong] if len(wrong) > 1 else [f"nothing was done: {wrong[0]}"]))
        self.set_options(var_options=variables, direct=kwargs)
        lost = [path for path in _files(given.get("ansible_inventory_sources") or []) if self._is_lost(path)]
        for path in lost:
            Display().error(errors_text(path, self._findings(path)), wrap_text=False)
        if lost:
            end_run(f"nothing was done: {', '.join(lost)} could not be loaded")
        stops = self.get_option("faulty_branches") == "stop"
        count = sum(len(loaded.errors) for loaded in LOADED.values() if stops or loaded.is_lost)
        if count:
            end_run(
                f"nothing was done; the fleet files hold {count} errors, named above"
                if count > 1
                else "nothing was done; the fleet files hold an error, named above"
            )
        with suppress(MissingLibraries):  # which the tasks that need them report
            SCHEMA_CHECKS["host"].prepare()
        return terms

    def _is_lost(self, path: str) -> bool:
        if path in LOADED:
            return False
        try:
            return is_fleet(read_text(self._loader, path))
        except (Unreadable, UnicodeDecodeError):
            # Ansible leaves out any unreadable inventory source as silently.
            return True

    def _findings(self, path: str) -> list[str]:
        found = [str(finding) for finding in errors(load_fleet(path, partial(read_text, self._loader)).findings)]
        return found or [f"{path}: {_why_not(path)}"]


def _why_not(path: str) -> str:
    if path.lower().endswith(".json"):
        return "rename it to .yml, or add fincon.mail.fleet to enable_plugins in ansible.cfg, section inventory"
    return "Ansible did not load it; the warnings above say why"


def _files(sources: Iterable[str]) -> list[str]:
    """Return the files among inventory sources that may be fleet files, and the sources that are not there.

    Ansible only warns of a source that is not there, and leaves out its branches.
    """
    found: list[str] = []
    for source in sources:
        if "," in source or source == _NONE_GIVEN:
            continue
        path = unfrackpath(source, follow=False)
        if not os.path.exists(path):
            found.append(path)
            continue
        paths = [os.path.join(path, name) for name in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
        found += filter(may_be_fleet, paths)
    return found
