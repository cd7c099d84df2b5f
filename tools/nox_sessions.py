# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the sessions of antsibull-nox.toml on a copy of the tree, with the pinned tools of the environment it runs in.

By default, Nox would install the newest tools into its own environments. Arguments are passed on: `-s extra-checks`.
"""

from __future__ import annotations

import os
import subprocess
import sys

from collection import CACHE, copy_collection

NOX = CACHE / "nox"
#: The other session, docs-check, does nothing without its own environment; `make lint` includes its check.
SESSIONS = ("lint", "license-check", "extra-checks", "build-import-check")


def main() -> int:
    copy = copy_collection(NOX)
    # A separate repository: nox asks git for the files, and the outer repository ignores all of .cache.
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=copy, check=True)
    arguments = sys.argv[1:] or ["-s", *SESSIONS]
    environment = {**os.environ, "HOME": str(NOX)}
    return subprocess.run(["nox", "--no-venv", *arguments], cwd=copy, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
