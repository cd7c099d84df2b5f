# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts and the playbook for cron, as docs/exit-status.md shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from collection import ROOT

from .test_attended import Attended, attended

CRON = ROOT / "examples" / "cron"
__all__ = ["attended"]

#: Stands in for community.general.mail, which may not be installed: it takes the same options and sends nothing.
MAIL = """
from ansible.module_utils.basic import AnsibleModule
import json
names = ("host", "port", "secure", "from", "to", "subject", "body")
module = AnsibleModule({name: {"type": "str", "required": True} for name in names})
with open(%r, "a") as file:
    file.write(json.dumps(module.params) + "\\n")
module.exit_json()
"""


def daily(attended: Attended) -> tuple[int, str, str]:
    """Run the daily script; return its status, its text, and what was mailed."""
    folder = attended.site.folder
    (folder / "bin").mkdir(exist_ok=True)
    sent = folder / "sent.txt"
    sent.unlink(missing_ok=True)
    stub = folder / "bin" / "mail"
    stub.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; }} > {sent}\n')
    stub.chmod(0o755)
    environment = {
        **attended.site.environment(folder, attended.site.collections),
        "FINCON_HOME": str(folder),
        "FINCON_PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}",
        "PATH": "/nowhere",
    }
    done = subprocess.run([str(CRON / "fincon-daily.sh")], env=environment, timeout=300, check=False)
    text = (folder / "reports" / "daily.txt").read_text("utf-8")
    return done.returncode, text, sent.read_text("utf-8") if sent.exists() else ""


def test_cron_is_told_drift_late_orders_faulty_files_and_dead_runs_apart(attended: Attended) -> None:
    site = attended.site
    for name in ("cape-town", "durban"):
        attended.playbook("import", "--limit", name)
    assert daily(attended) == (0, "Fincon mail: in sync\n", "")

    ledger = attended.ledger("durban")
    text = ledger.read_text("utf-8")
    ledger.write_text(text.replace("sender_name: Lerato", "sender_name: Lerato D."), "utf-8")
    status, text, mailed = daily(attended)
    assert (status, text) == (10, "Fincon mail: drift\ndurban: drift\n"), text
    assert mailed.startswith("-s Fincon mail: drift ops@example.co.za\n")

    attended.playbook("apply", "--limit", "durban")
    day = next(line for line in ledger.read_text("utf-8").splitlines() if "since:" in line).split("'")[1]
    ledger.write_text(ledger.read_text("utf-8").replace(f"since: '{day}'", "since: '2024-01-31'"), "utf-8")
    status, text, _mailed = daily(attended)
    assert status == 11
    assert text.startswith("Fincon mail: late work orders\nDURBAN-1: pending for ")
    remind(attended)

    path = site.fleet.with_name("branches") / "durban.yml"
    sound = path.read_text("utf-8")
    path.write_text(sound.replace("sender_name", "sender_nmae"), "utf-8")
    assert daily(attended)[0] == 12
    assert site.playbook("fincon.mail.validate").status == 4, "the table in docs/exit-status.md"
    path.write_text(sound, "utf-8")
    ledger.write_text("torn", "utf-8")
    assert daily(attended)[0] == 13

    site.fleet.write_text("plugin: [", "utf-8")
    status, text, mailed = daily(attended)
    assert status == 14
    assert "drift-report.json: is of an earlier run" in text
    assert "nothing was done" in mailed or "There is no host" in mailed, "what was printed is in the mail"


def remind(attended: Attended) -> None:
    """The reminders of a late order are written, and the playbook sends them."""
    site, sent = attended.site, attended.site.folder / "reminders.json"
    contact = {"name": "P. Naidoo", "email": "p.naidoo@example.co.za"}
    attended.playbook(
        "status", fincon_status_file="late.json", fincon_reminder_file="reminders.txt", fincon_fail_on_pending_days=14,
        fincon_work_order_contact=contact, ok=False,
    )  # fmt: skip
    text = (site.folder / "reminders.txt").read_text("utf-8")
    assert text.startswith("To: p.naidoo@example.co.za\nSubject: Work order DURBAN-1: 1 item left\n\n")
    modules = site.folder / "stub" / "ansible_collections" / "community" / "general" / "plugins" / "modules"
    modules.mkdir(parents=True)
    (modules / "mail.py").write_text(MAIL % str(sent), "utf-8")
    (modules.parents[1] / "galaxy.yml").write_text("namespace: community\nname: general\nversion: 1.0.0\n", "utf-8")
    environment = site.environment(site.folder, [site.folder / "stub", *site.collections])
    command = [str(Path(sys.executable).parent / "ansible-playbook"), str(CRON / "remind.yml")]
    for options in (["--syntax-check"], ["-e", "status_file=late.json"]):
        done = subprocess.run(
            [*command, *options],
            env=environment,
            cwd=site.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (message,) = [json.loads(line) for line in sent.read_text("utf-8").splitlines()]
    assert (message["to"], message["subject"]) == ("p.naidoo@example.co.za", "Work order DURBAN-1: 1 item left")
    assert text.endswith(message["body"])
