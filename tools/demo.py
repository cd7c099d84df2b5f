# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection at work on three branches, against stand-ins on this machine: `make demo`."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collection import ROOT

FLEET = ROOT / "examples" / "fleet" / "fincon.yml"
SITE = ROOT / "tests" / "standin" / "sites" / "demo.json"
START_SECONDS = 30

ADAPTER = ROOT / "examples" / "adapters" / "json_file.py"

INTRODUCTION = """\
Fincon needs three things before it can send e-mail: SMTP settings, each user's e-mail information, and e-mail
switched on for the users. Here three branches get them from the YAML files below examples/fleet, each in another way:

  cape-town  rest      a Fincon REST server that offers the mail methods (the vendor's published one does not)
  durban     command   a program of the site that works its Fincon
  polokwane  attended  a person at Fincon's windows, with a printed work order

The Fincon server, the adapter's Fincon and the mail server of this demonstration are stand-ins that run on this
machine. Nothing is sent anywhere, and everything that is started here is stopped at the end."""

NEXT = """\
Next, on a real site:
  1. Read docs/backends.md: which of the three ways fits your Fincon. If you do not know, it is attended.
  2. Copy examples/fleet, write your own branches, and put the passwords into Ansible Vault.
  3. ansible-playbook -i fleet/fincon.yml fincon.mail.validate      until nothing is wrong with the files
  4. ansible-playbook -i fleet/fincon.yml fincon.mail.verify        until every login works
  5. ansible-playbook -i fleet/fincon.yml fincon.mail.apply --check --diff --limit one-branch
  6. ansible-playbook -i fleet/fincon.yml fincon.mail.apply"""


class UnexpectedError(Exception):
    """The demonstration did not go as it should: what was expected, and what came."""


class Demo:
    """The steps, with the stand-ins running.

    :param ready: the addresses that the stand-in told.
    :param folder: a directory of its own for variables and fingerprints.
    """

    def __init__(self, ready: dict[str, Any], folder: Path) -> None:
        self._ready = ready
        self._folder = folder
        site = json.loads(SITE.read_text("utf-8"))
        self._accounts = {address.partition("@")[0]: password for address, password in site["mail"]["accounts"].items()}
        self._variables = {
            "fincon_url": ready["url"],
            "fincon_state_dir": str(folder),
            "fincon_adapter_program": str(ADAPTER),
            "fincon_report_dir": str(folder / "report"),
            "smtp_host": "localhost",
            "smtp_port": ready["smtp"]["starttls_port"],
            "fincon_smtp_ca_path": ready["smtp"]["ca_path"],
            "vault_fincon_server": site["server"]["password"],
            "vault_fincon_user": site["companies"][0]["users"][0]["password"],
            "vault_smtp": self._accounts,
        }
        self._number = 0
        self._durban = folder / "durban-fincon.json"
        self._durban.touch(mode=0o600)
        self._durban.write_text(json.dumps({"smtp_servers": [], "users": [{"user": "LERATO"}, {"user": "JOHAN"}]}))

    def step(self, title: str, why: str) -> None:
        """Say what comes and why."""
        self._number += 1
        print(
            f"\n{'=' * 110}\n{self._number}. {title}\n{textwrap.indent(textwrap.fill(why, 106), '   ')}\n", flush=True
        )

    def play(self, name: str, *options: str, fails: bool = False, **variables: Any) -> str:
        """Run a playbook and return what it printed.

        :raises UnexpectedError: when it ends otherwise than expected.
        """
        file = self._folder / "variables.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({**self._variables, **variables}))
        print(
            f"   $ ansible-playbook -i {FLEET.relative_to(ROOT)} fincon.mail.{name} {' '.join(options)}\n", flush=True
        )
        command = ["ansible-playbook", "-i", str(FLEET), f"fincon.mail.{name}", "-e", f"@{file}", *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        print(textwrap.indent(_short(done.stdout), "   "), flush=True)
        if (done.returncode != 0) != fails:
            raise UnexpectedError(f"fincon.mail.{name} ended with status {done.returncode}")
        return done.stdout

    def written(self) -> tuple[int, str, bool]:
        """Return what a write would change: the requests that wrote, the adapter's file, whether there is a ledger."""
        ledger = self._folder / "ledgers" / "polokwane.yml"
        return len(self._ask("/log?writes=true")), self._durban.read_text(), ledger.exists()

    def page(self) -> str:
        """Return the work order of the attended branch, as Markdown."""
        return (self._folder / "ledgers" / "work-orders" / "polokwane.md").read_text("utf-8")

    def tamper(self) -> None:
        """Change settings as somebody at Fincon's windows would, at two branches."""
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


def _short(output: str) -> str:
    """Leave out what says nothing here: empty lines, and a failed task's result below the text of its error."""
    lines, in_result = [], False
    for line in output.splitlines():
        in_result = line.startswith("fatal:") or (in_result and line.startswith((" ", "\t")))
        if line.strip() and not in_result and not line.startswith("skipping:"):
            lines.append(line.rstrip("* ") if line.startswith(("PLAY", "TASK")) else line)
    return "\n".join(lines)


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise UnexpectedError(what)


def _unchanged(output: str) -> bool:
    recap = re.findall(r"^\S+\s+: ok=\d+\s+changed=(\d+)", output, re.M)
    return bool(recap) and set(recap) == {"0"}


def run(demo: Demo) -> None:
    """Show the whole circle.

    :raises UnexpectedError: when a step does not show what it should.
    """
    demo.step("validate", "Are the files right? All errors of all files would be reported together, with their lines.")
    demo.play("validate")

    demo.step("verify", "Would the settings work? Each login is tried once at the mail server; Fincon is not asked.")
    demo.play("verify")

    demo.step("apply --check", "What would be changed? Nothing is written, at no branch.")
    before = demo.written()
    demo.play("apply", "--check")
    _expect(demo.written() == before, "check mode wrote something")

    demo.step("apply", "Bring the branches to what their files declare. At the attended one that is ordered.")
    demo.play("apply")
    _expect(demo.written() != before, "nothing was written")

    demo.step("the work order", "This is what the clerk in Polokwane gets to print, there also as a page in HTML.")
    print(textwrap.indent(demo.page(), "   "), flush=True)

    demo.step(
        "apply again", "The second run finds nothing to do: changed=0 for every branch. The work order is pending."
    )
    _expect(_unchanged(demo.play("apply")), "the second run changed something")
    _expect("1 pending" in demo.play("drift"), "the work order is not pending")

    demo.step("confirm", "The clerk has typed everything in. The number is the one on the page.")
    demo.play("confirm", "--limit", "polokwane", "-e", "fincon_order=1")

    demo.step(
        "drift",
        "Pieter's e-mail is switched off and Lerato's address is changed in Fincon by hand. The report shows both.",
    )
    demo.tamper()
    found = demo.play("drift", fails=True)
    _expect("PIETER, email_enabled" in found and "LERATO, sender_email" in found, "the drift was not found")

    demo.step("apply", "The next run repairs it, and only it.")
    demo.play("apply")
    _expect("3 in sync" in demo.play("drift"), "a branch is still not as declared")

    demo.step("a wrong password", "Thandi's new password has a typing error. It is refused before anything is written.")
    before = demo.written()
    found = demo.play("apply", "--limit", "cape-town", fails=True, **demo.wrong_password("thandi"))
    _expect("535" in found, "the mail server's reason is missing")
    _expect(demo.written() == before, "something was written")


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


def main() -> int:
    """Run the demonstration; 0 when everything went as it should."""
    print(INTRODUCTION)
    os.environ["ANSIBLE_CALLBACK_RESULT_FORMAT"] = "yaml"
    try:
        with tempfile.TemporaryDirectory(prefix="fincon-demo-") as name, stand_ins(Path(name)) as ready:
            run(Demo(ready, Path(name)))
    except UnexpectedError as exc:
        print(f"\nThe demonstration stopped: {exc}", file=sys.stderr)
        return 1
    print(f"\n{'=' * 110}\nDone. What was started is stopped.\n\n{NEXT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
