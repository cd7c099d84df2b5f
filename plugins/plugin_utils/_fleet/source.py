# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML files with places: loading by libyaml, and the line and column of what turns out to be wrong.

Loading is the hot path, so it builds the data straight from libyaml's events, in half the time of PyYAML's tree of
nodes, and keeps no places. They are looked up afterwards, in the node tree of the one file that has a finding. A file
that is broken, or that uses what few files use (anchors, merge keys, other tags), is loaded by PyYAML as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Self

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML without libyaml: slower, otherwise the same
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Path = Sequence[Any]

_MERGE = "tag:yaml.org,2002:merge"


class Marked(str):
    """A text of a file that Ansible has to treat in its own way. ``place`` is where it stands: ``file:line:column``."""

    place = ""

    def at(self, place: str) -> Self:
        """Return the text with the place where it stands."""
        self.place = place
        return self


class Template(Marked):
    """A text with a template in it, to be rendered when it is used."""


class Vaulted(Marked):
    """The text of a ``!vault`` value. It begins with ``$ANSIBLE_VAULT;`` and is decrypted when it is rendered."""


class Unsafe(Marked):
    """The text of an ``!unsafe`` value, which is never rendered."""


class _Loader(_SafeLoader):
    """Knows Ansible's tags, and refuses a key that stands twice, which YAML forbids and PyYAML lets pass.

    :param file: the name of the file, for the places of marked texts.
    """

    def __init__(self, text: str, file: str = "") -> None:
        super().__init__(text)
        self.file = file

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        repeated = _repeated_key(node)
        if repeated is not None:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {repeated.value!r} appears twice", repeated.start_mark
            )
        made = super().construct_mapping(node, deep)
        return {str(key) if isinstance(key, Marked) else key: value for key, value in made.items()}


def _repeated_key(node: yaml.MappingNode) -> yaml.Node | None:
    seen = set()
    for key, _value in node.value:
        if key.tag != _MERGE and key.value.__hash__:
            if key.value in seen:
                return key
            seen.add(key.value)
    return None


_TAGS: dict[str, type[Marked]] = {"!vault": Vaulted, "!vault-encrypted": Vaulted, "!unsafe": Unsafe}


def _marked(kind: type[Marked], text: str, file: str, mark: Any) -> Marked:
    return kind(text).at(f"{file}:{mark.line + 1}:{mark.column + 1}")


def _text_of(loader: _Loader, node: yaml.ScalarNode) -> str:
    text = loader.construct_scalar(node)
    return _marked(Template, text, loader.file, node.start_mark) if is_template(text) else text


def _marked_by(kind: type[Marked]) -> Callable[[_Loader, yaml.ScalarNode], Marked]:
    return lambda loader, node: _marked(kind, loader.construct_scalar(node), loader.file, node.start_mark)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG, _text_of)
for _tag, _kind in _TAGS.items():
    _Loader.add_constructor(_tag, _marked_by(_kind))


class _NeedsPyYaml(Exception):
    """The text uses more of YAML than is built from events here."""


class _Builder:
    """The data of one document, built from libyaml's events.

    :param text: the document.
    :param file: the name of its file.
    """

    def __init__(self, text: str, file: str) -> None:
        self._next = _Loader(text).get_event
        self._file = file

    def document(self) -> Any:
        """Return the data; what PyYAML's loader returns, wherever this returns.

        :raises _NeedsPyYaml: when the text has to be loaded by PyYAML's loader.
        :raises yaml.YAMLError: when it is not YAML.
        """
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            return None
        data = self._node(self._next())
        self._next()
        if not isinstance(self._next(), StreamEndEvent):
            raise _NeedsPyYaml
        return data

    def _node(self, event: Any) -> Any:
        if event.anchor is not None:
            raise _NeedsPyYaml
        if not isinstance(event, ScalarEvent):
            return self._collection(event)
        text = event.value
        if event.tag is not None:
            return self._tagged(event)
        # Most texts have no brace, and looking for one takes a tenth of the time.
        if "{" in text and is_template(text):
            return _marked(Template, text, self._file, event.start_mark)
        is_plain = event.implicit[0]
        return _plain(text) if is_plain and (not text or text[0] in _TYPED_BEGIN) else text

    def _tagged(self, event: Any) -> Marked:
        if event.tag not in _TAGS:
            raise _NeedsPyYaml
        return _marked(_TAGS[event.tag], event.value, self._file, event.start_mark)

    def _collection(self, event: Any) -> Any:
        if event.tag is not None:
            raise _NeedsPyYaml
        return self._mapping() if isinstance(event, MappingStartEvent) else self._sequence()

    def _mapping(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event)
            if key in made:
                raise _NeedsPyYaml
            made[key] = self._node(self._next())
        return made

    def _key(self, event: Any) -> str:
        is_bare = isinstance(event, ScalarEvent) and event.tag is None
        if is_bare and event.value in _KEYS:
            return _KEYS[event.value]
        key = self._node(event)
        if not isinstance(key, str) or isinstance(key, Marked):
            raise _NeedsPyYaml
        if is_bare and event.implicit[0]:
            _KEYS[key] = key
        return key

    def _sequence(self) -> list[Any]:
        made = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            made.append(self._node(event))
        return made


#: Keys that are text without quotes as well: the same few stand in every record of a fleet.
_KEYS: dict[str, str] = {}
#: What a plain scalar that is more than text can begin with; the empty one means nothing.
_TYPED_BEGIN = frozenset(begin for begin in _SafeLoader.yaml_implicit_resolvers if begin)
_TYPES = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp")}
_RESOLVER: Any = yaml.resolver.Resolver()


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:
    """Return what a plain scalar means: ``true``, ``587`` and the like are not texts."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    if tag == _RESOLVER.DEFAULT_SCALAR_TAG:
        return text
    if tag not in _TYPES:
        raise _NeedsPyYaml
    return _Loader("").construct_object(yaml.ScalarNode(tag, text))


class Source:
    """One YAML file.

    :param file: its name as the user knows it.
    :param text: its content.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def load(self) -> tuple[Any, list[Finding]]:
        """Return the data, or ``None`` and what is wrong with the YAML."""
        try:
            return _Builder(self.text, self.file).document(), []
        except RecursionError:
            return None, [Finding("this is not a file of a fleet: it is nested too deeply", file=self.file)]
        except (_NeedsPyYaml, yaml.YAMLError, ValueError):
            return self._load_by_pyyaml()

    def _load_by_pyyaml(self) -> tuple[Any, list[Finding]]:
        try:
            return _Loader(self.text, self.file).get_single_data(), []
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            return None, [Finding(f"{exc.problem or 'this is not YAML'}", file=self.file, line=line, column=column)]
        except (yaml.YAMLError, ValueError) as exc:
            return None, [Finding(f"this is not YAML: {str(exc).splitlines()[0]}", file=self.file)]

    def place(self, path: Path) -> tuple[int, int]:
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
            return yaml.compose(self.text, _SafeLoader)
        except yaml.YAMLError:
            return None


def _child(node: yaml.Node | None, part: Any) -> tuple[yaml.Node, Any] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark
    return None


def path_text(path: Path) -> str:
    """Return a path as people write it: ``users[3].port``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
