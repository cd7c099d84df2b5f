# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of work orders, from the order to its confirmation."""

from __future__ import annotations

import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from ..conftest import PASSWORDS, Run, Site

SECRETS = [PASSWORDS[name] for name in ("relay@example.co.za", "thandi@example.co.za", "pieter@example.co.za")]


class Branch:
    """The branch cape-town as an attended one, and its pages."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.folder = site.folder / "ledgers" / "work-orders"
        site.write_fleet()
        installation = {"backend": "attended", "ledger": str(site.folder / "ledgers" / "cape-town.yml")}
        users = [site.user("THANDI", sender_name="Thandi | <Nkosi>"), site.user("PIETER")]
        site.write_branch("cape-town", installation=installation, users=users)

    def playbook(self, name: str, *options: str, **variables: object) -> Run:
        """Run a playbook on the branch. No password may show in what it prints."""
        run = self.site.playbook(f"fincon.mail.{name}", "--limit", "cape-town", *options, **variables)
        for secret in SECRETS:
            assert secret not in run.output
        return run

    def pages(self) -> dict[str, str]:
        """The pages by name."""
        return {path.name: path.read_text("utf-8") for path in sorted(self.folder.glob("*"))}

    def modes(self) -> set[str]:
        """The modes of the pages."""
        return {oct(stat.S_IMODE(path.stat().st_mode)) for path in self.folder.glob("*")}


@pytest.fixture
def branch(site: Site) -> Branch:
    """The branch."""
    return Branch(site)


def unchanged(run: Run) -> bool:
    return run.status == 0 and "changed=0" in run.output and "changed=1" not in run.output


def test_the_pages_follow_the_order_until_it_is_confirmed(branch: Branch) -> None:
    checked = branch.playbook("apply", "--check", "--diff", "-vvv")
    assert checked.status == 0, checked.output
    assert not branch.folder.exists(), "check mode makes neither a page nor the folder"
    assert "Print" not in checked.output, "and speaks of none"

    ordered = branch.playbook("apply", "--diff", "-vvv")
    assert ordered.status == 0, ordered.output
    pages = branch.pages()
    assert set(pages) == {"cape-town.html", "cape-town.md"}
    assert "Thandi | &lt;Nkosi&gt;" in pages["cape-town.html"]
    assert r"| Sender's name | **Thandi \| \<Nkosi\>** |" in pages["cape-town.md"]
    assert "Work order</span> <strong>CAPE-TOWN-1</strong>" in pages["cape-town.html"]
    assert f"Print {branch.folder}/cape-town.html" in ordered.output
    assert "fincon.mail.confirm -e fincon_order=1 --limit cape-town" in ordered.output
    assert not any(secret in text for secret in SECRETS for text in pages.values())

    assert unchanged(branch.playbook("apply"))
    assert branch.pages() == pages

    part = branch.playbook("confirm", fincon_order=1, fincon_items=[1])
    assert part.status == 0, part.output
    assert 'id="item-1"' not in branch.pages()["cape-town.html"]
    assert 'id="item-2"' in branch.pages()["cape-town.html"], "what is left keeps its number"

    whole = branch.playbook("confirm", "--check", fincon_order=1)
    assert whole.status == 0, whole.output
    assert len(branch.pages()) == 2
    assert branch.playbook("confirm", fincon_order=1).status == 0
    assert branch.pages() == {}
    assert unchanged(branch.playbook("apply"))


def test_passwords_stand_on_the_pages_only_while_they_are_asked_for_and_never_in_what_is_printed(
    branch: Branch,
) -> None:
    assert branch.playbook("apply", "--diff", "-vvv", fincon_work_order_secrets=True).status == 0
    assert all(secret in text for secret in SECRETS for text in branch.pages().values())
    assert branch.modes() == {"0o600"}
    assert stat.S_IMODE(branch.folder.stat().st_mode) == 0o700
    assert unchanged(branch.playbook("apply", "--diff", "-vvv", fincon_work_order_secrets=True))

    # The page that is replaced holds passwords, and so would a diff.
    assert branch.playbook("apply", "--diff", "-vvv").status == 0
    assert not any(secret in text for secret in SECRETS for text in branch.pages().values())
    assert branch.modes() == {"0o644"}


def test_the_fleet_says_whom_to_ask_and_by_when_and_a_branch_may_say_otherwise(branch: Branch) -> None:
    contact = {"name": "P. Naidoo", "telephone": "021 555 0100", "email": "p.naidoo@example.co.za"}
    file = branch.site.fleet.with_name("branches") / "cape-town.yml"
    own = {"title": "Cape Town, Long Street", "vars": {"fincon_work_order_due_days": 3}}
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **own}))
    shared = {"vars": {"fincon_work_order_contact": contact, "fincon_work_order_due_days": 14}}
    fleet = yaml.safe_load(branch.site.fleet.read_text())
    branch.site.fleet.write_text(yaml.safe_dump({**fleet, "defaults": {**fleet["defaults"], **shared}}))
    run = branch.playbook("apply")
    assert run.status == 0, run.output
    due = date.today() + timedelta(days=3)
    for text in branch.pages().values():
        assert "Cape Town, Long Street" in text
        assert due.isoformat() in text
        assert "021 555 0100" in text

    wrong = branch.playbook("apply", fincon_work_order_contact={"phone": "x"})
    assert wrong.status != 0
    assert "fincon_work_order_contact: has a key that is not known; did you mean 'telephone'?" in wrong.output


def test_a_site_brings_what_it_knows_and_a_page_of_its_own(branch: Branch, tmp_path: Path) -> None:
    own = tmp_path / "own.md.j2"
    own.write_text(
        "{% import 'work_order_macros.j2' as words %}{% set order = fincon_work_order_view %}"
        "Werkopdrag {{ order.number }}: {{ order.sections[1].window }} ({{ words.headings.mail_enabled }})\n"
    )
    told = {
        "fincon_work_order_dir": str(tmp_path / "print"),
        "fincon_work_order_user_window": "System / Users & Mail",
        "fincon_work_order_labels": {"sender_name": "From Name"},
        "fincon_work_order_template_markdown": str(own),
    }
    wrong = branch.playbook("apply", **{**told, "fincon_work_order_labels": {"sender_nam": "x"}})
    assert wrong.status != 0
    assert "fincon_work_order_labels: has a key that is not known" in wrong.output
    assert "did you mean 'sender_name'?" in wrong.output
    assert "Traceback" not in wrong.output

    run = branch.playbook("apply", **told)
    assert run.status == 0, run.output
    assert (
        tmp_path / "print" / "cape-town.md"
    ).read_text() == "Werkopdrag 1: System / Users & Mail (E-mail on or off)\n"
    html = (tmp_path / "print" / "cape-town.html").read_text()
    assert "<b>System / Users &amp; Mail</b>" in html
    assert '<th scope="row">From Name</th>' in html
    assert not branch.folder.exists()
