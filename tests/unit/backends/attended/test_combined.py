# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty users with logins of their own at an attended site: one scrypt shows that nothing has changed."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import seen
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

PASSWORDS = {f"U{number:02}": f"canary-{number}" for number in range(1, 21)}
pytestmark = pytest.mark.usefixtures("scrypts")
RELAY = DesiredRecord(SMTP_SERVER, "HQ relay", {"mail_server": "smtp.example.co.za", "authenticate": True})


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setattr(seen, "FOLDER", str(tmp_path / "notes"))
    return tmp_path / "notes"


@pytest.fixture
def ledger(tmp_path, notes, scrypts):
    """A ledger in which all is confirmed, after a run that found nothing to do."""
    ledger = tmp_path / "cape-town.yml"
    assert go(ledger).outcome == "applied"
    confirm_order(AttendedBackend({"ledger": str(ledger), "lock_wait": 5.0}), 1, None, "", False)
    assert go(ledger).outcome == "unchanged"
    scrypts.clear()
    return ledger


def go(ledger, check_mode=False, **changed):
    """Bring the ledger to what is declared."""
    users = [
        DesiredRecord(
            MAIL_USER,
            name,
            {
                "smtp_server": "HQ relay",
                "sender_name": name,
                "sender_email": "n@example.co.za",
                "username": name,
                "password": password,
            },
        )
        for name, password in {**PASSWORDS, **changed}.items()
    ]
    backend = AttendedBackend({"ledger": str(ledger), "lock_wait": 5.0})
    return write(backend, Request((RELAY, *users), verify="none"), check_mode)


def combined(notes):
    (path,) = notes.glob("*.passwords")
    return path


@pytest.mark.parametrize("check_mode", [True, False])
def test_that_nothing_has_changed_is_known_by_one_scrypt_and_no_file_changes(ledger, notes, scrypts, check_mode):
    before = {path: path.read_bytes() for path in (ledger, combined(notes))}
    assert go(ledger, check_mode=check_mode).outcome == "unchanged"
    assert len(scrypts) == 1
    assert {path: path.read_bytes() for path in before} == before


def test_an_open_work_order_is_compared_at_once_too(tmp_path, notes, scrypts):
    ledger = tmp_path / "durban.yml"
    assert go(ledger).outcome == "applied"
    assert go(ledger).outcome == "unchanged"
    scrypts.clear()
    assert go(ledger, check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


def test_of_a_changed_password_the_single_fingerprints_tell_whose_it_is(ledger, scrypts):
    for check_mode in (True, False):
        outcome = go(ledger, check_mode=check_mode, U07="canary-new")
        assert [change["name"] for change in outcome.values["changes"]] == ["U07"]
    assert go(ledger, U07="canary-new").outcome == "unchanged", "it is ordered"
    scrypts.clear()
    assert go(ledger, check_mode=True, U07="canary-new").outcome == "unchanged"
    assert len(scrypts) == 1
    assert [change["name"] for change in go(ledger, check_mode=True).values["changes"]] == ["U07"], "the old one"


def test_a_ledger_that_was_restored_is_compared_one_by_one(ledger, scrypts, notes):
    before = ledger.read_bytes()
    go(ledger, U07="canary-new")
    go(ledger, U07="canary-new")
    for note in notes.glob("*.json"):
        note.unlink()  # as on the machine to which it is restored
    ledger.write_bytes(before)
    assert [change["name"] for change in go(ledger, check_mode=True, U07="canary-new").values["changes"]] == ["U07"]
    assert go(ledger, check_mode=True).outcome == "unchanged"


def test_check_mode_writes_no_combined_fingerprint(ledger, notes):
    combined(notes).unlink()
    assert go(ledger, check_mode=True).outcome == "unchanged"
    assert list(notes.glob("*.passwords")) == []


@pytest.mark.parametrize("damaged", [b"", b"scrypt$16$8$1$AAAA$AAAA", b"\xff\xfe", b"x" * 5000])
def test_a_damaged_one_is_as_good_as_none(ledger, notes, scrypts, damaged):
    combined(notes).write_bytes(damaged)
    assert go(ledger).outcome == "unchanged"
    scrypts.clear()
    assert go(ledger, check_mode=True).outcome == "unchanged"
    assert len(scrypts) == 1


def test_it_is_its_owners_only_and_holds_no_password(ledger, notes):
    assert combined(notes).stat().st_mode & 0o777 == 0o600
    assert b"canary" not in combined(notes).read_bytes()
    assert combined(notes).read_text() not in ledger.read_text()


def test_where_it_cannot_be_written_a_run_goes_on(ledger, notes):
    path = combined(notes)
    path.unlink()
    path.mkdir()
    assert go(ledger).outcome == "unchanged"
