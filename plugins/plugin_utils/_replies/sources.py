# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sources of replies, which ``fincon_replies`` names, read one by one. Only this module reads their files.

A source that cannot be read does not stop the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import CodeError, decode
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.mail import from_mail, from_text
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.reply import (
    Reply,
    ReplyError,
    clean,
    from_json,
    shown,
)

#: Largest size of a file, in bytes: a saved e-mail may contain pictures.
_LARGEST_FILE = 10 * 1024 * 1024

_ENTRY_KEYS = ("order", "items", "except", "by", "remarks")


@dataclass(frozen=True)
class Received:
    """One source, and the reply in it.

    :param source: the file, the code, or the branch in the mapping, as messages name it.
    :param reply: the reply, or ``None`` when there is none.
    :param problem: why there is none.
    :param denied: why the reply must not confirm anything that is not confirmed yet; empty for most.
    """

    source: str
    reply: Reply | None = None
    problem: str = ""
    denied: str = ""


def received(replies: Any, branches: Iterable[str], today: date) -> list[Received]:
    """Return the replies that a value of ``fincon_replies`` names, those in folders by the names of their files.

    :param replies: a folder, a file, a code, a list of these, or a mapping of branches.
    :param branches: names of the hosts that are known.
    :param today: to date a code.
    """
    known = list(branches)
    if isinstance(replies, Mapping):
        found = [_entry(str(branch), entry) for branch, entry in replies.items()]
    else:
        named = [replies] if isinstance(replies, str) else replies
        if not isinstance(named, (list, tuple)) or not all(isinstance(name, str) for name in named):
            text = "must be a folder, a file, a code, a list of these, or a mapping of branches to their orders"
            return [Received("fincon_replies", problem=text)]
        found = [one for name in named for one in _named(name, known, today)]
    at_home = [_at_home(one, known) for one in found]
    return _with_denials(at_home) or [Received("fincon_replies", problem="names no reply")]


def _named(name: str, branches: list[str], today: date) -> Iterator[Received]:
    path = os.path.expanduser(name)
    if os.path.isdir(path):
        yield from _folder(path)
    elif os.path.lexists(path):
        yield from _file(path)
    else:
        yield _code(name, branches, today)


def _folder(path: str) -> Iterator[Received]:
    try:
        names = sorted(name for name in os.listdir(path) if not name.startswith("."))
    except OSError as exc:
        yield Received(path, problem=f"the folder cannot be read ({exc.strerror})")
        return
    files = [os.path.join(path, name) for name in names]
    for file in files:
        if not os.path.isdir(file):
            yield from _file(file)
    if not files:
        yield Received(path, problem="the folder holds no reply")


def _file(path: str) -> Iterator[Received]:
    source = clean(path)
    read = _READERS.get(os.path.splitext(path)[1].lower())
    try:
        if read is None:
            raise ReplyError("is neither a reply (.json) nor a saved e-mail (.eml, .txt); save it as one of these")
        for reply in read(_content(path)):
            yield Received(source, reply)
    except OSError as exc:
        yield Received(source, problem=f"the file cannot be read ({exc.strerror})")
    except UnicodeDecodeError:
        yield Received(source, problem="is not UTF-8; save it as that, or as .eml")
    except RecursionError:
        yield Received(source, problem="is not a reply: it is nested too deeply")
    except ReplyError as exc:
        yield Received(source, problem=str(exc))


def _content(path: str) -> bytes:
    if not os.path.isfile(path):
        raise ReplyError("is not a file")
    with open(path, "rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise ReplyError(f"is larger than {_LARGEST_FILE // 1024 // 1024} MiB, which no reply is")
    return content


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig")


_READERS: dict[str, Callable[[bytes], list[Reply]]] = {
    ".json": lambda content: [from_json(_text(content))],
    ".eml": from_mail,
    ".txt": lambda content: from_text(_text(content)),
}


def _code(text: str, branches: Iterable[str], today: date) -> Received:
    source = clean(text)[:80]
    try:
        code = decode(text, today)
    except CodeError as exc:
        if any(letter.isspace() for letter in text.strip()):
            return Received(source, problem=str(exc))
        hint = "give a code in JSON, since Ansible splits -e name=value at blanks"
        return Received(source, problem=f"there is no such file or folder, and it {exc}; {hint}")
    named = [branch for branch in branches if branch.upper() == code.branch]
    if len(named) > 1:
        return Received(source, problem=f"{' and '.join(named)} differ in capitals only; name the branch in a mapping")
    not_done = tuple((item, "") for item in code.not_done)
    return Received(source, Reply(named[0] if named else code.branch, code.order, None, not_done, code.ordered))


def _entry(branch: str, entry: Any) -> Received:
    """The reply in a mapping of branches: the number of the order, or a mapping with more details."""
    said = entry if isinstance(entry, Mapping) else {"order": entry}
    source = clean(branch)
    unknown = [str(key) for key in said if key not in _ENTRY_KEYS]
    if unknown:
        return Received(
            source, problem=f"{clean(unknown[0])} is not a known key{did_you_mean(unknown[0], _ENTRY_KEYS)}"
        )
    order = _number(said.get("order"))
    if order is None:
        return Received(source, problem=f"order must be the number of a work order, not {shown(said.get('order'))}")
    done, left = (_numbers(said.get(key)) for key in ("items", "except"))
    for key, numbers in (("items", done), ("except", left)):
        if key in said and numbers is None:
            return Received(source, problem=f"{key} must be a list of numbers, not {shown(said[key])}")
    by, remarks = (clean(str(said.get(key) or "")) for key in ("by", "remarks"))
    return Received(
        source, Reply(branch, order, done, tuple((item, "") for item in left or ()), by=by, remarks=remarks)
    )


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdecimal() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _numbers(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, (list, tuple)):
        return None
    numbers = [_number(item) for item in value]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(numbers) else None


def _at_home(one: Received, branches: list[str]) -> Received:
    """The reply, if it belongs to a branch of this run."""
    if one.reply is None or one.reply.branch in branches:
        return one
    branch = clean(one.reply.branch)
    hint = did_you_mean(branch, branches)
    return replace(one, reply=None, problem=f"{shown(branch)} is not a branch of this run{hint}")


def _with_denials(found: list[Received]) -> list[Received]:
    """Mark what says that an item is done where another reply, which is not older, says that it is not.

    So a mail that quotes the reply which it corrects confirms nothing that the correction denies.
    """
    of_order: dict[tuple[str, int], list[Received]] = {}
    for one in found:
        if one.reply:
            of_order.setdefault((one.reply.branch, one.reply.order), []).append(one)
    return [
        replace(one, denied=_denied(one, one.reply, of_order[one.reply.branch, one.reply.order])) if one.reply else one
        for one in found
    ]


def _denied(one: Received, reply: Reply, others: Iterable[Received]) -> str:
    for other in others:
        if other.reply is None or (other.reply.date and reply.date > other.reply.date):
            continue
        items = [item for item, _reason in other.reply.not_done if reply.says_done(item)]
        if items:
            where = "another reply in it" if other.source == one.source else other.source
            return (
                f"says that item {items[0]} is done, and {where} says that it is not; give only the one that is right"
            )
    return ""
