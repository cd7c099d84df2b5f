# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSV files with users: that of a branch and that of the whole fleet, combined with the users of YAML files."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.csv_table import NOT_UTF_8, NotCsv, rows
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, did_you_mean
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, USERS, normal_key
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import at, in_order
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Read, Source, Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_rows import BRANCH, UserTable, read_user_table
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import PLAIN_PATH, site_path

#: The key that names a CSV file.
USERS_FROM = "users_from"

_OF_FLEET = (
    f"only the CSV file of the whole fleet may have a column {BRANCH}; name the file in users_from of the fleet file"
)
_WITHOUT_BRANCH = f"needs a column {BRANCH} with the branch of each user; a file of one branch is named in that branch"


def users_of(data: Mapping[str, Any], source: Source, fleet_file: str, read: Read) -> UserTable | None:
    """Return the users of the CSV file that a fleet or branch file names, or ``None`` when it names none.

    :param data: of the fleet or branch file.
    :param source: that file.
    :param fleet_file: the fleet file: a relative path starts at its folder.
    :param read: returns the text of a file.
    """
    declared = data.get(USERS_FROM)
    if declared is None:
        return None
    is_of_fleet = "branches" in data
    try:
        if is_template(declared):
            raise ValueError(PLAIN_PATH)
        path = site_path(declared, os.path.dirname(fleet_file) or os.curdir)
    except ValueError as exc:
        return UserTable("", findings=[at(source, [USERS_FROM], Finding(str(exc)))])
    try:
        table = read_user_table(path, read(path))
    except UnicodeDecodeError as exc:
        return UserTable(path, findings=[_not_utf_8(path, exc)])
    except (Unreadable, OSError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        text = f"{path} cannot be read: {reason}"
        return UserTable(path, findings=[at(source, [USERS_FROM], Finding(text))])
    return _fitting(table, is_of_fleet)


def _fitting(table: UserTable, is_of_fleet: bool) -> UserTable:
    """Return the table, with a finding if it has a column for branches without need, or lacks a required one."""
    if not table.columns or table.has_branches == is_of_fleet:
        return table
    column = table.columns.index(BRANCH) + 1 if table.has_branches else 1
    text = _WITHOUT_BRANCH if is_of_fleet else _OF_FLEET
    return UserTable(table.file, findings=[Finding(text, file=table.file, line=table.header, column=column)])


def _not_utf_8(path: str, error: UnicodeDecodeError) -> Finding:
    """A finding at the row and the column with the first byte that is not UTF-8."""
    before = error.object[: error.start].decode("utf-8-sig") + "?"
    try:
        found = list(rows(before, strict=False))
    except NotCsv:
        found = []
    # A text that is not a table at all still has lines.
    line, column = (found[-1].number, len(found[-1].cells)) if found else (before.count("\n") + 1, 1)
    return Finding(NOT_UTF_8, file=path, line=line, column=column)


def with_rows(
    data: Mapping[str, Any], source: Source, tables: Sequence[UserTable]
) -> tuple[dict[str, Any], list[UserTable], list[Finding]]:
    """Add the users of CSV files to the data of a branch file.

    A list that no file gives stays ``None``.

    :param tables: the users of this branch alone.
    :return: the data, the tables without users who are declared twice, and a finding for each of those.
    """
    if not any(table.records for table in tables):
        return dict(data), list(tables), []
    users = list(data.get(USERS.name) or [])
    first: dict[str, tuple[Source | UserTable, int]] = {}
    for index, user in enumerate(users):
        first.setdefault(_key(user), (source, index))
    kept, found = [], []
    for table in tables:
        twice = {}
        for index, record in enumerate(table.records):
            holder, number = first.setdefault(_key(record), (table, index))
            if (holder, number) != (table, index):
                line, column = holder.place([USERS.name, number])
                twice[index] = f"is declared twice; the first is at {holder.file}:{line}:{column}"
        found += [
            at(table, [USERS.name, index], Finding(text, MAIL_USER.name, table.records[index][USERS.key.name]))
            for index, text in twice.items()
        ]
        kept.append(table.without(twice))
        users += kept[-1].records
    return {**data, USERS.name: users}, kept, found


def _key(user: Mapping[str, Any]) -> str:
    return normal_key(MAIL_USER, str(user.get(USERS.key.name, "")))


def findings_of_fleet(table: UserTable | None, names: Collection[str], all_known: bool) -> list[Finding]:
    """Return what is wrong with the users of the fleet's CSV file, and with the branches that they name.

    An error of a user without a known branch belongs to no branch.

    :param names: of the branches.
    :param all_known: whether the name of each branch file is known.
    """
    if table is None:
        return []
    found = [finding if finding.branch in names else replace(finding, branch="") for finding in table.findings]
    for index, branch in enumerate(table.branches):
        if branch in names or (branch and not all_known):
            continue
        name = table.records[index][USERS.key.name]
        text = f"is the name of no branch{did_you_mean(branch, names)}" if branch else "must be given"
        found.append(at(table, [USERS.name, index, BRANCH], Finding(text, MAIL_USER.name, name, BRANCH)))
    return in_order(found)
