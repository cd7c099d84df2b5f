# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleet and branch files as readable text. Pure: the same data always gives the same text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Container, Mapping
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import FLEET_PLUGIN

SCHEMAS = ".schemas"

_MODELINE = "# yaml-language-server: $schema={}\n"
_FLEET_HEAD = """\
# What all branches share. A branch file replaces any of it, field by field.
# A field that is left out is left alone; an empty text says that it is to be empty.
"""
_BRANCH_HEAD = """\
# As it was installed. What this file does not say is in the defaults of the fleet file.
"""
_PLAIN = re.compile(r"[^\W_]([\w @/.()&'-]|, )*")
_RESOLVER: Any = yaml.resolver.Resolver()


def fleet_text(defaults: Mapping[str, Any]) -> str:
    """Return the text of a fleet file.

    :param defaults: ``installation``, ``smtp_servers`` and ``user``, as far as they exist.
    """
    data = {"plugin": FLEET_PLUGIN, "branches": "branches/*.yml", **({"defaults": defaults} if defaults else {})}
    return _head(f"{SCHEMAS}/fleet.schema.json", _FLEET_HEAD) + _dumped(data)


def branch_text(branch: Mapping[str, Any], complete: Container[str] = ("users",)) -> str:
    """Return the text of a branch file.

    :param branch: its data in the order of the file.
    :param complete: the sections that are written even when they are empty, since the file lists them completely.
    """
    data = {name: value for name, value in branch.items() if value or name in complete}
    return _head(f"../{SCHEMAS}/branch.schema.json", _BRANCH_HEAD) + _dumped(data)


def _head(schema: str, comment: str) -> str:
    return f"---\n{_MODELINE.format(schema)}{comment}"


def _dumped(data: Mapping[str, Any]) -> str:
    """Return data as YAML with lists indented below their names, which PyYAML does not do by itself."""
    return "".join(_entry(name, value) for name, value in data.items())


def _entry(name: str, value: Any) -> str:
    if not value or not isinstance(value, (Mapping, list)):
        return _yaml({name: value})
    below = _dumped(value) if isinstance(value, Mapping) else _yaml(value)
    return _yaml({name: None}).replace(" null\n", "\n") + textwrap.indent(below, "  ")


def _yaml(data: Any) -> str:
    # Long values stay on one line: folded text is hard to search and to compare.
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000_000)
    return text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Uses libyaml if available, which writes a hundred thousand records in seconds."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return true for all data: the text has no anchors and aliases."""
        return True

    def text(self, value: str) -> Any:
        """Return a node for a text that is read back as text."""
        return self.represent_scalar(_RESOLVER.DEFAULT_SCALAR_TAG, value, None if _reads_as_text(value) else '"')

    def vaulted(self, value: Vaulted) -> Any:
        """Return a node for an encrypted text."""
        return self.represent_scalar("!vault", value.rstrip() + "\n", "|")

    def unsafe(self, value: Unsafe) -> Any:
        """Return a node for a text that must not be rendered."""
        return self.represent_scalar("!unsafe", str(value), '"')


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(Vaulted, _Dumper.vaulted)
_Dumper.add_representer(Unsafe, _Dumper.unsafe)


def _reads_as_text(value: str) -> bool:
    """Whether a text is read as text even without quotes: YAML 1.1, which Ansible uses, reads ``no`` as false."""
    is_plain = _PLAIN.fullmatch(value) is not None and value == value.strip()
    return is_plain and _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == _RESOLVER.DEFAULT_SCALAR_TAG
