# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: branch_findings
short_description: Errors in the rendered records of a branch
version_added: 0.1.0
description:
  - Renders C(fincon_installation), C(fincon_smtp_servers) and C(fincon_users) of the host, value by
    value, and checks them.
  - All values that cannot be rendered or decrypted are reported together, each with its place. No value is repeated.
  - The place is in the branch file, the fleet file or another file of variables. Without a known place, none is given.
  - A definition with a BCC other than C(fincon_evidence_bcc) is a finding too.
  - If the files of the branch have errors, it has no records. Then these errors are returned.
  - With C(fincon_two_passwords), the result of P(fincon.mail.login_findings#lookup), its findings are included. Each is
    about two branches. If errors stop the run, the first host of the play has all of them, so that each is shown once;
    if C(fincon_faulty_branches) is V(set_aside), each host has those about itself.
  - Warns of each unknown variable C(fincon_…) of the host, once in a run.
options:
  _terms:
    description: Not used.
    type: list
    elements: str
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Stop at what is wrong
  ansible.builtin.assert:
    that: query('fincon.mail.branch_findings') | length == 0
"""

RETURN = r"""
_list:
  description: The findings, a line for each.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.host import host_findings
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.names import host_warnings, option_errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.rendering import Renderer


class LookupModule(LookupBase):
    """Checks a branch."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the findings."""
        given = variables or {}
        stops = self._templar.template(given.get("fincon_faulty_branches", "stop")) != "set_aside"
        faults = given.get("fincon_fleet_findings") or (_found_elsewhere(given) if stops else [])
        return list(faults) or [*self._of_records(given), *_of_logins(given, stops)]

    def _of_records(self, given: Mapping[str, Any]) -> list[str]:
        """Return the findings in the rendered records."""
        # In the playbooks the lookup login_findings has warned, once for all hosts.
        for warning in host_warnings(given) if "fincon_two_passwords" not in given else ():
            Display().warning(warning)
        found = host_findings(given, self._templar.template, self._loader)
        of_files = _of_password_files(given, self._templar.template)
        return [*option_errors(given), *map(str, found), *of_files]


def _of_password_files(given: Mapping[str, Any], template: Callable[[Any], Any]) -> list[str]:
    """Return what would prevent the KeePass file that the site asks for, once the work order is written."""
    if not given.get("fincon_work_order_keepass"):
        return []
    installation = Renderer(template, given).render(given.get("fincon_installation", {}))
    if _mapping(installation).get("backend") != "attended":
        return []
    renderer = Renderer(template, given)
    options = renderer.render(
        {name: given.get(f"fincon_work_order_{name}") for name in ("keepass", "keepass_passphrase", "user_order")}
    )
    if renderer.problems or not boolean(options.get("keepass") or False, strict=False):
        return [f"fincon_work_order_{path[0]}: {text}" for path, text in renderer.problems]
    # Few sites ask for it, and each run would pay for the import.
    from ansible_collections.fincon.mail.plugins.plugin_utils._handover.files import Request, require_means

    try:
        passphrase = str(options.get("keepass_passphrase") or "")
        require_means(Request(("keepass",), passphrase, user_order=options.get("user_order") or ()))
    except FinconError as exc:
        return [str(exc)]
    return []


def _found_elsewhere(given: Mapping[str, Any]) -> list[str]:
    """Return the errors of all branches, which localhost has also when the inventory was made elsewhere."""
    hostvars = given.get("hostvars")
    here = _mapping(hostvars.raw_get("localhost")) if hostvars else {}
    return list(here.get("fincon_fleet_findings") or [])


def _of_logins(given: Mapping[str, Any], stops: bool) -> list[str]:
    """Return the findings about two passwords of one login that this host shows."""
    host = given["inventory_hostname"]
    is_first = host == next(iter(given.get("ansible_play_hosts_all") or []), host)
    found = given.get("fincon_two_passwords") or []
    return [str(one["text"]) for one in found if (is_first if stops else host in one["branches"])]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
