# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines that the apply playbook prints about undeclared records. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.module_utils._core.undeclared import IGNORE
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import subject

_WIDTH = 110


def undeclared_lines(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for each branch that has undeclared records.

    :param results: the result of ``fincon_mail_branch`` of each branch, also of a call that failed.
    """
    lines = []
    for branch, result in sorted(results.items()):
        found = result.get("undeclared") or {}
        names = [] if found.get("counts_as") == IGNORE else _names(found)
        if names:
            text = visible(f"{branch}: {', '.join(names)}")
            lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return ["Undeclared, and left as it is:", *lines] if lines else []


def _names(undeclared: Mapping[str, Any]) -> list[str]:
    return [
        subject({"resource": section.resource.name, "name": name})
        for section in SECTIONS.values()
        for name in undeclared.get(section.name) or []
    ]
