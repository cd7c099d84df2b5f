# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The careful way to load the YAML of a fleet: it finds every error, with its place.

It is slow, and only used for the few files that the fast way cannot load.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import CONFLICT_PROBLEM, conflict_line
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.loader import MERGE, Loader
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import TAGS, Vaulted
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.suspects import (
    is_odd_number,
    template_problem,
    vault_problem,
    without_tag,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.words import UNQUOTED_TEMPLATE, fault_of
from yaml.events import CollectionEndEvent, CollectionStartEvent

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Tags of YAML itself; other known tags are those of Ansible.
_YAML_TAG = "tag:yaml.org,2002:"
_FAULTY_TAG = "!faulty"
_DEEPEST = 100
_TOO_DEEP = "this is not a file of a fleet: it is nested too deeply"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text.

    :param message: what is wrong and what to do, without any part of the text.
    :param line: line, from 1.
    :param column: column, from 1.
    :param path: where it is in the data; empty when there is no data for it.
    """

    message: str
    line: int
    column: int
    path: tuple[Any, ...] = ()


@dataclass
class Reading:
    """The content of a text, as far as it can be read.

    :param data: its data, with :data:`FAULTY` at the path of each error. It holds secrets.
    :param faults: all errors.
    :param is_whole: whether the data covers the whole text; if not, a missing key may be in the rest.
    :param tree: its nodes, for places.
    """

    data: Any = field(repr=False)
    faults: list[Fault]
    is_whole: bool = True
    tree: yaml.Node | None = field(default=None, repr=False)


class _Faulty:
    """The value in data for a value that cannot be read. Its type is in no schema."""

    def __repr__(self) -> str:
        return "FAULTY"


FAULTY = _Faulty()


def read_carefully(text: str, file: str) -> Reading:
    """Return the content of a text, and all errors in it.

    :param file: the name of its file, for the places of marked texts.
    """
    conflict = conflict_line(text)
    if conflict:
        return Reading(None, [Fault(CONFLICT_PROBLEM, conflict, 1)], False)
    faults = [_unprintable(text, found) for found in _UNPRINTABLE.finditer(text)]
    cleaned = _UNPRINTABLE.sub(" ", text)
    node, broken = _composed(cleaned)
    if broken:
        faults.append(broken)
        node = node or _part_above(cleaned, broken.line)
    try:
        faults += _Lint().faults(node) if node else []
        loader = Loader("", file)
        data = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError):
        return Reading(None, [*faults, Fault("this is not a file of a fleet", 1, 1)], False)
    except RecursionError:
        return Reading(None, [Fault(_TOO_DEEP, 1, 1)], False)
    return Reading(data, faults, not broken, node)


def _unprintable(text: str, found: re.Match[str]) -> Fault:
    line = text.count("\n", 0, found.start()) + 1
    column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
    return Fault(f"a control character (U+{ord(found[0]):04X}) is not allowed here; remove it", line, column)


def _composed(text: str) -> tuple[yaml.Node | None, Fault | None]:
    """Return the tree of the first document, and why there is none or why it is incomplete."""
    if _is_too_deep(text):
        return None, Fault(_TOO_DEEP, 1, 1)
    loader = Loader(text)
    node = None
    try:
        node = loader.get_node() if loader.check_node() else None
        if loader.check_node():
            second = loader.get_node()
            # Its mark is at the content; the document begins above it.
            line = _separator_before(text, second.start_mark.line if second else 0)
            return node, Fault("a second document begins here; a file holds one", line + 1, 1)
    except yaml.MarkedYAMLError as exc:
        return node, Fault(*fault_of(exc, text))
    except yaml.YAMLError:
        return node, Fault("this is not YAML", 1, 1)
    return node, None


def _is_too_deep(text: str) -> bool:
    """Whether values are nested deeper than in any fleet; libyaml would crash the process when it composes them."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=Loader):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _DEEPEST:
                return True
    except yaml.YAMLError:
        return False
    return False


def _separator_before(text: str, line: int) -> int:
    lines = text.split("\n")
    return next((number for number in range(line, 0, -1) if lines[number].startswith("---")), line)


def _part_above(text: str, line: int) -> yaml.Node | None:
    """Return the tree of as many lines above a broken line as can be read."""
    lines = text.splitlines(keepends=True)
    node, broken = None, line
    while broken and node is None and line > 1:
        line -= 1
        node, fault = _composed("".join(lines[:line]))
        line, broken = (min(line, fault.line), line) if fault else (line, 0)
    return node


class _Lint:
    """Looks for errors in a tree, and replaces each with a node that becomes :data:`FAULTY`."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._above: set[int] = set()

    def faults(self, node: yaml.Node) -> list[Fault]:
        """Return the errors of a tree."""
        return list(self._node(node, (), lambda _node: None))

    def _node(self, node: yaml.Node, path: tuple[Any, ...], replace: Callable[[yaml.Node], Any]) -> Iterator[Fault]:
        problem = self._problem(node, path)
        if problem:
            replace(yaml.ScalarNode(_FAULTY_TAG, "", node.start_mark, node.end_mark))
            yield Fault(problem, node.start_mark.line + 1, node.start_mark.column + 1, path)
            return
        if id(node) in self._seen:
            return
        self._seen.add(id(node))
        self._above.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(list(node.value)):
                yield from self._node(item, (*path, index), _setter(node.value, index))
        self._above.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: tuple[Any, ...]) -> Iterator[Fault]:
        first: dict[str, int] = {}
        entries = []
        for key, value in node.value:
            problem = _key_problem(key, first) or _no_text(key, value, path) or _merge_problem(key, value)
            if problem:
                yield Fault(problem, key.start_mark.line + 1, key.start_mark.column + 1, path)
            else:
                entries.append((key, value))
        node.value[:] = entries
        for index, (key, value) in enumerate(entries):
            where = path if key.tag == MERGE else (*path, _key_of(key))
            yield from self._node(value, where, _value_setter(node.value, index))

    def _problem(self, node: yaml.Node, path: tuple[Any, ...]) -> str | None:
        if id(node) in self._above:
            return "an alias (*) inside of its own anchor (&) has no end"
        if _is_bare_template(node):
            return UNQUOTED_TEMPLATE
        if isinstance(node, yaml.ScalarNode):
            # Variables belong to the site: there an octal number, such as a file mode, may be intended.
            return _scalar_problem(node, odd_numbers="vars" in path[:2])
        kind = "map" if isinstance(node, yaml.MappingNode) else "seq"
        if node.tag in TAGS:
            return f"{node.tag} belongs before a text, and not before a list or a mapping"
        return None if node.tag == f"{_YAML_TAG}{kind}" else _UNKNOWN_TAG


_KEY_TAGS = {f"{_YAML_TAG}{name}" for name in ("str", "int", "bool", "null", "float", "merge", "value", "timestamp")}
_TEXT_KEY_TAGS = {f"{_YAML_TAG}{name}" for name in ("str", "merge", "value")}
_SCALAR_TAGS = _KEY_TAGS | {f"{_YAML_TAG}binary"}
_UNKNOWN_TAG = "this tag is not known: put a text that begins with ! in quotes"
#: The usual form of a key; any other text may be the rest of a value.
_KEY = re.compile(r"[a-z][a-z_]*[0-9]{0,2}")


def looks_like_a_key(name: Any) -> bool:
    """Whether a key may be repeated in a message: by mistake, the rest of a password may have become a key."""
    return isinstance(name, str) and len(name) <= 32 and _KEY.fullmatch(name) is not None


def _key_problem(key: yaml.Node, first: dict[str, int]) -> str | None:
    """Return what is wrong with a key.

    :param first: the lines of the keys before it in the same mapping; its own is added.
    """
    if not isinstance(key, yaml.ScalarNode) or key.tag not in _KEY_TAGS:
        return "a key has to be plain text"
    if key.tag == MERGE or key.value not in first:
        first[key.value] = key.start_mark.line + 1
        return None
    name = f"{key.value!r} " if looks_like_a_key(key.value) else ""
    return f"the key {name}appears twice; the first is in line {first[key.value]}"


def _no_text(key: yaml.ScalarNode, value: yaml.Node, path: tuple[Any, ...]) -> str | None:
    """Return what is wrong with a key that is a number, a date or a word such as ``no``.

    Within a variable the site may have such keys.
    """
    if key.tag in _TEXT_KEY_TAGS or "vars" in path[:-1]:
        return None
    is_rest = value.tag == f"{_YAML_TAG}null"
    return "a key has to be text: put " + ("the text with the comma" if is_rest else "it") + " in quotes"


def _merge_problem(key: yaml.Node, value: yaml.Node) -> str | None:
    """Return what is wrong with the value of a merge key."""
    merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
    if key.tag != MERGE or all(isinstance(one, yaml.MappingNode) for one in merged):
        return None
    return "what << takes in must be a mapping, or a list of mappings"


def _scalar_problem(node: yaml.ScalarNode, odd_numbers: bool) -> str | None:
    kind = TAGS.get(node.tag)
    if kind is not None:
        return vault_problem(node.value) if kind is Vaulted else None
    if node.tag not in _SCALAR_TAGS:
        return _UNKNOWN_TAG
    if node.tag == f"{_YAML_TAG}str":
        if without_tag(node.value):
            return "this is vault text without its tag: write !vault | before it"
        return template_problem(node.value) if is_template(node.value) else None
    if node.tag == f"{_YAML_TAG}null" and not node.value and node.end_mark.index > node.start_mark.index:
        return "a text that begins with & must be in quotes"
    if not odd_numbers and is_odd_number(node.tag, node.value):
        return "this number is read as another one; write it in plain digits, or in quotes if it is a text"
    try:
        Loader("").construct_object(yaml.ScalarNode(node.tag, node.value, node.start_mark, node.end_mark))
    except (yaml.YAMLError, ValueError, OverflowError):
        return "this looks like a date or a number that does not exist; put it in quotes if it is a text"
    return None


def _is_bare_template(node: yaml.Node) -> bool:
    """Whether the node is ``{{ x }}`` without quotes: a mapping whose only key is a mapping."""
    return (
        isinstance(node, yaml.MappingNode)
        and bool(node.flow_style)
        and len(node.value) == 1
        and isinstance(node.value[0][0], yaml.MappingNode)
    )


def _key_of(key: yaml.ScalarNode) -> Any:
    if key.tag == f"{_YAML_TAG}str":
        return key.value
    try:
        return Loader("").construct_object(yaml.ScalarNode(key.tag, key.value, key.start_mark, key.end_mark))
    except (yaml.YAMLError, ValueError):
        return key.value


def _setter(items: list[Any], index: int) -> Callable[[yaml.Node], None]:
    def put(node: yaml.Node) -> None:
        items[index] = node

    return put


def _value_setter(items: list[Any], index: int) -> Callable[[yaml.Node], None]:
    def put(node: yaml.Node) -> None:
        items[index] = (items[index][0], node)

    return put


Loader.add_constructor(_FAULTY_TAG, lambda _loader, _node: FAULTY)
