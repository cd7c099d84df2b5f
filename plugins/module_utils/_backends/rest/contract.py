# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The names and values of the mail contract, version 1, as one server uses them: docs/rest-contract.md. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError, InvalidRecordsError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    RESOURCES,
    SECTIONS,
    SMTP_SERVER,
    SMTP_SERVERS,
    USERS,
    Field,
    Section,
    normal_key,
    same_value,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import CREATE, DELETE, Change, empty_value

#: The list of each section in the answers to the methods that read.
_LISTS = {SMTP_SERVERS.name: "SmtpDefinitions", USERS.name: "MailUsers"}

#: The answer to each write, which shows that it was done.
ANSWERS = {
    "CreateSmtpDefinition": "SmtpDefinitionInfo",
    "UpdateSmtpDefinition": "SmtpDefinitionInfo",
    "DeleteSmtpDefinition": "Deleted",
    "UpdateMailUser": "MailUserInfo",
    "ClearMailUser": "Cleared",
    "SetMailEnabled": "MailEnabled",
}

METHODS = ("GetSmtpDefinitions", "GetMailUsers", *ANSWERS)

_FIELDS = [field for section in SECTIONS.values() for field in section.columns.values()]
#: Every name of the contract that is used in a body or an answer.
_NAMES = {
    *_LISTS.values(), "RecNo", "SmtpDefinitionInfo", "MailUserInfo", "Deleted", "Cleared",
    *(field.wire for field in _FIELDS),
    *(field.wire_set for field in _FIELDS if field.wire_set),
}  # fmt: skip

_PARTS: dict[Any, Collection[str]] = {"methods": METHODS, "fields": _NAMES}


class MailContract:
    """The mail contract, with the names that a server has chosen.

    :param contract: ``installation.contract``.
    :raises InvalidRecordsError: when it names what is not in the contract.
    """

    def __init__(self, contract: Mapping[str, Any]) -> None:
        found = contract_findings(contract)
        if found:
            raise InvalidRecordsError(found)
        self._methods = dict(contract.get("methods") or {})
        self._names = dict(contract.get("fields") or {})

    def method(self, name: str) -> str:
        """Return the server's name of a method."""
        return self._methods.get(name, name)

    def name(self, name: str) -> str:
        """Return the server's name of a field, or of another part of a body or an answer."""
        return self._names.get(name, name)

    def page(self, answer: Mapping[str, Any] | None, section: Section) -> list[dict[str, Any]]:
        """Return the records of an answer to a list method.

        :param answer: ``None`` where the server said that there are none.
        :raises FinconError: when the answer is not whole, or a record is not of the contract's shape.
        """
        # Every Fincon has at least one user, the one that is logged in. It may have no definitions.
        if answer is None and section is USERS:
            raise FinconError("the server returned no users, although one is logged in")
        if answer is None:
            return []
        name = self.name(_LISTS[section.name])
        page = answer.get(name)
        if not isinstance(page, list):
            raise FinconError(f"the answer has no list {name}; check the contract")
        count = answer.get("Count")
        if isinstance(count, int) and not isinstance(count, bool) and count != len(page):
            raise FinconError(f"{name} has {len(page)} records, though the answer counts {count}")
        return [self._record(raw, section) for raw in page]

    def _record(self, raw: Any, section: Section) -> dict[str, Any]:
        key = self.name(section.key.wire)
        if not isinstance(raw, Mapping) or not isinstance(raw.get(key), str) or not raw[key].strip():
            raise FinconError(f"a record without {key} was received; check the contract")
        try:
            return {section.key.name: raw[key], **{field.name: self.value(raw, field) for field in section.fields}}
        except FinconError as exc:
            raise FinconError(f"{section.resource.title} {raw[key]!r}: {exc}") from None

    def value(self, raw: Mapping[str, Any], field: Field) -> Any:
        """Return the value of a field in a record that the server sent; for a secret, the word that says if it is set.

        :raises FinconError: when the value is not of the field's type. It is not shown.
        """
        name = self.name(field.wire_set or field.wire)
        value = raw.get(name)
        if field.secret or (field.kind == "flag" and value not in (None, "")):
            if value not in ("Y", "N"):
                raise FinconError(f"{name} must be Y or N")
            return password_word(value == "Y") if field.secret else value == "Y"
        if value is None or (field.kind == "flag" and value == ""):
            return empty_value(field)
        if field.kind == "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                raise FinconError(f"{name} must be a whole number")
        elif not isinstance(value, str):
            raise FinconError(f"{name} must be text")
        return value

    def shown_by(self, answer: Mapping[str, Any], change: Change) -> str:
        """Return why an answer does not show that a change was made; empty when it does show it.

        The answer to a write says what was done (docs/rest-contract.md). An answer without that proves nothing.
        """
        name = ANSWERS[method_of(change)]
        if self.name(name) not in answer:
            return f"the answer does not show that it was made ({self.name(name)} is missing)"
        shown = answer[self.name(name)]
        if name == "MailEnabled":
            return "" if shown == self.parameters(change)[1] else f"the answer shows another {self.name(name)}"
        if name in ("Deleted", "Cleared"):
            return "" if shown in (True, "Y") else f"the answer shows that it was not made ({self.name(name)})"
        return self._stored_otherwise(shown, change)

    def _stored_otherwise(self, stored: Any, change: Change) -> str:
        resource, values = RESOURCES[change.resource], change.values()
        key = self.name(resource.key.wire)
        if not isinstance(stored, Mapping) or not isinstance(stored.get(key), str):
            return f"the answer does not show that it was made ({key} is missing)"
        if normal_key(resource, stored[key]) != normal_key(resource, change.name):
            return "the answer shows another record"
        for field in resource.fields:
            if field.name not in values or self.name(field.wire_set or field.wire) not in stored:
                continue
            try:
                kept = self.value(stored, field)
            except FinconError as exc:
                return f"the answer does not show what was stored ({exc})"
            want = password_word(bool(values[field.name])) if field.secret else values[field.name]
            if not same_value(field, kept, want):
                return f"the server keeps {kept!r} as {field.name}, not {want!r}; declare the value that it keeps"
        return ""

    def parameters(self, change: Change) -> tuple[Any, ...]:
        """Return the parameters of the write that makes a change. They hold secrets."""
        if change.action == DELETE:
            return (change.name,)
        if change.resource == MAIL_ENABLED.name:
            (switch,) = MAIL_ENABLED.fields
            return (change.name, wire(switch, change.values()[switch.name]))
        return (self.body(change),)

    def body(self, change: Change) -> dict[str, Any]:
        """Return what a write sends: the key and only the changed fields. It holds secrets."""
        resource, values = RESOURCES[change.resource], change.values()
        sent = {
            self.name(field.wire): wire(field, values[field.name]) for field in resource.fields if field.name in values
        }
        return {self.name(resource.key.wire): change.name, **sent}


def method_of(change: Change) -> str:
    """Return the method that makes a change, as the contract names it."""
    if change.resource == SMTP_SERVER.name:
        return {CREATE: "CreateSmtpDefinition", DELETE: "DeleteSmtpDefinition"}.get(
            change.action, "UpdateSmtpDefinition"
        )
    if change.action == DELETE:
        return "ClearMailUser"
    return "SetMailEnabled" if change.resource == MAIL_ENABLED.name else "UpdateMailUser"


def wire(field: Field, value: Any) -> Any:
    """Return a value as the contract writes it."""
    return ("Y" if value else "N") if field.kind == "flag" else value


def contract_findings(contract: Any) -> list[Finding]:
    """Return everything that is wrong with ``installation.contract``. The server's names are not repeated."""
    path = "installation.contract"
    if not isinstance(contract, Mapping):
        return [Finding("must be a mapping of methods and fields", path=path)]
    found = []
    for part, names in contract.items():
        known = _PARTS.get(part)
        if known is None:
            found.append(Finding(f"is not a known key{did_you_mean(str(part), _PARTS)}", path=f"{path}.{part}"))
        elif not isinstance(names, Mapping):
            found.append(Finding("must map names of the mail contract to names of the server", path=f"{path}.{part}"))
        else:
            found += [Finding(text, path=f"{path}.{part}.{name}") for name, text in _name_problems(names, known)]
    return found


def _name_problems(names: Mapping[Any, Any], known: Collection[str]) -> Iterator[tuple[Any, str]]:
    for name, chosen in names.items():
        if name not in known:
            yield name, f"is not a name of the mail contract{did_you_mean(str(name), known)}"
        elif not isinstance(chosen, str) or not chosen:
            yield name, "must be the server's name, as a text"
