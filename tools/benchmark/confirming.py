# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of attended branches: confirming all work orders in one run, and one by one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from .cases import ratio, times
from .figures import Figure
from .fleets import Fleet, write_attended_fleet
from .lab import Lab, changed_hosts
from .measure import FailedRun, Sample, cpu, interleaved, median, wall
from .sizes import Sizes

# The target, compared with a run for each branch.
SINGLES_PART = 0.1


def confirm(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Confirm the work orders of all branches in one run, that of one branch, and run debug at all of them."""
    fleet = Fleet(sizes.attended, sizes.users)
    orders = _Orders(lab, fleet)
    samples = interleaved(
        {
            "debug": orders.debug,
            "replies": orders.confirm_all,
            "single": orders.confirm_one,
            "status": orders.status,
        },
        sizes.slow_repeats,
    )
    for name, runs in samples.items():
        yield from times(f"confirm.{name}", runs)
    for suffix, figure, limit in (("", wall, SINGLES_PART), (".cpu", cpu, None)):
        replies, single, debug = (median(samples[name], figure) for name in ("replies", "single", "debug"))
        # All runs of a loop over the branches are alike: one of them is measured, and the result is multiplied.
        yield Figure(f"confirm.replies_to_singles{suffix}", replies / (fleet.branches * single), limit=limit)
        yield Figure(f"confirm.replies_to_debug{suffix}", replies / debug)
    yield from ratio("confirm.status_to_debug", samples["status"], samples["debug"])


class _Orders:
    """A fleet of attended branches, each with an open work order for everything that is declared.

    Nothing is verified, since there is no mail server.
    """

    def __init__(self, lab: Lab, fleet: Fleet) -> None:
        self._lab, self._names = lab, fleet.names()
        self._file = write_attended_fleet(fleet, lab.folder / "attended")
        self._ledgers, self._ordered = self._file.parent / "ledgers", lab.folder / "ordered"
        lab.playbook("apply", self._file, "-e", "fincon_verify=none")
        shutil.copytree(self._ledgers, self._ordered)

    def debug(self) -> Sample:
        """Run a minimal play."""
        return self._lab.play("debug", self._file)

    def status(self) -> Sample:
        """Show what is open at all branches."""
        return self._lab.playbook("status", self._file)

    def confirm_all(self) -> Sample:
        """Confirm the work orders of all branches in one run.

        :raises FailedRun: when it does not confirm each of them, since then other work was measured.
        """
        replies = json.dumps({"fincon_replies": dict.fromkeys(self._names, 1)})
        sample = self._confirmed("-e", replies)
        if not re.search(rf"{len(self._names)} repl(y|ies): {len(self._names)} confirmed,", sample.output):
            raise FailedRun(f"not all work orders were confirmed:\n{sample.output[-4000:]}")
        return sample

    def confirm_one(self) -> Sample:
        """Confirm the work order of one branch.

        :raises FailedRun: when it does not confirm it.
        """
        sample = self._confirmed("--limit", self._names[0], "-e", "fincon_order=1")
        if changed_hosts(sample.output).get(self._names[0]) is not True:
            raise FailedRun(f"the work order was not confirmed:\n{sample.output[-4000:]}")
        return sample

    def _confirmed(self, *options: str) -> Sample:
        """Run the playbook `confirm` with every work order open."""
        shutil.rmtree(self._ledgers)
        shutil.copytree(self._ordered, self._ledgers)
        # Runs remember how far each ledger had progressed, and would refuse a ledger that has gone back.
        shutil.rmtree(self._lab.home / Path(".ansible", "fincon_mail"))
        return self._lab.playbook("confirm", self._file, *options)
