# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records and methods of the mail contract, version 1, and the published methods that the stand-in needs.

The mail contract belongs to this collection; no published Fincon server has it. The other methods, the Y/N flags and
the names of the paging parameters follow the vendor's "Fincon REST API Server" manual, version 5.285.002.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

API_VERSION = "5.285.002"


@dataclass(frozen=True)
class Field:
    """One field of a record. `kind` is text, flag, integer or secret; `low`/`high` limit an integer, `limit` a text."""

    name: str
    kind: str = "text"
    default: object = ""
    limit: int = 100
    low: int = 0
    high: int = 0

    @property
    def shown(self) -> str:
        """The name in answers: a secret is never shown, only whether it is set."""
        return self.name + "Set" if self.kind == "secret" else self.name


@dataclass(frozen=True)
class Record:
    """A kind of record: its name in lists and in single answers, its key, and its fields (the key first)."""

    listed: str
    info: str
    key: str
    fields: tuple[Field, ...]
    read_only: frozenset[str] = frozenset()

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The names of the fields in answers."""
        return tuple(item.shown for item in self.fields)

    def writable(self) -> dict[str, Field]:
        return {item.name: item for item in self.fields if item.name not in self.read_only}


# The vendor does not document the length of SMTPName: 40 is our assumption. 100 is the C(100) of e-mail fields
# elsewhere in the manual (pp. 12-18), used for every other text. Defaults and the range of TimeOut are assumptions too.
SMTP_DEFINITION = Record(
    listed="SmtpDefinitions",
    info="SmtpDefinitionInfo",
    key="SMTPName",
    fields=(
        Field("SMTPName", limit=40),
        Field("MailServer"),
        Field("Authenticate", "flag", "N"),
        Field("Username"),
        Field("Password", "secret"),
        Field("Port", "integer", 25, low=1, high=65535),
        Field("UseTLS", "flag", "N"),
        Field("TimeOut", "integer", 30, low=1, high=600),
        Field("BCC"),
    ),
)

# MailEnabled is a column of the user, but only SetMailEnabled writes it.
MAIL_USER = Record(
    listed="MailUsers",
    info="MailUserInfo",
    key="UserName",
    fields=(
        Field("UserName", limit=8),
        Field("SMTPName", limit=40),
        Field("SMTPUsername"),
        Field("SMTPPassword", "secret"),
        Field("SenderName"),
        Field("SenderEmail"),
        Field("JobTitle"),
        Field("Telephone"),
        *(Field(f"UserField{number}") for number in range(1, 7)),
        Field("MailEnabled", "flag", "N"),
    ),
    read_only=frozenset({"MailEnabled"}),
)

RECORDS = {record.listed: record for record in (SMTP_DEFINITION, MAIL_USER)}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method. `kind` is text, integer, flag, boolean, secret or record (a JSON object)."""

    name: str
    kind: str = "text"
    record: Record | None = None


@dataclass(frozen=True)
class Method:
    """A method: its parameters in order, whether it changes data, and whether it belongs to the mail contract."""

    name: str
    parameters: tuple[Parameter, ...]
    write: bool = False
    mail: bool = False

    @property
    def has_session(self) -> bool:
        return self.parameters[0].name == "ConnectID"

    @property
    def secret_at(self) -> int | None:
        """The index of the first parameter that can hold a password."""
        places = (place for place, parameter in enumerate(self.parameters) if parameter.kind in ("secret", "record"))
        return next(places, None)


_SESSION = Parameter("ConnectID")
_PAGE = (
    _SESSION,
    Parameter("Min"),
    Parameter("Max"),
    Parameter("RecNo", "integer"),
    Parameter("Count", "integer"),
)
_DEFINITION = Parameter("SmtpDefinition", "record", SMTP_DEFINITION)
_USER = Parameter("MailUser", "record", MAIL_USER)

METHODS = {
    method.name: method
    for method in (
        Method(
            "Login",
            (
                Parameter("DataID"),
                Parameter("UserName"),
                Parameter("Password", "secret"),
                Parameter("UseAltExt", "boolean"),
            ),
        ),
        Method("Logout", (_SESSION,)),
        Method("KeepAlive", (_SESSION,)),
        Method("GetSessionInfo", (_SESSION,)),
        Method("KillUsers", (_SESSION, Parameter("All", "boolean"))),
        Method("GetSalesReps", _PAGE),
        Method("GetLocations", (_SESSION,)),
        Method("GetSmtpDefinitions", _PAGE, mail=True),
        Method("CreateSmtpDefinition", (_SESSION, _DEFINITION), write=True, mail=True),
        Method("UpdateSmtpDefinition", (_SESSION, _DEFINITION), write=True, mail=True),
        Method("DeleteSmtpDefinition", (_SESSION, Parameter("SMTPName")), write=True, mail=True),
        Method("GetMailUsers", _PAGE, mail=True),
        Method("UpdateMailUser", (_SESSION, _USER), write=True, mail=True),
        Method("ClearMailUser", (_SESSION, Parameter("UserName")), write=True, mail=True),
        Method(
            "SetMailEnabled",
            (_SESSION, Parameter("UserName"), Parameter("Enabled", "flag")),
            write=True,
            mail=True,
        ),
    )
}


class ContractError(ValueError):
    """A mapping names a method, record or field that is not in the contract, or gives one name to two things."""


@dataclass(frozen=True)
class Contract:
    """The contract as this server names it.

    `methods` maps a method's own name to the name on the wire; `fields` does so for each record, by the name of its
    list: `{"SmtpDefinitions": {"MailServer": "Host"}}`. Names that are not mapped stay the same. With `published` the
    mail methods do not exist, as on every Fincon REST server that the vendor publishes.
    """

    methods: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    published: bool = False

    def __post_init__(self) -> None:
        _check_names("methods", self.methods, METHODS)
        _check_names("fields", {name: name for name in self.fields}, RECORDS)
        for name, renames in self.fields.items():
            known = {*RECORDS[name].shown, *RECORDS[name].writable()}
            _check_names(f"fields.{name}", renames, known)

    def find(self, wire_name: str) -> Method | None:
        """The method that has this name on the wire, or None."""
        return self._by_wire_name.get(wire_name)

    @cached_property
    def _by_wire_name(self) -> dict[str, Method]:
        offered = (method for method in METHODS.values() if not (method.mail and self.published))
        return {self.methods.get(method.name, method.name): method for method in offered}

    def outward(self, record: Record, row: Mapping[str, object]) -> dict[str, object]:
        """A record in the form of answers."""
        renames = self.fields.get(record.listed)
        return {renames.get(name, name): value for name, value in row.items()} if renames else dict(row)

    def inward(self, record: Record, body: Mapping[str, object]) -> dict[str, object]:
        """A body with the contract's own names; the own name of a renamed field is unknown."""
        renames = self.fields.get(record.listed, {})
        own_names = {wire: own for own, wire in renames.items()}
        return {own_names.get(name, f"?{name}" if name in renames else name): value for name, value in body.items()}


def _check_names(where: str, renames: Mapping[str, str], known: Mapping[str, object] | set[str]) -> None:
    for name in renames:
        if name not in known:
            raise ContractError(f"contract: {where}: there is no {name!r}; known are {', '.join(sorted(known))}")
    result = [renames.get(name, name) for name in known]
    if len(set(result)) != len(result):
        raise ContractError(f"contract: {where}: two of them have the same name after renaming")
