# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on a copy of the tree, with the ansible-test of the environment that runs this script.

ansible-test needs the tree at …/ansible_collections/fincon/mail and builds virtual environments in the home directory.
Here both are below .cache/sanity, so they are kept from run to run and nothing outside the checkout is changed.
Arguments are passed on: `--test pylint`, or files.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from collection import CACHE, copy_collection
from env import find_python

SANITY = CACHE / "sanity"

# The versions that the collection supports on nodes and controllers; those on this machine are tested.
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")

# ansible-test bootstraps pip with a script that it downloads from a special host, unless the script is in its cache.
# Every Python that it gets here includes pip (env.find_python makes sure of that), so a package index is enough.
GET_PIP = """\
import subprocess
import sys

absent = ("--no-setuptools", "--no-wheel")
arguments = [argument for argument in sys.argv[1:] if argument not in absent]
subprocess.check_call([sys.executable, "-m", "ensurepip"])
subprocess.check_call([sys.executable, "-m", "pip", "install", "--upgrade", *arguments])
"""


def main() -> int:
    import ansible_test  # comes with the ansible-core of this environment
    from ansible.release import __version__ as ansible_version

    workspace = SANITY / ansible_version
    home = workspace / "home"
    _seed_pip(Path(ansible_test.__path__[0]), home)
    pythons = _link_pythons(workspace / "bin")
    copy = copy_collection(workspace)
    # With a separate repository, ansible-test does not use the outer one, which ignores all of .cache.
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    environment = {
        **os.environ,
        "HOME": str(home),
        "PATH": f"{pythons}{os.pathsep}{os.environ['PATH']}",
        # The user's settings of pip, which may name the package index.
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config"),
    }
    command = ["ansible-test", "sanity", "--local", "--color", "no", *sys.argv[1:]]
    return subprocess.run(command, cwd=copy, env=environment, check=False).returncode


def _seed_pip(ansible_test: Path, home: Path) -> None:
    """Put GET_PIP where this ansible-test looks for the version of pip that it needs."""
    source = (ansible_test / "_internal" / "python_requirements.py").read_text()
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in set(re.findall(r"pip='([\d.]+)'", source)):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)


def _link_pythons(directory: Path) -> Path:
    """Fill `directory` with links to the interpreters of this machine, named by version; shims do not work there."""
    directory.mkdir(parents=True, exist_ok=True)
    for version in PYTHONS:
        link = directory / f"python{version}"
        link.unlink(missing_ok=True)
        python = find_python(version)
        if python:
            link.symlink_to(python)
        else:
            print(f"Python {version} is not on this machine: not tested with it.", flush=True)
    return directory


if __name__ == "__main__":
    sys.exit(main())
