# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site for the tests: a Fincon stand-in with three companies, a mail server, a fleet, and ansible-playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle
from collection import link_collection

# Every secret of a site is a canary: none of them may ever show.
PASSWORDS = {
    "relay@example.co.za": "c4nary-relay/+9",
    "thandi@example.co.za": "c4nary-thandi-Zq8",
    "pieter@example.co.za": "c4nary-pieter-Wx7",
    "lerato@example.co.za": "c4nary-lerato-Ty6",
}
SERVER_PASSWORD = "c4nary-server-Pk5"
COMPANIES = {"CAPETOWN": ["THANDI", "PIETER"], "DURBAN": ["LERATO"], "POLOKWAN": ["KGOSI"]}
#: The two ways in which a module runs, by the connection of its host.
WAYS = {"worker": "local", "process": "elsewhere"}
BRANCHES = {"cape-town": "CAPETOWN", "durban": "DURBAN", "polokwane": "POLOKWAN"}


@dataclass
class Run:
    """What a playbook run left behind."""

    status: int
    output: str
    results: list[dict[str, Any]]

    @property
    def result(self) -> dict[str, Any]:
        """The only result."""
        assert len(self.results) == 1, self.output
        return self.results[0]


class Site:
    """The stand-ins, the fleet's files below a folder of its own, and runs of ansible-playbook on them."""

    def __init__(self, folder: Path, standin: StandIn, mail: MailHandle) -> None:
        self.folder, self.standin, self.mail = folder, standin, mail
        self.way = "worker"
        self.collections = [link_collection()]
        self.fleet = folder / "fleet" / "fincon.yml"
        self._runs = 0
        (folder / "home").mkdir()
        (folder / "home" / "ansible.cfg").touch()
        self.write_fleet()

    def installation(self, company: str) -> dict[str, Any]:
        """The installation of a company."""
        return {
            "backend": "rest",
            "url": self.standin.url,
            "server_username": self.standin.server_username,
            "server_password": SERVER_PASSWORD,
            "data_id": company,
            "username": self.standin.fincon_username,
            "password": self.standin.fincon_password,
        }

    def relay(self, **fields: Any) -> dict[str, Any]:
        """The definition that all branches share."""
        shared = {
            "name": "HQ relay", "mail_server": "localhost", "port": self.mail.starttls_port, "use_tls": True,
            "authenticate": True, "timeout": 10, "username": "relay@example.co.za",
            "password": PASSWORDS["relay@example.co.za"],
        }  # fmt: skip
        return {**shared, **fields}

    def user(self, name: str, **fields: Any) -> dict[str, Any]:
        """A user of a branch with a login of their own, if there is one at the mail server."""
        address = f"{name.lower()}@example.co.za"
        own = {"username": address, "password": PASSWORDS[address]} if address in PASSWORDS else {}
        record = {"user": name, "sender_name": name.title(), "sender_email": address, "email_enabled": True}
        return {**record, **own, **fields}

    def write_fleet(self, **users: list[dict[str, Any]]) -> None:
        """Write the files of the fleet; `cape_town=[…]` replaces the users of a branch."""
        (self.fleet.parent / "branches").mkdir(parents=True, exist_ok=True)
        defaults = {"smtp_servers": [self.relay()], "user": {"smtp_server": "HQ relay"}}
        self._write(self.fleet, {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "defaults": defaults})
        for branch, company in BRANCHES.items():
            records = users.get(branch.replace("-", "_"), [self.user(name) for name in COMPANIES[company]])
            self.write_branch(branch, users=records)

    def write_branch(self, branch: str, **fields: Any) -> Path:
        """Write the file of a branch."""
        path = self.fleet.parent / "branches" / f"{branch}.yml"
        company = BRANCHES.get(branch, "CAPETOWN")
        self._write(path, {"branch": branch, "region": "south", "installation": self.installation(company), **fields})
        return path

    def playbook(self, name: str, *options: str, inventory: Path | None = None, **variables: Any) -> Run:
        """Run a playbook of the collection."""
        extra = {"fincon_smtp_ca_path": self.mail.ca_path, **variables}
        return self._run(name, inventory or self.fleet, options, extra)

    def tasks(
        self,
        *tasks: dict[str, Any],
        options: tuple[str, ...] = (),
        company: str = "CAPETOWN",
        defaults: dict[str, Any] | None = None,
    ) -> Run:
        """Run tasks on one host that has an installation, and return the result of each.

        `defaults` are those of the action group, by default the mail server's authority. fincon_mail_info has no
        such option and refuses it, so tasks of that module need `defaults={}`.
        """
        if defaults is None:
            defaults = {"ca_path": self.mail.ca_path}
        play = {
            "hosts": "branch",
            "gather_facts": False,
            "module_defaults": {"group/fincon.mail.fincon": defaults},
            "tasks": [
                {
                    **task,
                    "register": f"result_{number}",
                    "ignore_errors": True,
                }
                for number, task in enumerate(tasks)
            ],
        }
        self._runs += 1
        results = self.folder / f"results-{self._runs}.json"
        names = ", ".join(f"result_{number}" for number in range(len(tasks)))
        play["tasks"].append(
            {
                "ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(results)},
                "check_mode": False,
                "diff": False,
            }
        )
        book = self.folder / f"play-{self._runs}.yml"
        self._write(book, [play])
        inventory = self.folder / f"hosts-{self._runs}.yml"
        host = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "fincon_installation": self.installation(company),
        }
        self._write(inventory, {"all": {"hosts": {"branch": host}}})
        run = self._run(str(book), inventory, options, {})
        return Run(run.status, run.output, json.loads(results.read_text()) if results.exists() else [])

    def _run(self, playbook: str, inventory: Path, options: tuple[str, ...], extra: dict[str, Any]) -> Run:
        if self.way != "worker":
            extra = {**extra, "ansible_connection": WAYS[self.way]}
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), playbook]
        command += ["-e", json.dumps(extra), *options]
        done = subprocess.run(
            command, env=self.environment(self.folder, self.collections), cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert "DEPRECATION WARNING" not in done.stdout, done.stdout
        return Run(done.returncode, done.stdout, [])

    @staticmethod
    def environment(folder: Path, collections: Sequence[Path] = ()) -> dict[str, str]:
        """The environment of a run whose home is in a folder, with ours or other collections."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        return {
            **kept,
            "HOME": str(folder / "home"),
            "ANSIBLE_HOME": str(folder / "home" / ".ansible"),
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, collections or [link_collection()])),
            "ANSIBLE_CONFIG": str(folder / "home" / "ansible.cfg"),
            "ANSIBLE_DEPRECATION_WARNINGS": "true",
            "ANSIBLE_NOCOLOR": "1",
            # Hosts that name none: Ansible would look for one, and take a shim that stands for nothing.
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connections"),
        }

    @staticmethod
    def _write(path: Path, data: Any) -> None:
        path.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A fresh site."""
    with (
        StandIn(COMPANIES, server_password=SERVER_PASSWORD) as standin,
        MailHandle(PASSWORDS, may_send_as={"relay@example.co.za": ["@example.co.za"]}) as mail,
    ):
        yield Site(tmp_path, standin, mail)
