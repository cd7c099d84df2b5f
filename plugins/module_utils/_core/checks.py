# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Checks of one value against its field in the records table, worded for people.

The patterns are written so that Python and ECMA 262 (JSON Schema, editors) read them alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import ERROR, PLACEHOLDER, WARNING, Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field, Resource

#: The very end of the text: Python's ``$`` alone would let a line feed pass.
END = r"$(?!\n)"
#: No control characters anywhere: Fincon strips them, and in an SMTP dialogue they would inject commands.
TEXT_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*" + END
#: A name must not begin or end with a space, since it is compared without them.
NAME_PATTERN = (
    r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f\u2028\u2029]*[^\s\u0000-\u001f\u007f-\u009f])?"
    + END
)
USER_PATTERN = r"^[^\s\u0000-\u001f\u007f-\u009f]+" + END
#: Labels with letters of any script (IDN), an IPv4 address, or an IPv6 address with or without brackets.
HOST_PATTERN = (
    r"^([^\s\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u009f.]+"
    r"(\.[^\s\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u009f.]+)*\.?"
    r"|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]?)" + END
)
EMAIL_PATTERN = (
    r"^[^\s@<>()\[\],;:\\\u0022\u0000-\u001f\u007f-\u009f]+"
    r"@[^\s@<>()\[\],;:\\/\u0022\u0000-\u001f\u007f-\u009f.]+(\.[^\s@<>()\[\],;:\\/\u0022\u0000-\u001f\u007f-\u009f.]+)+"
    + END
)
#: A run of one masking character is what a server shows instead of a password. Sending it would set it.
MASK_PATTERN = r"^([*\u2022\u25cf])\1\1+" + END
#: What begins a text that ``adopt`` writes where a password belongs that it cannot read.
PLACEHOLDER_MARK = "CHANGEME-"
#: What a secret must not be: a mask or a placeholder.
NOT_A_SECRET_PATTERN = f"{MASK_PATTERN}|^{PLACEHOLDER_MARK}"
PLACEHOLDER_PROBLEM = "is a placeholder: fill in the password"

PATTERNS = {
    "name": NAME_PATTERN,
    "user": USER_PATTERN,
    "host": HOST_PATTERN,
    "email": EMAIL_PATTERN,
    "text": TEXT_PATTERN,
    "secret": TEXT_PATTERN,
}

#: A value that is still to be rendered or decrypted, so that only its place can be checked.
TEMPLATE_PATTERN = r"\{\{|\{%|^\$ANSIBLE_VAULT;"

#: Bits of a number that is shown.
_MOST_BITS = 1000

_EXPECTED = {
    "name": "a name without control characters or spaces at its ends",
    "user": "a user name without spaces or control characters",
    "host": "a bare host name or address, without scheme, port, path or spaces",
    "email": "one e-mail address, such as name@example.co.za",
    "text": "text on one line, without control characters",
    "secret": "text on one line, without control characters",
}


def is_template(value: Any) -> bool:
    """Whether the value is a template or a vault text, to be checked once it is rendered."""
    return isinstance(value, str) and re.search(TEMPLATE_PATTERN, value) is not None


def is_placeholder(value: Any) -> bool:
    """Whether the value stands for a password that is still to be filled in."""
    return isinstance(value, str) and value.startswith(PLACEHOLDER_MARK)


def value_problem(field: Field, value: Any) -> str | None:
    """Return what is wrong with a rendered value, or ``None``. A secret's value is never part of the sentence."""
    if value is None:
        return 'has no value; leave the field out, or write "" to clear a text'
    if field.kind == "flag":
        return None if isinstance(value, bool) else f"must be true or false{_instead(field, value)}"
    if field.kind == "integer":
        return _integer_problem(field, value)
    if field.kind == "choice":
        return None if value in field.choices else f"must be {' or '.join(field.choices)}{_instead(field, value)}"
    if not isinstance(value, str):
        return f"must be text{_instead(field, value)}; put it in quotes"
    return _text_problem(field, value)


def may_be_empty(field: Field) -> bool:
    """Whether an empty text clears the field, rather than being a fault."""
    return field.kind in ("text", "secret") or (field.kind == "email" and not field.required)


def length_warning(field: Field, value: Any) -> str | None:
    """Return the warning for a text longer than a limit that is only inferred, or ``None``."""
    if field.soft_limit and isinstance(value, str) and field.max_length and len(value.strip()) > field.max_length:
        return f"has {len(value.strip())} characters; Fincon probably allows {field.max_length} at most"
    return None


def _instead(field: Field, value: Any) -> str:
    if field.secret:
        return ""
    kind = "the number" if isinstance(value, (int, float)) and not isinstance(value, bool) else "the value"
    return f", not {kind} {_shown(value)}"


def _shown(value: Any) -> str:
    if _is_endless(value):
        return "of so many digits"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_endless(value: Any) -> bool:
    """Whether a value is a number that Python refuses to spell out (4,300 digits), as YAML can write one in hex."""
    return isinstance(value, int) and value.bit_length() > _MOST_BITS


def _integer_problem(field: Field, value: Any) -> str | None:
    unit = f" {field.unit}" if field.unit else ""
    expected = f"must be a whole number from {field.minimum} to {field.maximum}{unit}"
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{expected}{_instead(field, value)}"
    if not (field.minimum or 0) <= value <= (field.maximum or value):
        return f"{expected}, not {'one ' * _is_endless(value)}{_shown(value)}"
    return None


def _text_problem(field: Field, value: str) -> str | None:
    if value == "":
        return None if may_be_empty(field) else "must not be empty"
    if not re.search(PATTERNS[field.kind], value):
        return f"must be {_EXPECTED[field.kind]}{_instead(field, value)}"
    if field.secret and re.search(MASK_PATTERN, value):
        return "is a mask, not a password; leave the field out to keep the password that is set"
    if field.secret and is_placeholder(value):
        return f"{PLACEHOLDER_PROBLEM} of {field.login}, or leave the field out to keep the one that is set"
    if field.max_length and not field.soft_limit and len(value) > field.max_length:
        return f"has {len(value)} characters; {field.max_length} are allowed"
    return None


def problem_code(field: Field, value: Any) -> str:
    """Return the code of a finding about a value."""
    return PLACEHOLDER if field.secret and is_placeholder(value) else ""


def record_findings(
    resource: Resource, record: Mapping[str, Any], fields: Iterable[Field] | None = None
) -> list[Finding]:
    """Check the rendered fields of one record.

    :param record: the key and the fields that are declared; fields that are left out or ``None`` are not checked.
    :param fields: the fields to check; by default the key and all fields of the resource.
    :return: a finding for each fault, errors and warnings.
    """
    found = []
    name = str(record.get(resource.key.name, ""))
    for field in (resource.key, *resource.fields) if fields is None else fields:
        value = record.get(field.name)
        if value is None:
            continue
        for severity, message in ((ERROR, value_problem(field, value)), (WARNING, length_warning(field, value))):
            if message:
                code = problem_code(field, value)
                found.append(Finding(message, resource.name, name, field.name, severity, code=code))
    return found
