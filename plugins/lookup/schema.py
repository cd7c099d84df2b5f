# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: schema
short_description: The JSON Schema of fleet or branch files
version_added: 0.1.0
description:
  - Returns the text of a JSON Schema (draft-07) of the installed release, for editors and checks in your repository.
options:
  _terms:
    description: The schemas to return, V(fleet) or V(branch).
    type: list
    elements: str
    required: true
author:
  - fincon.mail contributors (@fincon-mail)
"""

EXAMPLES = r"""
- name: Bring the schemas of a site to the installed release
  ansible.builtin.copy:
    content: "{{ lookup('fincon.mail.schema', item) }}"
    dest: "{{ playbook_dir }}/fleet/.schemas/{{ item }}.schema.json"
    mode: "0644"
  loop: [fleet, branch]
"""

RETURN = r"""
_raw:
  description: The text of each schema.
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import FILES
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import file_text


class LookupModule(LookupBase):
    """Returns schemas."""

    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the text of each schema.

        :raises AnsibleError: when there is no schema of that name.
        """
        self.set_options(var_options=variables, direct=kwargs)
        unknown = [term for term in terms if term not in FILES]
        if unknown:
            raise AnsibleError(
                f"there is no schema of {unknown[0]} files; there is one of {' and of '.join(FILES)} files"
            )
        return [file_text(FILES[term]()) for term in terms]
