# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The names and values of the mail contract, version 1, as one server has them: docs/rest-contract.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    RESOURCES,
    SECTIONS,
    Field,
    Section,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import Change, empty_value

METHODS = (
    "GetSmtpDefinitions", "CreateSmtpDefinition", "UpdateSmtpDefinition", "DeleteSmtpDefinition",
    "GetMailUsers", "UpdateMailUser", "ClearMailUser", "SetMailEnabled",
)  # fmt: skip

_FIELDS = [field for section in SECTIONS.values() for field in section.columns.values()]
#: Every name of the contract that stands in a body or an answer.
_NAMES = {
    "SmtpDefinitions", "MailUsers", "SmtpDefinitionInfo", "MailUserInfo", "RecNo",
    *(field.wire for field in _FIELDS),
    *(field.wire_set for field in _FIELDS if field.wire_set),
}  # fmt: skip


class MailContract:
    """The mail contract, with the names that a server has chosen.

    :param contract: ``installation.contract``.
    :raises FinconError: when it names what is not in the contract.
    """

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._methods = _mapping(contract, "methods", METHODS)
        self._names = _mapping(contract, "fields", _NAMES)

    def method(self, name: str) -> str:
        """Return the server's name of a method."""
        return self._methods.get(name, name)

    def name(self, name: str) -> str:
        """Return the server's name of a field, or of another part of a body or an answer."""
        return self._names.get(name, name)

    def record(self, raw: Any, section: Section) -> dict[str, Any]:
        """Return a record that the server sent.

        :raises FinconError: when it has no key.
        """
        key = self.name(section.key.wire)
        if not isinstance(raw, Mapping) or not isinstance(raw.get(key), str):
            raise FinconError(f"a record without {key} was received; check the contract")
        return {section.key.name: raw[key], **{field.name: self.value(raw, field) for field in section.fields}}

    def value(self, raw: Mapping[str, Any], field: Field) -> Any:
        """Return what a record that the server sent holds in a field; of a secret, the word whether it is set."""
        if field.secret:
            return password_word(raw.get(self.name(field.wire_set)) == "Y")
        value = raw.get(self.name(field.wire), empty_value(field))
        return value == "Y" if field.kind == "flag" else value

    def body(self, change: Change) -> dict[str, Any]:
        """Return what a write sends: the key and the changed fields only. Holds secrets."""
        resource, values = RESOURCES[change.resource], change.values()
        sent = {
            self.name(field.wire): wire(field, values[field.name]) for field in resource.fields if field.name in values
        }
        return {self.name(resource.key.wire): change.name, **sent}


def wire(field: Field, value: Any) -> Any:
    """Return a value as the contract writes it."""
    return ("Y" if value else "N") if field.kind == "flag" else value


def _mapping(contract: Mapping[str, Any], part: str, known: Iterable[str]) -> dict[str, str]:
    names = contract.get(part) or {}
    if not isinstance(names, Mapping) or not all(isinstance(name, str) and name for name in names.values()):
        raise FinconError(f"installation.contract.{part} must map names of the mail contract to names of the server")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise FinconError(f"installation.contract.{part}.{unknown[0]} is not a name of the mail contract")
    return dict(names)
