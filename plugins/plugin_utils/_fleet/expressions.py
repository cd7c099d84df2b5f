# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The expressions of a fleet file: those of ``compose``, ``groups`` and ``keyed_groups``.

Ansible passes over an expression that it cannot read, unless the file is strict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.suspects import template_problem

#: The options that make variables or groups, in the order in which they are applied.
_MADE = ("compose", "groups", "keyed_groups")


@dataclass(frozen=True)
class Entry:
    """One variable, group or kind of groups to make.

    :param path: where it is in the fleet file.
    :param option: one of ``compose``, ``groups``, ``keyed_groups``.
    :param value: in the form that Ansible's method takes.
    """

    path: tuple[Any, ...]
    option: str
    value: Any

    @property
    def expression(self) -> Any:
        """What is evaluated for each host."""
        return self.value[0].get("key") if self.option == "keyed_groups" else next(iter(self.value.values()))


def entries(options: Mapping[str, Any]) -> list[Entry]:
    """Return the variables and groups that a fleet file makes for each host.

    :param options: data of the fleet file.
    """
    return [entry for option in _MADE for entry in _entries(option, options.get(option) or {})]


def _entries(option: str, given: Any) -> Iterator[Entry]:
    if isinstance(given, Mapping):
        yield from (Entry((option, name), option, {str(name): value}) for name, value in given.items())
    else:
        # An option with errors was replaced with an empty one.
        yield from (Entry((option, index), option, [value]) for index, value in enumerate(given) if value)


def expression_findings(options: Mapping[str, Any], source: Source) -> list[Finding]:
    """Return a finding for each expression that cannot be read.

    :param options: data of the fleet file.
    """
    problems = [(entry, _problem(entry)) for entry in entries(options)]
    return [at(source, entry.path, Finding(problem)) for entry, problem in problems if problem]


def _problem(entry: Entry) -> str | None:
    text = entry.expression
    if not isinstance(text, str) or (entry.option == "groups" and is_template(text)):
        # Ansible still takes a condition in braces, and warns of it.
        return None
    if template_problem(f"{{{{ {text} }}}}") is None:
        return None
    if is_template(text):
        return "is an expression already: write it without the braces {{ and }}"
    return "this expression cannot be read: look at its quotes and brackets"
