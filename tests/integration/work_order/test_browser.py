# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a work order in a real browser: copying, what it keeps, and the reply that it makes."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import encode
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.mail import from_text
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import from_json
from ansible_collections.fincon.mail.tests.unit.work_order.orders import EVERYTHING, field, item, order_of, page

from .browser import CONTROL, Browser, browser, missing

ADDRESS = "thandi.nkosi-van-der-merwe@western-cape.branches.example.co.za"
CONTACT = {"name": "P. Naidoo", "telephone": "021 555 0100", "email": "p.naidoo+mail@example.co.za"}
HOSTILE = '"><script>window.hit = 1</script><img src="http://localhost/x">'


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    if missing():
        pytest.skip(missing())
    with browser(tmp_path_factory.mktemp("browser")) as made:
        yield made


@pytest.fixture
def opened(screen: Browser, tmp_path: Path) -> Browser:
    """The page of everything, as nobody has touched it."""
    return opened_page(screen, tmp_path, "cape-town")


def opened_page(screen: Browser, folder: Path, branch: str, order: dict | None = None) -> Browser:
    file = folder / "page.html"
    file.write_text(page("html", order, branch, contact=CONTACT, due_days=7), "utf-8")
    screen.open(file)
    screen.run("localStorage.clear()")
    screen.reload()
    return screen


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


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_fits_a_desk_and_a_telephone(tmp_path: Path, width: int) -> None:
    if missing():
        pytest.skip(missing())
    long = {**EVERYTHING, "items": [*EVERYTHING["items"][:3]]}
    long["items"][2] = {**long["items"][2], "fields": [field("sender_email", "", ADDRESS)]}
    (tmp_path / "browser").mkdir()
    with browser(tmp_path / "browser", width) as screen:
        opened_page(screen, tmp_path, "cape-town-waterfront-and-long-street", long)
        assert screen.run("return document.documentElement.scrollWidth") <= screen.run("return innerWidth")
        lines = screen.run(
            "return [...document.querySelectorAll('#item-3 .want .part')].map((part) => part.getClientRects().length)"
        )
        assert set(lines) == {1}, "no part of the address is broken"
        assert re.fullmatch(r"0 of 3 done", screen.text("#count"))
