# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new site as the installed collection writes it: it is valid as it is, and nothing that exists is replaced."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from ..conftest import Site
from ..runner.conftest import HERE, artifact, installed

__all__ = ["artifact", "installed"]

FILES = [
    ".github/workflows/fleet.yml", ".gitignore", ".vscode/settings.json", "README.md", "ansible.cfg",
    "fleet/.schemas/branch.schema.json",
    "fleet/.schemas/fleet.schema.json", "fleet/branches/cape-town.yml", "fleet/fincon.yml",
    "fleet/group_vars/fincon/vault.yml", "ledgers/README.md", "requirements.txt", "requirements.yml", "survey.html",
    "vault-password.sh",
]  # fmt: skip
SETTINGS = "[defaults]\ninventory = fleet/fincon.yml\nvault_password_file = vault-password.sh\n"


class NewSite:
    """A home, the folder of a site, and runs of programs there as its people run them: with no settings of ours."""

    def __init__(self, folder: Path, collections: Path) -> None:
        self.home, self.folder = folder / "home", folder / "fincon"
        self.password = self.home / ".config" / "fincon" / "vault-password"
        self.home.mkdir()
        kept = Site.environment(folder, [collections])
        del kept["ANSIBLE_CONFIG"]
        self.environment = {**kept, "PATH": f"{HERE}{os.pathsep}{os.environ['PATH']}"}

    def run(self, *command: str, status: int = 0, **variables: str) -> str:
        """Run a command in the folder, once there is a site, and return what it prints."""
        done = subprocess.run(
            command, env={**self.environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.folder if (self.folder / "fleet").exists() else self.home, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout
        return done.stdout

    def init(self, *options: str) -> str:
        """Write the site."""
        return self.run("ansible-playbook", "fincon.mail.init", "-e", f"fincon_init_dir={self.folder}", *options)

    def files(self) -> list[str]:
        """Its files."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def new(tmp_path: Path, installed: Path) -> NewSite:
    """Nothing but a home."""
    return NewSite(tmp_path, installed)


def changes(output: str) -> list[str]:
    """The lines that say what is written."""
    return re.findall(r"^(?:changed|ok): .*", output, re.MULTILINE)


def test_a_new_site_is_valid_as_it_is_and_is_written_once(new: NewSite) -> None:
    checked = new.init("--check")
    assert not new.folder.exists()
    assert not new.password.exists()
    written = new.init("-vvv", "--diff")
    assert changes(new_lines(written)) == changes(new_lines(checked)), "check mode tells the same"
    assert new.files() == FILES
    assert new.password.stat().st_mode & 0o777 == 0o600

    assert new.password.read_text().strip() not in written

    valid = new.run("ansible-playbook", "fincon.mail.validate")
    assert re.search(r"cape-town +: .*failed=0", valid), valid
    new.run("ansible-playbook", "fincon.mail.apply", "-e", "fincon_verify=none")
    assert (new.folder / "ledgers" / "work-orders" / "cape-town.html").exists(), "the first order, beside the ledgers"
    assert "changed=0" in new.init()

    for name in ("evidence.json", "evidence.json.lock"):
        (new.folder / "fleet" / name).touch()
    new.run("git", "init", "--quiet")
    tracked = new.run("git", "ls-files", "--others", "--exclude-standard").splitlines()
    assert sorted(tracked) == sorted([*FILES, "ledgers/cape-town.yml"]), "no page, lock or evidence is committed"


def new_lines(output: str) -> str:
    """An output without what -vvv adds to its lines."""
    return re.sub(r" => \{$", "", output, flags=re.MULTILINE)


def test_what_exists_is_kept_and_the_vault_password_comes_from_its_file_or_from_ci(new: NewSite) -> None:
    kept = {new.folder / "ansible.cfg": SETTINGS, new.password: "a password of before\n"}
    for path, text in kept.items():
        path.parent.mkdir(parents=True)
        path.write_text(text)
    new.init("-e", "fincon_init_ci=gitlab")
    assert {path: path.read_text() for path in kept} == kept
    assert (new.folder / ".gitlab-ci.yml").exists()

    new.password.unlink()
    failed = new.run("ansible-playbook", "fincon.mail.validate", status=1)
    assert f"There is no vault password: {new.password} cannot be read." in " ".join(failed.split()), failed
    new.run("ansible-playbook", "fincon.mail.validate", FINCON_VAULT_PASSWORD="a password of before")
