# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the documentation that are walks say what happens, word for word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.fincon.mail.tests.standin import StandIn
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle
from collection import ROOT

from ..conftest import Site
from .walk import Command, File, PageError, shows, steps, walk

#: The mailboxes of the pages' people.
MAILBOXES = {
    f"{name}@example.co.za": f"c4nary-{name}-Vb3" for name in ("relay", "thandi", "nomsa", "lerato", "kgosi", "pieter")
}
COMPANIES = {"CAPETOWN": ["THANDI", "KGOSI"]}


@pytest.fixture
def servers() -> Iterator[tuple[StandIn, MailHandle]]:
    """The servers of the pages: Fincon at Cape Town, and the mail server."""
    with StandIn(COMPANIES) as standin, MailHandle(MAILBOXES) as mail:
        standin.tamper("CAPETOWN", user="NOMSA", login="firstday")
        yield standin, mail


def vault(standin: StandIn, mail: MailHandle) -> dict[str, str]:
    """The variables that a site keeps in its vault, and where its authority is."""
    passwords = {f"vault_{address.partition('@')[0]}": password for address, password in MAILBOXES.items()}
    return {
        **passwords,
        "vault_fincon_server": standin.server_password,
        "vault_fincon_user": standin.fincon_password,
        "fincon_smtp_ca_path": mail.ca_path,
    }


@pytest.mark.parametrize("name", ["people", "fleet-files", "users-from-csv", "rollback", "secrets", "tutorial"])
def test_what_a_page_shows_is_what_happens(name: str, tmp_path: Path, servers: tuple[StandIn, MailHandle]) -> None:
    standin, mail = servers
    variables = tmp_path / "fleet" / "group_vars" / "all.yml"
    variables.parent.mkdir(parents=True)
    variables.write_text(yaml.safe_dump(vault(standin, mail)), "utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "ansible.cfg").touch()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**Site.environment(tmp_path), "PATH": path}
    # A page may bring its own.
    del environment["ANSIBLE_CONFIG"]
    real = {
        "https://10.1.2.3:4090": standin.url,
        "server_username: api": f"server_username: {standin.server_username}",
        "username: ANSIBLE": f"username: {standin.fincon_username}",
        "smtp.example.co.za, port: 587": f"localhost, port: {mail.starttls_port}",
        # As the tutorial writes them.
        "mail_server: smtp.example.co.za\n      port: 587": f"mail_server: localhost\n      port: {mail.starttls_port}",
        "smtp_server,HQ relay,smtp.example.co.za": "smtp_server,HQ relay,localhost",
        "the-password-of-the-relay": MAILBOXES["relay@example.co.za"],
    }
    count = walk(ROOT / "docs" / f"{name}.md", tmp_path, environment, real)
    assert count > 0


def test_a_page_is_files_and_commands_in_its_order() -> None:
    page = "Text\n\n```yaml\n# a/b.yml\nkey: 1\n```\n\n    indented\n\n```console\n$ one\nout\n$ two\n```\n"
    assert steps(page) == [File("a/b.yml", "# a/b.yml\nkey: 1\n"), Command(11, "one", ("out",)), Command(13, "two", ())]
    assert steps("```console\n$ for a in b\n> do c\nout\n> d\n```\n") == [
        Command(2, "for a in b\ndo c", ("out", "> d"))
    ]
    assert steps("```csv\n# a/b.csv\nuser;x\n```\n") == [File("a/b.csv", "user;x\n")]


@pytest.mark.parametrize("page", ["```yaml\nkey: 1\n```\n", "```\nls\n```\n", "```console\nls\n```\n"])
def test_a_block_that_would_not_be_tried_is_refused(page: str) -> None:
    with pytest.raises(PageError, match="line 2"):
        steps(page)


@pytest.mark.parametrize(
    ("expected", "is_shown"),
    [
        (("a", "b"), True),
        (("a",), False),
        ((), False),
        (("…",), True),
        (("…", "b"), True),
        (("b", "…"), False),
        (("…", "a"), False),
        (("…a…", "b"), True),
        (("a.", "b"), False),
    ],
)
def test_an_ellipsis_stands_for_text_or_lines_and_everything_else_for_itself(
    expected: tuple[str, ...], is_shown: bool
) -> None:
    assert shows(expected, "a\nb\n") is is_shown


@pytest.mark.parametrize(
    ("commands", "words"),
    [
        ("$ echo one\ntwo\n", "w.md:2: echo one\n--- the page\ntwo\n--- printed\none\n"),
        ("$ false\n$ echo on\non\n", "w.md:3: the command before failed with 1"),
        ("$ false\n", "the last command failed with 1"),
    ],
)
def test_a_page_that_does_not_say_what_happens_fails_at_its_line(tmp_path: Path, commands: str, words: str) -> None:
    page = tmp_path / "w.md"
    page.write_text(f"```console\n{commands}```\n", "utf-8")
    with pytest.raises(PageError) as error:
        walk(page, tmp_path, os.environ, {})
    assert words in str(error.value)


def test_a_page_may_show_that_a_command_fails_and_its_files_get_what_the_stand_in_needs(tmp_path: Path) -> None:
    page = tmp_path / "w.md"
    page.write_text(
        "```yaml\n# d/f.yml\nurl: https://10.1.2.3\n```\n```console\n$ grep nothing d/f.yml\n$ echo $?\n1\n"
        "$ tail -n 1 d/f.yml\nurl: http://localhost\n```\n",
        "utf-8",
    )
    assert walk(page, tmp_path, os.environ, {"https://10.1.2.3": "http://localhost"}) == 3
