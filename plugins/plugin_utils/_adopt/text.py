# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleet and branch files as people read them. Pure: the same data is always the same text."""

from __future__ import annotations

import io
import re
from collections.abc import Container, Mapping
from typing import Any

import yaml as pyyaml
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.fleet import FLEET_PLUGIN

try:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, TaggedScalar
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString
except ImportError as exc:
    RUAMEL_ERROR: ImportError | None = exc
else:
    RUAMEL_ERROR = None

#: Where the schemas are, from the fleet file. Hidden, so that an inventory that is a folder does not read them.
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
_RESOLVER: Any = pyyaml.resolver.Resolver()


def fleet_text(defaults: Mapping[str, Any]) -> str:
    """Return the text of a fleet file.

    :param defaults: ``installation``, ``smtp_servers`` and ``user``, those that there are.
    """
    data = {"plugin": FLEET_PLUGIN, "branches": "branches/*.yml", **({"defaults": defaults} if defaults else {})}
    return _head(f"{SCHEMAS}/fleet.schema.json", _FLEET_HEAD) + _dumped(data)


def branch_text(branch: Mapping[str, Any], complete: Container[str] = ("users",)) -> str:
    """Return the text of a branch file.

    :param branch: its data in the order of the file.
    :param complete: the sections that are written even when they are empty, since the file is the list of them.
    """
    data = {name: value for name, value in branch.items() if value or name in complete}
    return _head(f"../{SCHEMAS}/branch.schema.json", _BRANCH_HEAD) + _dumped(data)


def _head(schema: str, comment: str) -> str:
    return f"---\n{_MODELINE.format(schema)}{comment}"


def _dumped(data: Mapping[str, Any]) -> str:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    # Long values stay on their line: a folded text is hard to search and to compare.
    yaml.width = 10_000
    stream = io.StringIO()
    yaml.dump(_node(data), stream)
    return stream.getvalue()


def _node(value: Any) -> Any:
    if isinstance(value, Mapping):
        return CommentedMap((_node(name), _node(item)) for name, item in value.items())
    if isinstance(value, list):
        return [_node(item) for item in value]
    if isinstance(value, Vaulted):
        return TaggedScalar(value=value.rstrip() + "\n", style="|", tag="!vault")
    if isinstance(value, Unsafe):
        return TaggedScalar(value=str(value), style='"', tag="!unsafe")
    if isinstance(value, str):
        return value if _reads_as_text(value) else DoubleQuotedScalarString(value)
    return value


def _reads_as_text(value: str) -> bool:
    """Whether a text is one without quotes too: YAML 1.1, which Ansible reads, takes ``no`` for false."""
    is_plain = _PLAIN.fullmatch(value) is not None and value == value.strip()
    return is_plain and _RESOLVER.resolve(pyyaml.ScalarNode, value, (True, False)) == _RESOLVER.DEFAULT_SCALAR_TAG
