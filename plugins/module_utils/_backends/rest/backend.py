# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The ``rest`` backend: version 1 of the mail contract, on a session of the vendor's protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import (
    Backend,
    Description,
    Report,
    Snapshot,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.fingerprints import FingerprintFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.datasnap import (
    BASE_PATH,
    DataSnapSession,
    MethodMissingError,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import (
    ConnectionLostError,
    HttpClient,
    Limits,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
    Resource,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    CREATE,
    DELETE,
    Change,
    State,
    empty_value,
)

#: Records asked for at a time. Large enough for a branch in one request, small enough for an answer in good time.
PAGE = 500

METHODS = (
    "GetSmtpDefinitions", "CreateSmtpDefinition", "UpdateSmtpDefinition", "DeleteSmtpDefinition",
    "GetMailUsers", "UpdateMailUser", "ClearMailUser", "SetMailEnabled",
)  # fmt: skip

MISSING_METHODS = (
    "the rest backend needs mail methods that Fincon's published REST server does not have, and this server "
    "(APIVersion {version}) does not offer them; use the attended or the command backend here"
)


class RestBackend(Backend):
    """A Fincon REST server that offers the mail contract.

    :param installation: the settings of ``installation.py``, complete.
    :raises FinconError: when a setting cannot be used.
    """

    def __init__(self, installation: Mapping[str, Any]) -> None:
        limits = Limits(installation["connect_timeout"], installation["timeout"], installation["total_timeout"])
        client = HttpClient(
            installation["url"], BASE_PATH, limits, installation["validate_certs"], installation.get("ca_path")
        )
        self._session = DataSnapSession(
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
        self._names = _Contract(installation.get("contract") or {})
        self._kept = FingerprintFile(installation.get("fingerprints"), f"{client.where}/{installation['data_id']}")
        self.fingerprints = self._kept.fingerprints

    def describe(self) -> Description:
        return Description("rest", self._session.api_version)

    def read(self, writing: bool = False) -> Snapshot:
        servers = self._read_all("GetSmtpDefinitions", "SmtpDefinitions", SMTP_SERVER.key, SMTP_SERVER.fields)
        users = self._read_all("GetMailUsers", "MailUsers", MAIL_USER.key, USER_FIELDS)
        return Snapshot(State(servers, users))

    def apply(self, changes: Sequence[Change]) -> Report:
        self._session.guard(password for change in changes for password in change.secrets.values())
        for number, change in enumerate(changes):
            try:
                self._apply_one(change)
                self._kept.remember(change)
            except FinconError as exc:
                return Report(tuple(changes[:number]), tuple(changes[number:]), _explained(exc))
        return Report(tuple(changes))

    def close(self) -> None:
        self._session.close()

    def _read_all(self, method: str, list_name: str, key: Field, fields: Sequence[Field]) -> list[dict[str, Any]]:
        """Read page by page: RecNo 0 first, then the RecNo returned; fewer records than asked for are the last."""
        records: list[dict[str, Any]] = []
        position = 0
        while True:
            answer = self._call(self._session.read, method, "", "", position, PAGE)
            page = (answer or {}).get(self._names.field(list_name)) or []
            records += [self._record(raw, key, fields) for raw in page]
            following = (answer or {}).get(self._names.field("RecNo"))
            if len(page) < PAGE or not isinstance(following, int) or following == position:
                return records
            position = following

    def _record(self, raw: Any, key: Field, fields: Sequence[Field]) -> dict[str, Any]:
        wire_key = self._names.field(key.wire)
        if not isinstance(raw, Mapping) or not isinstance(raw.get(wire_key), str):
            raise FinconError(f"{self._session.where}: a record without {wire_key} was received; check the contract")
        record = {key.name: raw[wire_key]}
        record.update({row.name: self._value(raw, row) for row in fields})
        return record

    def _value(self, raw: Mapping[str, Any], row: Field) -> Any:
        if row.secret:
            return password_word(raw.get(self._names.field(row.wire_set)) == "Y")
        value = raw.get(self._names.field(row.wire), empty_value(row))
        return value == "Y" if row.kind == "flag" else value

    def _apply_one(self, change: Change) -> None:
        resource = RESOURCES[change.resource]
        if change.action == DELETE:
            method = "DeleteSmtpDefinition" if resource is SMTP_SERVER else "ClearMailUser"
            self._call(self._session.write, method, change.name)
        elif resource is MAIL_ENABLED:
            enabled = "Y" if change.values()["email_enabled"] else "N"
            self._call(self._session.write, "SetMailEnabled", change.name, enabled)
        else:
            self._send_fields(resource, change)

    def _send_fields(self, resource: Resource, change: Change) -> None:
        """Send the key and the changed fields only, and look whether the server kept what it was sent."""
        values = change.values()
        body = {self._names.field(resource.key.wire): change.name}
        body.update(
            {self._names.field(row.wire): _wire(row, values[row.name]) for row in resource.fields if row.name in values}
        )
        if resource is SMTP_SERVER:
            method, info = ("Create" if change.action == CREATE else "Update") + "SmtpDefinition", "SmtpDefinitionInfo"
        else:
            method, info = "UpdateMailUser", "MailUserInfo"
        answer = self._call(self._session.write, method, body) or {}
        stored = answer.get(self._names.field(info))
        if isinstance(stored, Mapping):
            self._check_stored(resource, change, values, stored)

    def _check_stored(
        self, resource: Resource, change: Change, values: Mapping[str, Any], stored: Mapping[str, Any]
    ) -> None:
        for row in resource.fields:
            if row.secret or row.name not in values or self._names.field(row.wire) not in stored:
                continue
            kept = self._value(stored, row)
            if not same_value(row, kept, values[row.name]):
                raise FinconError(
                    f"{self._session.where}: {change.resource} {change.name}: the server keeps {kept!r} as {row.name}, "
                    f"not {values[row.name]!r}; declare the value that it keeps"
                )

    def _call(self, call: Callable[..., dict[str, Any] | None], method: str, *parameters: Any) -> dict[str, Any] | None:
        try:
            return call(self._names.method(method), *parameters)
        except MethodMissingError as exc:
            version = self._session.api_version or "not told"
            raise FinconError(f"{self._session.where}: {MISSING_METHODS.format(version=version)}") from exc


class _Contract:
    """The names of methods and fields, where a server has chosen its own."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._methods = _mapping(contract, "methods", METHODS)
        self._fields = _mapping(contract, "fields", _WIRE_NAMES)

    def method(self, name: str) -> str:
        return self._methods.get(name, name)

    def field(self, name: str) -> str:
        return self._fields.get(name, name)


#: Every name of the contract that stands in a body or an answer.
_WIRE_NAMES = {
    "SmtpDefinitions", "MailUsers", "SmtpDefinitionInfo", "MailUserInfo", "RecNo",
    *(row.wire for row in (SMTP_SERVER.key, MAIL_USER.key, *SMTP_SERVER.fields, *USER_FIELDS)),
    *(row.wire_set for row in (*SMTP_SERVER.fields, *USER_FIELDS) if row.wire_set),
}  # fmt: skip


def _mapping(contract: Mapping[str, Any], part: str, known: Any) -> dict[str, str]:
    names = contract.get(part) or {}
    if not isinstance(names, Mapping) or not all(isinstance(name, str) and name for name in names.values()):
        raise FinconError(f"installation.contract.{part} must map names of the mail contract to names of the server")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise FinconError(f"installation.contract.{part}.{unknown[0]} is not a name of the mail contract")
    return dict(names)


def _wire(row: Field, value: Any) -> Any:
    return ("Y" if value else "N") if row.kind == "flag" else value


def _explained(error: FinconError) -> str:
    if isinstance(error, ConnectionLostError):
        return f"{error}; whether the change took effect is not known, and the next run will see"
    return str(error)
