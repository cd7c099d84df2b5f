# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of each field of the records table. No other code makes these schemas."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END, NOT_A_SECRET_PATTERN, PATTERNS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import FLAG, NUMBER, TEXT, Schema, items


def type_schema(field: Field) -> Schema:
    """Return the schema of only the field's type, for unchecked values."""
    return {"flag": FLAG, "integer": NUMBER}.get(field.kind, TEXT)


def value_schema(field: Field, *, may_be_empty: bool) -> Schema:
    """Return the schema of the field's values, with all limits that the records table gives them.

    :param may_be_empty: whether an empty text is also allowed.
    """
    if field.choices:
        return {"enum": list(field.choices)}
    if field.kind == "names":
        return items({**TEXT, "minLength": 1}, minItems=1, uniqueItems=True)
    value = dict(type_schema(field))
    if field.kind == "integer":
        value |= {"minimum": field.minimum, "maximum": field.maximum}
    if value["type"] != "string":
        return value
    pattern = PATTERNS[field.kind]
    if field.secret:
        # With the keyword `not`, each valid password would cost a raised exception.
        pattern = f"(?!{NOT_A_SECRET_PATTERN}){pattern}"
    value["pattern"] = f"^{END}|{pattern}" if may_be_empty else pattern
    if field.kind == "path":
        value["minLength"] = 1
    if field.max_length and not field.soft_limit:
        value["maxLength"] = field.max_length
    return value


def described(field: Field) -> Schema:
    """Return what editors show for the field: its name in work orders, and a sentence."""
    return {**({"title": field.title} if field.title else {}), "description": field.description}


def declared(field: Field) -> Schema:
    """Return what editors show for the field where it is declared: also its default, and sample values."""
    default = field.default if field.default not in (None, "") else None
    samples = list(field.samples) or ([] if field.example is None else [field.example])
    return {
        **described(field),
        **({} if default is None else {"default": default}),
        **({"examples": samples} if samples else {}),
    }
