# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults of the action groups in a play that uses all kinds of modules."""

from __future__ import annotations

import sys

from .conftest import PASSWORDS, Site


def test_defaults_of_the_groups_reach_the_modules_that_take_them_and_no_others(site: Site) -> None:
    relay = site.relay()
    probe = {name: value for name, value in relay.items() if name != "name"}
    play = {
        "hosts": "fincon",
        "gather_facts": False,
        "module_defaults": {
            "group/fincon.mail.fincon_probe": {"ca_path": site.mail.ca_path},
            "group/fincon.mail.fincon_write": {"update_password": "always"},
        },
        "tasks": [
            {"fincon.mail.fincon_smtp_probe": probe},
            {"fincon.mail.fincon_smtp_server": relay},
            {"fincon.mail.fincon_smtp_server": relay, "register": "again"},
            {"fincon.mail.fincon_mail_info": {}},
            {"ansible.builtin.assert": {"that": "again is changed", "quiet": True}},
        ],
    }
    book, inventory = site.folder / "groups.yml", site.folder / "hosts.yml"
    site._write(book, [play])
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "fincon_installation": site.installation("DURBAN"),
    }
    site._write(inventory, {"fincon": {"hosts": {"durban": host}}})
    run = site.playbook(str(book), inventory=inventory)
    assert run.status == 0, run.output
    assert site.standin.password_is("DURBAN", "smtp_server", "HQ relay", PASSWORDS["relay@example.co.za"])
