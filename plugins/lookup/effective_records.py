# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: effective_records
short_description: What the fleet files declare for a branch, each value with its place
version_added: 0.1.0
description:
  - Reads the fleet file and the branch file of the host, and returns a line for each value that results from their
    layers, with the file, line and column where it was written.
  - A secret is shown as C(set) or C(not set). Templates are shown as they are written.
  - Variables from elsewhere, such as C(host_vars), are not shown.
options:
  _terms:
    description: A user, to show only this user. By default the installation, all definitions and all users are shown.
    type: list
    elements: str
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Show what the branch has
  ansible.builtin.debug:
    msg: "{{ query('fincon.mail.effective_records') }}"
"""

RETURN = r"""
_list:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.plugins.lookup import LookupBase
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.effective import effective, lines
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import read_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_branch


class LookupModule(LookupBase):
    """Shows a branch."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return the lines."""
        files = self._templar.template((variables or {}).get("fincon_files", {}))
        if not files:
            return ["this host is of no fleet file"]
        branch, places = load_branch(files["branch"], files["fleet"], partial(read_text, self._loader))
        if branch is None:
            return [f"{files['branch']} cannot be read here"]
        return lines(effective(branch, places), str(terms[0]) if terms else "")
