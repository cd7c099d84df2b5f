# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: each waits for matching requests, breaks a number of them, and ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .http1 import Response
from .sessions import INVALID, TOO_MANY

_HTML = "text/html; charset=utf-8"
# The manual does not contain the wording of DataSnap's own answer, only the name of the key.
_SESSION_EXPIRED = b'{"SessionExpired":"The specified session has expired due to inactivity or was an invalid Session"}'

# Each kind with its options and their defaults. truncated_json is complete HTTP with half a JSON text; cut ends the
# connection in the middle of the body; close ends it without an answer.
KINDS: dict[str, dict[str, object]] = {
    "http": {"status": 503, "retry_after": None},
    "not_json": {"text": "Welcome to the proxy"},
    "truncated_json": {},
    "cut": {},
    "close": {},
    "slow": {"seconds": 2.0},
    "drip": {"bytes_per_second": 10.0},
    "session_expired": {},
    "invalid_connect_id": {},
    "error_info": {"text": "The stand-in was asked for this error"},
    "sessions_exhausted": {},
    "redirect": {"location": "http://127.0.0.1:9/"},
}
_SPOIL_THE_ANSWER = ("truncated_json", "cut", "slow", "drip")
ERROR_TEXTS = {"invalid_connect_id": INVALID, "sessions_exhausted": TOO_MANY}


class FaultError(ValueError):
    """A fault that does not exist, or an option that it does not have."""


@dataclass
class Fault:
    """One fault. `after` says whether the request takes effect before the answer is broken."""

    kind: str
    times: int
    method: str | None
    company: str | None
    after: bool
    options: dict[str, object] = field(default_factory=dict)

    @property
    def error_text(self) -> str | None:
        """The ErrorInfo with which this fault answers, if it does."""
        if self.kind == "error_info":
            return str(self.options["text"])
        return ERROR_TEXTS.get(self.kind)

    @property
    def ends_session(self) -> bool:
        """A session that was reported invalid has ended: a client that continues with it gets the same answer again."""
        return self.kind in ("session_expired", "invalid_connect_id")

    def spoil(self, response: Response) -> Response:
        """The answer as the client gets it."""
        match self.kind:
            case "http":
                retry_after = self.options["retry_after"]
                headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
                status = int(str(self.options["status"]))
                return Response(status, f"<html><h1>{status}</h1></html>".encode(), _HTML, headers)
            case "not_json":
                page = f"<html><body>{self.options['text']}</body></html>"
                return replace(response, body=page.encode(), content_type=_HTML)
            case "truncated_json":
                return replace(response, body=response.body[: len(response.body) // 2])
            case "cut":
                return replace(response, cut=len(response.body) - len(response.body) // 2)
            case "close":
                return replace(response, silent=True)
            case "slow":
                return replace(response, delay=float(str(self.options["seconds"])))
            case "drip":
                return replace(response, pace=float(str(self.options["bytes_per_second"])))
            case "session_expired":
                return Response(403, _SESSION_EXPIRED)
            case "redirect":
                return Response(302, b"", headers={"Location": str(self.options["location"])})
        return response


class Faults:
    """The waiting faults, in the order in which they were requested."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(
        self,
        kind: str,
        times: int = 1,
        method: str | None = None,
        company: str | None = None,
        after: bool | None = None,
        **options: object,
    ) -> None:
        """Request a fault in the next `times` requests, of one method or company if given.

        `after` makes the request take effect first; by default this is only so for faults that break a real answer.
        Raises FaultError.
        """
        if kind not in KINDS:
            raise FaultError(f"there is no fault {kind!r}; known are {', '.join(KINDS)}")
        for name in options:
            if name not in KINDS[kind]:
                raise FaultError(
                    f"the fault {kind!r} has no option {name!r}; it has {', '.join(KINDS[kind]) or 'none'}"
                )
        if times < 1:
            raise FaultError("times: a number from 1 expected")
        late = kind in _SPOIL_THE_ANSWER if after is None else after
        self._waiting.append(Fault(kind, times, method, company, late, {**KINDS[kind], **options}))

    def take(self, method: str, company: str) -> Fault | None:
        """The first fault for such a request; it counts as played."""
        for fault in self._waiting:
            if fault.method in (None, method) and fault.company in (None, company):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()
