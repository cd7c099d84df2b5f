# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of an adapter program: what it does in place of a good answer, played by a small shell script."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

BEFORE, AFTER, HALF = "before", "after", "in the middle of"
Answer = dict[str, Any]

#: What the script does by default: it reads the request and prints what it is to print.
SAYS = "cat > /dev/null; cat $OUT"


@dataclass(frozen=True)
class Fault:
    """What one call of an adapter does.

    effect: whether the changes that it was asked for are made. script: lines of sh; $OUT is a file of what it prints.
    printed: what that is, made from the good answer. stderr: what it says besides, made from the passwords in the
    request. slow: it is the time limit that ends it. lies: the answer is readable and untrue.
    """

    name: str
    effect: str
    script: str = SAYS
    printed: Callable[[Answer, list[str]], bytes] = lambda answer, _secrets: encoded(answer)
    slow: bool = False
    lies: bool = False


def encoded(answer: object) -> bytes:
    return json.dumps(answer).encode()


def _each(name: str, effects: Iterable[str], script: str, **more: Any) -> list[Fault]:
    return [Fault(f"{name} {effect} the effect", effect, script, **more) for effect in effects]


_ALL = (BEFORE, HALF, AFTER)

ENDS = [
    *_each("exit status 1", _ALL, "cat > /dev/null; exit 1"),
    *_each("exit status 69", _ALL, "cat > /dev/null; exit 69"),
    *_each("exit status 255", _ALL, "cat > /dev/null; exit 255"),
    *_each("exit status 1 and a good answer", (BEFORE, AFTER), f"{SAYS}; exit 1"),
    *_each("SIGKILL", _ALL, "cat > /dev/null; kill -9 $$"),
    *_each("SIGSEGV", (BEFORE, AFTER), "cat > /dev/null; kill -11 $$"),
    *_each("nothing printed", _ALL, "cat > /dev/null"),
    *_each("only blanks printed", (AFTER,), "cat > /dev/null; echo; echo"),
    *_each("hanging", _ALL, "cat > /dev/null; exec sleep 60", slow=True),
    *_each("hanging after a good answer", (AFTER,), f"{SAYS}; exec sleep 60", slow=True),
    *_each("hanging without an ear for SIGTERM", (BEFORE, AFTER), "trap '' TERM; cat > /dev/null; sleep 60", slow=True),
    *_each("hanging without reading", (BEFORE,), "exec sleep 60", slow=True),
    *_each("standard input closed", (BEFORE,), "exec <&-; exit 0"),
    *_each("standard input closed and a good answer", (AFTER,), "exec <&-; cat $OUT"),
    *_each("standard output closed", (BEFORE, AFTER), "cat > /dev/null; exec >&-; exit 0"),
    *_each("a child that keeps the pipes", (BEFORE, AFTER), "cat > /dev/null; sleep 60 & exit 1"),
    *_each("a child that keeps the pipes after a good answer", (AFTER,), f"{SAYS}; sleep 60 & exit 0"),
    *_each("endless output", (BEFORE, AFTER), "cat > /dev/null; exec cat /dev/zero"),
    *_each("endless standard error", (AFTER,), "cat > /dev/null; exec cat /dev/zero >&2", slow=True),
    *_each("invalid UTF-8 on standard error", (BEFORE,), "cat > /dev/null; printf '\\377\\033[31m\\000' >&2; exit 1"),
]

_PRINTED: Mapping[str, Callable[[Answer], bytes]] = {
    "half of the answer": lambda answer: encoded(answer)[: len(encoded(answer)) // 2],
    "text before the answer": lambda answer: b"Connecting...\n" + encoded(answer),
    "text after the answer": lambda answer: encoded(answer) + b"\nbye\n",
    "the answer twice": lambda answer: encoded(answer) * 2,
    "a byte order mark": lambda answer: b"\xef\xbb\xbf" + encoded(answer),
    "UTF-16": lambda answer: json.dumps(answer).encode("utf-16"),
    "invalid UTF-8": lambda answer: encoded(answer)[:-1] + b',"x":"\xff"}',
    "NUL after the answer": lambda answer: encoded(answer) + b"\x00",
    "null": lambda _answer: b"null",
    "a number": lambda _answer: b"5",
    "a list": lambda answer: encoded([answer]),
    "an empty object": lambda _answer: b"{}",
    "deep nesting": lambda _answer: b"[" * 50_000 + b"]" * 50_000,
    "deep nesting of objects": lambda _answer: b'{"protocol":' * 50_000 + b"1" + b"}" * 50_000,
    "NaN": lambda answer: encoded({**answer, "more": float("nan")}),
    "a number of 5,000 digits": lambda answer: encoded({**answer, "more": "@"}).replace(b'"@"', b"9" * 5000),
    "no version": lambda answer: encoded({name: answer[name] for name in answer if name != "protocol"}),
    "version 2": lambda answer: encoded({**answer, "protocol": 2}),
    "a version that is text": lambda answer: encoded({**answer, "protocol": "1"}),
    "a version that is true": lambda answer: encoded({**answer, "protocol": True}),
    "unknown members": lambda answer: encoded({**answer, "more": {"a": [1]}}),
    "an error that is text": lambda _answer: encoded({"protocol": 1, "error": "busy"}),
    "an error without a message": lambda _answer: encoded({"protocol": 1, "error": {"code": "failed"}}),
    "the answer to describe": lambda _answer: encoded(
        {"protocol": 1, "name": "a", "version": "1", "capabilities": {"delete": True}}
    ),
}
PRINTED = [
    fault
    for name, printed in _PRINTED.items()
    for fault in _each(
        name, (AFTER,), SAYS, printed=lambda answer, _secrets, printed=printed: printed(answer), lies=True
    )
]


def _error(text: str, code: str = "failed") -> Callable[[Answer, list[str]], bytes]:
    return lambda _answer, _secrets: encoded({"protocol": 1, "error": {"code": code, "message": text}})


def _results(edit: Callable[[list[Any]], Any]) -> Callable[[Answer, list[str]], bytes]:
    """The good answer with other results, or other records where it has no results."""

    def printed(answer: Answer, _secrets: list[str]) -> bytes:
        edited = {name: edit(value) if isinstance(value, list) else value for name, value in answer.items()}
        return encoded(edited)

    return printed


REFUSALS = [
    *_each("an error", (BEFORE,), SAYS, printed=_error("the window is busy")),
    *_each("an error that it is not reached", (BEFORE,), SAYS, printed=_error("the machine is off", "unreachable")),
    *_each("an error of another code", (BEFORE,), SAYS, printed=_error("x", "surprise")),
    *_each("an error with control characters", (BEFORE,), SAYS, printed=_error("a\x00b\x1b[31mred\u202e\r\nc")),
    *_each("an error with half a surrogate", (BEFORE,), SAYS, printed=_error("a\ud800b")),
]

_LISTS: Mapping[str, Callable[[list[Any]], Any]] = {
    "no list": lambda _items: None,
    "a list that is a number": len,
    "an item fewer": lambda items: items[:-1],
    "an item twice": lambda items: [*items, *items[-1:]],
    "items in another order": lambda items: items[::-1],
    "items of null": lambda items: [None] * len(items),
    "items that are text": lambda items: ["done"] * len(items),
    "numbers in place of texts": lambda items: _values(items, str, len),
    "texts in place of numbers": lambda items: _values(items, int, str),
    "half surrogates in texts": lambda items: _values(items, str, lambda text: text + "\ud800"),
    "control characters in texts": lambda items: _values(items, str, lambda text: text + "\x00\x1b[31m"),
    "marks from right to left in texts": lambda items: _values(items, str, lambda text: "\u202e" + text),
    "null in place of values": lambda items: _values(items, object, lambda _value: None),
    "empty items": lambda items: [{} for _item in items],
}


def _values(items: list[Any], kind: type, edit: Callable[[Any], Any]) -> list[Any]:
    return [{name: edit(value) if isinstance(value, kind) else value for name, value in item.items()} for item in items]


LISTS = [
    fault for name, edit in _LISTS.items() for fault in _each(name, (AFTER,), SAYS, printed=_results(edit), lies=True)
]


def _in_all_forms(secret: str) -> list[str]:
    """As it is, as JSON and addresses quote it, and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, json.dumps(secret)[1:-1], quote(secret, safe=""), encoded]


def _echo(make: Callable[[str], bytes]) -> Callable[[Answer, list[str]], bytes]:
    return lambda _answer, secrets: make(" / ".join(form for secret in secrets for form in _in_all_forms(secret)))


def _refusing(text: str) -> dict[str, Any]:
    return {"protocol": 1, "results": [{"id": 1, "status": "error", "message": text}]}


ECHOES = [
    *_each(
        "the secret on standard error",
        (BEFORE, AFTER),
        "cat > /dev/null; cat $OUT >&2; exit 1",
        printed=_echo(lambda text: f"bad value {text} in {text}.\n{text}\n".encode()),
    ),
    *_each(
        "the secret in an error",
        (BEFORE,),
        SAYS,
        printed=_echo(lambda text: encoded({"protocol": 1, "error": {"code": text, "message": f"bad value {text}."}})),
    ),
    *_each("the secret in a result", (BEFORE,), SAYS, printed=_echo(lambda text: encoded(_refusing(text)))),
    *_each("the secret in place of an answer", (AFTER,), SAYS, printed=_echo(str.encode)),
]

FAULTS = {fault.name: fault for fault in [*ENDS, *PRINTED, *REFUSALS, *LISTS, *ECHOES]}
