# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML files with places: the data of a file, and the line and column of each error.

Loading keeps no places. They are looked up later, in the node tree of a file that has a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, path_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.careful import Reading, read_carefully
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fast_loader import NeedsPyYaml, load_fast
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.loader import MERGE, SafeLoader

DataPath = Sequence[Any]
#: ``read(path)`` returns the text of a file, decrypted if the whole file is a vault. It raises :class:`Unreadable`.
Read = Callable[[str], str]


class Unreadable(Exception):
    """A file cannot be read; the text says why."""


class Source:
    """One YAML file.

    :param file: its name as the user knows it.
    :param text: its content.
    """

    #: Whether line and column are the row and column of a table, and are enough to find a value.
    is_table = False

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def load(self) -> tuple[Any, list[Finding]]:
        """Return the data, or ``None`` and what is wrong with the YAML."""
        try:
            return load_fast(self.text, self.file), []
        except RecursionError:
            return None, [Finding("this is not a file of a fleet: it is nested too deeply", file=self.file)]
        except (NeedsPyYaml, yaml.YAMLError, ValueError):
            return self._load_by_pyyaml()

    @cached_property
    def reading(self) -> Reading:
        """The readable content of a text with errors. It holds secrets."""
        return read_carefully(self.text, self.file)

    def _load_by_pyyaml(self) -> tuple[Any, list[Finding]]:
        faults = self.reading.faults
        found = [
            Finding(fault.message, path=path_text(fault.path), file=self.file, line=fault.line, column=fault.column)
            for fault in faults
        ]
        return (None if found else self.reading.data), found

    def place(self, path: DataPath) -> tuple[int, int]:
        """Return line and column of a path: of its key, of its list entry, or of the nearest place above it."""
        node, mark = self._tree, self._tree.start_mark if self._tree else None
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, mark = found
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)

    @cached_property
    def _tree(self) -> yaml.Node | None:
        try:
            return yaml.compose(self.text, SafeLoader)
        except yaml.YAMLError:
            return self.reading.tree


def _child(node: yaml.Node | None, part: Any) -> tuple[yaml.Node, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark
        return _merged_child(node, part)
    return None


def _merged_child(node: yaml.MappingNode, part: Any) -> tuple[yaml.Node, Any] | None:
    """The content of a merge key (``<<``), which is written at its anchor."""
    for key, value in node.value:
        if key.tag == MERGE:
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                found = _child(source, part)
                if found:
                    return found
    return None
