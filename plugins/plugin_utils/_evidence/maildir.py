# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit mailbox that is a Maildir on the controller, https://cr.yp.to/proto/maildir.html.

The name of a message begins with the second of its delivery, and does not change when a mail program moves it from
``new`` to ``cur``. So the evidence holds the newest second, and the names of the hour before it, when another delivery
may still have been in progress.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import (
    PAGE,
    READ_BYTES,
    Mailbox,
    Page,
    names_message,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Place

_FOLDERS = ("cur", "new")
#: Seconds that a delivery may take, from the name of the file to its appearance in ``new``.
_DELIVERY = 3600
_SECOND = re.compile(r"[0-9]{1,11}(?=\.)")


class Maildir(Mailbox):
    """A Maildir.

    :param path: its folder.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.name = path
        self.identity = f"maildir {os.path.realpath(path)}"

    def pages(self, place: Place | None) -> Iterator[Page]:
        begin = self.known(place, "")
        known = frozenset(begin.names)
        found = self._messages(begin.position - _DELIVERY)
        files = sorted((second, name, path) for name, (second, path) in found.items() if name not in known)
        recent, newest = list(begin.names), begin.position
        for at in range(0, max(len(files), 1), PAGE):
            part = files[at : at + PAGE]
            # A clock that was temporarily wrong must not hide later messages.
            newest = min(max([newest, *(second for second, _name, _path in part)]), int(time.time()))
            names = [*recent, *(name for _second, name, _path in part)]
            recent = [name for name in names if _second_of(name) >= newest - _DELIVERY]
            contents = (self._content(name, path) for _second, name, path in part)
            yield Page([one for one in contents if one is not None], Place(self.identity, "", newest, tuple(recent)))

    def holds(self, message_id: str) -> bool:
        found = self._messages(int(time.time()) - _DELIVERY)
        return any(
            names_message(self._content(name, path) or b"", message_id) for name, (_second, path) in found.items()
        )

    def _messages(self, since: int) -> dict[str, tuple[int, str]]:
        """Return the second and the path of each message since a second, by the fixed part of its name."""
        found: dict[str, tuple[int, str]] = {}
        for folder in _FOLDERS:
            try:
                with os.scandir(os.path.join(self._path, folder)) as entries:
                    for entry in entries:
                        name = entry.name.partition(":")[0]
                        if not name.startswith(".") and _second_of(name) >= since:
                            found[name] = (_second_of(name), entry.path)
            except OSError as exc:
                raise FinconError(
                    f"the Maildir {self.name} cannot be read ({exc.strerror}: {folder}); check the path and its rights"
                ) from exc
        return found

    def _content(self, name: str, path: str) -> bytes | None:
        """Return the beginning of a message; ``None`` when it was deleted in the meantime."""
        for _attempt in range(2):
            try:
                with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                    return file.read(READ_BYTES)
            except FileNotFoundError:
                # A mail program may just have moved it.
                path = self._messages(_second_of(name)).get(name, (0, path))[1]
            except OSError as exc:
                raise FinconError(
                    f"{path}: the message cannot be read ({exc.strerror}); it must be a file, not a link or a folder, "
                    "and this user needs the right to read it"
                ) from exc
        return None


def _second_of(name: str) -> int:
    found = _SECOND.match(name)
    return int(found[0]) if found else 0
