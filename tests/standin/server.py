# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Fincon side: from a request to an answer, step by step.

HTTP Basic, address, fault, "Don't run" window, parameters, session, method. Every request is logged.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import threading
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as time_of_day
from typing import Any

from . import wire
from .contract import Contract, Method
from .faults import Fault, Faults
from .http1 import Request, Response
from .methods import Methods
from .requestlog import RequestLog
from .sessions import INVALID, Clock, Sessions
from .store import Store

_VERBS = ("GET", "POST", "PUT", "DELETE")


@dataclass(frozen=True)
class Window:
    """The daily "Don't run" window, in local time. The answer in this window is not documented, so it can be chosen."""

    start: time_of_day
    end: time_of_day
    answer: str = "error_info"

    def holds(self, moment: float) -> bool:
        now = datetime.fromtimestamp(moment).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    @property
    def text(self) -> str:
        return f"FinconREST is not available between {self.start:%H:%M} and {self.end:%H:%M}"


@dataclass
class World:
    """The parts of a running stand-in; each use holds `lock`, in any thread."""

    store: Store
    sessions: Sessions
    clock: Clock
    contract: Contract
    server_username: str
    server_password: str
    page_cap: int = 0
    window: Window | None = None
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def methods(self) -> Methods:
        return Methods(self.store, self.sessions, self.contract, self.page_cap)


@dataclass
class Outcome:
    """The result of one request; filled in step by step, then logged."""

    response: Response
    error: str = ""
    offence: str = ""


class FinconApplication:
    """Answers the requests of Fincon clients."""

    def __init__(self, world: World):
        self._world = world

    async def __call__(self, request: Request) -> Response:
        with self._world.lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        call = wire.read_call(request.verb, request.target, request.body)
        method = self._world.contract.find(call.name) if call else None
        logged = wire.loggable(call, method, self._world.contract) if call else []
        company = self._company(method, logged)
        fault = None
        if not self._is_server_user(request.headers.get("authorization", "")):
            outcome = _unauthorized()
        elif call is None or request.verb not in _VERBS:
            outcome = _server_exception(404, f"Not found: only {wire.PREFIX} is served")
        else:
            fault = self._world.faults.take(method.name if method else call.name, company)
            outcome = self._play(call, method, fault)
            if fault and fault.ends_session:
                self._world.sessions.close(_connect_id(method, logged))
        entry = self._world.log.add(
            time=self._world.clock.now(),
            company=company,
            method=method.name if method else (call.name if call else ""),
            verb=request.verb,
            write=bool(method and method.write),
            parameters=logged,
            status=0 if outcome.response.silent else outcome.response.status,
            error=outcome.error,
            fault=fault.kind if fault else "",
        )
        if outcome.offence:
            self._world.log.add_offence(entry, outcome.offence)
        return outcome.response

    def _is_server_user(self, authorization: str) -> bool:
        scheme, _space, encoded = authorization.partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        expected = f"{self._world.server_username}:{self._world.server_password}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(given, expected)

    def _company(self, method: Method | None, logged: list[object]) -> str:
        """The company of a request, if known: from its session, live or ended, or from the DataID of a Login."""
        if method is not None and not method.has_session:
            data_id = logged[0] if logged else ""
            return self._world.store.find_company(str(data_id)) or ""
        return self._world.sessions.company_of(_connect_id(method, logged))

    def _play(self, call: wire.Call, method: Method | None, fault: Fault | None) -> Outcome:
        """Run the call, unless a fault comes before it, and break the answer if a fault comes after it."""
        if fault is None:
            return self._run(call, method)
        outcome = self._run(call, method) if fault.after else Outcome(Response(body=wire.result({})))
        if fault.error_text is not None:
            return _failure(method, fault.error_text, outcome.offence)
        outcome.response = fault.spoil(outcome.response)
        return outcome

    def _run(self, call: wire.Call, method: Method | None) -> Outcome:
        window = self._world.window
        if window is not None and window.holds(self._world.clock.now()):
            if window.answer == "http_503":
                page = b"<html><body>Service Unavailable</body></html>"
                return Outcome(Response(503, page, "text/html; charset=utf-8"), "503")
            return _failure(method, window.text)
        if method is None:
            # The real text is not documented; in DataSnap an unknown method is a server exception.
            return _server_exception(500, f"{call.name}: method not found in the server method list")
        try:
            parameters = wire.read_parameters(call, method, self._world.contract)
            return self._run_method(method, parameters)
        except wire.RefusedError as exc:
            return _failure(method, exc.text, exc.offence)

    def _run_method(self, method: Method, parameters: list[Any]) -> Outcome:
        if not method.has_session:
            return Outcome(Response(body=wire.result(self._world.methods.log_in(*parameters))))
        connect_id, *rest = parameters
        session = self._world.sessions.find(connect_id)
        if session is None:
            raise wire.RefusedError(INVALID)
        self._world.sessions.use(session)
        answer = self._world.methods.run(method.name, session, rest)
        ends_all = method.name == "KillUsers" and rest == [True]
        return Outcome(Response(body=wire.result(answer)), offence="everyone's session was ended" if ends_all else "")


def _connect_id(method: Method | None, logged: list[object]) -> str:
    """The ConnectID of a request, "" for none."""
    return str(logged[0]) if logged and method is not None and method.has_session else ""


def _failure(method: Method | None, text: str, offence: str = "") -> Outcome:
    refused_login = {"Connected": False, "ConnectID": ""} if method is not None and method.name == "Login" else {}
    return Outcome(Response(body=wire.result(refused_login, text)), text, offence)


def _server_exception(status: int, text: str) -> Outcome:
    return Outcome(Response(status, wire.exception(text)), text)


def _unauthorized() -> Outcome:
    challenge = {"WWW-Authenticate": 'Basic realm="FinconREST"'}
    return Outcome(Response(401, wire.exception("Unauthorized"), headers=challenge), "401")
