# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adopting what is installed: a fleet that says what is there, and that changes nothing when it is applied."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from ..conftest import BRANCHES, PASSWORDS, SERVER_PASSWORD, Run, Site
from ..vaulted import encrypted

REGIONS = {"cape-town": "western_cape", "durban": "coast", "polokwane": "limpopo"}
SECRETS = {*PASSWORDS.values(), SERVER_PASSWORD}


def plain_inventory(site: Site, key: Path) -> Path:
    """Hosts with nothing but an installation. One has its secrets in clear, one as templates, one as vault texts."""
    hosts: dict[str, Any] = {}
    for branch, company in BRANCHES.items():
        hosts[branch] = {"fincon_installation": site.installation(company), "company": company}
    templates = {
        "data_id": "{{ company }}", "server_password": "{{ vault_server }}", "password": "{{ vault_user }}"
    }  # fmt: skip
    hosts["durban"]["fincon_installation"] |= templates
    for name in ("server_password", "password"):
        clear = hosts["polokwane"]["fincon_installation"][name]
        hosts["polokwane"]["fincon_installation"][name] = encrypted(key, clear)
    hosts["far"] = {"fincon_installation": {**site.installation("CAPETOWN"), "url": "http://127.0.0.1:9"}}
    children = {f"region_{region}": {"hosts": {branch: {}}} for branch, region in REGIONS.items()}
    children["tag_big"] = {"hosts": {"cape-town": {}}}
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = site.folder / "hosts.yml"
    site._write(inventory, {"fincon": {"hosts": hosts, "children": children, "vars": local}})
    return inventory


def shown(run: Run) -> str:
    """The differences that a run shows."""
    return run.output.split("TASK [Write the files", 1)[1].split("\nTASK [", 1)[0].split("\n", 1)[1]


def test_an_adopted_fleet_names_what_to_fill_in_and_then_changes_nothing(site: Site) -> None:
    installed = site.playbook("fincon.mail.apply")
    assert installed.status == 0, installed.output
    site.standin.tamper("POLOKWAN", user="KGOSI", fields={"JobTitle": "{{ lookup('pipe', 'touch ran') }}"})
    site.standin.tamper("POLOKWAN", user="NEW", login="x")
    state = {company: site.standin.state(company) for company in BRANCHES.values()}
    key = site.folder / "key"
    key.write_text("key of this test")
    options = ("--vault-password-file", str(key), "--diff")
    secrets = {"vault_server": SERVER_PASSWORD, "vault_user": site.standin.fincon_password}
    inventory, folder = plain_inventory(site, key), site.folder / "adopted"

    def run(name: str, *more: str, fleet: bool = True, **variables: Any) -> Run:
        source = folder / "fincon.yml" if fleet else inventory
        return site.playbook(name, *options, *more, inventory=source, **secrets, **variables)

    def adopt(*more: str, **variables: Any) -> Run:
        return run("fincon.mail.adopt", *more, fleet=False, fincon_adopt_dir="adopted", **variables)

    site.standin.clear_log()
    checked = adopt("--check", "-vvv")
    assert not folder.exists(), "check mode writes nothing"
    adopted = adopt("-vvv")
    assert site.standin.requests(writes=True) == []
    assert shown(checked).split("changed:")[0] == shown(adopted).split("changed:")[0], "check mode tells the same"
    for done in (checked, adopted):
        assert done.status != 0
        assert "far is left out: " in done.output
        assert "127.0.0.1:9: no connection" in done.output
        assert not [secret for secret in SECRETS | {site.standin.fincon_password} if secret in done.output]
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    assert list(files) == [
        ".schemas/branch.schema.json", ".schemas/fleet.schema.json",
        "branches/cape-town.yml", "branches/durban.yml", "branches/polokwane.yml", "fincon.yml",
    ]  # fmt: skip
    texts = {name: path.read_text("utf-8") for name, path in files.items()}
    everything = "".join(texts.values())
    assert not [secret for secret in SECRETS if secret in everything]
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert "region: western_cape\ntags:\n  - big\n" in texts["branches/cape-town.yml"]
    assert 'server_password: "{{ vault_server }}"' in texts["branches/durban.yml"]
    assert "data_id: DURBAN" in texts["branches/durban.yml"]
    assert texts["branches/polokwane.yml"].count("$ANSIBLE_VAULT") == 2
    assert 'job_title: !unsafe "{{ lookup(' in texts["branches/polokwane.yml"]
    assert "mail_server: localhost" in texts["fincon.yml"]
    assert "NEW" not in everything, "a user without settings is left out"

    site.standin.clear_log()
    refused = run("fincon.mail.apply")
    assert refused.status != 0
    assert site.standin.requests() == [], "a placeholder is never sent"
    named = re.findall(r"(\S+):\d+:\d+: (\S+) .*is a placeholder: fill in the password", refused.output)
    assert {(Path(file).name, path) for file, path in named} >= {
        ("fincon.yml", "defaults.smtp_servers[0].password"),
        ("cape-town.yml", "users[0].password"),
        ("cape-town.yml", "users[1].password"),
        ("durban.yml", "users[0].password"),
    }
    assert re.search(r"cape-town\.yml:\d+:\d+: installation\.password: is a placeholder", refused.output)

    fill_in(site, files)
    applied = run("fincon.mail.apply")
    assert applied.status == 0, applied.output
    assert not re.search(r"changed=[1-9]", applied.output), applied.output
    assert run("fincon.mail.drift").status == 0
    assert {company: site.standin.state(company) for company in BRANCHES.values()} == state
    assert not list(site.folder.rglob("ran")), "what was read does not run as a template"

    filled = {name: path.read_text("utf-8") for name, path in files.items()}
    again = adopt("-vvv")
    assert again.status != 0
    assert f"nothing was written, since these files are there already: {files['fincon.yml']}" in again.output
    assert str(files["branches/durban.yml"]) in again.output
    assert {name: path.read_text("utf-8") for name, path in files.items()} == filled

    replaced = adopt("-vvv", fincon_adopt_overwrite=True)
    assert "6 files written" not in replaced.output, "the schemas are as they were"
    assert {name: path.read_text("utf-8") for name, path in files.items()} == texts
    third = adopt()
    assert not re.search(r"changed=[1-9]", third.output), "the same files are no conflict"
    for done in (again, replaced, applied):
        assert not [secret for secret in SECRETS | {site.standin.fincon_password} if secret in done.output]


def fill_in(site: Site, files: dict[str, Path]) -> None:
    """Do what the user of an adopted fleet does: replace each placeholder by the password."""
    passwords = {
        "HQ-relay": PASSWORDS["relay@example.co.za"],
        "server_password": SERVER_PASSWORD,
        "password": site.standin.fincon_password,
        **{user: PASSWORDS[f"{user.lower()}@example.co.za"] for user in ("THANDI", "PIETER", "LERATO")},
    }
    for name, path in files.items():
        if name.endswith(".yml"):
            text = re.sub(r"CHANGEME-(\S+)", lambda found: f'"{passwords[found[1]]}"', path.read_text("utf-8"))
            path.write_text(text, "utf-8")


def test_an_attended_site_is_adopted_from_a_fleet_of_mere_installations(site: Site) -> None:
    branches = site.fleet.parent / "branches"
    for branch in ("durban", "polokwane"):
        (branches / f"{branch}.yml").unlink()
    installation = {"backend": "attended", "ledger": "../ledgers/cape-town.yml"}
    site.write_branch("cape-town", installation=installation, users=[site.user("THANDI")])
    (site.folder / "ledgers").mkdir()
    ordered = site.playbook("fincon.mail.apply")
    assert ordered.status == 0, ordered.output
    confirmed = site.playbook("fincon.mail.confirm", fincon_order=1)
    assert confirmed.status == 0, confirmed.output

    site.write_branch("cape-town", installation=installation)
    site._write(site.fleet, {"plugin": "fincon.mail.fleet", "branches": "branches/*.yml"})
    folder = site.folder / "adopted"
    adopted = site.playbook("fincon.mail.adopt", fincon_adopt_dir=str(folder))
    assert adopted.status == 0, adopted.output
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.yml"))}
    assert 'ledger: "../ledgers/cape-town.yml"' in files["branches/cape-town.yml"].read_text()

    fill_in(site, files)
    applied = site.playbook("fincon.mail.apply", inventory=folder / "fincon.yml")
    assert applied.status == 0, applied.output
    assert not re.search(r"changed=[1-9]", applied.output), applied.output
