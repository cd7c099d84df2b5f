# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The passwords of a work order for the clerk: where they are, for how long, and that they are nowhere else."""

from __future__ import annotations

import io
import json
import stat
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.files import SUFFIXES

from ..conftest import PASSWORDS, Run, Site

pykeepass = pytest.importorskip("pykeepass", reason="not installed: pykeepass (requirements/core-2.21.txt)")

PASSPHRASE = "c4nary phrase: {% raw %} 'of' \"the\" fleet"
WEAK = "c4nary-weak"
SECRETS = [*PASSWORDS.values(), PASSPHRASE, WEAK]
BOTH = {"fincon_work_order_keepass": True, "fincon_work_order_slips": True, "fincon_verify": "none"}
FILES = {"cape-town.kdbx", "cape-town.slips.html"}


class Branch:
    """The branch cape-town as an attended one, with the passphrase of the fleet in a file of variables."""

    def __init__(self, site: Site, way: str = "worker") -> None:
        self.site = site
        site.way = way
        self.folder = site.folder / "ledgers" / "work-orders"
        self.vault = site.folder / "vault.yml"
        self.passphrase(PASSPHRASE)
        self.declare()

    def passphrase(self, text: str) -> None:
        """Set the passphrase, as a vault file gives it: never as a template."""
        self.vault.write_text(f"fincon_work_order_keepass_passphrase: !unsafe {json.dumps(text)}\n")

    def declare(self, **fields: Any) -> None:
        """Write the file of the branch."""
        installation = {"backend": "attended", "ledger": str(self.site.folder / "ledgers" / "cape-town.yml")}
        users = [self.site.user("THANDI", **fields), self.site.user("PIETER")]
        self.site.write_branch("cape-town", installation=installation, users=users)

    def playbook(self, name: str, *options: str, ok: bool = True, **variables: Any) -> Run:
        """Run a playbook on the branch. No password and no passphrase may show in what it prints."""
        loud = ("-vvv", "--diff", "-e", f"@{self.vault}", "--limit", "cape-town")
        run = self.site.playbook(f"fincon.mail.{name}", *loud, *options, **{**BOTH, **variables})
        assert (run.status == 0) is ok, run.output
        assert [secret for secret in SECRETS if secret in run.output or json.dumps(secret)[1:-1] in run.output] == []
        return run

    def files(self) -> dict[str, str]:
        """The files with passwords, and their modes."""
        found = [path for suffix in SUFFIXES.values() for path in self.folder.glob(f"*.{suffix}")]
        return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in sorted(found)}

    def passwords(self) -> list[str]:
        """The passwords in the KeePass file."""
        content = (self.folder / "cape-town.kdbx").read_bytes()
        return [
            entry.password for entry in pykeepass.PyKeePass(io.BytesIO(content), PASSPHRASE).entries if entry.password
        ]


DECLARED = [PASSWORDS[f"{name}@example.co.za"] for name in ("relay", "pieter", "thandi")]


@pytest.mark.parametrize("way", ["worker", "process"])
def test_the_files_follow_the_work_order_until_it_is_confirmed(site: Site, way: str) -> None:
    branch = Branch(site, way)
    checked = branch.playbook("apply", "--check")
    assert branch.files() == {}
    assert "cape-town.kdbx would be written; it holds 3 passwords, encrypted" in checked.output

    ordered = branch.playbook("apply")
    assert branch.files() == dict.fromkeys(sorted(FILES), "0o600")
    assert "cape-town.slips.html was written; it holds 3 passwords, in clear" in ordered.output
    assert sorted(branch.passwords()) == sorted(DECLARED)
    pages = [(branch.folder / f"cape-town.{suffix}").read_text("utf-8") for suffix in ("html", "md")]
    assert not any(secret in page for page in pages for secret in SECRETS), "the page of the work order holds none"

    before = {path.name: path.read_bytes() for path in branch.folder.iterdir()}
    again = branch.playbook("apply")
    assert "changed=0" in again.output
    assert {path.name: path.read_bytes() for path in branch.folder.iterdir()} == before

    branch.declare(job_title="Manager")
    branch.playbook("apply")
    assert "CAPE-TOWN-2" in (branch.folder / "cape-town.slips.html").read_text("utf-8")

    branch.playbook("confirm", fincon_order=2, fincon_items=[1])
    assert sorted(branch.passwords()) == sorted(DECLARED[1:]), "what is confirmed is not handed over again"
    branch.playbook("confirm", "--check", fincon_order=2)
    assert set(branch.files()) == FILES
    branch.playbook("confirm", fincon_order=2)
    assert branch.files() == {}


def test_replies_replace_and_remove_the_files_as_well(site: Site) -> None:
    branch = Branch(site)
    branch.playbook("apply")
    replies = {"cape-town": {"order": 1, "items": [1]}}
    checked = branch.playbook("confirm", "--check", fincon_replies=replies)
    assert "cape-town.kdbx would be written; it holds 2 passwords" in checked.output
    assert len(branch.passwords()) == 3
    branch.playbook("confirm", fincon_replies=replies)
    assert sorted(branch.passwords()) == sorted(DECLARED[1:])
    branch.playbook("confirm", fincon_replies={"cape-town": 1})
    assert branch.files() == {}


def test_the_files_of_an_order_that_is_done_are_removed_though_no_secret_can_be_read(site: Site) -> None:
    branch = Branch(site)
    branch.playbook("apply")
    assert set(branch.files()) == FILES
    locked = "{{ lookup('ansible.builtin.file', '/nowhere') }}"
    branch.playbook("confirm", fincon_order=1, fincon_work_order_keepass_passphrase=locked, fincon_users=locked)
    assert branch.files() == {}


def test_neither_file_is_written_unless_it_is_asked_for(site: Site) -> None:
    branch = Branch(site)
    neither = {"fincon_work_order_keepass": False, "fincon_work_order_slips": False}
    branch.playbook("apply", **neither)
    assert branch.files() == {}
    branch.playbook("apply", fincon_work_order_keepass=False)
    assert set(branch.files()) == {"cape-town.slips.html"}
    assert "was removed" in branch.playbook("apply", **neither).output
    assert branch.files() == {}


def test_a_weak_passphrase_is_refused_before_anything_is_ordered_and_never_repeated(site: Site) -> None:
    branch = Branch(site)
    branch.passphrase(WEAK)
    run = branch.playbook("apply", ok=False)
    assert (
        run.output.count("fincon_work_order_keepass_passphrase is too weak: it must have at least 16 characters") == 1
    )
    assert list(site.folder.rglob("cape-town.*")) == [site.fleet.parent / "branches" / "cape-town.yml"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"fincon_work_order_user_order": ["sender_nme"]}, "fincon_work_order_user_order: 'sender_nme' is not a field"),
        ({"fincon_work_order_user_order": "{{ nowhere }}"},
         "fincon_work_order_user_order: cannot be rendered: the variable nowhere is not defined"),
    ],
)  # fmt: skip
def test_a_keepass_file_that_cannot_be_made_is_an_error_of_the_branch(site: Site, options: dict, sentence: str) -> None:
    run = Branch(site).playbook("validate", ok=False, **options)
    assert run.output.count(sentence) == 1


def test_nothing_but_the_files_holds_a_password(site: Site) -> None:
    branch = Branch(site)
    branch.playbook("apply")
    branch.playbook("confirm", fincon_order=1, fincon_items=[1])
    asked = {branch.folder / "cape-town.slips.html", branch.vault}
    declared = site.fleet.parent
    shown = [
        (secret, str(path))
        for path in site.folder.rglob("*")
        if path.is_file() and path not in asked and declared not in path.parents
        for secret in SECRETS
        if secret.encode() in path.read_bytes()
    ]
    assert shown == []
