# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast way to load the YAML of a fleet.

It builds the data directly from libyaml's events, without PyYAML's tree of nodes, and keeps no places. Reading and
checking 1,000 branches of 50 users takes 0.53 of the processor time that PyYAML's loader needs. With that loader the
inventory would miss its target (``load`` in docs/performance.md).

PyYAML's loader handles what few files use (anchors, merge keys, other tags), and text that is broken or does not mean
what it seems to mean.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.loader import Loader, SafeLoader
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import TAGS, Marked, Template, Vaulted, marked
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.suspects import (
    is_odd_number,
    template_problem,
    vault_problem,
    without_tag,
)
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent


class NeedsPyYaml(Exception):
    """The text uses more of YAML than this loader supports."""


def load_fast(text: str, file: str) -> Any:
    """Return the data of a text. If this returns, the data is what PyYAML's loader returns.

    :param file: the name of its file, for the places of marked texts.
    :raises NeedsPyYaml: when the text must be loaded by PyYAML's loader.
    :raises yaml.YAMLError: when it is not YAML.
    :raises ValueError: when a value is not what it seems to be, such as a date that does not exist.
    :raises RecursionError: when it is nested too deeply.
    """
    return _Builder(text, file).document()


class _Builder:
    """The data of one document, built from libyaml's events.

    :param text: the document.
    :param file: the name of its file.
    """

    def __init__(self, text: str, file: str) -> None:
        self._next = Loader(text).get_event
        self._has_vaults = "ANSIBLE_VAULT" in text
        self._file = file

    def document(self) -> Any:
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            return None
        data = self._node(self._next())
        self._next()
        if not isinstance(self._next(), StreamEndEvent):
            raise NeedsPyYaml
        return data

    def _node(self, event: Any) -> Any:
        if event.anchor is not None:
            raise NeedsPyYaml
        if not isinstance(event, ScalarEvent):
            return self._collection(event)
        text = event.value
        if event.tag is not None:
            return self._tagged(event)
        # Most texts have no brace, and searching for one takes a tenth of the time.
        if "{" in text and is_template(text):
            return self._template(event)
        if self._has_vaults and without_tag(text):
            raise NeedsPyYaml
        is_plain = event.implicit[0]
        return _plain(text) if is_plain and (not text or text[0] in _TYPED_BEGIN) else text

    def _template(self, event: Any) -> Marked:
        if template_problem(event.value):
            raise NeedsPyYaml
        return marked(Template, event.value, self._file, event.start_mark)

    def _tagged(self, event: Any) -> Marked:
        if event.tag not in TAGS or (TAGS[event.tag] is Vaulted and vault_problem(event.value)):
            raise NeedsPyYaml
        return marked(TAGS[event.tag], event.value, self._file, event.start_mark)

    def _collection(self, event: Any) -> Any:
        if event.tag is not None:
            raise NeedsPyYaml
        return self._mapping() if isinstance(event, MappingStartEvent) else self._sequence()

    def _mapping(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event)
            if key in made:
                raise NeedsPyYaml
            made[key] = self._node(self._next())
        return made

    def _key(self, event: Any) -> str:
        is_bare = isinstance(event, ScalarEvent) and event.tag is None
        if is_bare and event.value in _KEYS:
            return _KEYS[event.value]
        key = self._node(event)
        if not isinstance(key, str) or isinstance(key, Marked):
            raise NeedsPyYaml
        if is_bare and event.implicit[0]:
            _KEYS[key] = key
        return key

    def _sequence(self) -> list[Any]:
        made = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            made.append(self._node(event))
        return made


#: Keys that are text even without quotes: every record of a fleet has the same few.
_KEYS: dict[str, str] = {}
#: The first characters of plain scalars that are not text; an empty scalar is null.
_TYPED_BEGIN = frozenset(begin for begin in SafeLoader.yaml_implicit_resolvers if begin)
_TYPES = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "timestamp")}
_RESOLVER: Any = yaml.resolver.Resolver()


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:
    """Return the value of a plain scalar: ``true``, ``587`` and the like are not texts."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    if tag == _RESOLVER.DEFAULT_SCALAR_TAG:
        return text
    if tag not in _TYPES or is_odd_number(tag, text):
        raise NeedsPyYaml
    return Loader("").construct_object(yaml.ScalarNode(tag, text))
