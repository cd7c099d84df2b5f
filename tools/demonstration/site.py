# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the demonstration: its stand-ins, its variables, its output folder, and runs of playbooks."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from collection import ROOT

from .clerk import Windows
from .show import UnexpectedError, expect, short, show

FLEET = ROOT / "examples" / "fleet" / "fincon.yml"
ADAPTER = ROOT / "examples" / "adapters" / "json_file.py"
SITE = ROOT / "tests" / "standin" / "sites" / "demo.json"
START_SECONDS = 30
#: The file that marks the folder of a demonstration.
_MARK = "README.txt"
_README = (
    "Made by `make demo`, and emptied when it starts again. All passwords in here are those of the demonstration.\n"
)


class Site:
    """The fleet of the demonstration, with the stand-ins running.

    :param ready: the addresses that the stand-in reported.
    :param folder: for files that are kept.
    :param private: for temporary files: the variables, with the passwords.
    """

    def __init__(self, ready: dict[str, Any], folder: Path, private: Path) -> None:
        self.folder = folder
        self._ready = ready
        self._private = private
        site = json.loads(SITE.read_text("utf-8"))
        self._accounts = {address.partition("@")[0]: password for address, password in site["mail"]["accounts"].items()}
        self._variables = {
            "server_url": ready["url"],
            "state_dir": str(folder / "state"),
            "adapter_program": str(ADAPTER),
            "fincon_report_dir": str(folder / "report"),
            "smtp_host": "localhost",
            "smtp_port": ready["smtp"]["starttls_port"],
            "fincon_smtp_ca_path": ready["smtp"]["ca_path"],
            "vault_fincon_server": site["server"]["password"],
            "vault_fincon_user": site["companies"][0]["users"][0]["password"],
            "vault_smtp": self._accounts,
        }
        for name in ("state", "pages", "replies", "windows"):
            (folder / name).mkdir()
        self._durban = folder / "state" / "durban-fincon.json"
        self._durban.touch(mode=0o600)
        self._durban.write_text(json.dumps({"smtp_servers": [], "users": [{"user": "LERATO"}, {"user": "JOHAN"}]}))

    def play(self, name: str, *options: str, fails: bool = False, **variables: Any) -> str:
        """Run a playbook and return what it printed.

        :param fails: whether it should end with a failed branch.
        :param variables: further variables, which are shown in the command unless they are secrets.
        :raises UnexpectedError: when it does not end as expected.
        """
        file = self._private / "variables.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(self._variables | variables))
        told = [f"-e '{json.dumps({key: value})}'" for key, value in variables.items() if not key.startswith("vault_")]
        show(
            " ".join(["$ ansible-playbook -i", str(FLEET.relative_to(ROOT)), f"fincon.mail.{name}", *options, *told])
            + "\n\n"
        )
        command = ["ansible-playbook", "-i", str(FLEET), f"fincon.mail.{name}", "-e", f"@{file}", *options]
        # Runs read settings in the home directory and keep notes of ledgers there, so the user's own are not used.
        environment = {**os.environ, "HOME": str(self._private), "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        show(short(done.stdout))
        expect((done.returncode != 0) == fails, f"fincon.mail.{name} ended with status {done.returncode}")
        return done.stdout

    def status(self, name: str) -> dict[str, Any]:
        """Run the playbook `status`, and return its result: the open work orders, by branch.

        :param name: of the file that is kept.
        """
        file = self.folder / f"{name}.json"
        self.play("status", fincon_status_file=str(file))
        return {one["branch"]: one for one in json.loads(file.read_text("utf-8"))["branches"] if one["order"]}

    def written(self) -> tuple[int, str, list[Path]]:
        """Return everything that a write would change: the write requests, the adapter's file, the files of ledgers."""
        ledgers = sorted((self.folder / "state" / "ledgers").rglob("*"))
        return len(self._ask("/log?writes=true")), self._durban.read_text(), ledgers

    def page(self, branch: str, kind: str = "md") -> Path:
        """Return the page of a work order."""
        return self.folder / "state" / "ledgers" / "work-orders" / f"{branch}.{kind}"

    def keep_pages(self) -> None:
        """Keep a copy of the pages: the collection removes those of a completed work order."""
        shutil.copytree(self.page("x").parent, self.folder / "pages", dirs_exist_ok=True)

    def keep_report(self, name: str) -> None:
        """Keep a copy of the drift report: the next one replaces it."""
        shutil.copytree(self.folder / "report", self.folder / name)

    def windows(self, branch: str) -> Windows:
        """Return Fincon's windows at an attended branch."""
        return Windows(self.folder / "windows" / f"{branch}.json")

    def tamper(self) -> None:
        """Change settings at two branches, like a person in Fincon's windows."""
        change = {"company": "CAPETOWN", "user": "PIETER", "fields": {"MailEnabled": "N"}}
        self._ask("/tamper", change)
        fincon = json.loads(self._durban.read_text())
        for user in fincon["users"]:
            if user["user"] == "LERATO":
                user["sender_email"] = "lerato@home.example"
        self._durban.write_text(json.dumps(fincon))

    def wrong_password(self, user: str) -> dict[str, Any]:
        """Return the variables with another password for one user."""
        return {"vault_smtp": {**self._accounts, user: "not-the-password"}}

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        # The stand-in's own address on loopback.
        request = urllib.request.Request(  # noqa: S310
            self._ready["admin_url"].rstrip("/") + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)


def declared_users(branch: str) -> dict[str, dict[str, str]]:
    """Return the users that the file of a branch declares, with their unrendered texts."""
    file = FLEET.parent / "branches" / f"{branch}.yml"
    return {user["user"]: user for user in yaml.safe_load(file.read_text("utf-8"))["users"]}


def empty(folder: Path) -> None:
    """Make the folder of the demonstration, or empty the folder of an earlier one.

    :raises UnexpectedError: when it is not a folder of a demonstration, and so must not be emptied.
    """
    if folder.exists() and not (folder / _MARK).is_file():
        raise UnexpectedError(
            f"{folder} is there, and no demonstration made it. Move it away, or give another --folder."
        )
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).write_text(_README)


@contextlib.contextmanager
def stand_ins(folder: Path) -> Iterator[dict[str, Any]]:
    """Run the stand-in with its mail server, and stop it at the end.

    :raises UnexpectedError: when it does not start in time.
    """
    ready = folder / "ready.json"
    with (folder / "standin.log").open("w") as log:
        command = [sys.executable, str(ROOT / "tests" / "standin"), "--smtp", "--ready-file", str(ready)]
        standin = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            ends = time.monotonic() + START_SECONDS
            while not ready.exists():
                if standin.poll() is not None or time.monotonic() > ends:
                    raise UnexpectedError(f"the stand-ins did not start: {(folder / 'standin.log').read_text()}")
                time.sleep(0.05)
            yield json.loads(ready.read_text("utf-8"))
        finally:
            standin.terminate()
            standin.wait()
