# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the modules, lookups, filters, the inventory and the callback runs, against the stand-ins.

All examples of modules run in one playbook, each module at a host of its own; those of the rest in another.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle

from .documents import ANSIBLE, FILTERS, MODULES, block, examples, filter_documents, never_seen, returned, undocumented
from .plays import EACH_ALONE, IN_ORDER, ROLE, before, cases, fleet_plays, tried
from .site import ATTENDED, MAILBOXES, REST, USERS, Documented, write_what_examples_read


@pytest.fixture
def documented(tmp_path: Path) -> Iterator[Documented]:
    companies = {name.upper(): USERS for name in (*REST, "main")}
    with StandIn(companies) as standin, MailHandle(MAILBOXES) as mail:
        yield Documented(tmp_path, standin, mail)


def test_every_example_of_a_module_runs_and_returns_what_is_documented(documented: Documented) -> None:
    assert sorted({**IN_ORDER, **EACH_ALONE}) == MODULES, "say here at which host the examples of a new module run"
    write_what_examples_read(documented)
    documented.standin.fault("error_info", company="CASES", method="SetMailEnabled", times=1, text="Disk full")
    hosts = {host: {"fincon_installation": documented.installation(host)} for host in (*REST, *ATTENDED, "adapter")}
    for host in ("evidence", "soweto"):
        hosts[host]["fincon_evidence_mailbox"] = documented.audited
    shared = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = documented.write("hosts.yml", {"all": {"hosts": hosts, "vars": shared}})
    book = documented.write("examples.yml", [*before(documented), *tried(documented), *cases(documented)])
    results = documented.run(book, inventory)
    for name in MODULES:
        shown = [
            task for task in examples("modules", name, documented.real) if {f"fincon.mail.{name}", ROLE} & set(task)
        ]
        assert len([one for one in results if one["action"] == f"fincon.mail.{name}"]) >= len(shown) > 0, name
    assert [f"{name}: {found}" for name in MODULES for found in differences(name, results)] == []
    here = [one["result"] for one in results if one["host"] == "cases-attended"]
    (place,) = [number for number, result in enumerate(here) if "in that role only" in result.get("msg", "")]
    assert [one["item"] for one in here[place + 1]["confirmed"]] == [1], "the call that was refused has noted nothing"


def differences(name: str, results: list[dict[str, Any]]) -> list[str]:
    """What a module returned and RETURN does not say, and what RETURN says and nothing returned."""
    own, documented = [one["result"] for one in results if one["action"] == f"fincon.mail.{name}"], returned(name)
    unknown = {key for result in own for key in undocumented(result, documented)} - ANSIBLE
    return [
        *(f"RETURN lacks {key}" for key in sorted(unknown) if not key.startswith("_ansible")),
        *(f"nothing returned {key}" for key in never_seen(own, documented)),
    ]


def test_every_example_of_a_plugin_runs_in_the_fleet_of_the_inventory_plugins_example(documented: Documented) -> None:
    fleet = write_fleet_of_the_example(documented)
    # The first line of the example names the file.
    settings = block("callback", "drift_report", "EXAMPLES").partition("\n")[2]
    configured = documented.write("ansible.cfg", uncommented(settings, documented))
    book = documented.write("plugins.yml", fleet_plays(documented))
    results = documented.run(book, fleet, ANSIBLE_CONFIG=str(configured))
    for name in FILTERS:
        (shown,) = [one["result"]["msg"] for one in results if one["task"] == name]
        assert type(shown).__name__ == filter_documents(name)["RETURN"]["_value"]["type"], name
    ran = {(one["task"], one["host"]) for one in results}
    assert {
        ("Name the branch", "cape-town"),
        ("Name the branch", "soweto"),
        ("Show what the branch has", "soweto"),
    } <= ran
    reports = documented.folder / "reports" / "fincon"
    assert sorted(path.name for path in reports.iterdir()) == ["drift-report.html", "drift-report.json"]


def write_fleet_of_the_example(site: Documented) -> Path:
    """The fleet of the inventory plugin's example, with a branch and a wave more for the other examples."""
    # The example of the schemas writes them here.
    (site.folder / "fleet" / ".schemas").mkdir(parents=True)
    text = block("inventory", "fleet", "EXAMPLES")
    for said, needed in site.real.items():
        text = text.replace(said, needed)
    fleet, _mark, branch = text.partition("# fleet/branches/cape-town.yml\n")
    site.write("fleet/branches/cape-town.yml", uncommented(branch, site))
    attended = {"installation": {"backend": "attended", "ledger": "../ledgers/soweto.yml"}}
    site.write("fleet/branches/soweto.yml", {"branch": "soweto", **attended, "users": [dict(site.users[0])]})
    return site.write("fleet/fincon.yml", f"{fleet}\nwaves:\n  - branches: [soweto]\n")


def uncommented(text: str, site: Documented) -> str:
    """The lines of a text without their comment marks, with the paths of the site."""
    lines = "".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines(keepends=True))
    return lines.replace("/srv/reports", site.real["/srv/reports"])
