# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The text of a ledger: reads YAML with the place of every value, and writes YAML with the comments of people.

It uses PyYAML, since ansible-core depends on it and libyaml reads a ledger in a tenth of the time that ruamel.yaml
needs. Neither library keeps comments as a ledger needs them: ruamel.yaml attaches a comment to the value *before* it,
so the note above one user moves to another when a record is inserted between them. Here a comment belongs to the line
below it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, key_text
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import CONFLICT_PROBLEM, conflict_line

try:
    import yaml
except ImportError as exc:
    YAML_ERROR: ImportError | None = exc
else:
    YAML_ERROR = None

#: A place in the data: keys, and indexes of lists or what identifies their entries.
DataPath = tuple[Hashable, ...]

#: The keys that identify an entry of a list, whatever comes before it.
_IDENTITIES = ("name", "user", "item", "field")

#: Plain values that are not text. Fewer than YAML 1.1 has, in which ``on`` is true and 12:30 a number.
_PLAIN = (
    (re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), lambda text: text.lower() == "true"),
    # A ledger holds no longer number; Python refuses to convert one of 4,300 digits.
    (re.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), int),
    (re.compile(r"(?:null|Null|NULL|~|)$"), lambda _text: None),
)
#: A ledger nests its values seven deep.
_MAX_DEPTH = 60
_STRING_TAGS = ("tag:yaml.org,2002:str", "!")


@dataclass
class Parsed:
    """The content of a text.

    :param data: the data, as far as the text could be understood.
    :param places: line and column, from 1, of each key and list entry.
    :param findings: what is wrong with the text as YAML.
    """

    data: Any = None
    places: dict[DataPath, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: DataPath) -> tuple[int, int]:
        """Return line and column of a path, or of the nearest place above it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def parse(text: str) -> Parsed:
    """Read YAML of plain values: mappings, lists, text, whole numbers, true, false and null."""
    parsed = Parsed()
    conflict = conflict_line(text)
    if conflict:
        parsed.findings.append(Finding(CONFLICT_PROBLEM, line=conflict, column=1))
        return parsed
    try:
        root = _compose(text)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        parsed.findings.append(Finding(f"this is not YAML: {exc.problem}", line=line, column=column))
    except yaml.reader.ReaderError as exc:
        before = text[: exc.position] if isinstance(exc.position, int) else ""
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        parsed.findings.append(Finding("this is not YAML: it has a control character", line=line, column=column))
    except RecursionError:
        parsed.findings.append(Finding("this is not a ledger: its values are nested too deeply", line=1, column=1))
    else:
        parsed.data = _DataReader(parsed).value(root, ())
        if not parsed.findings and _ends_without_value(root):
            line = text.rstrip().count("\n") + 1
            parsed.findings.append(
                Finding(
                    "the file ends without a value here and may be cut off; write null if that is meant",
                    line=line,
                    column=1,
                )
            )
    return parsed


def dump(data: Mapping[str, Any]) -> str:
    """Return the YAML of plain data, without comments."""
    return yaml.dump(data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=float("inf"))


class Inline(dict):  # type: ignore[type-arg]
    """A mapping that is written on one line."""


class InlineList(list):  # type: ignore[type-arg]
    """A list that is written on one line."""


def with_comments(text: str, old: str) -> str:
    """Return a text with the comments and blank lines of an older one.

    A comment on a separate line belongs to the key or entry below it and moves with it. A comment at the end of a line
    belongs to the key or entry that begins on that line. Comments of removed keys and entries are removed too.

    :param text: YAML without comments, from :func:`dump`.
    :param old: YAML that could be parsed.
    """
    above, beside, end = _comments(old)
    lines = text.splitlines()
    paths = _first_paths(_compose(text))
    woven = []
    for number, line in enumerate(lines):
        path = paths.get(number)
        woven += above.get(path, [])
        woven.append(f"{line}  {beside[path]}" if path in beside else line)
    return "\n".join([*woven, *end]) + "\n"


def _ends_without_value(node: Any) -> bool:
    """Whether a text, which has no aliases, ends after a key or the mark of an entry."""
    while isinstance(node, yaml.CollectionNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return isinstance(node, yaml.ScalarNode) and not node.style and not node.value


def _comments(text: str) -> tuple[dict[DataPath | None, list[str]], dict[DataPath | None, str], list[str]]:
    """Return the lines above each path, the comment on its line, and the lines at the end."""
    root = _compose(text)
    paths, inside, ends = _first_paths(root), _lines_inside(root), _ends(root)
    above: dict[DataPath | None, list[str]] = {}
    beside: dict[DataPath | None, str] = {}
    waiting: list[str] = []
    for number, line in enumerate(text.splitlines()):
        stripped = line.strip()
        if number not in inside and (not stripped or stripped.startswith("#") or stripped == "---"):
            waiting.append(line.rstrip())
            continue
        path = paths.get(number)
        comment = re.search(r"(?:^|\s)(#.*)$", line[ends.get(number, len(line)) :])
        if path is not None:
            above[path], waiting = waiting, []
            if comment:
                beside[path] = comment.group(1).rstrip()
    return above, beside, waiting


def _compose(text: str) -> Any:
    """Return the root node.

    :raises RecursionError: when values are nested deeper than in any ledger; libyaml would end the process.
    """
    if _may_be_deep(text):
        depth = 0
        for event in yaml.parse(text, _loader()):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise RecursionError
    return yaml.compose(text, _loader())


def _may_be_deep(text: str) -> bool:
    """Whether a text has enough brackets, marks or spaces for deep values. Quick; a yes may be wrong."""
    if re.search(rf"([-?:] ){{{_MAX_DEPTH}}}|^ {{{2 * _MAX_DEPTH}}}", text, re.M):
        return True
    depth = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth = depth + 1 if found[0] in "[{" else max(depth - 1, 0)
        if depth > _MAX_DEPTH:
            return True
    return False


def _loader() -> Any:
    """The fastest loader there is. Types follow from :data:`_PLAIN` and not from the loader's own rules."""
    return getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _dumper() -> Any:
    """A dumper with indented lists. It quotes every text that some reader of YAML 1.1 would not read as text."""

    class Dumper(yaml.SafeDumper):
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def inline(dumper: Any, data: Inline) -> Any:
        return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)

    def inline_list(dumper: Any, data: InlineList) -> Any:
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)

    Dumper.add_representer(Inline, inline)
    Dumper.add_representer(InlineList, inline_list)
    return Dumper


class _DataReader:
    """Turns nodes into data, and notes the place of everything."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._seen: set[int] = set()

    def value(self, node: Any, path: DataPath) -> Any:
        if node is None:
            return None
        if id(node) in self._seen:
            self._fault(node, "is an alias of another value; write the value itself")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            for index, entry in enumerate(node.value):
                self._note(entry, (*path, index))
            return [self.value(entry, (*path, index)) for index, entry in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: Any, path: DataPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, "a key must be text")
            elif key.value in data:
                self._fault(key, f"the key {key_text(key.value)!r} appears twice")
            else:
                self._note(key, (*path, key.value))
                data[key.value] = self.value(value, (*path, key.value))
        return data

    def _scalar(self, node: Any) -> Any:
        if node.tag not in _STRING_TAGS:
            self._fault(node, f"has the tag {node.tag}; a ledger holds plain values only")
            return None
        if not node.style:
            for pattern, convert in _PLAIN:
                if pattern.match(node.value):
                    return convert(node.value)
        return node.value

    def _note(self, node: Any, path: DataPath) -> None:
        self._parsed.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)

    def _fault(self, node: Any, message: str) -> None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        self._parsed.findings.append(Finding(message, line=line, column=column))


def _first_paths(root: Any) -> dict[int, DataPath]:
    """Return, for each line, the path of the outermost key or entry that begins on it. Lines are counted from 0."""
    found: dict[int, DataPath] = {}
    for path, node in _walk(root, ()):
        found.setdefault(node.start_mark.line, path)
    return found


def _walk(node: Any, path: DataPath) -> Iterator[tuple[DataPath, Any]]:
    """The keys and list entries below a node, outer ones first; a list entry by what identifies it."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, key.value)
            yield below, key
            yield from _walk(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            below = (*path, _identity(entry, index))
            yield below, entry
            yield from _walk(entry, below)


def _identity(entry: Any, index: int) -> Hashable:
    if isinstance(entry, yaml.MappingNode):
        values = {key.value: value.value for key, value in entry.value if isinstance(value, yaml.ScalarNode)}
        for name in _IDENTITIES:
            if name in values:
                return (name, values[name])
    return index


def _scalars(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif node is not None:
        for part in node.value:
            for child in part if isinstance(part, tuple) else (part,):
                yield from _scalars(child)


def _lines_inside(root: Any) -> set[int]:
    """The continuation lines of multi-line texts: what looks like a comment there is not one."""
    inside: set[int] = set()
    for node in _scalars(root):
        end = node.end_mark.line if node.end_mark.column else node.end_mark.line - 1
        inside.update(range(node.start_mark.line + 1, end + 1))
    return inside


def _ends(root: Any) -> dict[int, int]:
    """The column after the last value that ends on a line: the rest may be a comment."""
    ends: dict[int, int] = {}
    for node in _scalars(root):
        ends[node.end_mark.line] = max(ends.get(node.end_mark.line, 0), node.end_mark.column)
    return ends
