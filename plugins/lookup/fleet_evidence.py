# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_evidence
short_description: What e-mails have shown about branches
version_added: 0.1.0
description:
  - Reads the evidence file that the playbook C(fincon.mail.evidence) has written, and returns its content about some
    hosts. It reads no mailbox.
  - A host whose fleet has no audit mailbox is left out, and so is a host that is not in the file.
  - A user who is declared to send e-mail and is not in the file has the verdict V(unknown).
  - A file that cannot be read, or is damaged, is an error.
options:
  _terms:
    description: The hosts.
    type: list
    elements: str
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Show what e-mails have shown of the branch
  ansible.builtin.debug:
    msg: "{{ lookup('fincon.mail.fleet_evidence', inventory_hostname) }}"
"""

RETURN = r"""
_list:
  description:
    - One dictionary, from a host to its evidence.
    - C(read_at) is when the mailbox was read, and C(newest) the time of the newest e-mail of a user, UTC.
    - C(users) is the number of users. C(proven), C(differs), C(silent) and C(unknown) are the numbers of users with
      each verdict.
    - C(strays) lists senders that no branch declares, and C(words) is a summary.
    - C(verdicts) has C(user), C(verdict) and C(seen_at) for each user.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._report.evidence import as_data, with_declared
from ansible_collections.fincon.mail.plugins.plugin_utils._report.seen import EvidenceFiles


class LookupModule(LookupBase):
    """Reads the evidence of hosts."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the evidence.

        :raises AnsibleError: when a file of evidence cannot be read.
        """
        hostvars, files = (variables or {})["hostvars"], EvidenceFiles()
        found = {}
        try:
            for host in map(str, terms):
                evidence = files.of(host, hostvars[host])
                if evidence:
                    # Uses the unrendered values, because rendering would decrypt every password.
                    users = hostvars.raw_get(host).get("fincon_users") or ()
                    found[host] = as_data(with_declared(evidence, users))
        except FinconError as exc:
            raise AnsibleError(str(exc)) from exc
        return [found]
