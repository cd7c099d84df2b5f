# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every request of every operation of the rest backend, judged by what the server really holds."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest import backend as rest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest import http
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.contract import ANSWERS
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.datasnap import DataSnapSession
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import Answer, HttpClient
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    Field,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.module_utils._module.reading import read
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.tests.standin import StandIn, http1, store
from ansible_collections.fincon.mail.tests.standin.server import FinconApplication
from ansible_collections.fincon.mail.tests.standin.site import FINCON_USER, company

from .judge import Database, Judge, Run, attempt, missing
from .operations import INSTALLED, OPERATIONS, SECRETS, USERS, Operation
from .proxy import Fault, Message, Proxy
from .rest_faults import ECHO_IN_TEXTS, all_faults

SERVER_PASSWORD, LOGIN_PASSWORD = "canary-Server/+1", "cnr+Pw1/"
TOKEN = base64.b64encode(f"api:{SERVER_PASSWORD}".encode()).decode()
FAULTS = all_faults((SERVER_PASSWORD, TOKEN), (*SECRETS, LOGIN_PASSWORD))

#: Time limits of a run whose fault is silence, and of all others, in seconds.
SHORT = {"connect_timeout": 1.0, "timeout": 0.2, "total_timeout": 1.0}
LONG = {"connect_timeout": 5.0, "timeout": 5.0, "total_timeout": 20.0}
SESSION_WAIT = 3.0
#: What a run may take beyond its limits: a logout has 5 seconds of its own.
GRACE = 5.5


class _Clock:
    """Time in which sleeping takes none."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


class Server:
    """The Fincon side of a stand-in, without a socket of its own."""

    def __init__(self, standin: StandIn) -> None:
        self._answer = FinconApplication(standin._world)

    def __call__(self, message: Message) -> Message:
        """Answer a message that came over a connection."""
        first, *lines = message.head.decode("latin-1").split("\r\n")[:-2]
        verb, target, _version = first.split(" ")
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
        response = self.respond(http1.Request(verb, target, headers, message.body))
        return Message(response.head(), response.body)

    def respond(self, request: http1.Request) -> http1.Response:
        try:
            self._answer(request).send(None)
        except StopIteration as exc:
            return exc.value
        raise AssertionError("the stand-in answers at once")

    def client(self, *arguments: Any) -> HttpClient:
        """A client that needs no connection: what runs without a fault is not about the line."""
        client = HttpClient(*arguments)

        def request(verb: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
            fields = {name.lower(): value for name, value in headers.items()}
            response = self.respond(http1.Request(verb, client.path + path, fields, body or b""))
            return Answer(response.status, {"content-type": response.content_type}, response.body.decode())

        client.request = request
        return client


def _near_client(proxy: Proxy, *arguments: Any) -> HttpClient:
    """A client whose connections the proxy answers in the same thread."""
    client = HttpClient(*arguments)

    def connect(_deadline: Any) -> Any:
        opened = proxy.connect(http._PlainSocket)
        opened.read_limit = client._limits.read
        return opened

    client._connect = connect
    return client


class Site:
    """One company of a stand-in, for one cell of the matrix."""

    def __init__(self, standin: StandIn, server: Server, data_id: str, fingerprints: Path, clock: _Clock) -> None:
        self.standin, self.data_id, self.fingerprints, self.clock = standin, data_id, fingerprints, clock
        self._server = server

    def database(self) -> Database:
        state = self.standin.state(self.data_id)
        return {
            (section.name, normal_key(section.resource, str(row[section.key.wire]))): {
                field.name: self._value(section.name, row, field, str(row[section.key.wire]))
                for field in section.columns.values()
            }
            for section in SECTIONS.values()
            for row in state[section.name].values()
        }

    def _value(self, section: str, row: Mapping[str, Any], field: Field, name: str) -> Any:
        if field.kind == "flag":
            return row[field.wire] == "Y"
        if not field.secret:
            return row[field.wire]
        if row[field.wire_set] == "N":
            return ""
        kind = section.removesuffix("s")
        return next(
            (one for one in SECRETS if self.standin.password_is(self.data_id, kind, name, one)), "another password"
        )

    def open_sessions(self) -> int:
        return sum(session["company"] == self.data_id for session in self.standin.sessions())

    def writes(self) -> int:
        return len(self.standin.requests(company=self.data_id, writes=True))

    def run(self, operation: Operation, fault: Fault | None = None, at: int = 0) -> tuple[Run, Proxy]:
        """Do an operation over a connection, with a fault at one request."""
        slow = fault is not None and fault.slow
        with Proxy(self._server, fault, at) as proxy, pytest.MonkeyPatch.context() as patched:
            if not slow:
                patched.setattr(rest, "HttpClient", partial(_near_client, proxy))
            run = self._run(operation, {"url": proxy.url, **(SHORT if slow else LONG)})
        return run, proxy

    def run_clean(self, desired: Sequence[DesiredRecord]) -> Run:
        """Bring the installation to what is declared, with nothing that could go wrong."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(rest, "HttpClient", self._server.client)
            return self._run(Operation(desired=tuple(desired)), {"url": "http://127.0.0.1:1", **LONG})

    def _run(self, operation: Operation, settings: Mapping[str, Any]) -> Run:
        self.standin.clear_log()
        self.clock.slept = 0.0
        installation = {
            "server_username": self.standin.server_username,
            "server_password": SERVER_PASSWORD,
            "data_id": self.data_id,
            "username": FINCON_USER,
            "password": LOGIN_PASSWORD,
            "alternate_extension": False,
            "validate_certs": True,
            "session_wait": SESSION_WAIT,
            "fingerprints": str(self.fingerprints),
            **settings,
        }

        def call() -> ModuleResult:
            backend = rest.RestBackend(installation)
            if not operation.desired:
                return read(backend)
            return write(backend, Request(operation.desired, verify="none"), operation.check_mode)

        return attempt(call)


_FLAGS = {True: "Y", False: "N"}


def _described(data_id: str, installed: Sequence[DesiredRecord]) -> dict[str, Any]:
    """A company of a site file that holds these records."""
    described = company(data_id, USERS)
    described["users"][0]["password"] = LOGIN_PASSWORD
    users = {user["user"]: user for user in described["users"]}
    for one in installed:
        fields = {one.resource.field(name).wire: _FLAGS.get(value, value) for name, value in one.values.items()}
        if one.resource is SMTP_SERVER:
            described["smtp_servers"].append({"SMTPName": one.name, **fields})
        elif one.resource is MAIL_USER:
            users[one.name]["mail"] = fields
        else:
            users[one.name]["mail_enabled"] = fields["MailEnabled"]
    return described


class World:
    """A stand-in with a company for each cell."""

    def __init__(self, standin: StandIn, folder: Path, clock: _Clock) -> None:
        self._standin, self._folder, self._clock, self._numbers = standin, folder, clock, count(1)
        self._server = Server(standin)
        self.methods = cache(self._methods)
        self._fingerprints = self._made_fingerprints()

    def site(self, installed: Sequence[DesiredRecord]) -> Site:
        """A new company that holds what is installed, with the fingerprints of its passwords."""
        number = next(self._numbers)
        self._standin.add_company(_described(f"C{number}", installed))
        site = Site(self._standin, self._server, f"C{number}", self._folder / f"{number}.json", self._clock)
        if installed:
            site.fingerprints.write_bytes(self._fingerprints)
        return site

    def _made_fingerprints(self) -> bytes:
        site = self.site(())
        run = site.run_clean(INSTALLED)
        assert not run.traceback, run
        return site.fingerprints.read_bytes()

    def _methods(self, operation: str) -> list[str]:
        """The methods of the requests of an operation without a fault."""
        doing = OPERATIONS[operation]
        site = self.site(doing.installed)
        before = site.database()
        run, proxy = site.run(doing)
        judge = Judge(SECRETS)
        judge.truth(operation, run, before, site.database(), doing.desired)
        judge.wrong += missing(site.database(), doing.desired) if doing.writes else []
        assert not any(judge.found().values()), judge.found()
        return list(proxy.methods)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    clock = _Clock()
    standin = StandIn(server_password=SERVER_PASSWORD, max_sessions=9999)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(store._SCRYPT, "n", 2)
        # What a crash of the machine leaves is not asked here, and waiting for the disk takes most of the time.
        patched.setattr(files.os, "fsync", lambda _handle: None)
        patched.setattr(rest, "DataSnapSession", partial(DataSnapSession, clock=clock.now, sleep=clock.sleep))
        # More requests: the users are two pages.
        patched.setattr(rest, "PAGE", 3)
        yield World(standin, tmp_path_factory.mktemp("prints"), clock)
    standin.stop()


def judged(site: Site, judge: Judge, where: str, operation: Operation, fault: Fault, at: int) -> None:
    """Play a fault at one request and judge what the run says."""
    before = site.database()
    run, proxy = site.run(operation, fault, at)
    judge.number += 1
    after = site.database()
    if not proxy.played:
        judge.wrong.append(f"{where}: the fault was not played")
    judge.truth(where, run, before, after, operation.desired)
    judge.words(where, run, values_too=fault.name != ECHO_IN_TEXTS)
    if not operation.writes and site.writes() and (operation.check_mode or not fault.lies):
        judge.wrong.append(f"{where}: {site.writes()} writes where nothing is to be written")
    if not operation.desired and not fault.lies:
        judge.read(where, run, after)
    limits = SHORT if fault.slow else LONG
    if run.seconds + site.clock.slept > limits["total_timeout"] + SESSION_WAIT + GRACE:
        judge.wrong.append(f"{where}: it took {run.seconds:.1f} seconds, and slept {site.clock.slept:g}")
    if site.open_sessions() and not _may_stay(proxy):
        judge.wrong.append(f"{where}: a session stays open")


def _may_stay(proxy: Proxy) -> bool:
    """Whether nobody could log out: the session's name was lost, or it is said to be over, or the logout failed."""
    return proxy.fault.ends_session or proxy.methods[proxy.at - 1] in ("Login", "Logout")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_fault_at_any_request_is_told_as_it_is_and_mended_by_the_next_run(world, tally, operation, fault):
    doing = OPERATIONS[operation]
    judge = Judge((*SECRETS, LOGIN_PASSWORD, SERVER_PASSWORD, TOKEN))
    for at, method in enumerate(world.methods(operation), 1):
        site = world.site(doing.installed)
        where = f"rest, {operation}, request {at} {method}: {fault}"
        judged(site, judge, where, doing, FAULTS[fault], at)
        if doing.writes or site.writes():
            judge.afterwards(where, site, doing.desired)
    tally("faults", judge.number, **judge.found())


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_is_declared_again_after_a_fault_and_comes_back(world, tally, fault):
    operation = "apply a change"
    doing = OPERATIONS[operation]
    judge = Judge((*SECRETS, LOGIN_PASSWORD, SERVER_PASSWORD, TOKEN))
    for at, method in enumerate(world.methods(operation), 1):
        if method not in ANSWERS:
            continue  # it writes nothing, and what the others did is judged above
        site = world.site(doing.installed)
        site.run(doing, FAULTS[fault], at)
        judge.number += 1
        judge.afterwards(f"rest, rolled back, request {at} {method}: {fault}", site, doing.installed)
    tally("faults", judge.number, **judge.found())
