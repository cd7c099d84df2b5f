# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in a folder of its own."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import load_fleet

FLEET = """\
plugin: fincon.mail.fleet
branches: branches/*.yml
defaults:
  installation:
    backend: rest
    url: https://10.1.2.3:4090
    server_username: api
    server_password: "{{ vault_server }}"
    username: ANSIBLE
    password: "{{ vault_user }}"
  smtp_servers:
    - {name: HQ relay, mail_server: smtp.example.co.za, authenticate: true}
  user: {smtp_server: HQ relay}
  vars: {shared: 1, both: fleet}
"""
USER = "  - {user: %s, username: u, password: '{{ p }}', sender_name: N, sender_email: n@example.co.za}\n"


def branch_text(name, users=USER % "THANDI", more=""):
    return f"branch: {name}\ninstallation: {{data_id: {name}}}\n{more}users:\n{users}"


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "branches").mkdir()

    def load(branches, text=FLEET):
        (tmp_path / "fincon.yml").write_text(text)
        for name, content in branches.items():
            (tmp_path / "branches" / f"{name}.yml").write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        return load_fleet("fincon.yml", lambda path: (tmp_path / path).read_text("utf-8"))

    return load


def lines(loaded):
    return [str(finding) for finding in loaded.findings]
