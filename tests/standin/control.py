# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in's own side: what a test or a demonstration does to it. Never part of what a Fincon server offers.

`Control` is the one implementation; `ControlApplication` offers it as a small JSON API on a loopback port:

    GET    /                what this is, and these addresses
    GET    /companies       DataIDs
    POST   /companies       {"data_id": "B1", "users": [...], ...} as in a site file
    GET    /state/CAPETOWN  all that a company holds, but passwords
    POST   /tamper          {"company": "CAPETOWN", "user": "THANDI", "fields": {"MailEnabled": "N"}}, or "smtp_server"
    POST   /password-check  {"company": "CAPETOWN", "kind": "user", "name": "THANDI", "candidate": "..."}
    GET    /log             requests; ?company=CAPETOWN&method=GetMailUsers&writes=true&since=17
    DELETE /log             forget requests, counts and offences
    GET    /counts          requests for each company
    GET    /offences        what no well-behaved client does
    POST   /faults          {"kind": "http", "status": 503, "times": 2, "method": "Login", "company": "DURBAN"}
    GET    /faults          those that still wait
    DELETE /faults          forget them
    GET    /sessions        the live ones
    GET    /clock           seconds since the epoch
    POST   /clock           {"advance": 301} or {"set": 1767225600}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from .contract import MAIL_USER, SMTP_DEFINITION, Record
from .faults import FaultError
from .http1 import Request, Response
from .server import World
from .site import SiteError, load_companies, put_record
from .store import Row

KINDS: dict[str, Record] = {"smtp_server": SMTP_DEFINITION, "user": MAIL_USER}
BANNER = "fincon.mail standin: a stand-in for tests and demonstrations, not a Fincon server"


class ControlError(ValueError):
    """An invalid request of the control side; the text says why."""


class Control:
    """Reads and changes a running stand-in; safe from any thread."""

    def __init__(self, world: World):
        self._world = world

    def companies(self) -> list[str]:
        with self._world.lock:
            return self._world.store.companies()

    def add_company(self, data: Mapping[str, Any]) -> None:
        """Add a company as a site file describes it; an existing one is not changed."""
        with self._world.lock:
            load_companies(self._world.store, [data])

    def state(self, company: str) -> dict[str, dict[str, Row]]:
        """All `smtp_servers` and `users` of a company by name, with the contract's fields, without passwords."""
        with self._world.lock:
            company = self._company(company)
            pages = {kind: self._world.store.page(company, record) for kind, record in KINDS.items()}
        return {
            f"{kind}s": {str(row[KINDS[kind].key]): row for row in (page[0] if page else [])}
            for kind, page in pages.items()
        }

    def tamper(
        self,
        company: str,
        *,
        smtp_server: str | None = None,
        user: str | None = None,
        fields: Mapping[str, object] | None = None,
        login: str | None = None,
        remove: bool = False,
    ) -> None:
        """Do what a person in Fincon's windows could do: create, change or remove one definition or one user.

        `fields` has the contract's names, `MailEnabled` and the write-only passwords included; `login` is the password
        with which a user logs in to Fincon. No rule across records is checked. Raises ControlError or SiteError.
        """
        kind, name = _target(smtp_server, user)
        if login is not None and kind != "user":
            raise ControlError("login: only a user has one")
        with self._world.lock:
            company = self._company(company)
            if not remove:
                put_record(self._world.store, company, KINDS[kind], name, dict(fields or {}), login)
            elif self._world.store.find(company, KINDS[kind], name):
                self._world.store.delete(company, KINDS[kind], name)
            else:
                raise ControlError(f"{company}: there is no {kind} {name!r}")

    def password_is(self, company: str, kind: str, name: str, candidate: str) -> bool:
        """Whether a mail password (of a `smtp_server` or a `user`) is the candidate; "" asks whether none is set."""
        if kind not in KINDS:
            raise ControlError(f"kind: one of {', '.join(KINDS)}")
        with self._world.lock:
            company = self._company(company)
            try:
                return self._world.store.password_is(company, KINDS[kind], name, candidate)
            except KeyError:
                raise ControlError(f"{company}: there is no {kind} {name!r}") from None

    def fault(self, kind: str, **options: Any) -> None:
        """Request a fault; see `Faults.add`. A company is named by its DataID, a method by the contract's own name."""
        with self._world.lock:
            if options.get("company") is not None:
                options["company"] = self._company(str(options["company"]))
            self._world.faults.add(kind, **options)

    def faults(self) -> list[dict[str, Any]]:
        with self._world.lock:
            return [asdict(fault) for fault in self._world.faults.waiting()]

    def clear_faults(self) -> None:
        with self._world.lock:
            self._world.faults.clear()

    def requests(self, **conditions: Any) -> list[dict[str, Any]]:
        """The request log; see `RequestLog.entries` for company, method, writes and since."""
        with self._world.lock:
            return [asdict(entry) for entry in self._world.log.entries(**conditions)]

    def counts(self) -> dict[str, int]:
        with self._world.lock:
            return dict(self._world.log.counts)

    @property
    def offences(self) -> list[dict[str, Any]]:
        """What no well-behaved client does: each `n`, `company`, `method` and `what`."""
        with self._world.lock:
            return [asdict(offence) for offence in self._world.log.offences]

    def clear_log(self) -> None:
        with self._world.lock:
            self._world.log.clear()

    def sessions(self) -> list[dict[str, Any]]:
        with self._world.lock:
            return [asdict(session) for session in self._world.sessions.live()]

    def now(self) -> float:
        return self._world.clock.now()

    def advance_clock(self, seconds: float) -> None:
        with self._world.lock:
            self._world.clock.advance(seconds)

    def set_clock(self, moment: float) -> None:
        with self._world.lock:
            self._world.clock.set(moment)

    def _company(self, name: str) -> str:
        found = self._world.store.find_company(name)
        if found is None:
            raise ControlError(f"there is no company {name!r}")
        return found


def _target(smtp_server: str | None, user: str | None) -> tuple[str, str]:
    if smtp_server is not None and user is None:
        return "smtp_server", smtp_server
    if user is not None and smtp_server is None:
        return "user", user
    raise ControlError("exactly one of smtp_server and user is needed")


@dataclass(frozen=True)
class _Asked:
    """A request of the control side: the path after its first part, the query, and the JSON object of the body."""

    rest: str
    query: dict[str, str]
    body: dict[str, Any]


_ROUTES: dict[tuple[str, str], Callable[[Control, _Asked], object]] = {
    ("GET", ""): lambda _control, _asked: {"about": BANNER, "help": (__doc__ or "").splitlines()},
    ("GET", "companies"): lambda control, _asked: control.companies(),
    ("POST", "companies"): lambda control, asked: control.add_company(asked.body),
    ("GET", "state"): lambda control, asked: control.state(asked.rest),
    ("POST", "tamper"): lambda control, asked: control.tamper(**asked.body),
    ("POST", "password-check"): lambda control, asked: control.password_is(**asked.body),
    ("GET", "log"): lambda control, asked: control.requests(**_log_conditions(asked.query)),
    ("DELETE", "log"): lambda control, _asked: control.clear_log(),
    ("GET", "counts"): lambda control, _asked: control.counts(),
    ("GET", "offences"): lambda control, _asked: control.offences,
    ("POST", "faults"): lambda control, asked: control.fault(**asked.body),
    ("GET", "faults"): lambda control, _asked: control.faults(),
    ("DELETE", "faults"): lambda control, _asked: control.clear_faults(),
    ("GET", "sessions"): lambda control, _asked: control.sessions(),
    ("GET", "clock"): lambda control, _asked: control.now(),
    ("POST", "clock"): lambda control, asked: _move_clock(control, asked.body),
}


class ControlApplication:
    """The JSON API of the control side. An invalid request gets 400 and `{"error": ...}`."""

    def __init__(self, control: Control):
        self._control = control

    async def __call__(self, request: Request) -> Response:
        address = urlsplit(request.target)
        name, _slash, rest = unquote(address.path).strip("/").partition("/")
        route = _ROUTES.get((request.verb, name))
        if route is None:
            return _json(404, {"error": f"there is no {request.verb} /{name}; GET / tells what there is"})
        try:
            answer = route(self._control, _Asked(rest, dict(parse_qsl(address.query)), _read_object(request.body)))
        except (ControlError, SiteError, FaultError) as exc:
            return _json(400, {"error": str(exc)})
        except (TypeError, ValueError, KeyError, AttributeError) as exc:
            # The data does not fit the call: a wrong type, or an unknown name. The answer does not repeat its values.
            return _json(400, {"error": f"the request does not fit /{name} ({type(exc).__name__})"})
        return _json(200, {"ok": True} if answer is None else answer)


def _read_object(body: bytes) -> dict[str, Any]:
    data = json.loads(body) if body else {}
    if not isinstance(data, dict):
        raise ControlError("a JSON object expected")
    return data


def _move_clock(control: Control, body: Mapping[str, float]) -> None:
    if set(body) == {"advance"}:
        control.advance_clock(float(body["advance"]))
    elif set(body) == {"set"}:
        control.set_clock(float(body["set"]))
    else:
        raise ControlError("exactly one of advance and set is needed")


def _log_conditions(query: Mapping[str, str]) -> dict[str, object]:
    readers: dict[str, Callable[[str], object]] = {"company": str, "method": str, "writes": "true".__eq__, "since": int}
    unknown = set(query) - set(readers)
    if unknown:
        raise ControlError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(readers)}")
    return {name: readers[name](value) for name, value in query.items()}


def _json(status: int, answer: object) -> Response:
    return Response(status, json.dumps(answer, ensure_ascii=False).encode())
