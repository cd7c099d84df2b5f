# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of every kind of mailbox: its headers in pages, each with the place up to which it was read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import LARGEST_HEADER
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Place

#: Messages that are read at a time, of at most :data:`LARGEST_HEADER` bytes each.
PAGE = 100
#: Bytes that are read of one message: one byte above the limit shows that there are more.
READ_BYTES = LARGEST_HEADER + 1


@dataclass(frozen=True)
class Page:
    """Some messages.

    :param contents: their headers, each with at most :data:`READ_BYTES` bytes.
    :param place: how far the mailbox is read with them.
    """

    contents: Sequence[bytes]
    place: Place


class Mailbox(ABC):
    """A mailbox that is only read: nothing in it is marked, moved or locked.

    :ivar name: its name for people.
    :ivar identity: a text that is unique to the mailbox.
    """

    name: str
    identity: str

    @abstractmethod
    def pages(self, place: Place | None) -> Iterator[Page]:
        """Yield what has arrived since a place; everything if the place is of another mailbox or no longer valid.

        :raises FinconError: when the mailbox cannot be read.
        """

    @abstractmethod
    def holds(self, message_id: str) -> bool:
        """Whether a message that was sent within the last hour has arrived.

        :param message_id: its ``Message-ID``, with the angle brackets.
        :raises FinconError: when the mailbox cannot be read.
        """

    def known(self, place: Place | None, epoch: str) -> Place:
        """Return a place, if it belongs to this mailbox and is still valid; otherwise the mailbox's beginning."""
        if place and (place.mailbox, place.epoch) == (self.identity, epoch):
            return place
        return Place(self.identity, epoch)


def names_message(content: bytes, message_id: str) -> bool:
    """Whether a header belongs to the message with this ``Message-ID``."""
    head = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return any(
        line.lower().startswith(b"message-id:") and line.partition(b":")[2].strip() == message_id.encode()
        for line in head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n")
    )
