# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Records that a person noted in a spreadsheet: reads CSV, and returns the records and every error. Pure.

The first row names the columns: by the field, or by Fincon's label where that is publicly documented. A file holds
users when it has a column ``user``, definitions when it has a column ``name``, and both when it has a column
``resource`` that says what each row is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import is_needed
from ansible_collections.fincon.mail.plugins.module_utils._core.csv_table import (
    EMPTY,
    NO,
    NOT_UTF_8,
    TOO_MANY_CELLS,
    YES,
    NotCsv,
    cell_value,
    has_too_many_cells,
    names_of,
    plain_name,
    read_header,
    rows,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SECTIONS,
    SMTP_SERVER,
    Field,
    Resource,
    normal_key,
    section_of,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short, visible

_RESOURCE = "resource"
#: What a person may write into the column ``resource``.
_KINDS = {"smtp_server": SMTP_SERVER, "definition": SMTP_SERVER, "mail_user": MAIL_USER, "user": MAIL_USER}
_FIELDS = [field for section in SECTIONS.values() for field in section.columns.values()]
_COLUMNS = {**names_of(_FIELDS), _RESOURCE: _RESOURCE}


def decoded(name: str, content: bytes) -> str:
    """Return the text of a CSV file.

    :param name: the file as the user names it.
    :raises FinconError: when it is not UTF-8, as when Excel saved it as plain "CSV".
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise FinconError(f"{name}:{line}: {NOT_UTF_8}") from exc


def read_csv(files: Iterable[tuple[str, str]]) -> State:
    """Return the records of CSV files. For a password, only whether it is set.

    :param files: name and text of each. Separated by commas or, as spreadsheets in South Africa write it, semicolons.
    :raises FinconError: with file, line and column of every error in all files.
    """
    reader = _CsvReader()
    for name, text in files:
        reader.read(name, text)
    reader.check_links()
    if reader.faults:
        raise FinconError("\n".join(reader.faults))
    return State(reader.records[SMTP_SERVER.name], reader.records[MAIL_USER.name], all_users_known=False)


class _CsvReader:
    """Collects records and errors of several files."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.records: dict[str, list[dict[str, Any]]] = {SMTP_SERVER.name: [], MAIL_USER.name: []}
        self._places: dict[tuple[str, str], str] = {}

    def read(self, name: str, text: str) -> None:
        """Read one file."""
        try:
            found = list(rows(text))
        except NotCsv as exc:
            self._fault(name, f": {exc}")
            return
        if not found:
            self._fault(name, f":1: {EMPTY}")
            return
        columns = self._columns(f"{name}:{found[0].line}", found[0].cells)
        if columns is None:
            return
        for row in found[1:]:
            self._row(f"{name}:{row.line}", columns, row.cells)

    def check_links(self) -> None:
        """Find users that are linked to a definition that is in none of the files."""
        known = {normal_key(SMTP_SERVER, record["name"]): record["name"] for record in self.records[SMTP_SERVER.name]}
        for record in self.records[MAIL_USER.name]:
            link = record.get("smtp_server", "")
            if link and normal_key(SMTP_SERVER, link) not in known:
                place = self._places[MAIL_USER.name, normal_key(MAIL_USER, record["user"])]
                hint = did_you_mean(link, known.values())
                self._fault(place, f":smtp_server: {link!r} is in none of the files{hint}")

    def _fault(self, place: str, text: str) -> None:
        self.faults.append(visible(place) + short(text, 1000))

    def _columns(self, place: str, names: Sequence[str]) -> list[str] | None:
        """Return the field of each column; ``None`` when the rows below it cannot be understood."""
        columns, faults = read_header(names, _COLUMNS)
        before = len(self.faults)
        for fault in faults:
            self._fault(place, f":{fault.column}: {fault.message}" if fault.column else f": {fault.message}")
        if not all(fault.column for fault in faults):
            return None
        keys = {"name", "user", _RESOURCE} & set(columns)
        if not keys:
            self._fault(place, ": needs a column user for users, name for definitions, or resource for both")
        elif keys == {"name", "user"}:
            self._fault(place, ": needs a column resource, since it has both name and user")
        return columns if len(self.faults) == before else None

    def _row(self, place: str, columns: Sequence[str], cells: Sequence[str]) -> None:
        given = {column: cell.strip() for column, cell in zip(columns, cells) if cell.strip()}
        if has_too_many_cells(cells, columns):
            self._fault(place, f": {TOO_MANY_CELLS}")
        elif given:
            resource = self._resource(place, columns, given)
            if resource is not None:
                self._record(place, resource, given)

    def _resource(self, place: str, columns: Sequence[str], given: dict[str, str]) -> Resource | None:
        if _RESOURCE not in columns:
            return MAIL_USER if "user" in columns else SMTP_SERVER
        word = plain_name(given.pop(_RESOURCE, ""))
        if word not in _KINDS:
            self._fault(place, f":{_RESOURCE}: must be smtp_server or mail_user")
        return _KINDS.get(word)

    def _record(self, place: str, resource: Resource, given: Mapping[str, str]) -> None:
        fields = section_of(resource.name).columns
        before = len(self.faults)
        for column in given:
            if column not in fields:
                self._fault(place, f":{column}: is not a field of a {resource.title}; leave it empty")
        record = {}
        for field in fields.values():
            if field is not resource.key and field.name not in given and not field.secret:
                if is_needed(field):
                    self._fault(place, f":{field.name}: must be given, as Fincon's window shows it")
                continue
            value, problem = _value(field, given.get(field.name, ""))
            if problem:
                self._fault(place, f":{field.name}: {problem}")
            record[field.name] = value
        if len(self.faults) == before:
            self._add(place, resource, record)

    def _add(self, place: str, resource: Resource, record: dict[str, Any]) -> None:
        name = record[resource.key.name]
        key = (resource.name, normal_key(resource, name))
        if key in self._places:
            self._fault(place, f":{resource.key.name}: {name!r} is at {self._places[key]} already")
            return
        self._places[key] = place
        self.records[resource.name].append({**record, resource.key.name: written_key(resource, name)})


def _value(field: Field, cell: str) -> tuple[Any, str | None]:
    """Return the value of a cell, and what is wrong with it. A password's cell says whether one is set."""
    if not field.secret:
        return cell_value(field, cell)
    word = cell.casefold()
    problem = "must be yes or no: whether a password is set, never the password itself"
    return password_word(word in YES), None if word in (*YES, *NO, "") else problem
