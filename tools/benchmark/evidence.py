# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark of an audit mailbox: a first reading of all its messages, compared with a play that only runs debug."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from .audited import imap, imap_missing, write_mbox
from .cases import memory, times
from .figures import Figure
from .fleets import Fleet, write_attended_fleet
from .lab import Lab
from .measure import FailedRun, Sample, cpu, interleaved, median, peak
from .sizes import Sizes

_MB = 1024 * 1024
#: The target: memory compared with that of debug.
MEMORY_MB = 50.0


def evidence(lab: Lab, sizes: Sizes) -> Iterator[Figure]:
    """Read a mailbox for the first time, as an mbox file and over IMAP, and run debug at the same branches."""
    fleet = Fleet(sizes.attended, sizes.users)
    runs = _Runs(lab, write_attended_fleet(fleet, lab.folder / "audited"), sizes.messages)
    mbox = write_mbox(lab.folder / "mbox", fleet, sizes.messages)
    cases = {"debug": runs.debug, "read": partial(runs.read, mbox)}
    with ExitStack() as held:
        why_not = imap_missing()
        if why_not:
            print(f"evidence.imap is left out: {why_not}", file=sys.stderr)
        else:
            served = held.enter_context(imap(fleet, sizes.messages))
            cases["imap"] = partial(runs.read, served)
        samples = interleaved(cases, sizes.slow_repeats)
    for name, measured in samples.items():
        yield from times(f"evidence.{name}", measured)
        yield memory(f"evidence.{name}.peak", measured)
    debug = samples.pop("debug")
    for name, measured in samples.items():
        more = median(measured, cpu) - median(debug, cpu)
        yield Figure(f"evidence.{name}.messages_per_second", sizes.messages / max(more, 0.01))
        over = median(measured, peak) - median(debug, peak)
        yield Figure(f"evidence.{name}.peak_over_debug", max(over, 0) / _MB, "MB", limit=MEMORY_MB)


class _Runs:
    """Runs over a fleet with an audit mailbox.

    :param file: the fleet file.
    :param messages: how many messages the mailbox has.
    """

    def __init__(self, lab: Lab, file: Path, messages: int) -> None:
        self._lab, self._file, self._messages = lab, file, messages

    def debug(self) -> Sample:
        """Run a minimal play."""
        return self._lab.play("debug", self._file)

    def read(self, mailbox: Mapping[str, Any]) -> Sample:
        """Read a mailbox from its beginning.

        :raises FailedRun: when it does not read each message, or finds a user who is not proven.
        """
        self._file.with_name("evidence.json").unlink(missing_ok=True)
        variables = json.dumps({"fincon_evidence_mailbox": mailbox})
        sample = self._lab.playbook("evidence", self._file, "-e", variables)
        if f": {self._messages:,} new messages" not in sample.output or "without proof" in sample.output:
            raise FailedRun(f"not all messages were read and believed:\n{sample.output[-4000:]}")
        return sample
