# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of all three backends whose passwords have awkward shapes, and everything that a run leaves behind."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import yaml
from ansible_collections.fincon.mail.tests.integration.conftest import WAYS, Run, Site
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle
from collection import ROOT

#: Passwords that can be searched for: nothing else holds their text.
DISTINCT = {
    "quotes": "c4nQ'uo\"te\\1<b>&amp;%41",
    "template": "c4nT{{ 7 * 7 }}{% if x %}y",
    "comment": "c4nC{# x #}#$ANSIBLE_VAULT;",
    "spaced": "  c4nS paced  ",
    "accents": "c4nAÿ日本é",
    "emoji": "c4nE😀🔑\u200dx",
    "joined": "c4nJ\u00a0\u3000\u200dx",
    "long": "c4nL-" * 20,
    "base64": "YzRuQi1sb29rcy1saWtlLWl0Kw==",
    "hex": "63346e482d6c6f6f6b732d6c696b65",
    "url": "https://c4nU:pw@x.example/?a=b&c=%20",
    "tag": "!x c4nG",
    "alias": "*a c4nH",
    "anchor": "&b c4nI: {d}",
    "sheet": "=c4nK+1",
    "path": "../c4nM/$HOME/~",
}
#: Passwords that stand everywhere: what matters is that all else stays whole.
COMMON = (
    "2026", "587", "mail_user", "a", "smtp", "changed", "Sales", "Nkosi", "sales", "yes", "null", "true", "set", "1",
    "example.co.za", "HQ relay",
)  # fmt: skip
INNOCUOUS = "Zq8xWv3k"
#: The password of the audit mailbox.
AUDIT = "c4nAudit-Hs6"

BRANCHES = {"cape-town": "rest", "durban": "attended", "polokwane": "command"}
USERS = [f"U{number:02}" for number in range(16)]
ADAPTER = ROOT / "examples" / "adapters" / "json_file.py"


def spellings(secret: str) -> set[str]:
    """How a password could show, whoever writes it down."""
    plain = {secret, secret.strip()}
    forms = set(plain)
    for text in plain:
        forms |= {
            json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1], quote(text),
            quote(text, safe=""), quote_plus(text), html.escape(text), html.escape(text, quote=False),
            re.sub(r"([\\`*_{}\[\]<>()#+.!|-])", r"\\\1", text), text.encode().hex(),
            base64.b64encode(text.encode()).decode().rstrip("="), text[: max(8, len(text) // 2)],
            text.replace("'", "''"),
        }  # fmt: skip
        # JSON within JSON, as a result that a log shows.
        forms.add(json.dumps(json.dumps(text)[1:-1])[1:-1])
    return forms


class _Dumper(yaml.SafeDumper):
    """Writes what looks like a template as text that is never rendered."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    if text in DISTINCT.values() and "{" in text:
        return dumper.represent_scalar("!unsafe", text, style='"')
    return dumper.represent_str(text)


_Dumper.add_representer(str, _text)


class AwkwardSite(Site):
    """The fleet below a folder of its own.

    :param passwords: of the users of each branch, in their order, and at last those of the definitions.
    :param logins: the password of the REST server, and of the Fincon user.
    """

    def __init__(self, folder: Path, passwords: list[str], logins: tuple[str, str]) -> None:
        self.passwords, self.logins = passwords, logins
        self.commands: set[str] = set()
        self.outputs: list[str] = []
        self.settings: dict[str, str] = {}
        self.options: tuple[str, ...] = ("-vvvv", "--diff")
        accounts = {f"{user.lower()}@example.co.za": self.password(number) for number, user in enumerate(USERS)}
        company = {
            "data_id": "CAPETOWN",
            "users": [{"user": "ANSIBLE", "password": logins[1]}, {"user": "PASSME"}, *({"user": u} for u in USERS)],
            "smtp_servers": [],
        }
        self._standin = StandIn([company], server_password=logins[0])
        self._mail = MailHandle(accounts, may_send_as={login: ["@example.co.za"] for login in accounts})
        (folder / "adapter").mkdir(parents=True)
        self.store = folder / "adapter" / "polokwane.json"
        self.store.write_text(json.dumps({"smtp_servers": [], "users": [{"user": user} for user in USERS]}))
        self._folder = folder

    def __enter__(self) -> AwkwardSite:
        self._standin.start()
        self._mail.start()
        super().__init__(self._folder, self._standin, self._mail)
        return self

    def __exit__(self, *_problem: object) -> None:
        self._mail.stop()
        self._standin.stop()

    def password(self, number: int) -> str:
        """The password of a user."""
        return self.passwords[number % len(self.passwords)]

    def installation(self, company: str) -> dict[str, Any]:
        """The installation of a branch, or of the company CAPETOWN."""
        backend = BRANCHES.get(company, "rest")
        if backend == "attended":
            return {"backend": "attended", "ledger": str(self.folder / "ledgers" / f"{company}.yml")}
        if backend == "command":
            return {"backend": "command", "command": [str(ADAPTER), str(self.store)]}
        server, fincon = self.logins
        return {**super().installation("CAPETOWN"), "server_password": server, "password": fincon}

    def records(self, definition: str = "HQ relay") -> dict[str, Any]:
        """The declared records of a branch."""
        server = {"mail_server": "localhost", "port": self.mail.starttls_port, "use_tls": True, "authenticate": True}
        servers = [
            {"name": name, **server, "username": "u00@example.co.za", "password": self.password(0)}
            for name in ("HQ relay", "Sales Desk")
        ]
        users = [
            {
                "user": user, "smtp_server": definition, "sender_name": "Thandi Nkosi",
                "sender_email": "sales@example.co.za", "job_title": "Sales changed 2026", "telephone": "021 587 2026",
                "username": f"{user.lower()}@example.co.za", "password": self.password(number), "email_enabled": True,
            }
            for number, user in enumerate(USERS)
        ]  # fmt: skip
        return {"smtp_servers": servers, "users": users}

    def write_fleet(self, **_users: Any) -> None:
        """Write the files of the fleet."""
        branches = self.fleet.parent / "branches"
        branches.mkdir(parents=True, exist_ok=True)
        # A mail server that knows no IMAP: what goes wrong must not show the password either.
        mailbox = {
            "kind": "imap", "host": "localhost", "port": self.mail.starttls_port, "tls_mode": "starttls",
            "username": "audit@example.co.za", "password": "{{ vault_audit }}", "servers": ["localhost"],
            "ca_path": str(self.mail.ca_path),
        }  # fmt: skip
        evidence = {"mailbox": mailbox}
        (self.fleet.parent / "group_vars").mkdir(exist_ok=True)
        self._write(self.fleet.parent / "group_vars" / "all.yml", {"vault_audit": AUDIT})
        self._write(self.fleet, {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml", "evidence": evidence})
        for branch in BRANCHES:
            data = {"branch": branch, "region": "sales", "tags": ["smtp"], "installation": self.installation(branch)}
            self._write(branches / f"{branch}.yml", {**data, **self.records()})

    def all(self, name: str, *options: str, **variables: Any) -> Run:
        """Run a playbook of the collection on the fleet, without verification, with the options of the site."""
        return self.playbook(f"fincon.mail.{name}", *self.options, *options, **{"fincon_verify": "none", **variables})

    def _run(self, playbook: str, inventory: Path, options: tuple[str, ...], extra: dict[str, Any]) -> Run:
        home = self.folder / "home"
        environment = {
            **self.environment(self.folder),
            "ANSIBLE_LOCAL_TEMP": str(home / "local-tmp"),
            "ANSIBLE_REMOTE_TEMP": str(home / "remote-tmp"),
            **self.settings,
        }
        if self.way != "worker":
            extra = {**extra, "ansible_connection": WAYS[self.way]}
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), playbook]
        command += ["-e", json.dumps(extra), *options]
        started = subprocess.Popen(
            command, env=environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(started.pid, over))
        watch.start()
        try:
            output, _nothing = started.communicate(timeout=300)
        finally:
            over.set()
            watch.join()
        self.outputs.append(output)
        return Run(started.returncode, output, [])

    def _watch(self, root: int, over: threading.Event) -> None:
        """Keep the command lines and environments of a process and all below it."""
        while not over.wait(0.2):
            for process in (root, *_below(root)):
                for name in ("cmdline", "environ"):
                    with suppress(OSError):
                        self.commands.add(Path(f"/proc/{process}/{name}").read_bytes().decode("utf-8", "replace"))

    def written(self) -> Iterator[Path]:
        """Every file below the folder of the site that is neither an input of the test nor Fincon itself."""
        inputs = (self.folder / "fleet", self.folder / "adapter")
        for path in sorted(self.folder.rglob("*")):
            mine = path.parent == self.folder and path.name.startswith(("play-", "hosts-"))
            if path.is_file() and not mine and not any(path.is_relative_to(folder) for folder in inputs):
                yield path

    @staticmethod
    def _write(path: Path, data: Any) -> None:
        path.write_text(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True), "utf-8")


def _below(root: int) -> Iterable[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{root}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))
