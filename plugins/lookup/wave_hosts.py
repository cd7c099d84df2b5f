# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: wave_hosts
short_description: The hosts of a wave, or of the waves before it
version_added: 0.1.0
description:
  - Returns patterns of hosts, for C(hosts) of a play. P(fincon.mail.fleet#inventory) makes the groups C(fincon_wave_1)
    and so on from C(waves) in the fleet file.
  - It ends the run, with exit status 4, if there is no such wave, if a wave has no branch, and if a fleet has waves and
    you give neither a wave nor C(--limit).
options:
  _terms:
    description: Patterns of the hosts from which those in the wave are chosen. Not used with O(part=earlier).
    type: list
    elements: str
  wave:
    description: The number of the wave; V(all) for every branch at once; empty if none is chosen.
    type: raw
    default: ""
  part:
    description:
      - V(this) for the hosts of the wave itself, V(earlier) for all of the waves before it.
      - With V(earlier) it also does so if the run is limited, because not all hosts could be checked.
    type: str
    choices: [this, earlier]
    default: this
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Do something with the branches of the second wave
  hosts: "{{ query('fincon.mail.wave_hosts', 'fincon', wave=2) }}"
  tasks:
    - name: Name the branch
      ansible.builtin.debug:
        var: fincon_branch
"""

RETURN = r"""
_list:
  description: The patterns.
  type: list
  elements: str
  sample: [fincon, "&fincon_wave_2"]
"""

from collections.abc import Mapping
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.waves import WaveError, earlier_hosts, hosts_of
from ansible_collections.fincon.mail.plugins.plugin_utils._output import end_run


class LookupModule(LookupBase):
    """Chooses the hosts of a wave."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the patterns, or end the run when there is no such wave."""
        self.set_options(var_options=variables, direct=kwargs)
        given = variables or {}
        asked = (str(self.get_option("wave")).strip(), given.get("groups") or {}, str(given.get("ansible_limit") or ""))
        try:
            if self.get_option("part") == "earlier":
                return list(earlier_hosts(*asked))
            return [*terms, *hosts_of(*asked)]
        except WaveError as exc:
            end_run(str(exc))
