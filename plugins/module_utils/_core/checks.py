# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Checks of one value against its field in the records table, with messages for people.

The patterns are written so that Python and ECMA 262 (JSON Schema, editors) read them alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import ERROR, PLACEHOLDER, WARNING, Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field, Resource

#: The very end of the text: Python's ``$`` alone would let a line feed pass.
END = r"$(?!\n)"
#: Control characters: Fincon strips them, and in an SMTP dialogue they would inject commands.
_CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
#: Invisible characters that come with pasted text, for instance from a spreadsheet: soft hyphen, zero width space,
#: byte order mark, marks of direction, fillers.
_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff"
    r"\uffa0\ufff9-\ufffb"
)
#: Joiners, which some scripts need in running text.
_JOINERS = r"\u200c\u200d"
#: Spaces that look like the usual one.
_SPACES = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: Quotation marks with which a word processor replaces plain ones.
_QUOTES = r"\u00ab\u00bb\u2018-\u201f\u2039\u203a"
#: What a file or a cell may have in place of a plain space.
ODD_SPACES = _SPACES + r"\u200b\u2060\ufeff"
_NOT_IN_TEXT = _CONTROL + _UNSEEN
_NOT_IN_NAME = _NOT_IN_TEXT + _JOINERS + _SPACES
_NOT_IN_ADDRESS = _UNSEEN + _JOINERS + _QUOTES

TEXT_PATTERN = f"^[^{_NOT_IN_TEXT}]*{END}"
#: A name must not begin or end with a space, since it is compared without them.
NAME_PATTERN = rf"^[^\s{_NOT_IN_NAME}]([^{_NOT_IN_NAME}]*[^\s{_NOT_IN_NAME}])?{END}"
USER_PATTERN = rf"^[^\s\u0000-\u001f\u007f-\u009f{_NOT_IN_ADDRESS}]+{END}"
#: Labels with letters of any script (IDN), an IPv4 address, or an IPv6 address with or without brackets.
_LABEL = rf"[^\s\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u009f{_NOT_IN_ADDRESS}.]+"
HOST_PATTERN = rf"^({_LABEL}(\.{_LABEL})*\.?|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]?){END}"
_LOCAL_PART = rf"[^\s@<>()\[\],;:\\\u0022\u0000-\u001f\u007f-\u009f{_NOT_IN_ADDRESS}]+"
_DOMAIN_LABEL = rf"[^\s@<>()\[\],;:\\/\u0022\u0000-\u001f\u007f-\u009f{_NOT_IN_ADDRESS}.]+"
EMAIL_PATTERN = rf"^{_LOCAL_PART}@{_DOMAIN_LABEL}(\.{_DOMAIN_LABEL})+{END}"
#: A run of one masking character is what a server shows instead of a password. Sending it would set it.
MASK_PATTERN = r"^([*\u2022\u25cf])\1\1+" + END
#: The beginning of the placeholder that ``adopt`` writes for a password that it cannot read.
PLACEHOLDER_MARK = "CHANGEME-"
#: The beginning of the text that ansible-vault makes.
VAULT_MARK = "$ANSIBLE_VAULT;"
#: What a secret must not be: a mask, a placeholder, or vault text that was mistaken for the password itself.
NOT_A_SECRET_PATTERN = rf"{MASK_PATTERN}|^{PLACEHOLDER_MARK}|^\s*\$ANSIBLE_VAULT;"
PLACEHOLDER_PROBLEM = "is a placeholder: fill in the password"

PATTERNS = {
    "name": NAME_PATTERN,
    "user": USER_PATTERN,
    "host": HOST_PATTERN,
    "email": EMAIL_PATTERN,
    "text": TEXT_PATTERN,
    "path": TEXT_PATTERN,
    "secret": TEXT_PATTERN,
}

#: A value that is not yet rendered or decrypted, so that only its place can be checked.
TEMPLATE_PATTERN = r"\{\{|\{%|^\$ANSIBLE_VAULT;"

# Compiled here: a worker of Ansible would compile them again for each host.
_TEMPLATE, _MASK = re.compile(TEMPLATE_PATTERN), re.compile(MASK_PATTERN)
_IS_FLAG, _IS_NUMBER = re.compile(r" *(true|false|yes|no|on|off) *", re.IGNORECASE), re.compile(r" *[0-9]+ *")
_COMPILED = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}
_ODD = re.compile(f"[{_NOT_IN_ADDRESS}{_SPACES}]")

#: Bits of a number that is shown.
_MOST_BITS = 1000
#: Characters that a message must name, since people cannot see them or what is wrong with them.
_NAMED = {
    "name": _UNSEEN + _JOINERS + _SPACES,
    "user": _NOT_IN_ADDRESS + _SPACES,
    "host": _NOT_IN_ADDRESS + _SPACES,
    "email": _NOT_IN_ADDRESS + _SPACES,
    "text": _UNSEEN,
    "path": _UNSEEN,
    "secret": _UNSEEN,
}

_EXPECTED = {
    "name": "a name without control characters or spaces at its ends",
    "user": "a user name without spaces or control characters",
    "host": "a bare host name or address, without scheme, port, path or spaces",
    "email": "one e-mail address, such as name@example.co.za",
    "text": "text on one line, without control characters",
    "path": "a path on one line, without control characters",
    "secret": "text on one line, without control characters",
}


def is_template(value: Any) -> bool:
    """Whether the value is a template or a vault text, to be checked once it is rendered."""
    return isinstance(value, str) and _TEMPLATE.search(value) is not None


def is_mask(text: str) -> bool:
    """Whether the text is a run of one masking character, which a server shows instead of a password."""
    return _MASK.search(text) is not None


def is_placeholder(value: Any) -> bool:
    """Whether the value is a placeholder for a password that must still be filled in."""
    return isinstance(value, str) and value.startswith(PLACEHOLDER_MARK)


def value_problem(field: Field, value: Any, repeat: bool = True) -> str | None:
    """Return what is wrong with a rendered value, or ``None``.

    :param repeat: whether a text may be part of the sentence. A secret's value never is. In files that people write,
        another field may hold a password by mistake.
    """
    if value is None:
        return 'has no value; leave the field out, or write "" to clear a text'
    if field.kind == "flag":
        if isinstance(value, bool):
            return None
        return f"must be true or false{_instead(field, value, repeat)}{_in_quotes(value, _IS_FLAG)}"
    if field.kind == "integer":
        return _integer_problem(field, value, repeat)
    if field.kind == "choice":
        words = " or ".join(field.choices)
        return None if value in field.choices else f"must be {words}{_instead(field, value, repeat)}"
    if not isinstance(value, str):
        return f"must be text{_instead(field, value, repeat)}; put it in quotes"
    return _text_problem(field, value, repeat)


def may_be_empty(field: Field) -> bool:
    """Whether an empty text clears the field, rather than being an error."""
    return field.kind in ("text", "secret") or (field.kind == "email" and not field.required)


def length_warning(field: Field, value: Any) -> str | None:
    """Return the warning for a text longer than a limit that is only inferred, or ``None``."""
    if field.soft_limit and isinstance(value, str) and field.max_length and len(value.strip()) > field.max_length:
        return f"has {len(value.strip())} characters; Fincon probably allows {field.max_length} at most"
    return None


def _in_quotes(value: Any, meant: re.Pattern[str]) -> str:
    """What to do about a text that would be right without its quotes."""
    return ", and not text: write it without quotes" if isinstance(value, str) and meant.fullmatch(value) else ""


def _instead(field: Field, value: Any, repeat: bool) -> str:
    if field.secret:
        return ""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # A long number may be a password, too.
    if not repeat and not isinstance(value, bool) and not (is_number and len(_shown(value)) <= 5):
        return ""
    return f", not {'the number' if is_number else 'the value'} {_shown(value)}"


def _shown(value: Any) -> str:
    if _is_endless(value):
        return "of so many digits"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_endless(value: Any) -> bool:
    """Whether a value is a number that Python refuses to spell out (4,300 digits), as YAML can write one in hex."""
    return isinstance(value, int) and value.bit_length() > _MOST_BITS


def _integer_problem(field: Field, value: Any, repeat: bool) -> str | None:
    unit = f" {field.unit}" if field.unit else ""
    expected = f"must be a whole number from {field.minimum} to {field.maximum}{unit}"
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{expected}{_instead(field, value, repeat)}{_in_quotes(value, _IS_NUMBER)}"
    if not (field.minimum or 0) <= value <= (field.maximum or value):
        shown = f"{expected}, not {'one ' * _is_endless(value)}{_shown(value)}"
        return shown if repeat or abs(value) < 100_000 else expected
    return None


def _text_problem(field: Field, value: str, repeat: bool) -> str | None:
    if value == "":
        return None if may_be_empty(field) else "must not be empty"
    if not _COMPILED[field.kind].search(value):
        return _unseen(field.kind, value) or f"must be {_EXPECTED[field.kind]}{_instead(field, value, repeat)}"
    if field.secret and is_mask(value):
        return "is a mask, not a password; leave the field out to keep the password that is set"
    if field.secret and is_placeholder(value):
        return f"{PLACEHOLDER_PROBLEM} of {field.login}, or leave the field out to keep the one that is set"
    if field.secret and value.lstrip().startswith(VAULT_MARK):
        return "is vault text that nothing decrypts; write !vault | before it"
    if field.max_length and not field.soft_limit and len(value) > field.max_length:
        return f"has {len(value)} characters; {field.max_length} are allowed"
    return None


def text_problem(value: str) -> str:
    """Return what is wrong with a text that does not conform to :data:`TEXT_PATTERN`."""
    return _unseen("text", value) or f"must be {_EXPECTED['text']}"


def _unseen(kind: str, value: str) -> str:
    """Name the first character that is invisible or looks like another one."""
    found = re.search(f"[{_NAMED[kind]}]", value)
    if found is None:
        return ""
    return f"has {character_name(found[0])} as character {found.start() + 1}; delete it, or type the text again"


def character_name(character: str) -> str:
    """Return what people may call a character that they cannot see, or take for another one."""
    return f"a {unicodedata.name(character, 'character').lower()} (U+{ord(character):04X})"


def odd_character(text: str) -> str:
    """Return the name of the first character that is invisible or looks like a plain one, or an empty text."""
    found = _ODD.search(text)
    return character_name(found[0]) if found else ""


def problem_code(field: Field, value: Any) -> str:
    """Return the code of a finding about a value."""
    return PLACEHOLDER if field.secret and is_placeholder(value) else ""


def record_findings(
    resource: Resource, record: Mapping[str, Any], fields: Iterable[Field] | None = None
) -> list[Finding]:
    """Check the rendered fields of one record.

    :param record: the key and the fields that are declared; fields that are left out or ``None`` are not checked.
    :param fields: the fields to check; by default the key and all fields of the resource.
    :return: a finding for each error and each warning.
    """
    found = []
    name = str(record.get(resource.key.name, ""))
    for field in (resource.key, *resource.fields) if fields is None else fields:
        value = record.get(field.name)
        if value is None:
            continue
        for severity, message in ((ERROR, value_problem(field, value, False)), (WARNING, length_warning(field, value))):
            if message:
                code = problem_code(field, value)
                found.append(Finding(message, resource.name, name, field.name, severity, code=code))
    return found
