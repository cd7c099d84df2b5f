# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replies in saved e-mails and texts: in the body as a work order's page writes it, or as the attached file. Pure.

Mail programs wrap lines, quote them with ``>`` and change blanks; the reader accepts all of this. The check characters
cover the branch, the order and the items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import check_characters
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import (
    Reply,
    ReplyError,
    clean,
    from_data,
    from_json,
    shown,
)

_BEGIN = re.compile(r"Reply to work order \S")
_END = "End of reply"
_LINE = re.compile(r"(Branch|Order|Done|Not done|Check|Reason [0-9]{1,5}|Name|Date|Remarks):(?: (.*))?$")
_CHECKED = ("Branch", "Order", "Done", "Not done")
_ORDER = re.compile(r"([0-9]{1,5}) of ([0-9]{4}-[0-9]{2}-[0-9]{2})")
_RUN = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_MOST_ITEMS = 99999
_BLOCK_TAGS = {"br", "p", "div", "li", "tr", "blockquote"}


def from_mail(content: bytes) -> list[Reply]:
    """Return the replies in a saved e-mail (RFC 5322), those of its attachments first.

    :raises ReplyError: when there is none, or one of them is incomplete.
    """
    message = message_from_bytes(content, policy=policy.default)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    attached = [from_json(_content(part)) for part in parts if _is_json(part)]
    try:
        written = _in_texts(part for part in parts if not _is_json(part))
    except ReplyError:
        if not attached:
            raise
        # The file is whole, whatever became of the text around it.
        written = []
    if not attached and not written:
        raise ReplyError("holds no reply to a work order, neither as an attached file nor in its text")
    return list(dict.fromkeys([*attached, *written]))


def _in_texts(parts: Iterable[EmailMessage]) -> list[Reply]:
    """Return the replies in the plain text of an e-mail, or else in its HTML."""
    texts = list(parts)
    for kind, text_of in (("text/plain", _content), ("text/html", lambda part: _html_text(_content(part)))):
        for part in texts:
            found = replies_in(text_of(part)) if part.get_content_type() == kind else []
            if found:
                return found
    return []


def from_text(text: str) -> list[Reply]:
    """Return the replies in the text of an e-mail.

    :raises ReplyError: when there is none, or one of them is incomplete.
    """
    found = replies_in(text)
    if not found:
        raise ReplyError('holds no reply to a work order: no line begins with "Reply to work order"')
    return found


def replies_in(text: str) -> list[Reply]:
    """Return the replies in a text, each once.

    :raises ReplyError: when one of them is incomplete.
    """
    return list(dict.fromkeys(_reply(block) for block in _blocks(text)))


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Split a text into its replies, each a mapping of its lines by their first words."""
    block: dict[str, str] | None = None
    last = ""
    for raw in text.splitlines():
        line = re.sub(r"^[>|\s\xa0]+", "", raw.replace("\xa0", " ").replace("–", "-")).rstrip()
        if block is None or (_BEGIN.match(line) and "Remarks" not in block):
            if _BEGIN.match(line):
                block, last = {}, ""
            continue
        found = _LINE.match(line) if "Remarks" not in block else None
        if line == _END:
            yield block
            block = None
        elif found and found[1] not in block:
            last = found[1]
            block[last] = found[2] or ""
        elif last and line:
            block[last] = f"{block[last]} {line}".strip()
    if block is not None:
        raise ReplyError(f'holds a reply that is cut off: its line "{_END}" is missing')


def _reply(block: dict[str, str]) -> Reply:
    missing = [name for name in (*_CHECKED, "Check", "Name", "Date") if name not in block]
    if missing:
        raise ReplyError(f"holds a reply without the line {', '.join(missing)}")
    head = "\n".join(f"{name}: {block[name]}" for name in _CHECKED)
    if check_characters(head) != block["Check"].strip().upper():
        raise ReplyError(
            "holds a reply that was changed on its way: its check characters do not fit; have the reply sent as a file"
        )
    order = _ORDER.fullmatch(block["Order"])
    if not order:
        raise ReplyError(f"holds a reply whose order is {shown(block['Order'])}, and not such as: 3 of 2026-11-24")
    reasons = {name: text for name, text in block.items() if name.startswith("Reason ")}
    data = {
        "branch": block["Branch"],
        "order": int(order[1]),
        "ordered": order[2],
        "done": _numbers(block["Done"]),
        "not_done": [
            {"item": item, "reason": reasons.get(f"Reason {item}", "")} for item in _numbers(block["Not done"])
        ],
        "by": block["Name"][:200],
        "date": clean(block["Date"]),
        "remarks": block.get("Remarks", "")[:2000],
    }
    return from_data(data)


def _numbers(text: str) -> list[int]:
    """Return the numbers of a list such as ``1-8, 10``."""
    if text == "none":
        return []
    numbers: list[int] = []
    for part in text.split(","):
        run = _RUN.fullmatch(part.strip())
        first, last = (int(run[1]), int(run[2] or run[1])) if run else (0, 0)
        if not 1 <= first <= last or len(numbers) > _MOST_ITEMS:
            raise ReplyError(f"holds a reply whose items are {shown(text)}, and not such as: 1-8, 10")
        numbers += range(first, last + 1)
    return numbers


def _is_json(part: EmailMessage) -> bool:
    return part.get_content_type() == "application/json" or (part.get_filename() or "").lower().endswith(".json")


def _content(part: EmailMessage) -> str:
    """The text of a part. Bytes outside its character set are replaced; then the check characters do not match."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        # No encoding of texts has this name, or it cannot replace anything, such as "idna".
        return content.decode("utf-8", "replace")


class _HtmlText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCK_TAGS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])

    def handle_data(self, data: str) -> None:
        # A line break in the source of a page counts as a blank.
        self.text.append(re.sub(r"\s+", " ", data))


def _html_text(html: str) -> str:
    parser = _HtmlText()
    parser.feed(html)
    return "".join(parser.text)
