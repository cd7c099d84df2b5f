# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation: screenshots of pages that the playbooks write for a small attended fleet."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import yaml
from browser import browser

#: The size of the browser's window, in CSS pixels: the part of a page in a picture.
WIDTH, HEIGHT = 1000, 1150
_RELAY = {"mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True, "timeout": 30}
_FLEET = {
    "plugin": "fincon.mail.fleet",
    "branches": "branches/*.yml",
    "defaults": {
        "installation": {"backend": "attended", "ledger": "../ledgers/{{ inventory_hostname }}.yml"},
        "smtp_servers": [{"name": "HQ relay", **_RELAY, "username": "relay@example.co.za", "password": "picture"}],
        "user": {"smtp_server": "HQ relay", "email_enabled": True},
    },
}
_BRANCHES = {"cape-town": "Thandi Nkosi", "durban": "Lerato Dube", "soweto": "Kgosi Molefe"}
#: The content of the windows of the branch that differs.
_WINDOWS = """\
resource,name,mail_server,port,use_tls,authenticate,timeout,user,smtp_server,username,password,sender_name,sender_email,email_enabled
smtp_server,HQ relay,smtp.example.co.za,25,no,yes,30,,,relay@example.co.za,yes,,,
mail_user,,,,,,,KGOSI,HQ relay,,no,Kgosi Molefe,kgosi@example.co.za,yes
"""


def take(folder: Path) -> None:
    """Write drift-report.png and work-order.png into a folder.

    :raises subprocess.CalledProcessError: when a playbook does not end as expected.
    """
    with tempfile.TemporaryDirectory() as made:
        site = Path(made)
        _write(site)
        _play(site, "import", "--limit=soweto", "--extra-vars", '{"fincon_import_csv": ["windows.csv"]}')
        _play(site, "import", "--limit=!soweto")
        _branch(site, "durban", sender_name="Accounts Durban", telephone="+27 31 555 0100")
        _play(site, "apply", "--limit=durban")
        _play(site, "drift", status=2)
        pages = {
            "drift-report": site / "fincon-report" / "drift-report.html",
            "work-order": site / "ledgers" / "work-orders" / "durban.html",
        }
        (site / "browser").mkdir()
        with browser(site / "browser", WIDTH, HEIGHT) as session:
            for name, page in pages.items():
                session.open(page)
                session.run("document.documentElement.style.scrollbarWidth = 'none'")
                (folder / f"{name}.png").write_bytes(session.screenshot())


def _write(site: Path) -> None:
    for name in ("fleet/branches", "ledgers", "home"):
        (site / name).mkdir(parents=True)
    (site / "fleet" / "fincon.yml").write_text(yaml.safe_dump(_FLEET), "utf-8")
    (site / "windows.csv").write_text(_WINDOWS, "utf-8")
    for branch in _BRANCHES:
        _branch(site, branch)


def _branch(site: Path, branch: str, **fields: str) -> None:
    name = _BRANCHES[branch]
    user = name.partition(" ")[0]
    record = {"user": user.upper(), "sender_name": name, "sender_email": f"{user.lower()}@example.co.za", **fields}
    text = yaml.safe_dump({"branch": branch, "users": [record]})
    (site / "fleet" / "branches" / f"{branch}.yml").write_text(text, "utf-8")


def _play(site: Path, name: str, *options: str, status: int = 0) -> None:
    command = [
        "ansible-playbook",
        "-i",
        "fleet/fincon.yml",
        f"fincon.mail.{name}",
        "-e",
        "fincon_verify=none",
        *options,
    ]
    home = {"HOME": str(site / "home"), "ANSIBLE_HOME": str(site / "home" / ".ansible")}
    done = subprocess.run(command, cwd=site, env={**os.environ, **home}, capture_output=True, text=True, check=False)
    if done.returncode != status:
        print(done.stdout, done.stderr)
        raise subprocess.CalledProcessError(done.returncode, command)
