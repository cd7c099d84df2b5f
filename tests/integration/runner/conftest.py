# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as it is installed from its artifact, and ansible-runner and ansible-builder to use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import env
import pytest
from collection import ROOT

from ..conftest import Site

#: Where the programs of the ansible-core under test are.
HERE = Path(sys.executable).parent


@pytest.fixture(scope="session")
def runner_tools() -> Path:
    """The folder with ansible-runner and ansible-builder; their environment has no ansible-core."""
    try:
        return env.build("runner") / "bin"
    except env.MissingPython as exc:
        pytest.skip(str(exc))


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as a release would be."""
    folder = tmp_path_factory.mktemp("artifact")
    program([HERE / "ansible-galaxy", "collection", "build", ROOT, "--output-path", folder], folder)
    return next(folder.glob("fincon-mail-*.tar.gz"))


@pytest.fixture(scope="session")
def installed(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with that one installed."""
    folder = tmp_path_factory.mktemp("collections")
    program([HERE / "ansible-galaxy", "collection", "install", "--offline", "-p", folder, artifact], folder)
    return folder


def program(command: list[Any], folder: Path, **variables: str) -> str:
    """Run a program that must succeed, and return what it prints."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**kept, "HOME": str(folder), "PATH": f"{HERE}{os.pathsep}{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Job:
    """What a run of ansible-runner left behind."""

    status: str
    artifacts: Path
    output: str


@dataclass
class Controller:
    """Runs playbooks as AWX does: by ansible-runner, each in a fresh private data folder and a fresh home."""

    site: Site
    tools: Path
    collections: Path
    secrets: dict[str, str]
    vault_key: Path
    _jobs: int = field(default=0, init=False)

    def run(self, playbook: str, inventory: Path, *options: str, **variables: Any) -> Job:
        """Run a playbook of the collection."""
        self._jobs += 1
        folder = self.site.folder / f"job-{self._jobs}"
        home = self.site.folder / f"home-{self._jobs}"
        for part in (folder / "env", folder / "project", home):
            part.mkdir(parents=True)
        # Secrets go into a file, as AWX injects the extra variables of a credential.
        extra = {"fincon_smtp_ca_path": self.site.mail.ca_path, **self.secrets, **variables}
        (folder / "env" / "extravars").write_text(json.dumps(extra))
        (folder / "env" / "envvars").write_text(
            json.dumps({"HOME": str(home), "ANSIBLE_COLLECTIONS_PATH": str(self.collections), "ANSIBLE_NOCOLOR": "1"})
        )
        command = ["run", folder, "--playbook", playbook, "--inventory", inventory, "--ident", "job", "--quiet"]
        arguments = " ".join(["-vvv", "--diff", "--vault-password-file", str(self.vault_key), *options])
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        subprocess.run(
            [str(self.tools / "ansible-runner"), *map(str, command), f"--cmdline={arguments}"],
            env={**kept, "PATH": f"{HERE}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)},
            timeout=300,
            check=False,
        )
        artifacts = folder / "artifacts" / "job"
        return Job((artifacts / "status").read_text(), artifacts, (artifacts / "stdout").read_text("utf-8"))


def slices(exported: dict[str, Any], count: int, folder: Path) -> list[Path]:
    """Inventories that hold every n-th host, as scripts: this is how AWX hands a slice to its job."""
    hosts = sorted(exported["_meta"]["hostvars"])
    scripts = []
    for number in range(count):
        part = set(hosts[number::count])
        groups = {
            name: {**group, "hosts": [host for host in group.get("hosts", []) if host in part]}
            for name, group in exported.items()
            if name != "_meta"
        }
        variables = {host: values for host, values in exported["_meta"]["hostvars"].items() if host in part}
        script = folder / f"slice-{number + 1}"
        data = json.dumps({**groups, "_meta": {"hostvars": variables}})
        script.write_text(f"#!{sys.executable}\nprint({data!r})\n")
        script.chmod(0o755)
        scripts.append(script)
    return scripts
