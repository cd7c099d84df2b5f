# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``rest`` backend: version 1 of the mail contract, on a session of the vendor's protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Applied,
    Backend,
    Description,
    Prepared,
    Session,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import (
    Fingerprinted,
    FingerprintFile,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.contract import MailContract, method_of
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.datasnap import (
    BASE_PATH,
    DataSnapSession,
    MethodMissingError,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import (
    HttpClient,
    TimeLimits,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.sending import send_in_steps
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, UncertainError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SMTP_SERVERS,
    USERS,
    Section,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, State

_T = TypeVar("_T")

#: Records per request: enough for a branch in one request, and few enough for a quick answer.
PAGE = 500

MISSING_METHODS = (
    "the rest backend needs mail methods that Fincon's published REST server does not have, and this server "
    "(APIVersion {version}) does not offer them; use the attended or the command backend here"
)


@dataclass(frozen=True)
class _MailMethods:
    """The methods of the mail contract at one server.

    :param session: the login, made with the first call.
    :param contract: the server's names.
    """

    session: DataSnapSession
    contract: MailContract

    def get(self, method: str, *parameters: Any) -> dict[str, Any] | None:
        """Call a method that reads; ``None`` when it answers that there are no records."""
        return self._call(self.session.read, method, parameters)

    def post(self, method: str, *parameters: Any) -> dict[str, Any]:
        """Call a method that writes.

        :raises UncertainError: when the answer does not show whether the change took effect.
        """
        return self._call(self.session.write, method, parameters)

    def error(self, text: str) -> FinconError:
        """Return an error that names the server."""
        return FinconError(f"{self.session.where}: {text}")

    def _call(self, call: Callable[..., _T], method: str, parameters: tuple[Any, ...]) -> _T:
        try:
            return call(self.contract.method(method), *parameters)
        except MethodMissingError as exc:
            version = self.session.api_version or "unknown"
            raise self.error(MISSING_METHODS.format(version=version)) from exc


@dataclass(frozen=True)
class RestSession(Session):
    """What a REST server holds.

    :param server: the server.
    :param kept: the fingerprints of the passwords that were sent.
    """

    server: _MailMethods
    kept: Fingerprinted

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        return Prepared({}, partial(send_in_steps, self.kept, [(change,) for change in changes], self._send))

    def _send(self, step: tuple[Change, ...]) -> Applied:
        (change,) = step
        methods = self.server
        methods.session.hide(change.secrets.values())
        try:
            answer = methods.post(method_of(change), *methods.contract.parameters(change))
            problem = methods.contract.shown_by(answer, change)
            if problem:
                raise UncertainError(str(methods.error(f"{change.resource} {change.name}: {problem}")))
        except UncertainError as exc:
            return Applied((), (), f"{exc}; whether the change took effect is not known", not_known=step)
        except FinconError as exc:
            return Applied((), step, str(exc))
        return Applied(step)


class RestBackend(Backend):
    """A Fincon REST server that offers the mail contract.

    :param installation: the settings of ``installation.py``, complete.
    :raises FinconError: when a setting cannot be used.
    """

    def __init__(self, installation: Mapping[str, Any]) -> None:
        limits = TimeLimits(installation["connect_timeout"], installation["timeout"], installation["total_timeout"])
        client = HttpClient(
            installation["url"], BASE_PATH, limits, installation["validate_certs"], installation.get("ca_path")
        )
        session = DataSnapSession(
            client,
            (installation["server_username"], installation["server_password"]),
            (
                installation["data_id"],
                installation["username"],
                installation["password"],
                bool(installation["alternate_extension"]),
            ),
            installation["session_wait"],
        )
        self._warnings = (f"{client.where}: plain HTTP, so that all passwords can be read on the way",) * client.exposes
        self._server = _MailMethods(session, MailContract(installation.get("contract") or {}))
        self._kept = FingerprintFile(installation.get("fingerprints"), f"{client.where}/{installation['data_id']}")

    @property
    def notes(self) -> Path:
        return self._kept.path

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[RestSession]:
        """Log in and read; the login ends with the block."""
        session = self._server.session
        with self._kept.open(writing) as kept:
            try:
                servers = self._records("GetSmtpDefinitions", SMTP_SERVERS)
                state = State(servers, self._records("GetMailUsers", USERS))
                description = Description("rest", session.api_version, self._warnings)
                yield RestSession(description, state, state, kept.fingerprints, self._server, kept)
            finally:
                session.close()

    def _records(self, method: str, section: Section) -> list[dict[str, Any]]:
        """Read by pages: RecNo 0 first, then the RecNo returned. A page with fewer records than requested is last."""
        contract = self._server.contract
        records: list[dict[str, Any]] = []
        position = 0
        seen = {position}
        while True:
            answer = self._server.get(method, "", "", position, PAGE)
            if answer is None and records:
                return records
            try:
                page = contract.page(answer, section)
            except FinconError as exc:
                raise self._server.error(f"{method}: {exc}") from None
            records += page
            if len(page) < PAGE:
                return records
            following = (answer or {}).get(contract.name("RecNo"))
            if not isinstance(following, int) or following in seen:
                raise self._server.error(f"{method}: a full page was received without the RecNo of the next one")
            position = following
            seen.add(position)
