# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the collection with galaxy-importer, as Galaxy and Automation Hub check a release; any warning fails.

--build FOLDER also builds the artifact there.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from collection import CACHE, ROOT, copy_collection

GALAXY = CACHE / "galaxy"
#: Galaxy requires an address, which the collection does not have yet. Only the checked copy gets this one.
ADDRESS = "repository: https://fincon-mail.invalid/\n"
PROBLEM = re.compile(r"^(WARNING|ERROR|CRITICAL)\b|\bTraceback\b", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", metavar="FOLDER", type=Path, help="build the artifact there if the check passes")
    target = parser.parse_args().build
    copy = copy_collection(GALAXY)
    description = copy / "galaxy.yml"
    text = description.read_text("utf-8")
    description.write_text(text if re.search(r"^repository:", text, re.MULTILINE) else text + ADDRESS, "utf-8")
    print(f"galaxy-importer reads {build(copy, GALAXY)}.", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", str(artifact(GALAXY))],
        cwd=GALAXY,
        # It stores its output in the home directory, and reads its settings from there.
        env={**os.environ, "HOME": str(GALAXY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or PROBLEM.search(done.stdout):
        print(done.stdout)
        return 1
    if target:
        target.mkdir(parents=True, exist_ok=True)
        print(f"{build(ROOT, target)} is ready to be published.")
    return 0


def build(source: Path, target: Path) -> Path:
    """Build the artifact of a tree into a folder, in place of an older one, and return it."""
    command = ["ansible-galaxy", "collection", "build", "--force", "--output-path", str(target), str(source)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return artifact(target)


def artifact(folder: Path) -> Path:
    """The newest artifact in a folder."""
    return max(folder.glob("fincon-mail-*.tar.gz"), key=lambda path: path.stat().st_mtime)


if __name__ == "__main__":
    sys.exit(main())
