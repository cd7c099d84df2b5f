# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A filter in front of jsonschema: schemas compiled to plain functions that only tell yes or no.

Nearly all data of a fleet is right, and jsonschema takes fifty times as long to say so. What a compiled schema accepts
is valid; what it does not accept goes to jsonschema, which says what is wrong. So it may refuse too much, never too
little: a whole number must be one of Python's, where draft-07 would let ``587.0`` pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: What it returns is true or not; a match of a pattern is true.
Accepts = Callable[[Any], object]
Schema = Mapping[str, Any]

_TYPES: dict[str, Accepts] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "boolean": lambda data: data is True or data is False,
    "integer": lambda data: isinstance(data, int) and not isinstance(data, bool),
    "number": lambda data: isinstance(data, (int, float)) and not isinstance(data, bool),
}
_ANNOTATIONS = {"$schema", "title", "description", "definitions"}
#: Handled together with the keyword that they belong to.
_PARTS = {"additionalProperties", "required"}


def compiled(schema: Schema, definitions: Mapping[str, Schema] | None = None) -> Accepts:
    """Return the function that tells whether data is valid.

    :param schema: of draft-07, with the keywords that the schemas of a fleet use.
    :param definitions: what a ``$ref`` leads to, by default those of the schema itself.
    :raises ValueError: for a keyword that is not known here, so that none is ever passed over.
    """
    known: Mapping[str, Schema] = schema.get("definitions", {}) if definitions is None else definitions
    # The type first: the other keywords rely on it.
    keywords = sorted(schema.keys() - _ANNOTATIONS - _PARTS, key=lambda keyword: (keyword != "type", keyword))
    return _all([_step(keyword, schema[keyword], schema, known) for keyword in keywords])


def _all(steps: Sequence[Accepts]) -> Accepts:
    first, *rest = steps
    if not rest:
        return first
    others = _all(rest)
    return lambda data: first(data) and others(data)


def _step(keyword: str, value: Any, schema: Schema, definitions: Mapping[str, Schema]) -> Accepts:
    if keyword == "type":
        return _TYPES[value]
    if keyword == "$ref":
        return compiled(definitions[value.rpartition("/")[2]], definitions)
    if keyword == "properties":
        return _properties(schema, definitions)
    if keyword in _OF_SCHEMAS:
        return _OF_SCHEMAS[keyword](value, definitions)
    if keyword in _OF_VALUES:
        return _OF_VALUES[keyword](value)
    raise ValueError(f"{keyword} is not a keyword that can be compiled")


def _properties(schema: Schema, definitions: Mapping[str, Schema]) -> Accepts:
    if schema.get("additionalProperties") is not False:
        raise ValueError("properties can only be compiled where no others may stand")
    checks = {name: compiled(value, definitions) for name, value in schema["properties"].items()}
    required = schema.get("required", ())

    def accepts(data: Any) -> bool:
        for name, value in data.items():
            check = checks.get(name)
            if check is None or not check(value):
                return False
        return all(name in data for name in required)

    return accepts


def _items(schema: Schema, definitions: Mapping[str, Schema]) -> Accepts:
    accepts = compiled(schema, definitions)
    return lambda data: all(map(accepts, data))


def _any_of(schemas: Sequence[Schema], definitions: Mapping[str, Schema]) -> Accepts:
    first, second = (compiled(schema, definitions) for schema in schemas)
    return lambda data: first(data) or second(data)


def _not(schema: Schema, definitions: Mapping[str, Schema]) -> Accepts:
    accepts = compiled(schema, definitions)
    return lambda data: not accepts(data)


def _unique(wanted: bool) -> Accepts:
    # Texts only: what is equal in Python need not be in JSON, as 1 and true are not.
    return lambda data: all(isinstance(item, str) for item in data) and (not wanted or len(set(data)) == len(data))


_OF_SCHEMAS: dict[str, Callable[[Any, Mapping[str, Schema]], Accepts]] = {
    "items": _items,
    "anyOf": _any_of,
    "not": _not,
}
_OF_VALUES: dict[str, Callable[[Any], Accepts]] = {
    "const": lambda value: lambda data: isinstance(data, str) and data == value,
    "enum": lambda values: lambda data: isinstance(data, str) and data in values,
    "pattern": lambda pattern: re.compile(pattern).search,
    "minLength": lambda least: lambda data: len(data) >= least,
    "maxLength": lambda most: lambda data: len(data) <= most,
    "minItems": lambda least: lambda data: len(data) >= least,
    "minimum": lambda least: lambda data: data >= least,
    "maximum": lambda most: lambda data: data <= most,
    "uniqueItems": _unique,
}
