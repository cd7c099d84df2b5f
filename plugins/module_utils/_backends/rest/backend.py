# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``rest`` backend: version 1 of the mail contract, on a session of the vendor's protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Applied,
    Backend,
    Description,
    Prepared,
    Session,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import FingerprintFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.contract import MailContract, wire
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.datasnap import (
    BASE_PATH,
    DataSnapSession,
    MethodMissingError,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import (
    ConnectionLostError,
    HttpClient,
    TimeLimits,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    RESOURCES,
    SMTP_SERVER,
    SMTP_SERVERS,
    USERS,
    Section,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, Change, State

#: Records asked for at a time. Large enough for a branch in one request, small enough for an answer in good time.
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

    def get(self, method: str, *parameters: Any) -> dict[str, Any]:
        """Call a method that reads."""
        return self._call(self.session.read, method, parameters)

    def post(self, method: str, *parameters: Any) -> dict[str, Any]:
        """Call a method that writes."""
        return self._call(self.session.write, method, parameters)

    def error(self, text: str) -> FinconError:
        """Return an error that names the server."""
        return FinconError(f"{self.session.where}: {text}")

    def _call(
        self, call: Callable[..., dict[str, Any] | None], method: str, parameters: tuple[Any, ...]
    ) -> dict[str, Any]:
        try:
            return call(self.contract.method(method), *parameters) or {}
        except MethodMissingError as exc:
            version = self.session.api_version or "unknown"
            raise self.error(MISSING_METHODS.format(version=version)) from exc


@dataclass(frozen=True)
class RestSession(Session):
    """What a REST server holds.

    :param server: the server.
    :param kept: the file of fingerprints.
    """

    server: _MailMethods
    kept: FingerprintFile

    def prepare(self, changes: Sequence[Change]) -> Prepared:
        return Prepared({}, partial(self._apply, tuple(changes)))

    def _apply(self, changes: tuple[Change, ...]) -> Applied:
        self.server.session.hide(password for change in changes for password in change.secrets.values())
        for number, change in enumerate(changes):
            try:
                self._apply_one(change)
                self.kept.remember(change)
            except FinconError as exc:
                return Applied(changes[:number], changes[number:], _explained(exc))
        return Applied(changes)

    def _apply_one(self, change: Change) -> None:
        resource = RESOURCES[change.resource]
        if change.action == DELETE:
            self.server.post("DeleteSmtpDefinition" if resource is SMTP_SERVER else "ClearMailUser", change.name)
        elif resource is MAIL_ENABLED:
            (switch,) = MAIL_ENABLED.fields
            self.server.post("SetMailEnabled", change.name, wire(switch, change.values()[switch.name]))
        else:
            self._send_fields(change)

    def _send_fields(self, change: Change) -> None:
        """Send the key and the changed fields only, and look whether the server kept what it was sent."""
        if change.resource == SMTP_SERVER.name:
            method, info = ("Create" if change.action == CREATE else "Update") + "SmtpDefinition", "SmtpDefinitionInfo"
        else:
            method, info = "UpdateMailUser", "MailUserInfo"
        contract = self.server.contract
        stored = self.server.post(method, contract.body(change)).get(contract.name(info))
        if isinstance(stored, Mapping):
            self._check_stored(change, stored)

    def _check_stored(self, change: Change, stored: Mapping[str, Any]) -> None:
        values, contract = change.values(), self.server.contract
        for field in RESOURCES[change.resource].fields:
            if field.secret or field.name not in values or contract.name(field.wire) not in stored:
                continue
            kept = contract.value(stored, field)
            if not same_value(field, kept, values[field.name]):
                raise self.server.error(
                    f"{change.resource} {change.name}: the server keeps {kept!r} as {field.name}, "
                    f"not {values[field.name]!r}; declare the value that it keeps"
                )


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
        self._server = _MailMethods(session, MailContract(installation.get("contract") or {}))
        self._kept = FingerprintFile(installation.get("fingerprints"), f"{client.where}/{installation['data_id']}")

    @contextmanager
    def open(self, writing: bool = False) -> Iterator[RestSession]:
        """Log in and read; the login ends with the block."""
        session = self._server.session
        try:
            servers = self._records("GetSmtpDefinitions", "SmtpDefinitions", SMTP_SERVERS)
            state = State(servers, self._records("GetMailUsers", "MailUsers", USERS))
            description = Description("rest", session.api_version)
            yield RestSession(description, state, state, self._kept.fingerprints, self._server, self._kept)
        finally:
            session.close()

    def _records(self, method: str, list_name: str, section: Section) -> list[dict[str, Any]]:
        """Read page by page: RecNo 0 first, then the RecNo returned; fewer records than asked for are the last."""
        contract = self._server.contract
        records: list[dict[str, Any]] = []
        position = 0
        while True:
            answer = self._server.get(method, "", "", position, PAGE)
            page = answer.get(contract.name(list_name)) or []
            try:
                records += [contract.record(raw, section) for raw in page]
            except FinconError as exc:
                raise self._server.error(str(exc)) from None
            following = answer.get(contract.name("RecNo"))
            if len(page) < PAGE or not isinstance(following, int) or following == position:
                return records
            position = following


def _explained(exc: FinconError) -> str:
    if isinstance(exc, ConnectionLostError):
        return f"{exc}; whether the change took effect is not known, and the next run will see"
    return str(exc)
