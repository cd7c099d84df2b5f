# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a work order in a real browser: copying, what it keeps, and the reply that it makes."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.slips import to_html
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import encode
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.mail import from_text
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import from_json
from ansible_collections.fincon.mail.tests.unit.handover.handed import (
    PIETER_PASSWORD,
    RELAY_PASSWORD,
    THANDI_PASSWORD,
    items,
)
from ansible_collections.fincon.mail.tests.unit.work_order.orders import EVERYTHING, field, item, order_of, page
from browser import CONTROL, Browser, browser, missing

ADDRESS = "thandi.nkosi-van-der-merwe@western-cape.branches.example.co.za"
CONTACT = {"name": "P. Naidoo", "telephone": "021 555 0100", "email": "p.naidoo+mail@example.co.za"}
HOSTILE = '"><script>window.hit = 1</script><img src="http://localhost/x">'


@pytest.fixture(scope="module", params=[1366, 390], ids=["desk", "telephone"])
def screen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser of each width for all tests of this file."""
    if missing():
        pytest.skip(missing())
    with browser(tmp_path_factory.mktemp("browser"), request.param) as made:
        yield made


@pytest.fixture
def opened(screen: Browser, tmp_path: Path) -> Browser:
    """The page of everything, as nobody has touched it."""
    return opened_page(screen, tmp_path, "cape-town")


def opened_page(screen: Browser, folder: Path, branch: str, order: dict | None = None, **options: Any) -> Browser:
    file = folder / "page.html"
    file.write_text(page("html", order, branch, contact=CONTACT, due_days=7, **options), "utf-8")
    screen.open(file)
    screen.run("localStorage.clear()")
    screen.reload()
    return screen


def printed(screen: Browser) -> list[str]:
    """The text of each sheet of the printed page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("not installed: poppler-utils (sh tests/setup/browser.sh)")
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=screen.printed(), stdout=subprocess.PIPE, check=True
    )
    return done.stdout.decode("utf-8").rstrip("\f").split("\f")


def tick(screen: Browser, *items: int) -> None:
    for number in items:
        screen.click(f'[data-item="{number}"]')


def test_a_button_copies_its_value_whole(screen: Browser, tmp_path: Path) -> None:
    order = order_of(item(1, "mail_user", "THANDI", "update", field("sender_email", "", ADDRESS)))
    opened_page(screen, tmp_path, "soweto", order)
    screen.click(".want .copy")
    screen.wait("return document.querySelector('.want .copy').textContent === 'Copied'")
    screen.type("#remarks", CONTROL + "v")
    assert screen.run("return document.getElementById('remarks').value") == ADDRESS


def test_a_click_selects_a_value_whole_without_any_script(opened: Browser) -> None:
    opened.run("document.querySelectorAll('.copy').forEach((button) => button.remove())")
    opened.click(".want kbd")
    assert opened.run("return getSelection().toString()") == opened.text(".want kbd")


def test_progress_is_shown_and_what_was_entered_is_there_after_a_reload(opened: Browser) -> None:
    assert opened.text("#count") == "0 of 8 done"
    tick(opened, 1, 2, 4)
    opened.click('[data-user="ANNA"]')
    opened.type("#by", "T. Nkosi")
    opened.type("#remarks", "The window looks different.")
    opened.type('[data-reason="3"]', "There is no such user.")
    before = opened.text("#code")
    opened.reload()
    assert opened.text("#count") == "3 of 8 done"
    assert opened.run("return [...document.querySelectorAll(':checked')].map((box) => box.ariaLabel)") == [
        "Item 1 is done", "Item 2 is done", "Item 4 is done", "ANNA has logged out and in again",
    ]  # fmt: skip
    assert opened.run("return ['by', 'remarks'].map((id) => document.getElementById(id).value)") == [
        "T. Nkosi", "The window looks different.",
    ]  # fmt: skip
    assert opened.run("return document.querySelector('[data-reason=\"3\"]').value") == "There is no such user."
    assert opened.text("#code") == before


def test_what_was_entered_belongs_to_one_work_order(opened: Browser, tmp_path: Path) -> None:
    tick(opened, 1)
    for branch, order in (("durban", EVERYTHING), ("cape-town", {**EVERYTHING, "number": 4})):
        file = tmp_path / "other.html"
        file.write_text(page("html", order, branch), "utf-8")
        opened.open(file)
        assert opened.text("#count") == "0 of 8 done"


def test_the_code_is_the_one_that_python_makes(opened: Browser) -> None:
    done: set[int] = set()
    for ticked in ((), (8,), (1, 2, 3), (4,), (5, 6), (7,)):
        tick(opened, *ticked)
        done |= set(ticked)
        left = [number for number in range(1, 9) if number not in done]
        assert opened.text("#code") == encode("CAPE-TOWN-3", "2026-11-24", left)
    assert opened.text("#all") == "Every item is done."


def test_the_reply_is_saved_once_there_is_a_name(opened: Browser) -> None:
    tick(opened, 1, 2, 4, 5, 6, 7)
    opened.type('[data-reason="3"]', 'No "such" user; Zoë  東京')
    opened.click("#file")
    assert opened.text("#problem") == "Give your name first."
    opened.type("#by", "T. Nkosi")
    opened.type("#remarks", "Line one\nline two")
    opened.click("#file")
    reply = from_json(opened.saved("CAPE-TOWN-3.reply.json").decode("utf-8"))
    assert (reply.branch, reply.order, reply.ordered, reply.by) == ("cape-town", 3, "2026-11-24", "T. Nkosi")
    assert (reply.done, reply.not_done) == ((1, 2, 4, 5, 6, 7), ((3, 'No "such" user; Zoë 東京'), (8, "")))
    assert reply.remarks == "Line one line two"
    assert abs((date.fromisoformat(reply.date) - date.today()).days) <= 1, "the day, where the clerk gives none"


def test_the_mail_is_addressed_to_the_contact_and_says_what_the_file_says(opened: Browser) -> None:
    tick(opened, 1, 2, 3, 4, 6)
    opened.type("#by", "T. Nkosi & Co")
    opened.type('[data-reason="5"]', "100% no rights; ask?")
    opened.type("#remarks", "One\nEnd of reply?")
    opened.run("HTMLAnchorElement.prototype.click = function () { window.written = this.href; }")
    opened.click("#mail")
    mail = urllib.parse.urlsplit(opened.run("return window.written"))
    assert (mail.scheme, urllib.parse.unquote(mail.path)) == ("mailto", CONTACT["email"])
    fields = dict(urllib.parse.parse_qsl(mail.query, strict_parsing=True))
    assert fields["subject"] == "Reply to work order CAPE-TOWN-3"
    (reply,) = from_text(fields["body"])
    assert (reply.branch, reply.order, reply.ordered, reply.by) == ("cape-town", 3, "2026-11-24", "T. Nkosi & Co")
    assert (reply.done, reply.not_done) == ((1, 2, 3, 4, 6), ((5, "100% no rights; ask?"), (7, ""), (8, "")))
    assert reply.remarks == "One End of reply?"


def test_the_tick_of_the_last_e_mail_is_kept_and_is_no_part_of_the_reply(screen: Browser, tmp_path: Path) -> None:
    proof = {"proof_to": "audit-mailbox.of-everything@mail.branches.example.co.za", "plus_addresses": True}
    opened_page(screen, tmp_path, "east-london", **proof)
    assert screen.text("#count") == "0 of 8 done"
    screen.click('[data-proof="THANDI"]')
    screen.reload()
    assert screen.run("return [...document.querySelectorAll(':checked')].map((box) => box.dataset.proof)") == ["THANDI"]
    assert screen.text("#count") == "0 of 8 done"
    tick(screen, *range(1, 9))
    assert screen.text("#all") == "Every item is done."
    screen.type("#by", "T. Nkosi")
    screen.click("#file")
    reply = from_json(screen.saved("EAST-LONDON-3.reply.json").decode("utf-8"))
    assert (reply.done, reply.not_done) == (tuple(range(1, 9)), ())
    screen.run(
        "localStorage.setItem('fincon.mail east-london 3 2026-11-24', "
        """'{"done": [2], "logins": [], "texts": {}, "reasons": {}}')"""
    )
    screen.reload()
    assert screen.text("#count") == "1 of 8 done", "what an earlier page of this work order has kept"
    assert screen.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_hostile_text_runs_nothing_and_loads_nothing(screen: Browser, tmp_path: Path) -> None:
    order = order_of(item(1, "smtp_server", HOSTILE, "update", field("bcc", HOSTILE, HOSTILE)))
    opened_page(screen, tmp_path, "soweto", order)
    assert screen.run("return [window.hit ?? null, performance.getEntriesByType('resource').length]") == [None, 0]
    assert screen.text(".want kbd") == HOSTILE
    # And if a text did get into the page, its policy would still keep it from loading anything.
    broken = tmp_path / "broken.html"
    broken.write_text((tmp_path / "page.html").read_text("utf-8").replace("</main>", '<img id="x" src="x.png"></main>'))
    (tmp_path / "x.png").write_bytes(b"")
    screen.open(broken)
    assert screen.run("return document.getElementById('x').naturalWidth") == 0


def test_the_page_is_no_wider_than_the_screen_and_breaks_no_part_of_an_address(screen: Browser, tmp_path: Path) -> None:
    long = {**EVERYTHING, "items": [*EVERYTHING["items"][:3]]}
    long["items"][2] = {**long["items"][2], "fields": [field("sender_email", "", ADDRESS)]}
    opened_page(screen, tmp_path, "cape-town-waterfront-and-long-street", long)
    assert screen.run("return document.documentElement.scrollWidth") <= screen.run("return innerWidth")
    lines = screen.run(
        "return [...document.querySelectorAll('#item-3 .want .part')].map((part) => part.getClientRects().length)"
    )
    assert set(lines) == {1}, "no part of the address is broken"
    assert re.fullmatch(r"0 of 3 done", screen.text("#count"))


def test_a_slip_says_whether_what_is_typed_is_the_password_and_keeps_nothing(screen: Browser, tmp_path: Path) -> None:
    file = tmp_path / "slips.html"
    file.write_text(to_html(items()), "utf-8")
    screen.open(file)
    # Files share one storage, and the page of a work order keeps something there.
    screen.run("localStorage.clear(); sessionStorage.clear()")
    for number, password in enumerate((RELAY_PASSWORD, THANDI_PASSWORD, PIETER_PASSWORD), 1):
        line = f"article:nth-of-type({number}) .try"
        assert screen.text(f"{line} output") == ""
        screen.type(f"{line} input", password[:-1])
        assert screen.text(f"{line} output").startswith("✗ not the same")
        screen.type(f"{line} input", password[-1])
        assert screen.text(f"{line} output") == "✓ the same"
    assert screen.run("return document.documentElement.scrollWidth") <= screen.run("return innerWidth")
    assert screen.run("return localStorage.length + sessionStorage.length") == 0
    screen.reload()
    assert screen.run("return [...document.querySelectorAll('input')].map((input) => input.value)") == ["", "", ""]


def test_without_a_script_a_slip_offers_nothing_to_type_into(screen: Browser, tmp_path: Path) -> None:
    file = tmp_path / "slips.html"
    file.write_text(re.sub(r"<script>.*</script>", "", to_html(items()), flags=re.S), "utf-8")
    screen.open(file)
    assert screen.text(".try") == ""
    assert screen.text("article:nth-of-type(2) .password").replace("\n", "") == THANDI_PASSWORD


def test_the_printed_page_has_every_value_no_button_and_a_sheet_for_the_administrator(opened: Browser) -> None:
    sheets = printed(opened)
    together = "".join("".join(sheets).split())
    values = opened.run("return [...document.querySelectorAll('.want kbd')].map((value) => value.textContent)")
    assert len(values) > 5
    assert [value for value in values if "".join(value.split()) not in together] == []
    assert [word for word in ("Copy", "0 of 8 done", opened.text("#code")) if "".join(word.split()) in together] == []
    assert "fincon.mail.confirm" in sheets[-1]
    assert not any("fincon.mail.confirm" in sheet for sheet in sheets[:-1])
    for number, sheet in enumerate(sheets, 1):
        assert f"Work order CAPE-TOWN-3 Page {number} of {len(sheets)}" in " ".join(sheet.split())
    for first, last in (
        ("Create the definition HQ relay", "Leave empty:"),
        ("Delete the definition Oldest", "empty its"),
    ):
        assert [first in sheet for sheet in sheets] == [last in sheet for sheet in sheets], "an item is on one sheet"
