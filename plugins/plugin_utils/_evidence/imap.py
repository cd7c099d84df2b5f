# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit mailbox that is read by IMAP (RFC 3501, RFC 9051), over TLS.

It uses the library IMAPClient, which can request a part of a header, so that a large message takes no more memory than
others, and can select a folder read-only. imap-tools is also maintained, but only reads whole headers and messages.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import clean_all
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import client_context
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import PAGE, READ_BYTES, Mailbox, Page
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Place

#: Longest wait for the server, in seconds.
_TIMEOUT = 60.0
_LIBRARY = "IMAPClient"
#: A part of the header; reading it does not mark the message as seen (RFC 3501 section 6.4.5).
_HEADER = f"BODY.PEEK[HEADER]<0.{READ_BYTES}>"
_ANSWER = b"BODY[HEADER]<0>"


class ImapMailbox(Mailbox):
    """A folder of an IMAP server.

    :param settings: the fields of ``MAILBOX`` in ``_core/evidence.py``.
    :raises FinconError: when the library is missing.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._library = _library()
        self._server = f"{settings['host']}:{settings['port']}"
        self.name = f"{settings['folder']} at {settings['host']}"
        self.identity = f"imap {settings['username']} {self._server} {settings['folder']}"

    def pages(self, place: Place | None) -> Iterator[Page]:
        with self._open() as (client, selected):
            begin = self.known(place, str(selected[b"UIDVALIDITY"]))
            # "n:*" always includes the last message, whatever its number is (RFC 3501 section 6.4.8).
            found = client.search(["UID", f"{begin.position + 1}:*"])
            uids = sorted(uid for uid in found if uid > begin.position)
            if not uids:
                yield Page((), begin)
            for at in range(0, len(uids), PAGE):
                part = uids[at : at + PAGE]
                yield Page(_headers(client, part), Place(self.identity, begin.epoch, part[-1]))

    def holds(self, message_id: str) -> bool:
        with self._open() as (client, _selected):
            return bool(client.search(["HEADER", "Message-ID", message_id]))

    @contextlib.contextmanager
    def _open(self) -> Iterator[tuple[Any, Mapping[bytes, Any]]]:
        """Log in and select the folder, read-only.

        :raises FinconError: when this, or the work in the block, fails.
        """
        try:
            with self._connected() as client:
                yield client, client.select_folder(self._settings["folder"], readonly=True)
        except (self._library.exceptions.IMAPClientError, OSError, KeyError) as exc:
            raise FinconError(f"the mailbox {self.name} cannot be read: {self._cause(exc)}") from None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        settings = self._settings
        context = _context(settings.get("ca_path") or "")
        is_implicit = settings["tls_mode"] == "implicit"
        client = self._library.IMAPClient(
            settings["host"],
            settings["port"],
            ssl=is_implicit,
            ssl_context=context if is_implicit else None,
            timeout=_TIMEOUT,
        )
        try:
            if not is_implicit:
                client.starttls(context)
            self._log_in(client)
            yield client
        finally:
            # The user needs the first error, not one of the logout.
            with contextlib.suppress(self._library.exceptions.IMAPClientError, OSError):
                client.logout()

    def _log_in(self, client: Any) -> None:
        try:
            client.login(self._settings["username"], self._settings["password"])
        except UnicodeError:
            # LOGIN has ASCII only (RFC 3501 section 9), and the library's error quotes the character.
            raise FinconError(
                f"the mailbox {self.name} cannot be read: its username or password has a letter that is not in ASCII, "
                "which IMAP cannot send; choose another one"
            ) from None

    def _cause(self, exc: Exception) -> str:
        if isinstance(exc, ssl.SSLCertVerificationError):
            return f"the certificate of {self._server} does not verify ({exc.verify_message}); check host and ca_path"
        if isinstance(exc, self._library.exceptions.LoginError):
            text = "refuses the login; check username and password"
        elif isinstance(exc, KeyError):
            return f"{self._server} answers without what was asked for (UIDVALIDITY, or a part of a header)"
        elif isinstance(exc, OSError):
            return f"{self._server}: {exc.strerror or exc or type(exc).__name__}"
        else:
            text = "refuses what was asked for; check folder"
        return f"{self._server} {text} (it says: {clean_all(str(exc), [self._settings['password']])})"


def _context(ca_path: str) -> ssl.SSLContext:
    try:
        return client_context(ca_path=ca_path)
    except OSError as exc:
        raise FinconError(f"ca_path of the mailbox cannot be used ({exc.strerror or exc})") from None


def _headers(client: Any, uids: Sequence[int]) -> list[bytes]:
    """Return the headers of messages; a message that was deleted in the meantime has none.

    :raises KeyError: when the server's answer lacks the requested data.
    """
    found = client.fetch(uids, [_HEADER])
    return [bytes(found[uid][_ANSWER] or b"")[:READ_BYTES] for uid in uids if uid in found]


def _library() -> Any:
    try:
        import imapclient
    except ImportError as exc:
        raise FinconError(
            f"a mailbox of the kind imap needs the Python library {_LIBRARY} on the controller, and it cannot be "
            f"imported; install it into the environment of ansible-core: pip install {_LIBRARY}"
        ) from exc
    return imapclient
