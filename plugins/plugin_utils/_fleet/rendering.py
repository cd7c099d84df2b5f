# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rendering the records of a branch value by value, so that all rendering errors are found together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.parsing.vault import EncryptedString
from ansible.template import is_trusted_as_template
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.plugin_utils._plain import plain

#: What is wrong with a value, and the path of the value.
Problem = tuple[tuple[Any, ...], str]

#: A template that is nothing but the name of a value.
_REFERENCE = re.compile(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*) *\}\}")
_AS_IT_IS = frozenset({bool, int, float, type(None)})
_LOCKED = "decrypted with the vault passwords that were given"


class Renderer:
    """Renders data as Ansible does, and continues when a value cannot be rendered.

    :param template: renders a value by Ansible's templar.
    :param variables: all variables that it has.
    """

    def __init__(self, template: Callable[[Any], Any], variables: Mapping[str, Any]) -> None:
        self._template = template
        self._variables = variables
        self.problems: list[Problem] = []

    def render(self, value: Any, path: tuple[Any, ...] = ()) -> Any:
        """Return the value as a module would get it, without omitted values and values that cannot be rendered.

        :attr:`problems` has a text for each value that cannot be rendered, without the value.
        """
        return self._one("value", value, path).get("value")

    def _one(self, name: Any, value: Any, path: tuple[Any, ...]) -> dict[Any, Any]:
        """Return the value under its name, or nothing when it is omitted or cannot be rendered."""
        if _is_literal(value):
            return {name: plain(value)}
        if isinstance(value, Mapping):
            made: dict[Any, Any] = {}
            for key, item in value.items():
                made.update(self._one(key, item, (*path, key)))
            return {name: made}
        if isinstance(value, Sequence) and not isinstance(value, (str, EncryptedString)):
            # An omitted record leaves an empty place, so that the records after it keep their index.
            return {name: [self._one("item", item, (*path, index)).get("item", {}) for index, item in enumerate(value)]}
        meant = self._meant(value)
        if _is_literal(meant):
            return {name: plain(meant)}
        try:
            # In a mapping, Ansible removes omitted values.
            rendered = self._template({"value": meant})
            return {name: plain(rendered["value"])} if "value" in rendered else {}
        except AnsibleError as exc:
            self.problems.append((path, self._words(value, exc)))
            return {}

    def _meant(self, value: Any) -> Any:
        """Return what a plain reference such as ``{{ vault_thandi }}`` is the name of; any other value as it is.

        Ansible compiles each template by itself, which takes ten times as long as rendering what most of them name.
        """
        found: Any = self._variables
        for part in _reference(value):
            # In a template, ``users.items`` is the method of the mapping.
            if not isinstance(found, Mapping) or part not in found or hasattr(dict, part):
                return value
            found = found[part]
        return value if found is self._variables else found

    def _words(self, value: Any, error: AnsibleError) -> str:
        if isinstance(value, EncryptedString):
            return f"cannot be {_LOCKED}"
        used = sorted(_names(str(value)))
        missing = [name for name in used if name not in self._variables]
        if used and not missing and _is_of_a_vault(error):
            return f"cannot be rendered: {' or '.join(used)} cannot be {_LOCKED}"
        if isinstance(error, AnsibleUndefinedVariable) and missing:
            hints = [f"the variable {name} is not defined{did_you_mean(name, self._variables)}" for name in missing]
            return f"cannot be rendered: {', and '.join(hints)}"
        if isinstance(error, AnsibleUndefinedVariable):
            return f"cannot be rendered: an attribute, an item or a variable behind {' or '.join(used)} is not defined"
        return "cannot be rendered: look at its filters and lookups, and at the variables in it"


def _is_of_a_vault(error: BaseException | None) -> bool:
    """Whether an error began with a value that could not be decrypted."""
    while error is not None:
        # Ansible keeps the class to itself.
        if "Vault" in type(error).__name__:
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_literal(value: Any) -> bool:
    """Whether there is nothing to render, as in most values."""
    return type(value) in _AS_IT_IS or (isinstance(value, str) and "{" not in value)


def _reference(value: Any) -> list[str]:
    """Return the parts of the name in a template that is nothing but one name; else none."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return found[1].split(".") if found and is_trusted_as_template(value) else []


def _names(text: str) -> set[str]:
    """Return the variables that a template uses."""
    from jinja2 import Environment, TemplateSyntaxError
    from jinja2.meta import find_undeclared_variables

    try:
        return find_undeclared_variables(Environment(autoescape=True).parse(text)) if is_template(text) else set()
    except TemplateSyntaxError:
        return set()
