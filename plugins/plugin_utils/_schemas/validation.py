# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether data conforms to a schema, and what is wrong with it.

Nearly all data is valid, and jsonschema takes twenty times as long as fastjsonschema to find that out. So
fastjsonschema first checks whether the data is valid; jsonschema finds the errors only when it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import Schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

#: Each type of a schema, in plain words.
TYPE_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}

_LIBRARIES = ("fastjsonschema", "jsonschema")
#: Keywords that editors show and checks do not use.
_FOR_EDITORS = ("default", "examples")
_NAMED_SCHEMAS = ("definitions", "properties")
_KEYWORDS = {
    "$ref", "additionalProperties", "anyOf", "description", "enum", "items", "maxLength", "maximum", "minItems",
    "minLength", "minimum", "not", "pattern", "required", "title", "type", "uniqueItems", *_NAMED_SCHEMAS,
}  # fmt: skip


class MissingLibraries(Exception):
    """Python libraries are not installed; the text says how to install them."""


def require_libraries() -> None:
    """Make sure that data can be checked.

    :raises MissingLibraries: when it cannot be checked.
    """
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise MissingLibraries(f"Python libraries are missing on the controller: pip install {' '.join(missing)}")


class SchemaCheck:
    """The check of data against one schema.

    Both libraries are imported, and the schema is built, only when they are first needed: each takes as long as loading
    tens of branches, and most runs never need jsonschema.

    :param build: returns the schema, of draft-07.
    """

    def __init__(self, build: Callable[[], Schema]) -> None:
        self._build = build

    def prepare(self) -> None:
        """Build the check now. Workers that Ansible forks later have it, and need not each build it for one host.

        :raises MissingLibraries: when data cannot be checked.
        """
        self.accepts({})

    def accepts(self, data: Any) -> bool:
        """Return whether the data is valid.

        :raises MissingLibraries: when the data cannot be checked.
        """
        compiled = self._compiled
        from fastjsonschema import JsonSchemaException

        try:
            compiled(data)
        except JsonSchemaException:
            return False
        return True

    def errors(self, data: Any) -> list[ValidationError]:
        """Return everything that is wrong with the data; nothing when it is valid.

        :raises MissingLibraries: when the data cannot be checked.
        """
        return [] if self.accepts(data) else list(self.validator.iter_errors(data))

    @cached_property
    def validator(self) -> Validator:
        """The validator of jsonschema, which finds all errors."""
        from jsonschema import Draft4Validator

        return Draft4Validator(self._schema)

    @cached_property
    def _compiled(self) -> Callable[[Any], Any]:
        require_libraries()
        from fastjsonschema import compile as compile_schema

        # The texts of its errors are not used.
        return compile_schema(self._schema, use_default=False, detailed_exceptions=False)

    @cached_property
    def _schema(self) -> Schema:
        schema = self._build()
        return {
            "$schema": "http://json-schema.org/draft-04/schema#",
            **in_draft_04({name: value for name, value in schema.items() if name != "$schema"}),
        }


def in_draft_04(schema: Any) -> Any:
    """Return a schema of draft-07 as one of draft-04.

    In draft-07, 587.0 is an integer, and both libraries implement that. In draft-04 it is not, nor is it in Fincon.

    :raises ValueError: for a keyword that has another meaning in draft-04, or that no schema has used so far.
    """
    if isinstance(schema, list):
        return [in_draft_04(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made: Schema = {}
    for keyword, value in schema.items():
        if keyword in _FOR_EDITORS:
            continue
        if keyword == "const":
            made["enum"] = [value]
        elif keyword not in _KEYWORDS:
            raise ValueError(f"{keyword} is not a keyword that is known to mean the same in draft-04")
        elif keyword in _NAMED_SCHEMAS:
            made[keyword] = {name: in_draft_04(item) for name, item in value.items()}
        else:
            made[keyword] = in_draft_04(value)
    return made
