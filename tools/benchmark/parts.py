# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of a fleet in parts: each part is compared in a separate run, and the reports are merged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .cases import Site, memory, ratio, times
from .figures import Figure
from .fleets import Fleet
from .lab import Lab
from .measure import FailedRun
from .sizes import Sizes
from .standin import stand_in

#: The exit status of a run that found drift (docs/exit-status.md).
DRIFT = 2
REPORT = "drift-report.json"
#: In each part one user was changed by hand: what is found in a part must also be in the merged report.
_CHANGED = {"SenderName": "Somebody else"}
#: Up to this number of branches, the whole fleet is also compared in one run.
_WHOLE = 1000


def parts(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Compare each part of a fleet, merge the reports, and check that the result equals that of the whole fleet.

    :raises FailedRun: when it does not.
    """
    fleets = [Fleet(sizes.part, sizes.users, prefix=f"P{number}-") for number in range(sizes.parts)]
    names = [name for fleet in fleets for name in fleet.names()]
    with stand_in(lab.folder, *fleets) as server:
        site = Site(lab, server, fleets)
        changed = [fleet.names()[-1] for fleet in fleets]
        for company in changed:
            server.tamper(company, "U001", _CHANGED)
        folders = [lab.folder / f"part-{number}" for number in range(sizes.parts)]
        runs = [
            lab.playbook("drift", site.file(fleet), *_into(folder), expected=DRIFT)
            for fleet, folder in zip(fleets, folders, strict=True)
        ]
        whole = lab.folder / "whole"
        if len(names) <= _WHOLE:
            files = [site.file(fleet) for fleet in fleets]
            yield from times("parts.whole", [lab.playbook("drift", files, *_into(whole), expected=DRIFT)])
    reports = json.dumps({"fincon_reports": [str(folder / REPORT) for folder in folders]})
    merged = lab.playbook("merge_reports", (), "-e", reports, *_into(lab.folder / "merged"), expected=DRIFT)
    found = _branches(lab.folder / "merged")
    differing = [name for name, branch in found.items() if branch["state"] != "in_sync"]
    if sorted(found) != sorted(names) or sorted(differing) != sorted(changed):
        raise FailedRun("the merged report does not hold what its parts do")
    if whole.is_dir() and found != _branches(whole):
        raise FailedRun("the merged report is not that of the whole")
    yield from times("parts.part", runs)
    yield memory("parts.part.peak", runs)
    yield from times("parts.merge", [merged])
    yield memory("parts.merge.peak", [merged])
    yield from ratio("parts.merge_to_part", [merged], runs)
    yield Figure("parts.branches", len(found))


def _into(folder: Path) -> tuple[str, str]:
    return "-e", f"fincon_report_dir={folder}"


def _branches(folder: Path) -> dict[str, Any]:
    """The branches of a report, by name, without the times, which differ between runs."""
    report = json.loads((folder / REPORT).read_text("utf-8"), object_hook=_without_times)
    return {branch["branch"]: branch for branch in report["branches"]}


def _without_times(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in ("checked", "since")}
