# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a work order's passwords on this machine: when there are any, and what becomes of them."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import keepass
from ansible_collections.fincon.mail.plugins.plugin_utils._handover.files import (
    Here,
    Request,
    deliver,
    is_changed,
)
from ansible_collections.fincon.mail.tests.unit.work_order.orders import (
    EVERYTHING,
    OLD_RELAY,
    PIETER,
    SWITCH_ON,
    order_of,
)

from .handed import PASSPHRASE, PIETER_PASSWORD, RECORDS

SLIPS = Request(["slips"])


class Files:
    """A folder, and calls that settle its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work-orders"

    def settle(self, order, request: Request = SLIPS, records=None, check_mode: bool = False) -> dict[str, str]:
        records = RECORDS if records is None else records
        path = str(self.folder / "soweto")
        made = deliver(Here(check_mode), path, order, "soweto", records, request, check_mode)
        assert is_changed(made) is any(one["state"] != "unchanged" for one in made)
        assert "c4n" not in repr(made)
        return {Path(one["path"]).name: one["state"] for one in made}

    def there(self) -> dict[str, str]:
        """The files with their modes."""
        return {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in sorted(self.folder.glob("*"))}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The folder, which is not there yet."""
    return Files(tmp_path)


def test_a_file_is_written_once_replaced_with_the_order_and_removed_when_it_is_done(files: Files) -> None:
    assert files.settle(EVERYTHING) == {"soweto.slips.html": "written"}
    assert files.there() == {"soweto.slips.html": "0o600"}
    assert files.settle(EVERYTHING) == {"soweto.slips.html": "unchanged"}
    assert files.settle(order_of(PIETER, number=4)) == {"soweto.slips.html": "written"}
    assert "SOWETO-3" not in (files.folder / "soweto.slips.html").read_text("utf-8")
    assert files.settle(None) == {"soweto.slips.html": "removed"}
    assert files.there() == {}
    assert files.settle(None) == {}


def test_neither_file_is_written_unless_it_is_asked_for_and_one_that_is_not_any_more_is_removed(files: Files) -> None:
    assert files.settle(EVERYTHING, Request()) == {}
    files.settle(EVERYTHING)
    assert files.settle(EVERYTHING, Request()) == {"soweto.slips.html": "removed"}


def test_a_file_is_there_only_while_an_open_item_has_a_password_to_be_typed(files: Files) -> None:
    assert files.settle(order_of(OLD_RELAY, SWITCH_ON)) == {}
    files.settle(EVERYTHING)
    assert files.settle(order_of(OLD_RELAY)) == {"soweto.slips.html": "removed"}
    assert files.settle(order_of(PIETER), records={}) == {}, "one that is declared nowhere cannot be handed over"


def test_check_mode_writes_and_removes_nothing_and_says_the_same(files: Files) -> None:
    assert files.settle(EVERYTHING, check_mode=True) == {"soweto.slips.html": "written"}
    assert not files.folder.exists()
    files.settle(EVERYTHING)
    assert files.settle(None, check_mode=True) == {"soweto.slips.html": "removed"}
    assert files.there() == {"soweto.slips.html": "0o600"}


def test_a_file_that_others_can_read_is_written_anew(files: Files) -> None:
    files.settle(EVERYTHING)
    (files.folder / "soweto.slips.html").chmod(0o644)
    assert files.settle(EVERYTHING) == {"soweto.slips.html": "written"}
    assert files.there() == {"soweto.slips.html": "0o600"}


def test_the_keepass_file_follows_the_order_and_the_passphrase(files: Files) -> None:
    pytest.importorskip("pykeepass", reason="not installed: pykeepass (requirements/core-2.21.txt)")
    request = Request(["keepass", "slips"], PASSPHRASE)
    assert files.settle(EVERYTHING, request) == {"soweto.kdbx": "written", "soweto.slips.html": "written"}
    assert files.there() == {"soweto.kdbx": "0o600", "soweto.slips.html": "0o600"}
    before = (files.folder / "soweto.kdbx").read_bytes()
    assert files.settle(EVERYTHING, request) == {"soweto.kdbx": "unchanged", "soweto.slips.html": "unchanged"}
    assert (files.folder / "soweto.kdbx").read_bytes() == before
    other = replace(request, passphrase="another " + PASSPHRASE)
    assert files.settle(EVERYTHING, other, check_mode=True)["soweto.kdbx"] == "written"
    assert files.settle(EVERYTHING, other)["soweto.kdbx"] == "written"
    assert files.settle(order_of(PIETER, number=4), other)["soweto.kdbx"] == "written"
    assert files.settle(None, other) == {"soweto.kdbx": "removed", "soweto.slips.html": "removed"}


@pytest.mark.parametrize(
    ("passphrase", "said"),
    [
        ("", "is not set"),
        ("c4nary-15-chars", "is too weak: it must have at least 16 characters"),
        ("c4nary-phrase-16 ", "no blank at its ends"),
        ("c4c4c4c4c4c4c4c4c4c4", "at least 8 different characters"),
    ],
)
def test_a_weak_passphrase_is_refused_and_never_repeated_and_void_files_do_not_stay(
    files: Files, passphrase: str, said: str
) -> None:
    files.settle(EVERYTHING)
    for check_mode in (True, False):
        with pytest.raises(FinconError, match=said) as refused:
            files.settle(order_of(PIETER, number=4), Request(["keepass"], passphrase), check_mode=check_mode)
        assert not passphrase or passphrase not in str(refused.value)
        assert bool(files.there()) is check_mode
    assert "of an earlier run were removed" in str(refused.value)


def test_a_passphrase_is_not_in_what_a_wish_says_of_itself() -> None:
    assert PASSPHRASE not in repr(Request(["keepass"], PASSPHRASE))
    assert keepass.passphrase_problem(PASSPHRASE) == ""


def test_a_file_that_cannot_be_written_is_named_with_the_reason(files: Files, tmp_path: Path) -> None:
    (tmp_path / "work-orders").write_text("")
    with pytest.raises(FinconError, match=r"a file with passwords cannot be written: .*: .*work-orders") as failed:
        files.settle(order_of(PIETER))
    assert PIETER_PASSWORD not in str(failed.value)
