# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a REST server, its gateway and the line to it.

A fault that comes "before" the effect swallows the request; one that comes "after" it lets the server do its work.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from .proxy import Fault, Scene

BEFORE, AFTER = "before", "after"
OPEN, CLOSED = True, False

_HTML = b"<html><h1>Welcome to the proxy</h1></html>"
_EMPTY = b'{"result":[{"ErrorInfo":""}]}'
#: Digits of a number that Python refuses to read (sys.get_int_max_str_digits).
_LONG = 5000


def http(body: bytes, status: int = 200, content_type: str = "application/json", **headers: str) -> bytes:
    """An answer that is well-formed as HTTP."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {"Content-Type": content_type, "Content-Length": str(len(body)), **given}
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def played(effect: str, deliver: Callable[[Scene, bytes], bool], scene: Scene) -> bool:
    """Deliver something in place of the answer: its body, or that of an empty one where the request has no effect."""
    return deliver(scene, scene.take_effect().body if effect == AFTER else _EMPTY)


def _sending(make: Callable[[bytes], bytes], goes_on: bool, scene: Scene, body: bytes) -> bool:
    scene.send(make(body))
    return goes_on


def _both(name: str, deliver: Callable[[Scene, bytes], bool], effects: Iterable[str], **more: bool) -> list[Fault]:
    return [Fault(f"{name} {effect} the effect", partial(played, effect, deliver), **more) for effect in effects]


# The line.


def _reset(scene: Scene, _body: bytes) -> bool:
    scene.reset()
    return CLOSED


def _silent(start: bytes, scene: Scene, _body: bytes) -> bool:
    scene.send(start)
    scene.wait()
    return CLOSED


def _silent_in_body(scene: Scene, body: bytes) -> bool:
    return _silent(http(body)[: -len(body) // 2], scene, body)


def _drip(scene: Scene, body: bytes) -> bool:
    for byte in http(body):
        scene.send(bytes([byte]))
        if not scene.wait(0.02):
            break
    return CLOSED


_HALF_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: appl"

LINE = [
    *_both("reset", _reset, (BEFORE, AFTER)),
    *_both("closed", lambda _scene, _body: CLOSED, (BEFORE, AFTER)),
    *_both("silence", partial(_silent, b""), (BEFORE, AFTER), slow=True),
    *_both("half a header", partial(_sending, lambda _body: _HALF_HEAD, CLOSED), (BEFORE, AFTER)),
    *_both("half a header and silence", partial(_silent, _HALF_HEAD), (AFTER,), slow=True),
    *_both("half a body and silence", _silent_in_body, (AFTER,), slow=True),
    *_both("a slow drip", _drip, (BEFORE, AFTER), slow=True),
]

# The frame of the answer: what is made of its body, and whether the connection goes on.

_FRAMES: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "half a body": (lambda body: http(body)[: -len(body) // 2], CLOSED),
    "a length too great": (lambda body: http(body, Content_Length=str(len(body) + 7)), CLOSED),
    "a length too small": (lambda body: http(body, Content_Length=str(len(body) - 7)), OPEN),
    "a length that is no number": (lambda body: http(body, Content_Length="many"), CLOSED),
    "a negative length": (lambda body: http(body, Content_Length="-1"), CLOSED),
    "two lengths": (lambda body: http(body, content_length="3"), CLOSED),
    "no length": (lambda body: b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body, CLOSED),
    "chunks": (lambda body: _chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)), OPEN),
    "garbage in chunks": (lambda body: _chunked(b"zz\r\n" + body), CLOSED),
    "chunks without an end": (lambda body: _chunked(b"%x\r\n%s\r\n" % (len(body), body)), CLOSED),
    "no body": (lambda _body: http(b""), OPEN),
    "the end of the connection": (http, CLOSED),
    "an interim answer first": (lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + http(body), OPEN),
    "another protocol": (lambda _body: b"220 smtp.example.co.za ESMTP\r\n", CLOSED),
    "a version of HTTP that is not there": (lambda body: b"HTTP/9.9 200 OK\r\n\r\n" + body, CLOSED),
    "too many header fields": (lambda body: http(body, **{f"X_{n}": "x" for n in range(200)}), OPEN),
    "a header field too long": (lambda body: http(body, X_Long="x" * 70_000), OPEN),
    "the answer twice": (lambda body: http(body) * 2, OPEN),
    "gzip": (lambda body: http(gzip.compress(body), Content_Encoding="gzip"), OPEN),
    "UTF-16": (lambda body: http(body.decode().encode("utf-16")), OPEN),
    "another encoding": (lambda body: http(body.replace(b"N", b"\xff\xe9N")), OPEN),
    "a byte order mark": (lambda body: http(b"\xef\xbb\xbf" + body), OPEN),
}


def _chunked(data: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + data


FRAMES = [
    fault
    for name, (make, goes_on) in _FRAMES.items()
    for fault in _both(name, partial(_sending, make, goes_on), (AFTER,), lies=name == "another encoding")
]

# Whole answers of another kind. What refuses a request comes before its effect only: after it, it would be a lie.

_BODIES = {
    "null": "null",
    "a number": "5",
    "a text": '"done"',
    "a list": "[1]",
    "an empty object": "{}",
    "deep nesting": "[" * 50_000 + "]" * 50_000,
    "deep nesting of objects": '{"result":' * 50_000 + "1" + "}" * 50_000,
    "an empty result": '{"result":[]}',
    "a result without members": '{"result":[{}]}',
    "a result of null": '{"result":[null]}',
    "a result that is an object": '{"result":{}}',
    "an error of null": '{"error":null}',
    "an ErrorInfo that is a number": '{"result":[{"ErrorInfo":17}]}',
    "NaN": '{"result":[{"Count":NaN,"MailEnabled":NaN}]}',
    "Infinity": '{"result":[{"Count":Infinity}]}',
    "a number of 5,000 digits": '{"result":[{"Count":%s}]}' % ("9" * _LONG),
}
_STATUSES = {204: b"", 301: b"", 302: b"", 307: b"", 500: _HTML, 502: _HTML, 503: _HTML, 504: _HTML}
_REFUSALS = (400, 401, 403, 404, 408, 409, 413, 429)
_RETRY_AFTER = ("1", "²", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "1e99", "9" * 400, "7.5")


def _with(answer: bytes) -> Callable[[Scene, bytes], bool]:
    return partial(_sending, lambda _body: answer, OPEN)


ANSWERS = [
    *(fault for name, body in _BODIES.items() for fault in _both(name, _with(http(body.encode())), (BEFORE, AFTER))),
    *_both("HTML", _with(http(_HTML, content_type="text/html")), (BEFORE, AFTER)),
    *(
        fault
        for status, body in _STATUSES.items()
        for fault in _both(
            f"status {status}", _with(http(body, status, "text/html", Location="http://127.0.0.1:9/")), (BEFORE, AFTER)
        )
    ),
    *_both("an exception of the server", _with(http(b'{"error":"Access violation"}', 500)), (BEFORE, AFTER)),
    *(
        fault
        for status in _REFUSALS
        for fault in _both(f"status {status}", _with(http(_HTML, status, "text/html")), (BEFORE,))
    ),
    *(
        fault
        for status, values in ((429, _RETRY_AFTER[:2]), (503, _RETRY_AFTER))
        for value in values
        for fault in _both(
            f"status {status} with Retry-After {value[:20]}",
            _with(http(_HTML, status, "text/html", Retry_After=value)),
            (BEFORE,),
        )
    ),
]

# Words of the server.


def error_info(text: str) -> bytes:
    return json.dumps({"result": [{"ErrorInfo": text}]}).encode()


_EXPIRED = b'{"SessionExpired":"The specified session has expired due to inactivity"}'

WORDS = [
    *_both("No records found", _with(http(error_info("No records found"))), (BEFORE,), lies=True),
    *_both("another error", _with(http(error_info("The file is locked by THANDI"))), (BEFORE,)),
    *_both("an error with control characters", _with(http(error_info("a\x00b\x1b[31mred\u202e\r\nc"))), (BEFORE,)),
    *_both("an error with half a surrogate", _with(http(error_info("a\ud800b"))), (BEFORE,)),
    *_both("sessions exhausted", _with(http(error_info("Maximum number of sessions exceeded."))), (BEFORE,)),
    *_both("an invalid session", _with(http(error_info("Invalid connect ID"))), (BEFORE, AFTER), ends_session=True),
    *_both("an expired session", _with(http(_EXPIRED, 403)), (BEFORE, AFTER), ends_session=True),
]

# Secrets that come back.


def _in_all_forms(secret: str) -> list[str]:
    """As it is, as JSON and addresses quote it, and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, json.dumps(secret)[1:-1], quote(secret, safe=""), encoded]


_ECHOES: Mapping[str, Callable[[str], bytes]] = {
    "ErrorInfo": lambda text: http(error_info(f"bad value {text} in {text}.")),
    "an exception": lambda text: http(json.dumps({"error": f"bad value '{text}'"}).encode(), 500),
    "HTML": lambda text: http(f"<p>{text}</p>".encode(), 502, "text/html"),
    "the content type": lambda text: http(_HTML, 200, f"text/{quote(text, safe='')}"),
    "a SessionExpired": lambda text: http(json.dumps({"SessionExpired": text}).encode(), 403),
}


def _sent(secrets: Iterable[str], scene: Scene) -> list[str]:
    """The secrets that the client has sent so far. No server can echo another that the client knows."""
    return [secret for secret in secrets if json.dumps(secret)[1:-1].encode() in scene.sent]


def _echo(always: Iterable[str], secrets: Iterable[str], answer: Callable[[str], bytes], scene: Scene) -> bool:
    sent = [form for secret in _sent(secrets, scene) for form in _in_all_forms(secret)]
    scene.send(answer(" / ".join([*sent, *always])))
    return OPEN


def echoes(always: Iterable[str], secrets: Iterable[str]) -> list[Fault]:
    """Answers that repeat what was sent.

    always: what the header of each request holds. secrets: what bodies hold.
    """
    return [
        Fault(
            f"the secret in {place}",
            partial(_echo, [*always], [*secrets], answer),
            ends_session=place == "a SessionExpired",
        )
        for place, answer in _ECHOES.items()
    ]


# Answers that are whole, and say something else.


def _edited(edit: Callable[[dict[str, Any]], None], scene: Scene, body: bytes) -> bool:
    data = json.loads(body)
    edit(data["result"][0])
    scene.send(http(json.dumps(data).encode()))
    return OPEN


def _records(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The records in an answer; the answer itself where it holds none."""
    found = [value for value in answer.values() if isinstance(value, (list, dict))]
    return [record for value in found for record in (value if isinstance(value, list) else [value])] or [answer]


def _in_records(edit: Callable[[str, Any], Any]) -> Callable[[dict[str, Any]], None]:
    """An edit of each value of each record."""

    def change(answer: dict[str, Any]) -> None:
        for record in _records(answer):
            record.update({name: edit(name, value) for name, value in record.items()})

    return change


def _without_lists(answer: dict[str, Any]) -> None:
    for name in [name for name, value in answer.items() if not isinstance(value, (str, int))]:
        del answer[name]


def _in_lists(edit: Callable[[list[Any]], None]) -> Callable[[dict[str, Any]], None]:
    def change(answer: dict[str, Any]) -> None:
        for value in answer.values():
            if isinstance(value, list):
                edit(value)

    return change


def _texts(edit: Callable[[str], Any]) -> Callable[[dict[str, Any]], None]:
    return _in_records(lambda _name, value: edit(value) if isinstance(value, str) and len(value) > 1 else value)


def _texts_of_one(edit: Callable[[str], Any]) -> Callable[[dict[str, Any]], None]:
    return _in_records(lambda _name, value: edit(value) if isinstance(value, str) and len(value) == 1 else value)


_EDITS: Mapping[str, Callable[[dict[str, Any]], None]] = {
    "no list": _without_lists,
    "one record fewer than counted": _in_lists(lambda records: records.pop()),
    "a record twice": _in_lists(lambda records: records.append(records[0])),
    "a record that is null": _in_lists(lambda records: records.append(None)),
    "a record of another user": _in_records(
        lambda name, value: "AYESHA" if name == "UserName" else "Other" if name == "SMTPName" else value
    ),
    "numbers in place of texts": _texts(len),
    "lists in place of texts": _texts(list),
    "texts in place of numbers": _in_records(lambda _name, value: str(value) if isinstance(value, int) else value),
    "fractions in place of numbers": _in_records(lambda _name, value: 0.5 if isinstance(value, int) else value),
    "numbers out of range": _in_records(lambda _name, value: 10**30 if isinstance(value, int) else value),
    "null in place of values": _in_records(lambda _name, _value: None),
    "other flags": _texts_of_one(lambda text: {"Y": "y", "N": "0"}.get(text, text)),
    "NUL and ESC in texts": _texts(lambda text: f"{text[:3]}\x00\x1b[31m{text[3:]}"),
    "half surrogates in texts": _texts(lambda text: text + "\ud800"),
    "marks from right to left in texts": _texts(lambda text: "\u202e" + text),
    "long texts": _texts(lambda text: text * 500),
    "empty texts": _texts(lambda _text: ""),
    "unknown members": lambda answer: [record.update(Surprise={"a": [1]}) for record in _records(answer)] and None,
}


def _other_method(scene: Scene, _body: bytes) -> bool:
    """The answer to another method: to a login where nothing else was asked before."""
    others = [answer.body for answer in scene.earlier if answer.body] or [
        b'{"result":[{"Count":0,"RecNo":0,"MailUsers":[],"ErrorInfo":""}]}'
    ]
    scene.send(http(others[0]))
    return OPEN


def _earlier(scene: Scene, _body: bytes) -> bool:
    scene.send(http(scene.earlier[-1].body if scene.earlier else _EMPTY))
    return OPEN


LIES = [
    *(fault for name, edit in _EDITS.items() for fault in _both(name, partial(_edited, edit), (AFTER,), lies=True)),
    *_both("the answer to another method", _other_method, (BEFORE, AFTER), lies=True),
    *_both("the answer to the request before", _earlier, (BEFORE, AFTER), lies=True),
]


def _with_secret(secrets: Iterable[str], scene: Scene, body: bytes) -> bool:
    """The secrets in fields of a secret's name, and in the flag that says whether one is set."""
    sent = " ".join(_sent(secrets, scene))

    def edit(answer: dict[str, Any]) -> None:
        for record in _records(answer):
            record.update(Password=sent, SMTPPassword=sent)

    return _edited(edit, scene, body)


def _in_flag(secrets: Iterable[str], scene: Scene, body: bytes) -> bool:
    sent = " ".join(_sent(secrets, scene))
    return _edited(
        _in_records(lambda name, value: sent if name.endswith("PasswordSet") or name == "APIVersion" else value),
        scene,
        body,
    )


def _in_texts(secrets: Iterable[str], scene: Scene, body: bytes) -> bool:
    sent = " ".join(_sent(secrets, scene))
    return _edited(_texts(lambda text: f"{text} {sent}"), scene, body)


ECHO_IN_TEXTS = "the secret in the texts of records after the effect"


def echoes_in_records(secrets: Iterable[str]) -> list[Fault]:
    return [
        *_both("the secret in a field of its own", partial(_with_secret, [*secrets]), (AFTER,)),
        *_both("the secret in flags", partial(_in_flag, [*secrets]), (AFTER,)),
        *_both("the secret in the texts of records", partial(_in_texts, [*secrets]), (AFTER,), lies=True),
    ]


def all_faults(always: Iterable[str], secrets: Iterable[str]) -> dict[str, Fault]:
    """Every fault by its name."""
    faults = [*LINE, *FRAMES, *ANSWERS, *WORDS, *LIES, *echoes(always, [*secrets]), *echoes_in_records(secrets)]
    return {fault.name: fault for fault in faults}
