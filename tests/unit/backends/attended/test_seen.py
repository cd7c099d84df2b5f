# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ledger that goes back in time is noticed, and nothing else is."""

from __future__ import annotations

import stat

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import seen
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.backend import AttendedBackend
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.reading import read
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write

SECRET = "canary-pw-5"


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """The folder of the notes."""
    monkeypatch.setattr(seen, "FOLDER", str(tmp_path / "notes"))
    return tmp_path / "notes"


@pytest.fixture
def ledger(tmp_path, notes):
    return tmp_path / "ledgers" / "cape-town.yml"


def backend(ledger):
    return AttendedBackend({"ledger": str(ledger), "lock_wait": 5.0})


def order(ledger, port, check_mode=False):
    values = {"mail_server": "smtp.example.co.za", "port": port, "username": "hq", "password": SECRET}
    request = Request((DesiredRecord(SMTP_SERVER, "HQ", values),), verify="none")
    return write(backend(ledger), request, check_mode)


def confirm(ledger, number, items=None):
    confirm_order(backend(ledger), number, items, "", False)


def states(ledger):
    """Order, confirm, and order again; return what the ledger held after each step."""
    found = []
    for step in (lambda: order(ledger, 587), lambda: confirm(ledger, 1), lambda: order(ledger, 465)):
        step()
        found.append(ledger.read_bytes())
    return found


CALLS = {
    "apply": lambda ledger: order(ledger, 25),
    "check mode": lambda ledger: order(ledger, 25, check_mode=True),
    "read": lambda ledger: read(backend(ledger)),
    "confirm": lambda ledger: confirm(ledger, 1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("state", "words"),
    [
        (0, "is older than the one last used here: its last work order is 1, and work order 2 was seen here"),
        (1, "is older than the one last used here: its last work order is 1, and work order 2 was seen here"),
        (None, "is not there any more: it has no work order, and work order 2 was seen here"),
    ],
)
def test_a_ledger_of_an_earlier_day_stops_every_call_and_is_left_as_it_is(ledger, notes, call, state, words):
    kept = states(ledger)
    if state is None:
        ledger.unlink()
    else:
        ledger.write_bytes(kept[state])
    before = {path: path.read_bytes() for path in (*notes.glob("*.json"), *ledger.parent.glob("*.yml"))}
    with pytest.raises(FinconError) as error:
        call(ledger)
    text = str(error.value)
    assert text.startswith(f"{ledger}: the ledger {words}. Bring the newest ledger back")
    assert f"{ledger}.bak" in text
    assert str(next(notes.glob("*.json"))) in text
    assert {path: path.read_bytes() for path in (*notes.glob("*.json"), *ledger.parent.glob("*.yml"))} == before


def test_a_confirmation_that_is_gone_is_noticed_though_the_number_is_the_same(ledger):
    states(ledger)
    seen_now = ledger.read_bytes()
    confirm(ledger, 2)
    ledger.write_bytes(seen_now)
    with pytest.raises(FinconError, match=r"its history has 1 confirmation, and 2 were seen here"):
        order(ledger, 465)


def test_the_only_confirmation_that_is_gone_is_told_in_the_singular(ledger):
    order(ledger, 587)
    seen_now = ledger.read_bytes()
    confirm(ledger, 1)
    ledger.write_bytes(seen_now)
    with pytest.raises(FinconError, match=r"its history has 0 confirmations, and 1 was seen here"):
        read(backend(ledger))


def test_a_ledger_that_went_another_way_is_noticed(ledger):
    order(ledger, 587)
    confirm(ledger, 1)
    order(ledger, 465)
    confirm(ledger, 2)
    before, history = ledger.read_text("utf-8").split("history:")
    another = history.replace("date: '20", "date: '19", 1)
    ledger.write_text(f"{before}history:{another}", "utf-8")
    with pytest.raises(FinconError, match="its history does not continue the 2 confirmations that were seen here"):
        read(backend(ledger))


def test_the_newest_ledger_makes_it_right_again_and_so_does_removing_the_note(ledger, notes):
    kept = states(ledger)
    ledger.write_bytes(kept[0])
    with pytest.raises(FinconError):
        order(ledger, 465)
    ledger.write_bytes(kept[2])
    assert order(ledger, 465).outcome == "unchanged"
    ledger.write_bytes(kept[0])
    next(notes.glob("*.json")).unlink()
    assert order(ledger, 465).outcome == "applied"


def test_a_first_run_a_moved_ledger_and_a_new_controller_are_taken_as_they_are(ledger, monkeypatch, tmp_path):
    kept = states(ledger)
    moved = ledger.with_name("kaapstad.yml")
    moved.write_bytes(kept[0])
    assert read(backend(moved)).failure == ""
    assert order(moved, 465).outcome == "applied"
    monkeypatch.setattr(seen, "FOLDER", str(tmp_path / "another-home"))
    ledger.write_bytes(kept[0])
    assert order(ledger, 465).outcome == "applied"


def test_a_ledger_that_another_machine_brought_forward_is_no_step_back(ledger, notes, monkeypatch, tmp_path):
    order(ledger, 587)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(seen, "FOLDER", str(tmp_path / "another-home"))
        confirm(ledger, 1)
        order(ledger, 465)
    assert order(ledger, 465).outcome == "unchanged"
    assert '"last_order": 2' in next(notes.glob("*.json")).read_text("utf-8")


def test_values_comments_and_names_may_be_mended_by_hand(ledger):
    states(ledger)
    text = ledger.read_text("utf-8").replace("# What Fincon holds", "# Held").replace("port: 587", "port: 2525")
    ledger.write_text(text, "utf-8")
    assert read(backend(ledger)).values["smtp_servers"][0]["port"] == 2525


def test_reading_and_check_mode_note_nothing_and_a_note_is_for_its_owner_and_without_secrets(ledger, notes):
    order(ledger, 587, check_mode=True)
    read(backend(ledger))
    assert not notes.exists()
    order(ledger, 587)
    (note,) = notes.glob("*.json")
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert "scrypt" not in note.read_text("utf-8")
    assert SECRET not in note.read_text("utf-8")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"last_order": "9"}', b"\xff", b"1" * 9000])
def test_a_note_that_cannot_be_read_is_worth_none(ledger, notes, content):
    order(ledger, 587)
    next(notes.glob("*.json")).write_bytes(content)
    assert order(ledger, 465).outcome == "applied"


def test_a_home_that_cannot_be_written_stops_nothing(ledger, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(seen, "FOLDER", str(tmp_path / "file" / "notes"))
    assert order(ledger, 587).outcome == "applied"


def ordered(ledger, run, number, check_mode=False):
    """Order a definition of that number in a play."""
    values = {"mail_server": "smtp.example.co.za", "port": 587}
    made = backend(ledger)
    made.run = run
    return write(made, Request((DesiredRecord(SMTP_SERVER, f"D{number}", values),), verify="none"), check_mode)


def numbers(result):
    return result.values["work_order"]["number"], [item["name"] for item in result.values["work_order"]["items"]]


def test_the_calls_of_one_play_add_to_one_order_and_those_of_another_give_it_a_new_number(ledger):
    assert numbers(ordered(ledger, "play-1", 1, check_mode=True)) == (1, ["D1"])
    assert numbers(ordered(ledger, "play-1", 1)) == (1, ["D1"])
    assert numbers(ordered(ledger, "play-1", 2, check_mode=True)) == (1, ["D1", "D2"])
    assert numbers(ordered(ledger, "play-1", 2)) == (1, ["D1", "D2"])
    assert ordered(ledger, "play-1", 2).values["changed"] is False
    assert numbers(ordered(ledger, "play-1", 3)) == (1, ["D1", "D2", "D3"])
    assert numbers(ordered(ledger, "play-2", 3)) == (1, ["D1", "D2", "D3"])
    assert numbers(ordered(ledger, "play-2", 4)) == (2, ["D1", "D2", "D3", "D4"])
    assert numbers(ordered(ledger, "", 5))[0] == 3
    assert numbers(ordered(ledger, "", 6))[0] == 4


def test_an_order_that_was_confirmed_in_part_meanwhile_gets_a_new_number(ledger):
    ordered(ledger, "play-1", 1)
    ordered(ledger, "play-1", 2)
    confirm(ledger, 1, [1])
    assert numbers(ordered(ledger, "play-1", 3)) == (2, ["D2", "D3"])


def test_an_order_that_is_withdrawn_in_a_play_is_followed_by_a_new_number(ledger):
    ordered(ledger, "play-1", 1)
    made = backend(ledger)
    made.run = "play-1"
    write(made, Request((DesiredRecord(SMTP_SERVER, "D1", present=False),), verify="none"), False)
    assert numbers(ordered(ledger, "play-1", 2)) == (2, ["D2"])
