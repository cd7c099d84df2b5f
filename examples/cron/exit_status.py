#!/usr/bin/env python3
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An exit status that cron can distinguish, from the JSON of the playbooks drift and status.

    exit_status.py --since "$START" --drift REPORT/drift-report.json --status status.json

It prints a line for each branch that is not in sync, and ends with the most urgent status of docs/exit-status.md. It
only needs Python 3.9.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

IN_SYNC, DRIFT, LATE, FILES, FAILED, UNKNOWN, WAITS = 0, 10, 11, 12, 13, 14, 15

#: The most urgent first.
PRESSING = (UNKNOWN, FILES, FAILED, DRIFT, LATE, WAITS, IN_SYNC)
WORDS = {
    IN_SYNC: "in sync",
    DRIFT: "drift",
    LATE: "late work orders",
    FILES: "errors in the fleet files",
    FAILED: "failed branches",
    UNKNOWN: "not known",
    WAITS: "not yet rolled out",
}
#: For the states in a drift report. An open work order that is not late is not a problem.
STATES = {
    "in_sync": IN_SYNC,
    "pending": IN_SYNC,
    "drift": DRIFT,
    "invalid": FILES,
    "failed": FAILED,
    "unreachable": FAILED,
}


def of_drift(report: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Return the problem of each branch that is not in sync, from a drift report."""
    for branch in report["branches"]:
        # A state that this script does not know does not count as good.
        status = STATES.get(branch["state"], UNKNOWN)
        if status == DRIFT and only_in_files(branch):
            status = WAITS
        if status != IN_SYNC:
            reason = in_one_line(branch["reason"])
            said = WORDS[WAITS] if status == WAITS else branch["state"]
            yield status, f"{branch['branch']}: {said}{': ' + reason if reason else ''}"


def in_one_line(text: str) -> str:
    """Return the first line of a text; when that only announces the next ones, the first of them as well."""
    first, *rest = text.split("\n")
    if not rest or not first.endswith(":"):
        return first
    more = f" (and {len(rest) - 1} more)" if len(rest) > 1 else ""
    return f"{first} {rest[0]}{more}"


def only_in_files(branch: Mapping[str, Any]) -> bool:
    """Whether the only differences at a branch are not yet rolled out, as in a rollout in waves."""
    found = [item for record in branch["records"] for item in record.get("differences", ())]
    return bool(found) and all(item.get("changed_in") == "files" for item in found)


def of_status(report: Mapping[str, Any], longest: int | None) -> Iterator[tuple[int, str]]:
    """Return the problem of each branch that is late or cannot be read, from the list of open work orders.

    :param longest: days for which an item may be pending; ``None`` for any number.
    """
    for branch in report["branches"]:
        if branch["problem"]:
            yield FAILED, f"{branch['branch']}: could not be read: {in_one_line(branch['problem'])}"
        elif branch["overdue"]:
            yield LATE, f"{branch['name']}: overdue since {branch['due']}, {branch['items_left']} items left"
        elif longest is not None and branch["order"] is not None and branch["days"] > longest:
            yield LATE, f"{branch['name']}: pending for {branch['days']} days, {branch['items_left']} items left"


def read(path: str, since: float) -> dict[str, Any]:
    """Return a report of this run.

    :param since: when the run began, seconds since the epoch. An older file belongs to another run.
    :raises ValueError: when there is none, with a sentence that says so.
    """
    try:
        # The clock of a file system may be slightly behind that of the machine.
        if os.stat(path).st_mtime < int(since):
            raise ValueError(f"{path}: is of an earlier run; this one ended before it wrote its report")
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except OSError as exc:
        raise ValueError(f"{path}: cannot be read ({exc.strerror}); the run ended before it wrote its report") from exc
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ValueError(f"{path}: is not JSON") from exc
    if not isinstance(data, dict) or data.get("version") != 1:
        raise ValueError(f"{path}: is not a report of version 1")
    return data


def judge(options: argparse.Namespace) -> list[tuple[int, str]]:
    """Return all problems."""
    found: list[tuple[int, str]] = []
    for path, look in (
        (options.drift, of_drift),
        (options.status, lambda report: of_status(report, options.longest)),
    ):
        if path is None:
            continue
        try:
            found += look(read(path, options.since))
        except ValueError as exc:
            found.append((UNKNOWN, str(exc)))
        except (KeyError, TypeError, AttributeError):
            found.append((UNKNOWN, f"{path}: is not a report of the playbook"))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the problems, and return the status."""
    parser = argparse.ArgumentParser(description="An exit status from the reports of fincon.mail.drift and .status.")
    parser.add_argument("--drift", metavar="FILE", help="drift-report.json of the playbook drift, or of merge_reports")
    parser.add_argument("--status", metavar="FILE", help="fincon_status_file of the playbook status")
    parser.add_argument("--since", metavar="SECONDS", type=float, default=0, help="when the run began: date +%%s")
    parser.add_argument("--longest", metavar="DAYS", type=int, help="days for which an item may be pending")
    options = parser.parse_args(arguments)
    if options.drift is None and options.status is None:
        parser.error("name a report: --drift FILE, --status FILE or both")
    found = judge(options)
    status = min((one for one, _line in found), key=PRESSING.index, default=IN_SYNC)
    found.sort(key=lambda one: PRESSING.index(one[0]))
    lines = [f"Fincon mail: {WORDS[status]}", *dict.fromkeys(line for _status, line in found)]
    for line in lines:
        # Lines of a report must not control a terminal or break the lines of an e-mail.
        sys.stdout.write("".join(character if character.isprintable() else " " for character in line) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
