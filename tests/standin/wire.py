# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire format: addresses, parameters and envelopes. Pure functions, which refuse with `RefusedError`.

Sources: the vendor's manual, and the rules of Delphi's DataSnap REST dispatcher for unquoted names.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .contract import Contract, Field, Method, Parameter, Record

PREFIX = "/datasnap/rest/FinconAPI/"
NO_TEXT = "***"

# DataSnap puts the verb in front of an unquoted method name; quotation marks around the name prevent this.
_VERB_PREFIXES = {"POST": "update", "PUT": "accept", "DELETE": "cancel"}
_BODY_VERBS = ("POST", "PUT")
_MAX_INTEGER = 2**31 - 1
_MASK = re.compile(r"([*\u2022\u25cf])\1{2,}")
# A lone surrogate is not a character, and cannot be stored or sent as UTF-8.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class RefusedError(Exception):
    """The server refuses: the text becomes `ErrorInfo` with HTTP 200. It never holds a value from the request."""

    def __init__(self, text: str, offence: str = ""):
        super().__init__(text)
        self.text = text
        self.offence = offence


@dataclass(frozen=True)
class Call:
    """A parsed request: the method's name on the wire, path segments, and the body (None if there is none)."""

    verb: str
    name: str
    segments: tuple[str, ...]
    body: bytes | None


def read_call(verb: str, target: str, body: bytes) -> Call | None:
    """Parse an address; None when it is not an address of the API.

    Segments are split after decoding, so an encoded slash also separates them. The manual does not mention this case;
    decoding first is the stricter choice.
    """
    path = unquote(urlsplit(target).path)
    if not path.startswith(PREFIX):
        return None
    name, *segments = path.removeprefix(PREFIX).removesuffix("/").split("/")
    quoted = len(name) > 2 and name[0] == name[-1] == '"'
    method_name = name[1:-1] if quoted else _VERB_PREFIXES.get(verb, "") + name
    return Call(verb, method_name, tuple(segments), body or None)


def read_parameters(call: Call, method: Method, contract: Contract) -> list[object]:
    """The parameters of a call in order, checked and with the contract's own names.

    Raises RefusedError: a secret or a write in the address, a wrong number or type of parameters, or a bad body.
    """
    _check_verb(call, method)
    values, typed = _raw_parameters(call, method)
    if len(values) != len(method.parameters):
        raise RefusedError(f"{call.name}: {len(method.parameters)} parameters expected, {len(values)} received")
    return [
        _check_parameter(parameter, value, typed, contract)
        for parameter, value in zip(method.parameters, values, strict=True)
    ]


def _check_verb(call: Call, method: Method) -> None:
    if method.secret_at is not None and (call.verb not in _BODY_VERBS or len(call.segments) > method.secret_at):
        text = f"{call.name}: use POST with the parameters in the body; a password must not be part of the address"
        raise RefusedError(text, "secret in the address")
    if call.verb in _BODY_VERBS:
        return
    if method.write and call.verb == "GET":
        raise RefusedError(f"{call.name}: use POST, this method changes data", "write by GET")
    if call.body:
        raise RefusedError(f"{call.name}: {call.verb} takes its parameters from the address, not from a body")


def _raw_parameters(call: Call, method: Method) -> tuple[list[object], bool]:
    """The values and whether they are typed (from JSON) or text (from the address)."""
    if call.body is None:
        return list(call.segments), False
    body = _read_json(call)
    if isinstance(body, dict) and "_parameters" in body:
        if set(body) != {"_parameters"} or not isinstance(body["_parameters"], list):
            raise RefusedError(f'{call.name}: the body must be {{"_parameters": [...]}} and nothing else')
        if call.segments:
            raise RefusedError(f"{call.name}: _parameters holds all parameters, there can be none in the address")
        return body["_parameters"], True
    if method.parameters[-1].kind != "record":
        raise RefusedError(f"{call.name}: takes no JSON object; send _parameters")
    return [*call.segments, body], False


def _read_json(call: Call) -> object:
    try:
        return json.loads(call.body or b"", object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError):
        raise RefusedError(f"{call.name}: the body is not JSON") from None


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _value in pairs}) != len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def _check_parameter(parameter: Parameter, value: object, typed: bool, contract: Contract) -> object:
    if parameter.record is not None:
        return _check_body(parameter.record, value, contract)
    if not typed:
        value = _from_text(parameter, str(value))
    expected = {"integer": int, "boolean": bool}.get(parameter.kind, str)
    # True is an int in Python, but not a number in JSON.
    if not isinstance(value, expected) or isinstance(value, bool) is not (expected is bool):
        raise RefusedError(f"{parameter.name}: {_TYPE_NAMES[parameter.kind]} expected")
    if parameter.kind == "flag" and value not in ("Y", "N"):
        raise RefusedError(f'{parameter.name}: "Y" or "N" expected')
    if isinstance(value, int) and not 0 <= value <= _MAX_INTEGER:
        raise RefusedError(f"{parameter.name}: a number from 0 to {_MAX_INTEGER} expected")
    if isinstance(value, str):
        _check_characters(parameter.name, value)
    return value


_TYPE_NAMES = {
    "text": "a string",
    "secret": "a string",
    "flag": '"Y" or "N"',
    "integer": "a number",
    "boolean": "true or false",
}


def _from_text(parameter: Parameter, text: str) -> object:
    """A value from the address, where everything is text."""
    if parameter.kind == "integer" and re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    if parameter.kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _check_body(record: Record, value: object, contract: Contract) -> dict[str, object]:
    if not isinstance(value, dict):
        raise RefusedError(f"{record.info}: a JSON object expected")
    body = contract.inward(record, value)
    known = record.writable()
    for name in body:
        if name not in known:
            raise RefusedError(f"{record.info}: unknown field {_printable(name)}")
    if not body.get(record.key):
        raise RefusedError(f"{record.info}: {record.key} is missing")
    return {name: check_field(known[name], content) for name, content in body.items()}


def check_field(item: Field, value: object) -> object:
    """One field's value if it may be stored; raises RefusedError otherwise."""
    if item.kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            raise RefusedError(f"{item.name}: a JSON number expected")
        if not item.low <= value <= item.high:
            raise RefusedError(f"{item.name}: a number from {item.low} to {item.high} expected")
        return value
    if not isinstance(value, str):
        raise RefusedError(f"{item.name}: a string expected")
    if item.kind == "flag" and value not in ("Y", "N"):
        raise RefusedError(f'{item.name}: "Y" or "N" expected')
    if item.kind == "secret" and _MASK.fullmatch(value):
        raise RefusedError(f"{item.name}: this is a mask, not a password", "mask sent as a password")
    _check_characters(item.name, value)
    if len(value) > item.limit:
        raise RefusedError(f"{item.name}: at most {item.limit} characters")
    return value


def _check_characters(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise RefusedError(f"{name}: control characters are not allowed")


def _printable(name: str) -> str:
    """A field's name from outside, made safe to repeat: `?` marks a name that this server has renamed."""
    return _CONTROL.sub("", name.removeprefix("?"))[:40]


def loggable(call: Call, method: Method | None, contract: Contract) -> list[object]:
    """The parameters for the request log: without secrets, even if one is in a wrong place."""
    if method is None:
        return [NO_TEXT] * len(call.segments)
    try:
        values, _typed = _raw_parameters(call, method)
    except RefusedError:
        return [NO_TEXT]
    if len(values) != len(method.parameters):
        return [NO_TEXT] * len(values)
    return [_loggable(parameter, value, contract) for parameter, value in zip(method.parameters, values, strict=True)]


def _loggable(parameter: Parameter, value: object, contract: Contract) -> object:
    if parameter.record is None:
        return NO_TEXT if parameter.kind == "secret" else _plain(value)
    if not isinstance(value, dict):
        return NO_TEXT
    body = contract.inward(parameter.record, value)
    open_fields = {item.name for item in parameter.record.fields if item.kind != "secret"}
    return {_printable(name): _plain(content) if name in open_fields else NO_TEXT for name, content in body.items()}


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int)) else NO_TEXT


def result(answer: dict[str, object], error: str = "") -> bytes:
    """The envelope of every regular answer."""
    return json.dumps({"result": [{**answer, "ErrorInfo": error}]}, ensure_ascii=False).encode()


def exception(text: str) -> bytes:
    """The envelope of a server exception."""
    return json.dumps({"error": text}).encode()
