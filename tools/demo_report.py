# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the drift report of a made-up fleet, to look at its formats: two days, seven kinds of problem.

python3 tools/env.py run main python tools/demo_report.py /tmp/report --branches 1000 --users 50
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from typing import Any

from collection import link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry, branch_entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import write_report

REGIONS = (
    "eastern-cape",
    "free-state",
    "gauteng",
    "kwazulu-natal",
    "limpopo",
    "mpumalanga",
    "north-west",
    "western-cape",
)
NAMES = ("THANDI", "PIETER", "LERATO", "KGOSI", "AYESHA", "JOHAN", "NOMSA", "SIPHO", "FATIMA", "WILLEM")
YESTERDAY, TODAY = "2026-11-23T04:00:00Z", "2026-11-24T04:00:00Z"


def fleet(branches: int, users: int, day: str) -> Iterator[Entry]:
    """Yield the entries of a fleet on one of the two days."""
    for number in range(branches):
        names = [f"{NAMES[user % 10][:6]}{user // 10 or ''}" for user in range(users)]
        name, region = f"branch-{number:04}", REGIONS[number % len(REGIONS)]
        tags = ["franchise"] if number % 5 == 0 else []
        yield branch_entry(name, result(number, names, day == TODAY), day, region, tags)


def result(number: int, users: list[str], today: bool) -> dict[str, Any]:
    """Return the result of fincon_mail_branch for a branch; most are in sync, and each kind of problem occurs."""
    declared: dict[str, Any] = {"records": {"smtp_servers": ["HQ relay"], "users": users}}
    read = {**declared, "outcome": "unchanged", "changes": [], "unverified": []}
    planned = {**read, "outcome": "planned"}
    kind = number % 50
    address = f"https://10.1.{number % 250}.3:4090"
    if kind == 1:
        text = f"{address}: no connection within 10 seconds; is a firewall between?"
        return {**declared, "outcome": "unreachable", "msg": text}
    if kind == 2 and today:
        return {
            **declared,
            "outcome": "failed",
            "msg": f"{address}: Login failed: Invalid user name or password; check the login",
        }
    if kind == 3:
        place = f"/srv/fleet/branches/branch-{number:04}.yml:12:5"
        text = f"{place}: users[1].telephone (mail_user {users[1]}): must be text, not the number 27215550100"
        return {**declared, "outcome": "invalid", "findings": [{"message": text}], "msg": text}
    if kind in (4, 5):
        return {**planned, "changes": [change("smtp_server", "HQ relay", ("port", 25, 587), ("use_tls", False, True))]}
    if kind == 6:
        home = f"{users[3].lower()}@home.example"
        own = ("sender_email", home, f"{users[3].lower()}@branch-{number:04}.example.co.za")
        found = [change("mail_user", users[3], own), change("mail_enabled", users[7], ("email_enabled", False, True))]
        return {**planned, "changes": found[: 2 if today else 1]}
    if kind == 7:
        gone = {"resource": "mail_user", "name": users[-1], "action": "create", "fields": []}
        extra = {"resource": "smtp_server", "name": "old gmail", "action": "delete", "fields": []}
        return {**planned, "changes": [gone, extra]}
    if kind in (8, 9):
        since = "2026-11-04" if kind == 8 else "2026-11-23"
        server = change("smtp_server", "HQ relay", ("mail_server", "10.0.0.9", "smtp.example.co.za"))
        linked = [change("mail_user", user, ("smtp_server", "", "HQ relay")) for user in users[:4]]
        items = [{"order": 3, "item": item, "since": since, **made} for item, made in enumerate([server, *linked], 1)]
        return {**read, "pending": items}
    if kind == 10:
        fields = [{"resource": "mail_user", "name": user, "field": "password"} for user in users[::6]]
        return {**read, "unverified": fields}
    return read


def change(resource: str, name: str, *fields: tuple[str, Any, Any]) -> dict[str, Any]:
    """Return an update of some fields."""
    changed = [{"field": field, "have": have, "want": want} for field, have, want in fields]
    return {"resource": resource, "name": name, "action": "update", "fields": changed}


def main() -> int:
    """Write the reports of both days into the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--branches", type=int, default=1000)
    parser.add_argument("--users", type=int, default=50)
    options = parser.parse_args()
    for day in (YESTERDAY, TODAY):
        started = time.process_time()
        written = write_report(list(fleet(options.branches, options.users, day)), day, options.folder)
        print(f"{day}: {written.document['counts']}, {time.process_time() - started:.1f} s of CPU time")
    print("\n".join(written.files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
