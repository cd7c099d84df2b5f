# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clerk's reply, made by the page itself in a headless Chromium if there is one, else by this program."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from browser import browser, missing
from collection import link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import encode
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.reply import VERSION

from .clerk import Page


@dataclass(frozen=True)
class Answer:
    """A reply, in two of its forms.

    :param code: the code to read out.
    :param file: the content of the saved file.
    """

    code: str
    file: bytes


def maker() -> str:
    """Print how the replies are made on this machine."""
    absent = missing()
    return (
        f"this program, as the page's script would ({absent})" if absent else "the page itself, in a headless Chromium"
    )


def answer(html: Path, page: Page, not_done: Mapping[int, str], by: str) -> Answer:
    """Return the reply of a clerk who did all items of a page except some."""
    return _by_program(html, page, not_done, by) if missing() else _by_page(html, page, not_done, by)


def _by_page(html: Path, page: Page, not_done: Mapping[int, str], by: str) -> Answer:
    with tempfile.TemporaryDirectory(prefix="fincon-demo-browser-") as folder, browser(Path(folder)) as screen:
        screen.open(html)
        for item in page.items:
            if item.number in not_done:
                screen.type(f'[data-reason="{item.number}"]', not_done[item.number])
            else:
                screen.click(f'[data-item="{item.number}"]')
        screen.type("#by", by)
        code = screen.text("#code")
        screen.click("#file")
        return Answer(code, screen.saved(f"{page.name}.reply.json"))


def _by_program(html: Path, page: Page, not_done: Mapping[int, str], by: str) -> Answer:
    reply = {
        "reply": VERSION,
        "branch": html.stem,
        "order": int(page.name.rpartition("-")[2]),
        "ordered": page.ordered,
        "done": [item.number for item in page.items if item.number not in not_done],
        "not_done": [{"item": number, "reason": reason} for number, reason in not_done.items()],
        "by": by,
        "date": date.today().isoformat(),
        "remarks": "",
    }
    return Answer(encode(page.name, page.ordered, not_done), json.dumps(reply, indent=2).encode())
