# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for a Fincon server, in its own process, so that it shares no interpreter with the measured code."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from collection import ROOT

from .fleets import Fleet, installed
from .measure import FailedRun, apart

START_SECONDS = 120
#: No branch ever waits for a session or loses one, so that the server's limits are not measured: a loop logs in to all
#: branches before it reads the first user.
LIMITS = ("--max-sessions", "10000", "--user-timeout", "86400")


class StandIn:
    """A running stand-in.

    :param ready: the addresses and the process id that it reported.
    """

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.url = str(ready["url"])
        self._admin_url = str(ready["admin_url"]).rstrip("/")
        self._stat = Path("/proc", str(ready["pid"]), "stat")

    def forget_requests(self) -> None:
        """Reset the counts."""
        self._ask("DELETE", "/log")

    def requests(self) -> dict[str, int]:
        """The requests since the reset, for each company."""
        counted: dict[str, int] = self._ask("GET", "/counts")
        return counted

    def tamper(self, company: str, user: str, fields: Mapping[str, str]) -> None:
        """Change a user's settings like a person in Fincon's window."""
        self._ask("POST", "/tamper", {"company": company, "user": user, "fields": dict(fields)})

    def cpu(self) -> float | None:
        """Seconds of processor time that it has used so far; ``None`` if the system does not report it (proc(5))."""
        with contextlib.suppress(FileNotFoundError):
            # The name, in brackets, may hold anything; user and system time are the 14th and 15th field of the line.
            fields = self._stat.read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return None

    def _ask(self, verb: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        # The stand-in's own address on loopback.
        request = urllib.request.Request(  # noqa: S310
            self._admin_url + path, data, {"Content-Type": "application/json"}, method=verb
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)


@contextlib.contextmanager
def stand_in(folder: Path, *fleets: Fleet) -> Iterator[StandIn]:
    """Run the stand-in, in which fleets are installed as declared, and stop it at the end.

    :raises FailedRun: when it does not start in time.
    """
    site_file, ready, log = folder / "site.json", folder / "ready.json", folder / "stand-in.log"
    apart(lambda: site_file.write_text(json.dumps(installed(*fleets))))
    command = [sys.executable, str(ROOT / "tests" / "standin"), "--site", str(site_file), "--ready-file", str(ready)]
    with log.open("w") as output:
        process = subprocess.Popen([*command, *LIMITS], stdout=output, stderr=subprocess.STDOUT)
        try:
            ends = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > ends:
                    raise FailedRun(f"the stand-in did not start: {log.read_text()}")
                time.sleep(0.05)
            yield StandIn(json.loads(ready.read_text("utf-8")))
        finally:
            process.terminate()
            process.wait()
