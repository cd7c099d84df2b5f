# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a field of the records table to its JSON Schema: the one place where that is done."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import END, NOT_A_SECRET_PATTERN, PATTERNS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.shapes import FLAG, NUMBER, TEXT, Schema


def type_schema(field: Field) -> Schema:
    """Return the schema of the field's type alone, for values that nobody has checked."""
    return {"flag": FLAG, "integer": NUMBER}.get(field.kind, TEXT)


def value_schema(field: Field, *, may_be_empty: bool) -> Schema:
    """Return the schema of the field's values, with all limits that the records table gives them.

    :param may_be_empty: whether an empty text is a value too.
    """
    if field.choices:
        return {"enum": list(field.choices)}
    value = dict(type_schema(field))
    if field.kind == "integer":
        value |= {"minimum": field.minimum, "maximum": field.maximum}
    if value["type"] != "string":
        return value
    pattern = PATTERNS[field.kind]
    if field.secret:
        # As a keyword `not`, this would cost a raised exception for each password that is right.
        pattern = f"(?!{NOT_A_SECRET_PATTERN}){pattern}"
    value["pattern"] = f"^{END}|{pattern}" if may_be_empty else pattern
    if field.max_length and not field.soft_limit:
        value["maxLength"] = field.max_length
    return value


def described(field: Field) -> Schema:
    """Return what editors show of the field: Fincon's label, where it is known, and a sentence."""
    return {**({"title": field.label} if field.label else {}), "description": field.description}
