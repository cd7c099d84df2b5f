# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that bring the passwords of a work order to a clerk: their content, and the result for each.

A :class:`Place` is where they are: this machine, or a machine that the action plugin reaches.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io.files import replace
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import keepass, slips
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.autotype import checked_order
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.items import Item, items_of

#: The suffix of each kind of file; the files are next to the pages of the work order.
SUFFIXES = {"keepass": "kdbx", "slips": "slips.html"}
MODE = 0o600

WRITTEN, UNCHANGED, REMOVED = "written", "unchanged", "removed"
_KINDS = {
    "keepass": "encrypted, opens with the passphrase in KeePassXC or KeePass",
    "slips": "in clear, to be printed, cut out and destroyed",
}


@dataclass(frozen=True)
class Request:
    """The options of a site.

    :param kinds: the kinds in :data:`SUFFIXES` to write.
    :param passphrase: opens the KeePass file.
    :param user_order: the fields of the user's window in the order of its Tab key, or none.
    :param labels: Fincon's labels as far as the site knows them.
    :param title: what people call the branch.
    :param contact: the person who answers questions.
    """

    kinds: Sequence[str] = ()
    passphrase: str = field(default="", repr=False)
    user_order: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    contact: Mapping[str, Any] = field(default_factory=dict)


class Place(Protocol):
    """A machine that has such files."""

    def held(self, path: str) -> bytes | None:
        """Return the content of a file that only its owner may read, or ``None`` when there is no such file."""

    def write(self, path: str, content: bytes) -> None:
        """Write a file of mode 0600."""

    def remove(self, path: str) -> bool:
        """Remove a file, if there is one, and return whether there was one. In check mode nothing is removed."""


def deliver(
    place: Place,
    path: str,
    order: Mapping[str, Any] | None,
    branch: str,
    records: Mapping[str, Any],
    request: Request,
    check_mode: bool,
) -> list[dict[str, Any]]:
    """Write the requested files of a work order, remove all others, and return the result for each.

    Even if they cannot be written, those of earlier runs are removed: their passwords may be outdated.

    :param path: of the pages of the work order, without their suffix.
    :param order: the ``work_order`` of a result; ``None`` when nothing is open.
    :param records: the declared ``smtp_servers`` and ``users``.
    :raises FinconError: when a file cannot be written.
    """
    try:
        items = items_of(order, branch, records, request.labels) if order and request.kinds else []
        passwords = sum(1 for item in items if item.password)
        wanted = _makers(items, request) if passwords else {}
        found = [
            one
            for kind, suffix in SUFFIXES.items()
            if (one := _settle(place, f"{path}.{suffix}", kind, wanted.get(kind), passwords, check_mode))
        ]
    except (FinconError, OSError) as exc:
        text = str(exc)
        if isinstance(exc, OSError):
            text = f"a file with passwords cannot be written: {exc.strerror}: {exc.filename}"
        gone = [suffix for suffix in SUFFIXES.values() if _removed(place, f"{path}.{suffix}")]
        left = "; the files with passwords of an earlier run were removed" if gone and not check_mode else ""
        raise FinconError(f"{text}{left}") from exc
    return found


def _removed(place: Place, path: str) -> bool:
    """Whether a file was there and could be removed."""
    with suppress(FinconError, OSError):
        return place.remove(path)
    return False


@dataclass(frozen=True)
class _Maker:
    """How to make a file, and how to recognise one that is still valid."""

    make: Callable[[], bytes]
    holds: Callable[[bytes], bool]


def require_means(request: Request) -> list[str]:
    """Make sure that the requested files can be made, before anything is ordered.

    :return: the order of the fields in the user's window.
    :raises FinconError: when an option is wrong, or a library is missing.
    """
    user_order = checked_order(request.user_order)
    if "keepass" in request.kinds:
        problem = keepass.passphrase_problem(request.passphrase)
        if problem:
            raise FinconError(problem)
        keepass.require_library()
    return user_order


def _makers(items: Sequence[Item], request: Request) -> dict[str, _Maker]:
    made = {}
    user_order = require_means(request)
    if "keepass" in request.kinds:
        made["keepass"] = _Maker(
            lambda: keepass.made(items, request.passphrase, user_order),
            lambda content: keepass.holds(content, items, request.passphrase, user_order),
        )
    if "slips" in request.kinds:
        page = slips.to_html(items, request.title, request.contact).encode()
        made["slips"] = _Maker(lambda: page, page.__eq__)
    return made


def _settle(
    place: Place, path: str, kind: str, maker: _Maker | None, passwords: int, check_mode: bool
) -> dict[str, Any] | None:
    """Write or remove a file, and return the result; nothing when there is none and none is wanted."""
    if maker is None:
        return _became(path, kind, REMOVED, 0, check_mode) if place.remove(path) else None
    held = place.held(path)
    if held is not None and maker.holds(held):
        return _became(path, kind, UNCHANGED, passwords, check_mode)
    if not check_mode:
        place.write(path, maker.make())
    return _became(path, kind, WRITTEN, passwords, check_mode)


def _became(path: str, kind: str, state: str, passwords: int, check_mode: bool) -> dict[str, Any]:
    many = f"{passwords} password{'' if passwords == 1 else 's'}"
    would = "would be" if check_mode else "was"
    text = {
        WRITTEN: f"{path} {would} written; it holds {many}, {_KINDS[kind]}",
        UNCHANGED: f"{path} holds {many}, {_KINDS[kind]}",
        REMOVED: f"{path}, which held passwords, {would} removed",
    }[state]
    return {"path": path, "kind": kind, "state": state, "passwords": passwords, "text": text}


def is_changed(files: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a file was, or would be, written or removed."""
    return any(one["state"] != UNCHANGED for one in files)


class Here:
    """This machine.

    :param check_mode: whether nothing may be removed.
    """

    def __init__(self, check_mode: bool) -> None:
        self._check_mode = check_mode

    def held(self, path: str) -> bytes | None:
        """Return the content of a file of mode 0600."""
        try:
            with open(path, "rb") as file:
                return file.read() if stat.S_IMODE(os.fstat(file.fileno()).st_mode) == MODE else None
        except FileNotFoundError:
            return None

    def write(self, path: str, content: bytes) -> None:
        """Write the file, and make its folder if needed."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace(path, content, MODE)

    def remove(self, path: str) -> bool:
        """Remove the file."""
        try:
            if self._check_mode:
                os.lstat(path)
            else:
                os.unlink(path)
        except FileNotFoundError:
            return False
        return True
