# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes that are files, and the file of the evidence: each message once, and nothing changed in a mailbox."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.gather import find_message, mailbox_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import LARGEST_HEADER
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mailbox import PAGE, READ_BYTES, Mailbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.maildir import Maildir
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.mbox import Mbox
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import FleetEvidence, Place
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.store import alone, file_of, load, save

NOW = 1_795_000_000


def read(mailbox: Mailbox, place: Place | None = None) -> tuple[list[str], Place]:
    """The subjects of what has come, and the place."""
    contents: list[bytes] = []
    for page in mailbox.pages(place):
        contents += page.contents
        place = page.place
    assert place is not None
    return [content.partition(b"Subject: ")[2].split(b"\n")[0].decode() for content in contents], place


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("time.time", lambda: float(NOW + 7200))
    for name in ("new", "cur", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    return tmp_path / "mail"


def deliver(maildir: Path, second: int, subject: str, folder: str = "new") -> Path:
    path = maildir / folder / f"{second}.M{subject}.host"
    path.write_text(f"From: a@example.com\nSubject: {subject}\nMessage-ID:\n <{subject}@x>\n\nbody\n")
    return path


def test_a_maildir_is_read_once_also_when_its_messages_are_moved_or_come_late(maildir: Path) -> None:
    first = deliver(maildir, NOW, "one")
    deliver(maildir, NOW + 1, "two", "cur")
    subjects, place = read(Maildir(str(maildir)))
    assert subjects == ["one", "two"]
    os.rename(first, maildir / "cur" / f"{first.name}:2,S")
    deliver(maildir, NOW - 60, "late")
    subjects, place = read(Maildir(str(maildir)), place)
    assert subjects == ["late"]
    assert read(Maildir(str(maildir)), place) == ([], place)


def test_the_names_that_a_maildir_has_to_remember_are_those_of_an_hour(maildir: Path) -> None:
    for number in range(3 * PAGE):
        deliver(maildir, NOW + 60 * number, str(number))
    subjects, place = read(Maildir(str(maildir)))
    # The clock of the delivery was ahead for a while; what comes after it is read nevertheless.
    assert (len(subjects), place.position) == (3 * PAGE, NOW + 7200)
    deliver(maildir, NOW + 7199, "now")
    assert read(Maildir(str(maildir)), place)[0] == ["now"]
    assert len(place.names) < 3 * PAGE


def test_what_is_in_a_maildir_but_no_message_does_no_harm(maildir: Path) -> None:
    os.mkfifo(maildir / "new" / f"{NOW}.fifo.host")
    (maildir / "new" / ".hidden").write_text("x")
    assert read(Maildir(str(maildir)))[0] == [""]
    (maildir / "cur" / f"{NOW}.link.host").symlink_to("/etc/passwd")
    with pytest.raises(FinconError, match="the message cannot be read"):
        read(Maildir(str(maildir)))


def test_of_a_huge_message_its_beginning_is_read(maildir: Path) -> None:
    (maildir / "new" / f"{NOW}.big.host").write_bytes(b"X: " + b"y" * (10 * LARGEST_HEADER))
    (page,) = Maildir(str(maildir)).pages(None)
    assert [len(content) for content in page.contents] == [READ_BYTES]


def entry(subject: str, body: str = "body\n") -> str:
    return f"From a@example.com Fri Nov 27 08:00:00 2026\nSubject: {subject}\nMessage-ID: <{subject}@x>\n\n{body}\n"


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "mbox"
    path.write_text(entry("one", "From here it is a body\n>From x\n\n>From y\n") + entry("two"))
    return path


def test_an_mbox_is_read_once_and_what_is_appended_is_read_next(mbox: Path) -> None:
    # A line of a body that begins with "From " is no beginning, unless an empty line is before it: those are quoted.
    mbox.write_text(mbox.read_text().replace("\n\nFrom here", "\n\n>From here"))
    subjects, place = read(Mbox(str(mbox)))
    assert subjects == ["one", "two"]
    assert read(Mbox(str(mbox)), place)[0] == []
    with mbox.open("a") as file:
        file.write(entry("three"))
    subjects, place = read(Mbox(str(mbox)), place)
    assert subjects == ["three"]


def test_a_header_that_is_still_being_written_comes_with_the_next_run(mbox: Path) -> None:
    mbox.write_text(entry("one"))
    whole = entry("two")
    for length in range(1, len(whole)):
        mbox.write_text(entry("one") + whole[:length])
        subjects, place = read(Mbox(str(mbox)))
        mbox.write_text(entry("one") + whole + entry("three"))
        assert subjects + read(Mbox(str(mbox)), place)[0] == ["one", "two", "three"], length


def test_an_mbox_that_was_replaced_or_cut_is_read_from_its_beginning(mbox: Path) -> None:
    place = read(Mbox(str(mbox)))[1]
    mbox.write_text(entry("four").replace("08:00:00", "09:00:00") + entry("five") * 5)
    assert read(Mbox(str(mbox)), place)[0] == ["four", *["five"] * 5]
    mbox.write_text(entry("six"))
    assert read(Mbox(str(mbox)), place)[0] == ["six"]


def test_an_mbox_of_many_pages_and_long_lines_is_read_whole(mbox: Path) -> None:
    mbox.write_text("".join(entry(str(number), "x" * 20_000 + "\n") for number in range(2 * PAGE + 1)))
    assert read(Mbox(str(mbox)))[0] == [str(number) for number in range(2 * PAGE + 1)]


def test_a_file_that_is_no_mbox_or_whose_bodies_are_not_quoted_is_refused(mbox: Path) -> None:
    mbox.write_text("Subject: x\n\n")
    with pytest.raises(FinconError, match=r'does not begin with "From "'):
        read(Mbox(str(mbox)))
    mbox.write_text(entry("one").replace("Message-ID", "Content-Length: 9\nMessage-ID"))
    with pytest.raises(FinconError, match="a body can pass for a message"):
        read(Mbox(str(mbox)))
    mbox.write_text("")
    assert read(Mbox(str(mbox)))[0] == []


def test_a_message_is_found_by_its_id(maildir: Path, mbox: Path) -> None:
    deliver(maildir, NOW + 7000, "one")
    for settings in ({"kind": "maildir", "path": str(maildir)}, {"kind": "mbox", "path": str(mbox)}):
        settings |= {"servers": ["x"]}
        assert find_message(settings, "<one@x>", Deadline.after(0))
        assert not find_message(settings, "<on@x>", Deadline.after(0))


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_a_mailbox_that_is_not_there_is_an_error(kind: str, tmp_path: Path) -> None:
    with pytest.raises(
        FinconError, match=rf"the {kind} .*nowhere cannot be read \(No such file".replace("maildir", "Maildir")
    ):
        read(mailbox_of({"kind": kind, "path": str(tmp_path / "nowhere"), "servers": ["x"]}))


def test_settings_that_lack_something_are_an_error() -> None:
    with pytest.raises(FinconError, match=r"evidence\.mailbox\.path is needed"):
        mailbox_of({"kind": "mbox", "servers": ["x"]})


def test_the_file_of_the_evidence_is_for_its_owner_and_is_damaged_or_whole(tmp_path: Path) -> None:
    path = file_of(None, str(tmp_path / "fleet"))
    assert path == str(tmp_path / "fleet" / "evidence.json")
    assert load(path) is None
    with alone(path):
        save(path, FleetEvidence(Place("x")))
    assert load(path) == FleetEvidence(Place("x"))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    Path(path).write_bytes(b"\xff")
    with pytest.raises(FinconError, match="not UTF-8"):
        load(path)
    with pytest.raises(FinconError, match="fincon_evidence_file names the environment variable NO_SUCH_VARIABLE"):
        file_of("$NO_SUCH_VARIABLE/x", None)
