# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks in the repository of a site: pre-commit with the hook of this repository, and check-jsonschema."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import env
import pytest
import yaml
from collection import ROOT, copy_collection

STARTER = ROOT / "roles" / "fincon_init" / "files"


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder with pre-commit and check-jsonschema."""
    try:
        return env.build("ecosystem") / "bin"
    except env.MissingPython as exc:
        pytest.skip(str(exc))


def run(command: list[str | Path], folder: Path, home: Path) -> tuple[int, str]:
    """Run a program with a home of its own, and return its status and what it prints."""
    name, address = (
        "GIT_AUTHOR_NAME=A GIT_COMMITTER_NAME=A",
        "GIT_AUTHOR_EMAIL=a@b.invalid GIT_COMMITTER_EMAIL=a@b.invalid",
    )
    identity = dict(pair.split("=") for pair in f"{name} {address}".split())
    variables = {**os.environ, **identity, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    # The settings of pip, which may name the package index, are those of the machine.
    variables.setdefault("XDG_CONFIG_HOME", str(Path.home() / ".config"))
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def repository(folder: Path, home: Path) -> str:
    """Make a folder a repository with all of its files in one commit, and return that commit."""
    for command in (["init", "--quiet"], ["add", "--force", "."], ["commit", "--quiet", "--message=All of it"]):
        status, printed = run(["git", *command], folder, home)
        assert status == 0, printed
    return run(["git", "rev-parse", "HEAD"], folder, home)[1].strip()


def test_the_hook_stops_a_commit_with_an_error_in_a_fleet_file(programs: Path, tmp_path: Path) -> None:
    home, site = tmp_path / "home", tmp_path / "site"
    home.mkdir()
    ours = copy_collection(tmp_path / "ours")
    commit = repository(ours, home)
    shutil.copytree(STARTER / "fleet", site / "fleet")
    hooks = [{"repo": str(ours), "rev": commit, "hooks": [{"id": "fincon-fleet"}]}]
    (site / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": hooks}))
    repository(site, home)

    check = [programs / "pre-commit", "run", "--all-files", "--color=never"]
    status, printed = run(check, site, home)
    assert status == 0, printed
    assert "check Fincon fleet files" in printed
    branch = site / "fleet" / "branches" / "cape-town.yml"
    branch.write_text(branch.read_text("utf-8").replace("sender_email: thandi", "sender_emial: thandi"), "utf-8")
    status, printed = run(check, site, home)
    assert status == 1
    assert (
        "fleet/branches/cape-town.yml:10:5: users[0].sender_emial (mail_user THANDI): is not a known key; "
        "did you mean 'sender_email'?"
    ) in printed


@pytest.mark.parametrize("kind", ["fleet", "branch"])
def test_check_jsonschema_accepts_the_examples_by_the_schemas_as_they_are(
    programs: Path, tmp_path: Path, kind: str
) -> None:
    pattern = "branches/*.yml" if kind == "branch" else "fincon.yml"
    files = [path for folder in (ROOT / "examples", STARTER) for path in sorted((folder / "fleet").glob(pattern))]
    assert files
    check = [programs / "check-jsonschema", "--schemafile", ROOT / "schemas" / f"{kind}.schema.json"]
    assert run([*check, *files], tmp_path, tmp_path) == (0, "ok -- validation done\n")
    faulty = tmp_path / "faulty.yml"
    faulty.write_text(files[0].read_text("utf-8") + "colour: blue\n", "utf-8")
    status, printed = run([*check, faulty], tmp_path, tmp_path)
    assert status == 1
    assert "colour" in printed
    status, printed = run([programs / "check-jsonschema", "--check-metaschema", check[2]], tmp_path, tmp_path)
    assert status == 0, printed
