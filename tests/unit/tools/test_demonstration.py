# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clerk of the demonstration does what the page says, and the demonstration shows no more than it should."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import decode
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import from_json
from ansible_collections.fincon.mail.tests.unit.work_order.orders import (
    EVERYTHING,
    RELAY,
    SWITCH_ON,
    THANDI,
    order_of,
    page,
)
from demonstration import replies
from demonstration.clerk import Windows, read
from demonstration.show import UnexpectedError, short, unchanged
from demonstration.site import empty

ORDER = order_of(RELAY, THANDI, SWITCH_ON)


def windows(folder: Path, *users: str) -> Windows:
    """Windows of a Fincon that has users and nothing else."""
    made = Windows(folder / "windows.json")
    for user in ("OTHER", *users):
        made.add_user(user)
    return made


def test_the_clerk_types_what_the_page_says_and_nothing_else(tmp_path: Path) -> None:
    shown = windows(tmp_path, "THANDI")
    assert shown.work(read(page("markdown", ORDER))) == {}
    assert shown.content() == {
        "SMTP definitions": {
            "HQ relay": {
                "Mail Server": "smtp.example.co.za", "Authenticate": "Y (ticked)", "Username": "relay@example.co.za",
                "Password": "********", "Port": "587", "Use TLS": "N (not ticked)",
            }
        },
        "users": {
            "OTHER": {},
            "THANDI": {
                "SMTP server settings": "HQ relay", "SMTP server password": "********", "Sender's name": "Thandi Nkosi",
                "E-mail": "on",
            },
        },
    }  # fmt: skip


def test_the_clerk_creates_no_user_and_says_which_items_are_not_done(tmp_path: Path) -> None:
    shown = windows(tmp_path)
    reason = "Fincon has no user THANDI."
    assert shown.work(read(page("markdown", ORDER))) == {3: reason, 5: reason}
    assert list(shown.content()["users"]) == ["OTHER"]


def test_a_page_that_the_clerk_does_not_understand_stops_the_demonstration() -> None:
    with pytest.raises(UnexpectedError, match="understands 4 items of this page"):
        read(page("markdown", EVERYTHING))


def test_a_reply_without_a_browser_is_one_that_the_collection_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replies, "missing", lambda: "not installed: chromium")
    assert "(not installed: chromium)" in replies.maker()
    answer = replies.answer(tmp_path / "cape-town.html", read(page("markdown", ORDER)), {3: "No."}, "T. Nkosi")
    reply = from_json(answer.file.decode())
    assert (reply.branch, reply.order, reply.ordered, reply.by) == ("cape-town", 3, "2026-11-24", "T. Nkosi")
    assert (reply.done, reply.not_done) == ((1, 5), ((3, "No."),))
    code = decode(answer.code, date(2026, 11, 26))
    assert (code.branch, code.order, code.ordered, code.not_done) == ("CAPE-TOWN", 3, "2026-11-24", (3,))


def test_only_a_folder_that_a_demonstration_made_is_emptied(tmp_path: Path) -> None:
    made = tmp_path / "demo"
    empty(made)
    (made / "page.html").touch()
    empty(made)
    assert [path.name for path in made.iterdir()] == ["README.txt"]

    own = tmp_path / "own"
    own.mkdir()
    (own / "work.txt").touch()
    with pytest.raises(UnexpectedError, match="no demonstration made it"):
        empty(own)
    assert (own / "work.txt").exists()


def test_of_an_error_the_message_is_shown_once_and_a_task_without_a_result_is_not() -> None:
    output = """
TASK [Skipped] *****
skipping: [durban]

TASK [Refused] *****
[ERROR]: Task failed: the message
Origin: /site.yml:1:1

fatal: [durban]: FAILED! =>
    changes:
    -   action: update
    msg: |-
        the message
        in two lines
    planned:
    - THANDI

PLAY RECAP *****
durban : ok=1    changed=0    unreachable=0    failed=1
"""
    assert short(output).splitlines() == [
        "TASK [Refused]",
        "fatal: [durban]: FAILED! =>",
        "    msg: |-",
        "        the message",
        "        in two lines",
        "PLAY RECAP",
        "durban : ok=1    changed=0    unreachable=0    failed=1",
    ]
    assert unchanged(output)
    assert not unchanged(output.replace("changed=0", "changed=2"))
    assert not unchanged("no recap at all")
