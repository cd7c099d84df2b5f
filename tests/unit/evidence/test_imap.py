# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An IMAP mailbox: what is asked of the server, and what is said when it does not answer as it should.

`tests/integration/evidence` reads a real one.
"""

from __future__ import annotations

import builtins
import ssl
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence import imap
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.imap import ImapMailbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import PAGE
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import Place

PASSWORD = "c4nary imap/+9"
SETTINGS = {
    "kind": "imap", "host": "imap.example.co.za", "port": 993, "tls_mode": "implicit", "username": "audit",
    "password": PASSWORD, "folder": "INBOX",
}  # fmt: skip
PLACE = "imap audit imap.example.co.za:993 INBOX"


class Refused(Exception):
    """IMAPClientError of the library."""


class LoginRefused(Refused):
    """LoginError of the library."""


class Client:
    """Stands in for IMAPClient, with its messages by UID."""

    messages: dict[int, Any]
    calls: list[Any]
    validity: dict[bytes, int]
    failure: Exception | None = None

    def __init__(self, host: str, port: int, **options: Any) -> None:
        self.calls.append(("connect", host, port, options["ssl"], options["ssl_context"] is not None))

    def starttls(self, context: ssl.SSLContext) -> None:
        self.calls.append(("starttls", context.check_hostname))

    def login(self, username: str, password: str) -> None:
        self.calls.append(("login", username))
        if self.failure:
            raise self.failure

    def select_folder(self, folder: str, readonly: bool) -> dict[bytes, int]:
        self.calls.append(("select", folder, readonly))
        return self.validity

    def search(self, criteria: list[str]) -> list[int]:
        self.calls.append(("search", *criteria))
        first = int(criteria[1].split(":")[0])
        # As RFC 3501 has it, the last one belongs to "n:*" whatever n is.
        return sorted({uid for uid in self.messages if uid >= first} | {max(self.messages, default=0)} - {0})

    def fetch(self, uids: list[int], data: list[str]) -> dict[int, Any]:
        self.calls.append(("fetch", len(uids), *data))
        return {uid: self.messages[uid] for uid in uids if self.messages[uid] is not None}

    def logout(self) -> None:
        self.calls.append(("logout",))
        raise Refused("the connection is gone")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> type[Client]:
    exceptions = SimpleNamespace(IMAPClientError=Refused, LoginError=LoginRefused)
    made = type("Made", (Client,), {"messages": {}, "calls": [], "validity": {b"UIDVALIDITY": 7}})
    monkeypatch.setattr(imap, "_library", lambda: SimpleNamespace(IMAPClient=made, exceptions=exceptions))
    return made


def headers(*uids: int) -> dict[int, Any]:
    return {uid: {b"BODY[HEADER]<0>": f"Subject: {uid}\r\n\r\n".encode()} for uid in uids}


def read(place: Place | None = None, **settings: Any) -> tuple[int, Place]:
    pages = list(ImapMailbox({**SETTINGS, **settings}).pages(place))
    return sum(len(page.contents) for page in pages), pages[-1].place


def test_a_folder_is_read_in_pages_by_uid_and_nothing_is_marked(client: type[Client]) -> None:
    client.messages = headers(*range(5, 5 + 2 * PAGE))
    assert read() == (2 * PAGE, Place(PLACE, "7", 4 + 2 * PAGE))
    assert client.calls == [
        ("connect", "imap.example.co.za", 993, True, True), ("login", "audit"), ("select", "INBOX", True),
        ("search", "UID", "1:*"), *[("fetch", PAGE, "BODY.PEEK[HEADER]<0.65537>")] * 2, ("logout",),
    ]  # fmt: skip


def test_what_was_read_is_not_read_again_unless_the_numbers_are_void(client: type[Client]) -> None:
    client.messages = headers(1, 2, 9)
    place = read()[1]
    assert read(place) == (0, place)
    client.messages |= headers(10)
    assert read(place) == (1, Place(PLACE, "7", 10))
    client.validity = {b"UIDVALIDITY": 8}
    assert read(place) == (4, Place(PLACE, "8", 10))
    assert read(place, folder="Other")[0] == 4


def test_a_message_that_is_deleted_meanwhile_is_passed_over_and_an_answer_without_a_header_is_not(
    client: type[Client],
) -> None:
    client.messages = {**headers(1, 2), 3: None}
    assert read() == (2, Place(PLACE, "7", 3))
    client.messages[4] = {b"FLAGS": ()}
    with pytest.raises(FinconError, match="answers without what was asked for"):
        read()


def test_starttls_comes_before_the_login_and_its_certificate_is_verified(client: type[Client]) -> None:
    read(tls_mode="starttls", port=143)
    assert client.calls[:3] == [
        ("connect", "imap.example.co.za", 143, False, False), ("starttls", True), ("login", "audit"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (
            LoginRefused(f"[AUTHENTICATIONFAILED] no, {PASSWORD}"),
            r"993 refuses the login; check .*\(it says: .*no, \(sec",
        ),
        (Refused("NO such folder"), r"993 refuses what was asked for; check folder \(it says: NO such folder\)"),
        (ConnectionRefusedError(111, "Connection refused"), r"993: Connection refused"),
        (TimeoutError("timed out"), r"993: timed out"),
        (UnicodeEncodeError("ascii", PASSWORD, 0, 1, "ordinal not in range(128)"), r"letter that is not in ASCII"),
        (ssl.SSLCertVerificationError("x"), r"the certificate of imap.* does not verify"),
    ],
)
def test_the_cause_is_told_and_the_password_is_not(client: type[Client], failure: Exception, says: str) -> None:
    if isinstance(failure, ssl.SSLCertVerificationError):
        failure.verify_message = "self-signed certificate"  # type: ignore[misc]
    client.failure = failure
    with pytest.raises(
        FinconError, match=rf"^the mailbox INBOX at imap\.example\.co\.za cannot be read: .*{says}"
    ) as told:
        read()
    assert PASSWORD not in str(told.value)
    assert told.value.__cause__ is None


def test_a_bad_ca_path_is_named(client: type[Client]) -> None:
    with pytest.raises(FinconError, match=r"ca_path of the mailbox cannot be used \(No such file"):
        read(ca_path="/nowhere/ca.pem")
    assert client.calls == []


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def importing(name: str, *arguments: Any) -> Any:
        if name == "imapclient":
            raise ImportError(name)
        return original(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(
        FinconError, match=r"needs the Python library IMAPClient on the controller.*pip install IMAPClient"
    ):
        ImapMailbox(SETTINGS)
