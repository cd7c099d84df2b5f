# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' own Python, run by wine. tests/setup/windows-python.sh provides both."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(os.environ.get("FINCON_TEST_WINDOWS", "/opt/fincon-test/windows"))
PYTHON = ROOT / "python" / "python.exe"
PREFIX = ROOT / "prefix"


class WindowsPython:
    """Runs programs; as a context it waits at its end until nothing of wine is left."""

    def missing(self) -> str:
        """Why it cannot run here; empty when it can."""
        if not shutil.which("wine") or not PYTHON.exists() or not PREFIX.exists():
            return "wine and Windows' Python are not there (tests/setup/windows-python.sh)"
        return "" if PREFIX.stat().st_uid == os.geteuid() else "wine's folder belongs to another user"

    def __enter__(self) -> WindowsPython:
        return self

    def __exit__(self, *_exception: object) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            # Its server ends some seconds after the last program; only then is nothing left running.
            subprocess.run(["wineserver", "-w"], env=self._environment(), timeout=30, check=False)

    def run(self, program: Path, given: Mapping[str, Any]) -> tuple[int, str, str]:
        """Run the probe with these settings; return its status, output and error output."""
        # Through pipes: wine hands on no handle of a regular file.
        done = subprocess.run(
            ["wine", str(PYTHON), str(program), "--settings", "-", "--json"],
            input=json.dumps(given).encode(),
            capture_output=True,
            env=self._environment(),
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")

    @staticmethod
    def _environment() -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(ROOT), "WINEPREFIX": str(PREFIX), "WINEDEBUG": "-all"}
