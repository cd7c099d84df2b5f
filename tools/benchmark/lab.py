# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder with fleets, and measured runs of Ansible on them with Ansible's default settings."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from collection import link_collection

from .measure import FailedRun, Sample, run

PLAYS = Path(__file__).parent / "plays"
_RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.M)


class Lab:
    """Runs Ansible.

    :param folder: a separate folder for all files that are written.
    :param forks: of Ansible.

    Its `home` is the home directory of the runs, in which they keep their notes.
    """

    def __init__(self, folder: Path, forks: int) -> None:
        self.folder = folder
        self.home = home = folder / "home"
        home.mkdir()
        (home / "ansible.cfg").touch()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        self._environment = {
            **kept,
            "HOME": str(home),
            "ANSIBLE_HOME": str(home / ".ansible"),
            "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(link_collection()),
            "ANSIBLE_REMOTE_TMP": str(home / "remote"),
            "ANSIBLE_FORKS": str(forks),
            "ANSIBLE_NOCOLOR": "1",
        }

    def play(self, name: str, inventory: Path, *options: str) -> Sample:
        """Run a play of this package.

        :raises FailedRun: when it fails on a host.
        """
        return self._ansible("ansible-playbook", "-i", str(inventory), *options, str(PLAYS / f"{name}.yml"))

    def playbook(self, name: str, inventories: Path | Sequence[Path], *arguments: str, expected: int = 0) -> Sample:
        """Run a playbook of the collection.

        :param inventories: one fleet file, or several.
        :param expected: its exit status (docs/exit-status.md).
        :raises FailedRun: when it ends with another status.
        """
        files = [inventories] if isinstance(inventories, Path) else inventories
        options = [option for file in files for option in ("-i", str(file))]
        return self._ansible("ansible-playbook", *options, *arguments, f"fincon.mail.{name}", expected=expected)

    def unchanged_play(self, name: str, inventory: Path, hosts: Iterable[str]) -> Sample:
        """Run a play in check mode.

        :raises FailedRun: when it does not find every host unchanged, since then other work was measured.
        """
        sample = self.play(name, inventory, "--check")
        changed = changed_hosts(sample.output)
        if set(changed) != set(hosts) or any(changed.values()):
            raise FailedRun(f"{name}.yml did not find all branches as declared:\n{sample.output[-4000:]}")
        return sample

    def listing(self, inventory: Path) -> Sample:
        """Run ``ansible-inventory --list`` and discard the output."""
        return self._ansible("ansible-inventory", "-i", str(inventory), "--list", "--output", os.devnull)

    def load(self, inventory: Path, hosts: int, users: int) -> Sample:
        """Load an inventory. The times are only those of loading, without the start of Python and Ansible.

        :raises FailedRun: when it does not have these numbers of hosts and users.
        """
        command = [sys.executable, str(Path(__file__).parent / "load_inventory.py"), str(inventory)]
        sample = run(command, self._environment, self.folder)
        printed = json.loads(sample.output.splitlines()[-1])
        if (printed["hosts"], printed["users"]) != (hosts, hosts * users):
            raise FailedRun(f"{inventory} was not loaded as a whole:\n{sample.output[-4000:]}")
        return replace(sample, wall=printed["wall"], cpu=printed["cpu"])

    def _ansible(self, program: str, *arguments: str, expected: int = 0) -> Sample:
        command = [str(Path(sys.executable).parent / program), *arguments]
        return run(command, self._environment, self.folder, expected)


def changed_hosts(output: str) -> dict[str, bool]:
    """Whether each host was changed, from the recap of a play."""
    return {host: changed != "0" for host, _ok, changed, _unreachable, _failed in _RECAP.findall(output)}
