# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a fleet: what is right, and how they are read."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible_collections.fincon.mail.plugins.inventory.fleet import _variables
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.files import read_text
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet

#: The password in what is read. It looks like nothing else: a key or a word could stand anywhere.
CANARY = "+c4naryQ7/c4naryQ7/c4naryQ7+"
#: What shows that it has come out. A shorter piece of it may have become a name, where two lines were joined.
CANARY_PART = CANARY.strip("+")


class Refused(Exception):
    """Findings, as the inventory plugin gives them: a sentence on each line."""


FLEET = f"""\
plugin: fincon.mail.fleet
branches: branches/*.yml
defaults:
  installation:
    backend: rest
    url: https://10.1.2.3:4090
    server_username: api
    server_password: {CANARY}
    username: ANSIBLE
    password: "{CANARY}"
  smtp_servers:
    - {{name: HQ relay, mail_server: smtp.example.co.za, authenticate: true, username: hq, password: '{CANARY}'}}
    - name: Own
      mail_server: own.example.co.za
      port: 465
      password: &shared {CANARY}
  user: {{smtp_server: HQ relay}}
  vars: {{greeting: "{{{{ x }}}}", both: fleet}}
waves:
  - {{branches: [cape-town], title: first}}
  - {{regions: [western-cape], tags: [pilot], percent: 10}}
"""
BRANCH = f"""\
branch: cape-town
region: western-cape
tags: [pilot, north]
installation: {{data_id: MAIN, password: '{CANARY}'}}
smtp_servers:
  - name: Own
    port: 587
users:
  - user: THANDI
    sender_name: Thandi Nkosi
    sender_email: thandi@example.co.za
    username: thandi@example.co.za
    password: {CANARY}
    email_enabled: true
  - user: PIETER
    smtp_server: Own
    sender_name: Pieter
    sender_email: pieter@example.co.za
    username: pieter
    password: "{CANARY}"
vars:
  both: branch
"""


def _read_fleet(fleet: Path) -> Any:
    loaded = load_fleet(str(fleet), partial(read_text, DataLoader()))
    # An inventory puts the branches of a fleet with errors into their waves, too.
    waves = loaded.waves
    if loaded.findings:
        raise Refused("\n".join(map(str, loaded.findings)))
    return [(branch.name, waves.get(branch.name), _variables(branch)) for branch in loaded.branches]


def read_fleet_file(path: Path) -> Any:
    other = path.parent / "branches" / "cape-town.yml"
    if not other.exists():
        other.parent.mkdir(exist_ok=True)
        other.write_text(BRANCH)
    return _read_fleet(path)


def read_branch_file(path: Path) -> Any:
    # The branch file is the one that is damaged, so the fleet stands in a folder above it and leads to it.
    fleet = path.parent / "fleet-of-branch.yml"
    if not fleet.exists():
        fleet.write_text(FLEET.replace("branches/*.yml", path.name))
    return _read_fleet(fleet)


USERS = (
    "branch,user,smtp_server,sender_name,sender_email,username,password_variable,job_title,email_enabled\r\n"
    "cape-town,KGOSI,Own,Kgosi,kgosi@example.co.za,kgosi,vault_kgosi,Clerk,yes\r\n"
    'cape-town,LERATO,HQ relay,"Lerato, the ""elder""",lerato@example.co.za,lerato,,"Clerk, second floor",no\r\n'
)


def read_users(path: Path) -> Any:
    # The CSV file is the one that is damaged; fleet and branch stand beside it.
    fleet = path.parent / "fleet-of-users.yml"
    if not fleet.exists():
        branch = path.parent / "branch-of-users.yml"
        branch.write_text(BRANCH)
        fleet.write_text(FLEET.replace("branches/*.yml", f"{branch.name}\nusers_from: {path.name}"))
    return _read_fleet(fleet)
