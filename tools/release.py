# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare the release that galaxy.yml names: its changelog from the fragments, and the artifact. Nothing is published.

--rehearse works in a copy and leaves the tree unchanged.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import yaml
from collection import CACHE, ROOT, copy_collection
from env import variables

RELEASE = CACHE / "release"
NEXT = """\
Release {version} is prepared, and nothing is published. Look at CHANGELOG.rst and at {artifact}, then:
  git add --all && git commit -m "Release {version}" && git tag {version}
  ansible-galaxy collection publish {artifact}\
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rehearse", action="store_true", help="work on a copy of the tree")
    rehearse = parser.parse_args().rehearse
    tree = copy_collection(RELEASE) if rehearse else ROOT
    version = yaml.safe_load((tree / "galaxy.yml").read_text("utf-8"))["version"]
    problems = [*tree_problems(tree, version), *([] if rehearse else git_problems())]
    if problems:
        print(*(f"Error: {problem}" for problem in problems), sep="\n", file=sys.stderr)
        return 1
    run("tools", "antsibull-changelog", "lint", folder=tree)
    run("tools", "antsibull-changelog", "release", "--version", version, folder=tree)
    if (tree / "changelogs" / "fragments").exists() and list((tree / "changelogs" / "fragments").glob("*.yml")):
        print("Error: fragments are left over that are in no release", file=sys.stderr)
        return 1
    if rehearse:
        print((tree / "CHANGELOG.rst").read_text("utf-8").partition("\nMinor Changes")[0])
        return 0
    run("galaxy", "python", "tools/galaxy.py", "--build", "dist", folder=ROOT)
    print(NEXT.format(version=version, artifact=f"dist/fincon-mail-{version}.tar.gz"))
    return 0


def tree_problems(tree: Path, version: str) -> list[str]:
    """The tree cannot be released; the text says why."""
    changelog = yaml.safe_load((tree / "changelogs" / "changelog.yaml").read_text("utf-8"))
    found = []
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        found.append(f"{version}, the version in galaxy.yml, is not a version of three numbers")
    if version in changelog["releases"]:
        found.append(f"{version} is released already: raise the version in galaxy.yml")
    if not list((tree / "changelogs" / "fragments").glob("*.yml")):
        found.append("there is no fragment in changelogs/fragments, so that nothing is new")
    return found


def git_problems() -> list[str]:
    """Why the tree cannot be released, according to git."""
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    return [f"commit or remove what is not committed: {', '.join(line[3:] for line in changed)}"] if changed else []


def run(environment: str, *command: str, folder: Path) -> None:
    """Run a command that must succeed, in one of the pinned environments."""
    # The changelog lists the plugins of the collection in the folder.
    path = {"ANSIBLE_COLLECTIONS_PATH": str(folder.parents[2])} if folder != ROOT else {}
    subprocess.run(command, cwd=folder, env={**variables(environment), **path}, check=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as exc:
        print(f"Error: {' '.join(map(str, exc.cmd))} ended with status {exc.returncode}.", file=sys.stderr)
        sys.exit(1)
