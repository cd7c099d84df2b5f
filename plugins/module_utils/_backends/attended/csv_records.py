# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Records that a person noted in a spreadsheet: CSV in, records and every fault out. Pure.

The first row names the columns: by the field, or by Fincon's label where that is publicly documented. A file holds
users when it has a column ``user``, definitions when it has a column ``name``, and both when it has a column
``resource`` that says for each row what it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import is_needed
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
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

_YES = ("yes", "y", "true", "1", "set")
_NO = ("no", "n", "false", "0", "unset")

_RESOURCE = "resource"
#: What a person may write into the column ``resource``.
_KINDS = {"smtp_server": SMTP_SERVER, "definition": SMTP_SERVER, "mail_user": MAIL_USER, "user": MAIL_USER}


def _plain_name(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("(", " ").replace(")", " ").split())


_FIELDS = [field for section in SECTIONS.values() for field in section.columns.values()]
#: Column names to fields: the field's own name, and Fincon's label for it.
_COLUMNS = {
    **{_plain_name(field.label): field.name for field in _FIELDS if field.label},
    **{field.name: field.name for field in _FIELDS},
    _RESOURCE: _RESOURCE,
}


def decoded(name: str, content: bytes) -> str:
    """Return the text of a CSV file.

    :param name: the file as the user names it.
    :raises FinconError: when it is not UTF-8, as when Excel saved it as plain "CSV".
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise FinconError(f"{name}:{line}: this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'") from exc


def read_csv(files: Iterable[tuple[str, str]]) -> State:
    """Return the records of CSV files; of passwords only whether they are set.

    :param files: name and text of each. Separated by commas or, as spreadsheets in South Africa write it, semicolons.
    :raises FinconError: with file, line and column of every fault in all files.
    """
    reader = _CsvReader()
    for name, text in files:
        reader.read(name, text)
    reader.check_links()
    if reader.faults:
        raise FinconError("\n".join(reader.faults))
    return State(reader.records[SMTP_SERVER.name], reader.records[MAIL_USER.name], all_users_known=False)


class _CsvReader:
    """Gathers records and faults of several files."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.records: dict[str, list[dict[str, Any]]] = {SMTP_SERVER.name: [], MAIL_USER.name: []}
        self._places: dict[tuple[str, str], str] = {}

    def read(self, name: str, text: str) -> None:
        """Read one file."""
        try:
            rows = list(_rows(text))
        except csv.Error as exc:
            self._fault(name, f": this is not CSV: {exc}")
            return
        if not rows:
            self._fault(name, ":1: the file is empty; its first row names the columns")
            return
        columns = self._columns(f"{name}:{rows[0][0]}", rows[0][1])
        if columns is None:
            return
        for line, cells in rows[1:]:
            self._row(f"{name}:{line}", columns, cells)

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
        """Return the field of each column; ``None`` when the rows below cannot be understood."""
        columns = [_COLUMNS.get(_plain_name(name), "") for name in names]
        before = len(self.faults)
        if sum(map(bool, columns)) * 2 < len(list(filter(None, names))):
            # Not the names of columns, so that any of them may be a password.
            self._fault(place, ": the first row must name the columns, and most of its cells name none")
            return None
        for index, (name, column) in enumerate(zip(names, columns)):
            if not column:
                hint = did_you_mean(name, _COLUMNS)
                self._fault(place, f":{_shown_name(name)}: is not the name of a column{hint}")
            elif column in columns[:index]:
                self._fault(place, f":{name}: appears twice")
        keys = {"name", "user", _RESOURCE} & set(columns)
        if not keys:
            self._fault(place, ": needs a column user for users, name for definitions, or resource for both")
        elif keys == {"name", "user"}:
            self._fault(place, ": needs a column resource, since it has both name and user")
        return columns if len(self.faults) == before else None

    def _row(self, place: str, columns: Sequence[str], cells: Sequence[str]) -> None:
        given = {column: cell.strip() for column, cell in zip(columns, cells) if cell.strip()}
        if any(cell.strip() for cell in cells[len(columns) :]):
            self._fault(place, ": has more cells than there are columns; put a text with commas in quotes")
        elif given:
            resource = self._resource(place, columns, given)
            if resource is not None:
                self._record(place, resource, given)

    def _resource(self, place: str, columns: Sequence[str], given: dict[str, str]) -> Resource | None:
        if _RESOURCE not in columns:
            return MAIL_USER if "user" in columns else SMTP_SERVER
        word = _plain_name(given.pop(_RESOURCE, ""))
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


def _shown_name(name: str) -> str:
    """The name of an unknown column where it looks like one: where a line break is missing it may be a password."""
    return short(name) if re.fullmatch(r"[A-Za-z][\w ().-]*", name.strip()) else "(no name)"


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line and cells of each row that is not empty."""
    lines = text.splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells) and not cells[0].startswith("sep="):
            yield line, cells
        line = reader.line_num + 1


def _value(field: Field, cell: str) -> tuple[Any, str | None]:
    """Return what a cell says, and what is wrong with it."""
    if field.kind in ("flag", "secret"):
        word = cell.casefold()
        if field.secret:
            problem = "must be yes or no: whether a password is set, never the password itself"
            return password_word(word in _YES), None if word in (*_YES, *_NO, "") else problem
        return word in _YES, None if word in (*_YES, *_NO) else f"must be yes or no, not {cell!r}"
    # A longer number is none that a field holds; Python refuses to convert one of 4,300 digits.
    is_number = field.kind == "integer" and cell.isascii() and cell.isdigit() and len(cell) < 19
    value: Any = int(cell) if is_number else cell
    return value, value_problem(field, value)
