# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Tables from a spreadsheet, as CSV: the rows of a text, the names of its columns, and what a cell says. Pure.

The first row names the columns: by the field, or by Fincon's label where that is publicly documented.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import Field
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import short

YES = ("yes", "y", "true", "1", "set")
NO = ("no", "n", "false", "0", "unset")

EMPTY = "the file is empty; its first row names the columns"
#: For Excel's plain "CSV", among others.
NOT_UTF_8 = "this is not UTF-8; save it as 'CSV UTF-8 (comma delimited)'"
TOO_MANY_CELLS = "has more cells than there are columns; put a text with commas in quotes"
_SEPARATOR_LINE = "sep="


class NotCsv(ValueError):
    """The text is not CSV; the message says why.

    :param number: the row that cannot be read, as a spreadsheet numbers it.
    """

    def __init__(self, message: str, number: int) -> None:
        super().__init__(f"this is not CSV: {message}")
        self.number = number


@dataclass(frozen=True)
class Row:
    """A row that is not empty.

    :param number: as a spreadsheet numbers it, from 1. A cell of several lines is one row.
    :param line: the line of the text in which it begins, from 1.
    :param cells: the texts of its cells.
    """

    number: int
    line: int
    cells: list[str] = field(repr=False)


@dataclass(frozen=True)
class HeaderFault:
    """What is wrong with the row that names the columns.

    :param message: what, and what to do.
    :param index: the column, from 0.
    :param column: its name, as far as it may be shown; empty for an error of the whole row.
    """

    message: str
    index: int = 0
    column: str = ""


def rows(text: str, strict: bool = True) -> Iterator[Row]:
    """Yield each row that is not empty.

    :param text: separated by commas or, as spreadsheets in South Africa write it, semicolons. Excel's line ``sep=;`` is
        not a row.
    :param strict: whether an open quote is an error.
    :raises NotCsv: when it cannot be read.
    """
    # Lines end as in a file: other characters that Python treats as the end of a line may be in a cell.
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip()), "")
    lines.seek(0)
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(lines, delimiter=delimiter, strict=strict)
    number, line = 0, 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise NotCsv(str(exc), number + 1) from exc
        if number or not (cells and cells[0].startswith(_SEPARATOR_LINE)):
            number += 1
            if any("\0" in cell for cell in cells):
                # Up to 3.10, Python's own reader reports this.
                raise NotCsv("line contains NUL", number)
            if any(cell.strip() for cell in cells):
                yield Row(number, line, cells)
        line = reader.line_num + 1


def plain_name(text: str) -> str:
    """Return the normal form of a column's name: equal for two spellings of one name."""
    return "_".join(text.casefold().replace("-", " ").replace("(", " ").replace(")", " ").split())


def names_of(fields: Iterable[Field]) -> dict[str, str]:
    """Return the possible names of columns, each with its field: the field's name, and Fincon's label for it."""
    known = list(fields)
    labels = {plain_name(field.label): field.name for field in known if field.label}
    return {**labels, **{field.name: field.name for field in known}}


def read_header(names: Sequence[str], known: Mapping[str, str]) -> tuple[list[str], list[HeaderFault]]:
    """Return the field of each column, and what is wrong. The rows below a wrong header cannot be understood.

    :param names: the cells of the first row. Spreadsheets add empty ones at its end.
    :param known: from :func:`names_of`.
    """
    names = names[: max((number for number, name in enumerate(names, 1) if name.strip()), default=0)]
    columns = [known.get(plain_name(name), "") for name in names]
    if sum(map(bool, columns)) * 2 < len(list(filter(None, names))):
        # These are not names of columns, so any of them may be a password.
        return columns, [HeaderFault("the first row must name the columns, but most of its cells are not column names")]
    faults = []
    for index, (name, column) in enumerate(zip(names, columns)):
        if not column and not name.strip():
            faults.append(HeaderFault("a column without a name: name it, or delete it with all of its cells", index))
        elif not column:
            text = f"is not the name of a column{did_you_mean(name, known)}"
            faults.append(HeaderFault(text, index, _shown_name(name)))
        elif column in columns[:index]:
            faults.append(HeaderFault("appears twice", index, name))
    return columns, faults


def _shown_name(name: str) -> str:
    """The name of an unknown column, if it looks like a name: after a missing line break it may be a password."""
    return short(name) if re.fullmatch(r"[A-Za-z][\w ().-]*", name.strip()) else "(no name)"


def has_too_many_cells(cells: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a row has a value beyond its columns."""
    return any(cell.strip() for cell in cells[len(columns) :])


#: What a spreadsheet makes of a long number, a formula, and an error in one, and the apostrophe that people type before
#: a number. Nobody types this into Fincon.
_OF_SPREADSHEETS = re.compile(
    r"[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+|=.*|#[A-Z][A-Z0-9_/]*[?!]|#N/A|#NV|###+|Err:[0-9]{3}|'[+]?[0-9 ]+", re.DOTALL
)
_NOT_THE_VALUE = (
    "is what a spreadsheet makes of a long number or a formula, and not the value; give the column the format Text and "
    "type it again"
)


def cell_value(field: Field, cell: str, repeat: bool = True) -> tuple[Any, str | None]:
    """Return the value that a cell gives a field, not a secret, and what is wrong with it.

    :param repeat: whether the cell may be part of the sentence.
    """
    if field.kind == "flag":
        word = cell.casefold()
        instead = f", not {cell!r}" if repeat else ""
        return word in YES, None if word in (*YES, *NO) else f"must be yes or no{instead}"
    if field.kind == "choice":
        cell = cell.casefold()
    if _OF_SPREADSHEETS.fullmatch(cell):
        return cell, _NOT_THE_VALUE
    # No field holds a longer number; Python refuses to convert one of 4,300 digits.
    is_number = field.kind == "integer" and cell.isascii() and cell.isdigit() and len(cell) < 19
    value: Any = int(cell) if is_number else cell
    return value, value_problem(field, value, repeat)
