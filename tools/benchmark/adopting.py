# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of an adoption: from the records of a fleet to the text of its files, without reading the records."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.adoption import Read, adopt
from ansible_collections.fincon.mail.plugins.plugin_utils._adopt.installations import Given

from .figures import Figure
from .fleets import Fleet
from .lab import Lab
from .measure import FailedRun
from .sizes import Sizes

# The target, for 1,000 branches of 50 users.
SECONDS = 8.0


def adoption(_lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Make the files of a fleet.

    :raises FailedRun: when something is missing in them.
    """
    fleet = Fleet(sizes.load_branches, sizes.load_users, own_logins=True)
    read = [_read(fleet, branch) for branch in fleet.names()]
    started = time.process_time()
    made = adopt(read)
    seconds = time.process_time() - started
    if made.findings or made.placeholders != fleet.branches * fleet.users:
        raise FailedRun(f"{made.placeholders} passwords to fill in, and findings: {made.findings[:3]}")
    yield Figure("adopt.files.cpu", seconds, "s", limit=SECONDS)
    yield Figure("adopt.users", made.placeholders)


def _read(fleet: Fleet, branch: str) -> Read:
    """A branch as read at an installation: passwords are words."""
    installation = {"backend": Given("attended"), "ledger": Given(f"ledgers/{branch}.yml")}
    users = [
        {**record, "password": "set", "smtp_server": fleet.definition()["name"]} for record in fleet.records(branch)
    ]
    return Read(branch, "", (), installation, [{**fleet.definition(), "password": "unset"}], users)
