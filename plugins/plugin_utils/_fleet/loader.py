# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loading of YAML by PyYAML, with Ansible's tags."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import TAGS, Marked, Template, marked

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["MERGE", "Loader", "SafeLoader"]

MERGE = "tag:yaml.org,2002:merge"


class Loader(SafeLoader):
    """Supports Ansible's tags. ``careful.py`` has already replaced nodes with errors.

    :param file: the name of the file, for the places of marked texts.
    """

    def __init__(self, text: str, file: str = "") -> None:
        super().__init__(text)
        self.file = file

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        made = super().construct_mapping(node, deep)
        return {str(key) if isinstance(key, Marked) else key: value for key, value in made.items()}


def _text_of(loader: Loader, node: yaml.ScalarNode) -> str:
    text = loader.construct_scalar(node)
    return marked(Template, text, loader.file, node.start_mark) if is_template(text) else text


def _marked_by(kind: type[Marked]) -> Callable[[Loader, yaml.ScalarNode], Marked]:
    return lambda loader, node: marked(kind, loader.construct_scalar(node), loader.file, node.start_mark)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG, _text_of)
for _tag, _kind in TAGS.items():
    Loader.add_constructor(_tag, _marked_by(_kind))
