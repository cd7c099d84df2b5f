# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What does not mean what it seems to mean: unreadable templates and vault texts, odd numbers, secrets cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ansible_collections.fincon.mail.plugins.module_utils._core.installation import SETTINGS
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SECTIONS

#: A text with only plain templates, such as ``{{ vault_thandi }}``, which can certainly be read.
_PLAIN_TEMPLATE = re.compile(r"(?:[^{}]|\{\{ *[A-Za-z_][\w.]* *\}\})*")
_VAULT = re.compile(r"\$ANSIBLE_VAULT;1\.[012];AES(?:256)?(?:;[^\n]*)?\n\s*(?:[0-9a-fA-F]{2}\s*)+")
_INTEGER = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_SECRETS = {setting.name for setting in SETTINGS if setting.secret} | {
    field.name for section in SECTIONS.values() for field in section.resource.fields if field.secret
}
#: A secret without quotes, and the beginning of a comment after it.
_CUT_OFF = re.compile(rf"^[ \t-]*(?:{'|'.join(sorted(_SECRETS))}) *: +[^\s\"'!|>&*\[{{#][^\n]*?[ \t](#)", re.MULTILINE)
#: Quotes of a word processor around a value, which YAML takes for a part of the text.
_TYPOGRAPHIC = re.compile(
    r"^[^#\n]*?[:-] +([\u2018-\u201f\u00ab\u00bb])[^\n]*[\u2018-\u201f\u00ab\u00bb] *(?:[,}\]]|$)", re.MULTILINE
)
#: The name of a variable as a secret, in the form of a template of another tool or without any braces.
#: It begins with a word, and not with a place before one, which would take ten times as long.
_NO_TEMPLATE = re.compile(
    "(?:" + "|".join(rf"{name}(?<!\w{name})" for name in sorted(_SECRETS)) + ") *: +"
    r"([\"']?(?:vault_\w+|\$?\{ *[A-Za-z_]\w* *\})[\"']?) *(?:[,}]|$)",
    re.MULTILINE,
)
#: An anchor before a secret.
_ANCHORED = re.compile(rf"^[ \t-]*(?:{'|'.join(sorted(_SECRETS))}) *: +(&)(\S+)[ \t]+[^\s#]", re.MULTILINE)
_COMMENT = "what follows this # is a comment; if it belongs to the password, put the whole password in quotes"
_PLAIN_QUOTES = "these typographic quotes are a part of the text; type plain ones if they are to quote it"
_BRACES = 'this is taken as the secret itself; a template has two braces on each side, in quotes: "{{ … }}"'
_NO_ALIAS = "this & begins an anchor that nothing uses; if it belongs to the password, put the whole password in quotes"
_PLAIN_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")


def without_tag(text: str) -> bool:
    """Whether a text without a tag is vault text, which would be used as the value itself."""
    return text.lstrip().startswith("$ANSIBLE_VAULT;")


def vault_problem(text: str) -> str | None:
    """Return what is wrong with the text of a ``!vault`` value, as far as this is visible without its password."""
    if _VAULT.fullmatch(text.strip() + "\n"):
        return None
    return "this is not vault text: paste what ansible-vault encrypt_string prints, all lines indented alike"


def template_problem(text: str) -> str | None:
    """Return what is wrong with a text that contains a template, or ``None``."""
    if _PLAIN_TEMPLATE.fullmatch(text) or _compiles(text):
        return None
    return "this template cannot be read; if the braces belong to the text itself, write !unsafe before it"


def is_odd_number(tag: str, text: str) -> bool:
    """Whether a number without quotes is read differently from plain digits.

    In YAML 1.1, 0465 is octal, 9:43 is sexagesimal, 0x1f is hexadecimal, and 1_000 has a separator.

    :param tag: the full tag of the scalar.
    """
    if tag == _INTEGER:
        return _PLAIN_INTEGER.fullmatch(text) is None
    return tag == _FLOAT and (":" in text or "_" in text)


def misleading(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is probably not meant as it is read, with line and column from 1.

    In YAML, ``password: ab #c`` is the password ``ab``, and ``password: &ab c`` is ``c``.
    """
    for pattern, words, is_possible in (
        (_CUT_OFF, _COMMENT, "#" in text),
        (_TYPOGRAPHIC, _PLAIN_QUOTES, not text.isascii()),
        (_NO_TEMPLATE, _BRACES, "vault_" in text or "{" in text),
        (_ANCHORED, _NO_ALIAS, "&" in text),
    ):
        for found in pattern.finditer(text) if is_possible else ():
            if pattern is _ANCHORED and f"*{found[2]}" in text:
                continue
            place = found.start(1)
            yield words, text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


@lru_cache(maxsize=1024)
def _compiles(text: str) -> bool:
    from jinja2 import Environment, TemplateSyntaxError

    try:
        Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True).parse(text)
    except (TemplateSyntaxError, RecursionError):
        return False
    return True
