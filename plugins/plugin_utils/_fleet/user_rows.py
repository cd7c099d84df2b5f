# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users of a CSV file, each value with its row and column, and all errors.

Such a file never holds a password: a column names the vault variable with the password.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.csv_table import (
    EMPTY,
    TOO_MANY_CELLS,
    HeaderFault,
    NotCsv,
    Row,
    cell_value,
    has_too_many_cells,
    names_of,
    plain_name,
    read_header,
    rows,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, USERS, Field, normal_key
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import declarable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Template

#: The column that names the branch of each row.
BRANCH = "branch"
#: The column that names the variable with the user's password.
PASSWORD_VARIABLE = "password_variable"

_FIELDS = {name: field for name, field in declarable(USERS).items() if not field.secret}
(_SECRET,) = (field for field in declarable(USERS).values() if field.secret)
_COLUMNS = {**names_of(_FIELDS.values()), BRANCH: BRANCH, PASSWORD_VARIABLE: PASSWORD_VARIABLE}
#: A variable of Ansible.
#: With an underscore and a small first letter, as few passwords are: an undefined variable is named in a message.
_VARIABLE = re.compile(r"[a-z][A-Za-z0-9]*_[A-Za-z0-9_]*")

NO_PASSWORDS = (
    "passwords do not belong into a CSV file: delete the column, change the passwords that were in it, and name the "
    f"variable of the vault in a column {PASSWORD_VARIABLE}"
)
_NO_VARIABLE = (
    "must be the name of a variable that begins with a small letter and has an underscore, such as vault_thandi; the "
    "password itself belongs into the vault"
)
_NO_TEMPLATE = "must be the value itself: templates and vault texts are not read in a CSV file"
_TOO_FEW_CELLS = "has fewer cells than there are columns; is the end of the row, or of the file, missing?"
_NO_ROWS = "no user is below the row of columns; a branch without users has users: [] in its own file"


class UserTable:
    """The users of one CSV file, used like the source and the data of a YAML file.

    :param file: its name as the user knows it.
    :param columns: the field of each column; none when the file cannot be understood.
    :param findings: all errors and warnings.
    :param header: the row that names the columns.
    """

    #: Row and column give the place; the index in a list would repeat it.
    is_table = True

    def __init__(
        self, file: str, columns: Sequence[str] = (), findings: Sequence[Finding] = (), header: int = 1
    ) -> None:
        self.file = file
        self.columns = list(columns)
        self.header = header
        #: The users, as in a branch file, without wrong values. Passwords are templates.
        self.records: list[dict[str, Any]] = []
        #: The row and the branch of each user.
        self.numbers: list[int] = []
        self.branches: list[str] = []
        self._of: dict[str, list[int]] = {}
        self.findings = list(findings)

    @property
    def data(self) -> dict[str, Any]:
        """The users as a branch file would hold them."""
        return {USERS.name: self.records}

    @property
    def has_branches(self) -> bool:
        """Whether each row names its branch."""
        return BRANCH in self.columns

    def place(self, path: Sequence[Any]) -> tuple[int, int]:
        """Return row and column of a user's field, as a spreadsheet numbers them; of the user if the field has none."""
        _users, index, *rest = path
        column = PASSWORD_VARIABLE if rest == [_SECRET.name] else "".join(rest)
        column = column if column in self.columns else USERS.key.name
        return self.numbers[index], self.columns.index(column) + 1

    def add(self, number: int, branch: str, record: dict[str, Any]) -> None:
        """Add a user."""
        self._of.setdefault(branch, []).append(len(self.numbers))
        self.numbers.append(number)
        self.branches.append(branch)
        self.records.append(record)

    def of(self, branch: str) -> UserTable:
        """Return the table with only the users of one branch, and what is wrong with them."""
        found = [finding for finding in self.findings if finding.branch == branch]
        return self._with(self._of.get(branch, ()), found)

    def without(self, indexes: Collection[int]) -> UserTable:
        """Return the table without some of its users."""
        return self._with([index for index in range(len(self.records)) if index not in indexes], self.findings)

    def _with(self, indexes: Iterable[int], findings: Sequence[Finding]) -> UserTable:
        table = UserTable(self.file, self.columns, findings, self.header)
        for index in indexes:
            table.add(self.numbers[index], self.branches[index], self.records[index])
        return table

    def is_faulty(self, name: str, field: str) -> bool:
        """Whether something is wrong with a field of a user in the file."""
        column = PASSWORD_VARIABLE if field == _SECRET.name else field
        key = normal_key(MAIL_USER, name)
        return any(found.field == column and normal_key(MAIL_USER, found.name) == key for found in self.findings)


def read_user_table(file: str, text: str) -> UserTable:
    """Return the users of a CSV file.

    :param file: its name as the user knows it.
    :param text: its content.
    """
    try:
        found = list(rows(text))
    except NotCsv as exc:
        return UserTable(file, findings=[Finding(str(exc), file=file, line=exc.number, column=1)])
    if not found:
        return UserTable(file, findings=[Finding(EMPTY, file=file, line=1, column=1)])
    head, body = found[0], found[1:]
    columns, faults = _header(head.cells)
    if faults:
        return UserTable(file, findings=[_of_header(fault, file, head.number) for fault in faults])
    table = UserTable(file, columns, header=head.number)
    if not body:
        table.findings.append(Finding(_NO_ROWS, file=file, line=head.number, column=1))
    for row in body:
        _add_row(table, row)
    return table


def _header(names: Sequence[str]) -> tuple[list[str], list[HeaderFault]]:
    """Return the field of each column, and what is wrong."""
    of_passwords = [index for index, name in enumerate(names) if _is_password(name)]
    if of_passwords:
        # The rest of the file is not read: it should not contain passwords, but does.
        return [], [HeaderFault(NO_PASSWORDS, index, plain_name(names[index])) for index in of_passwords]
    columns, faults = read_header(names, _COLUMNS)
    if not faults and USERS.key.name not in columns:
        faults = [HeaderFault(f"needs a column {USERS.key.name}")]
    return columns, faults


def _is_password(name: str) -> bool:
    """Whether the name of a column means passwords: the field's name, Fincon's label, or another name."""
    plain = plain_name(name)
    return _SECRET.name in plain.split("_") and plain not in _COLUMNS


def _of_header(fault: HeaderFault, file: str, number: int) -> Finding:
    named = f"column {fault.column}: " if fault.column else ""
    return Finding(f"{named}{fault.message}", file=file, line=number, column=fault.index + 1)


def _add_row(table: UserTable, row: Row) -> None:
    """Add the user of a row to the table, without wrong fields, and add the errors to the table's findings."""
    cells = [cell.strip() for cell in row.cells[: len(table.columns)]]
    if has_too_many_cells(row.cells, table.columns) or len(cells) < len(table.columns):
        words = _TOO_FEW_CELLS if len(cells) < len(table.columns) else TOO_MANY_CELLS
        table.findings.append(Finding(words, file=table.file, line=row.number, column=len(row.cells)))
        return
    given = dict(zip(table.columns, cells, strict=True))
    branch = given.pop(BRANCH, "")
    name, problem = _value(USERS.key, given[USERS.key.name])
    record = {}
    for number, (column, cell) in enumerate(zip(table.columns, cells, strict=True), 1):
        # An empty cell declares nothing, so the defaults apply.
        if column == BRANCH or not (cell or column == USERS.key.name):
            continue
        field = _SECRET if column == PASSWORD_VARIABLE else _FIELDS[column]
        value, wrong = _value(field, cell)
        if wrong:
            # A wrong name is not repeated either.
            shown = "" if problem else name
            finding = Finding(wrong, MAIL_USER.name, shown, column, branch=branch)
            table.findings.append(replace(finding, file=table.file, line=row.number, column=number))
        elif field is _SECRET:
            record[field.name] = value.at(f"{table.file}:{row.number}:{number}")
        else:
            record[field.name] = value
    if not problem:
        table.add(row.number, branch, record)


def _value(field: Field, cell: str) -> tuple[Any, str | None]:
    """Return the value of a cell, and what is wrong with it. The message does not repeat it: it may be a password."""
    if field.secret:
        is_variable = _VARIABLE.fullmatch(cell) is not None
        return Template(f"{{{{ {cell} }}}}" if is_variable else ""), None if is_variable else _NO_VARIABLE
    if is_template(cell):
        return cell, _NO_TEMPLATE
    return cell_value(field, cell, False)
