# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site with everything that the examples of the documentation speak of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import build_probe
import yaml
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle
from collection import ROOT

from ..conftest import Site

ADAPTER = ROOT / "examples" / "adapters" / "json_file.py"
MAILBOXES = {f"{name}@example.co.za": f"c4nary-{name}-Hn4" for name in ("relay", "thandi", "pieter")}
#: Fincon's users in each company.
USERS = ["NOMSA", "PIETER", "THANDI"]
REST = ("adopt", "branch", "cases", "enabled", "info", "metrics", "probe", "report", "server", "user")
ATTENDED = (
    "cape-town", "cases-attended", "confirm-0", "confirm-1", "confirm-2", "durban", "evidence", "import-0", "import-1",
    "passwords", "soweto",
)  # fmt: skip


class Documented:
    """A site with everything that the examples speak of."""

    def __init__(self, folder: Path, standin: StandIn, mail: MailHandle) -> None:
        self.folder, self.standin, self.mail = folder, standin, mail
        self.record = folder / "record.jsonl"
        (folder / "home").mkdir()
        (folder / "home" / "ansible.cfg").touch()
        self.real = {
            "mail_server: smtp.example.co.za\n    port: 587": f"mail_server: localhost\n    port: {mail.starttls_port}",
            "smtp.example.co.za, port: 587": f"localhost, port: {mail.starttls_port}",
            "https://10.1.2.3:4090": standin.url,
            "/usr/bin/python3": sys.executable,
            "/opt/fincon/adapter.py, --company, TEST": f"{ADAPTER}, {folder / 'fincon.json'}",
            "/srv/reports": str(folder / "reports"),
            "/var/lib/prometheus/node-exporter": str(folder),
            "/var/lib/fincon": str(folder),
            "/var/mail/audit": str(folder / "audit"),
            # Nothing is delivered here; what is waited for arrives in the tests of the evidence.
            "wait: 900": "wait: 0",
            "arrival_timeout: 120": "send_to: relay@example.co.za",
        }
        self.audited = {"kind": "maildir", "path": str(folder / "audit"), "servers": ["mail.example.co.za"]}
        relay = {"name": "HQ relay", "mail_server": "localhost", "port": mail.starttls_port, "timeout": 10}
        self.relay = {**relay, "use_tls": True, "authenticate": True}
        self.users = [
            {
                "user": name, "smtp_server": "HQ relay", "sender_name": name.title(), "email_enabled": True,
                "sender_email": f"{name.lower()}@example.co.za", "username": f"{name.lower()}@example.co.za",
                "password": MAILBOXES[f"{name.lower()}@example.co.za"],
            }
            for name in ("PIETER", "THANDI")
        ]  # fmt: skip

    def variables(self) -> dict[str, Any]:
        """What the examples expect of their host."""
        return {
            "fincon_conformance_user": "PASSME",
            "fincon_smtp_servers": [self.relay],
            "fincon_users": self.users,
            "vault_fincon_server": self.standin.server_password,
            "vault_fincon_user": self.standin.fincon_password,
            "vault_keepass_passphrase": "c4nary grey wagons 1 never rust 7",
            "vault_relay_password": MAILBOXES["relay@example.co.za"],
            "vault_thandi": MAILBOXES["thandi@example.co.za"],
            "vault_thandi_password": MAILBOXES["thandi@example.co.za"],
        }

    def installation(self, host: str) -> dict[str, Any]:
        """How the installation of a host is reached."""
        if host == "adapter":
            return {"backend": "command", "command": [sys.executable, str(ADAPTER), str(self.folder / "fincon.json")]}
        if host in ATTENDED:
            return {"backend": "attended", "ledger": str(self.folder / "ledgers" / f"{host}.yml")}
        return {
            "backend": "rest", "url": self.standin.url, "server_username": self.standin.server_username,
            "server_password": self.standin.server_password, "data_id": host.upper(),
            "username": self.standin.fincon_username, "password": self.standin.fincon_password,
        }  # fmt: skip

    def write(self, name: str, content: Any) -> Path:
        """Write a file below the site's folder, YAML unless it is a text."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False), "utf-8")
        return path

    def run(self, book: Path, inventory: Path, **environment: str) -> list[dict[str, Any]]:
        """Run a playbook; return what each of its tasks returned."""
        self.record.unlink(missing_ok=True)
        settings = {
            **Site.environment(self.folder),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callbacks"),
            "FINCON_TEST_RECORD": str(self.record),
        }
        extra = {**self.variables(), "fincon_smtp_ca_path": self.mail.ca_path}
        variables = self.write("variables.yml", extra)
        program = Path(sys.executable).parent / "ansible-playbook"
        done = subprocess.run(
            [str(program), "-i", str(inventory), str(book), "-e", f"@{variables}"],
            env={**settings, **environment}, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert not [password for password in MAILBOXES.values() if password in done.stdout + done.stderr]
        return [json.loads(line) for line in self.record.read_text("utf-8").splitlines()]


def write_what_examples_read(site: Documented) -> None:
    """The files that the examples name."""
    site.write("fincon.json", json.dumps({"smtp_servers": [], "users": [{"user": "PASSME"}]}))
    columns = "name,mail_server,authenticate,port,use_tls,timeout,username,password,bcc"
    site.write("import/definitions.csv", f"{columns}\nHQ relay,localhost,yes,25,no,30,,no,\n")
    site.write("import/users.csv", "user,smtp_server,sender_name,password\nTHANDI,HQ relay,Thandi Nkosi,no\n")
    reply = {"reply": 1, "branch": "cape-town", "order": 3, "ordered": "2026-11-24", "done": [1], "not_done": []}
    site.write("replies/cape-town.json", json.dumps({**reply, "by": "T. Nkosi", "date": "2026-11-25", "remarks": ""}))
    program = site.folder / "probe.pyz"
    build_probe.build(program)
    records = {"smtp_servers": [site.relay], "users": site.users, "ca_path": site.mail.ca_path}
    for part in ("cur", "new", "tmp"):
        (site.folder / "audit" / part).mkdir(parents=True)
    path = site.write("reports/cape-town.json", "")
    subprocess.run(
        [sys.executable, str(program), "--settings", "-", "--output", str(path)],
        input=json.dumps(records), text=True, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
