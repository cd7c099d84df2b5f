# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Makes a server's text safe to show: no secret in any form, no control character, no endless text."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "(secret)"
WITHHELD = "(the server's text is withheld: it repeats the password)"
MAX_TEXT = 500
#: How many characters of a text are examined. Each one costs time, and an answer may have millions.
_MAX_READ = 16 * MAX_TEXT
#: The largest number of characters that a form of a secret has for each character of the secret (``\\U0001f600``).
_LONGEST_FORM = 12
#: A secret below this length is not masked in place: the gap would reveal it. The whole text is withheld instead.
_SHORT = 4
#: A piece of this many base64 characters is six bytes of the secret: enough to be masked when a server cuts an echo.
_WINDOW = 8
#: Characters of base64, and all that a comparison without case takes for one of them.
_RUN = re.compile(r"[\w+/=-]+")


class Scrubber:
    """Removes one login's secrets, and what is computed from them, from texts."""

    def __init__(self, username: str = "", password: str = "") -> None:
        username, password = _sendable(username), _sendable(password)
        self._short = password if 0 < len(password) < _SHORT else ""
        self.longest = _LONGEST_FORM * (len(username) + len(password)) + len("\0\0")
        self._plain = _long_enough(_plain_forms(password) if password else [])
        self._encoded = _long_enough(_encoded_forms(username, password) if password else [])

    def add_encoded(self, token: str) -> None:
        """Remember one more base64 text that must not be shown, such as the answer to a challenge."""
        self._encoded = _long_enough([*self._encoded, token, token.rstrip("=")])

    def clean(self, text: str) -> str:
        """The text, on one line, without secrets, at most MAX_TEXT characters long."""
        return _cut(self.mask(text))

    def mask(self, text: str) -> str:
        """The text, on one line, without secrets, in its whole length."""
        text = _printable(text)
        if self._short and any(form in text.casefold() for form in map(str.casefold, _plain_forms(self._short))):
            return WITHHELD
        # Servers change the case of what they repeat, and even base64 in the wrong case narrows a password down.
        text = re.sub(_any_of(self._plain, len(text)), MASK, text, flags=re.IGNORECASE)
        room = max(map(len, _RUN.findall(text)), default=0)
        text = _mask_tokens(_any_of(self._encoded, room), text)
        return " ".join(text.split())


def clean_all(text: str, secrets: Iterable[str], login: Scrubber | None = None) -> str:
    """The text without any of several secrets, the longest first, so that none leaves the rest of another.

    :param login: whose secrets are removed as well.
    """
    ordered = sorted({*secrets, ""}, key=len, reverse=True)
    scrubbers = [*(Scrubber(password=secret) for secret in ordered), *([login] if login else [])]
    whole = len(text) <= _MAX_READ
    text = text[:_MAX_READ]
    for scrubber in scrubbers:
        text = scrubber.mask(text)
    if not whole:
        # Half a secret at the edge is not recognised, and would show if everything before it were blank.
        edge = max(scrubber.longest for scrubber in scrubbers)
        text = text[: max(len(text) - edge, 0)] + "…"
    # Cut to its final length only now, for the same reason.
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _mask_tokens(pattern: str, text: str) -> str:
    """Mask every base64 token that holds a match, whole: its other characters depend on the secret too."""
    parts = []
    done = 0
    for match in re.finditer(pattern, text, flags=re.IGNORECASE):
        start, end = match.span()
        while start > done and _in_token(text[start - 1]):
            start -= 1
        while end < len(text) and _in_token(text[end]):
            end += 1
        if end > done:
            parts += [text[done:start], MASK]
            done = end
    return "".join([*parts, text[done:]])


def _in_token(character: str) -> bool:
    return character.isalnum() or character in "+/=_-"


def _sendable(text: str) -> str:
    """Without characters that no encoding supports. Settings with them are refused elsewhere; here they must pass."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _any_of(forms: list[str], room: int) -> str:
    """A pattern of the forms that have room. A password has hundreds, which take long to compile; few fit a version."""
    return "|".join(re.escape(form) for form in forms if len(form) <= room) or r"(?!)"


def _long_enough(forms: Iterable[str]) -> list[str]:
    """The forms as they appear in a text made printable, the longest first, so that none leaves the rest of another."""
    seen = {_printable(form) for form in forms}
    seen |= {" ".join(form.split()) for form in seen}
    return sorted((form for form in seen if len(form) >= _SHORT), key=lambda form: (-len(form), form))


def _printable(text: str) -> str:
    """Without control, format and unassigned characters, which could hide a secret from a comparison."""
    if text.isprintable():
        return text
    return "".join(
        " " if character in "\r\n\t" else character
        for character in text
        if character in "\r\n\t" or unicodedata.category(character)[0] != "C"
    )


def _plain_forms(password: str) -> list[str]:
    """The password as it is, and as programs quote it: URLs, HTML, source code, xtext (RFC 3461), hexadecimal."""
    escaped = password.encode("unicode_escape").decode("ascii")
    return [
        password,
        quote(password),
        quote(password, safe=""),
        quote_plus(password),
        html.escape(password),
        html.escape(password, quote=False),
        escaped,
        repr(password)[1:-1],
        re.sub(r"([\\\"'])", r"\\\1", password),
        json.dumps(password)[1:-1],
        re.sub(r"[^!-*,-<>-~]", lambda match: f"+{ord(match.group()):02X}", password),
        password.encode("utf-8").hex(),
        password[::-1],
    ]


def _encoded_forms(username: str, password: str) -> list[str]:
    """The base64 of the password, alone or inside other text, whole or cut; and of the user name with it."""
    secret = password.encode("utf-8")
    name = username.encode("utf-8")
    whole = [_base64(secret), _base64(b"\0" + name + b"\0" + secret), _base64(name + b"\0" + name + b"\0" + secret)]
    forms = whole + [token.rstrip("=") for token in whole]
    if name:
        forms += [_base64(name), _base64(name).rstrip("=")]
    for token in whole[:1] + [_core(secret, shift) for shift in range(3)]:
        forms.append(token)
        forms += [token[start : start + _WINDOW] for start in range(len(token) - _WINDOW + 1)]
    return forms + [form.replace("+", "-").replace("/", "_") for form in forms]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _core(secret: bytes, shift: int) -> str:
    """The base64 characters that depend on the secret alone when ``shift`` bytes of something else come before it."""
    text = _base64(b"\0" * shift + secret)
    first = (shift * 8 + 5) // 6
    last = (shift + len(secret)) * 8 // 6
    return text[first:last]
