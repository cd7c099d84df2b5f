# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is declared and typed in at an attended site, in whatever sequence: the ledger says what Fincon holds."""

from __future__ import annotations

import contextlib
import errno
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_file
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.tests.faults import child
from ansible_collections.fincon.mail.tests.faults.model import (
    BY_HAND,
    Held,
    Key,
    Wish,
    after_change,
    expected,
    key_of,
    unlike,
    wishes,
)
from ansible_collections.fincon.mail.tests.faults.sites import (
    AttendedSite,
    left_over,
    vouching,
)
from ansible_collections.fincon.mail.tests.faults.steps import HAND, STEPS, judged, run, same, steps_of
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fingerprint", passwords.fingerprint)
    child.quick_fingerprints()


class Attended(RuleBasedStateMachine):
    """A ledger, and the person who types its work orders into Fincon."""

    make: Callable[[], AttendedSite]

    def __init__(self) -> None:
        super().__init__()
        self.site = type(self).make()
        #: What Fincon will hold once all that is ordered is typed in, and the passwords that were declared last.
        self.planned = Held()
        self.known: dict[Key, str] = {}
        #: Passwords that somebody wanted sent although they are the same.
        self.again: set[Key] = set()
        self.last_order = 0

    @rule(wish=wishes())
    def declare(self, wish: Wish) -> None:
        before = self.site.content()
        wanted = expected(self.planned, wish, self.known, all_users_known=False)
        check = run(self.site.backend(), wish, check_mode=True)
        assert self.site.content() == before, "check mode wrote"
        real = run(self.site.backend(), wish)
        same(check, real)
        STEPS[f"attended, {real.outcome}"] += 1
        if real.outcome == "invalid":
            assert not wanted.possible
            assert self.site.content() == before
            return
        assert wanted.possible
        assert real.outcome in ("applied", "unchanged"), real.failure
        self._planned(wanted.held, wish)
        if wish.update_password != "always":
            content = self.site.content()
            again = run(self.site.backend(), wish)
            assert again.outcome == "unchanged", again.values["changes"]
            assert self.site.content() == content

    def _planned(self, held: Held, wish: Wish) -> None:
        sent = expected(self.planned, wish, self.known, all_users_known=False).sent
        self.planned = held
        if wish.update_password == "always":
            self.again |= set(sent)
        self.known = {key: one for key, one in {**self.known, **sent}.items() if key in held.passwords}

    @rule(wish=wishes(), file=st.sampled_from(["backup", "ledger"]))
    def declare_while_the_disk_is_full(self, wish: Wish, file: str) -> None:
        before = self.site.content()
        with full_disk(".bak" if file == "backup" else ".yml"):
            found = run(self.site.backend(), wish)
        if found.outcome == "unchanged" or (file == "backup" and not before):
            # Nothing had to be written there.
            if found.outcome == "applied":
                self._planned(expected(self.planned, wish, self.known, all_users_known=False).held, wish)
            return
        STEPS["attended, disk full"] += 1
        assert found.failure
        assert self.site.content() == before
        assert found.outcome in ("failed", "invalid")
        assert found.values.get("remaining") == found.values.get("changes")

    @rule(data=st.data(), whole=st.booleans())
    def type_in_and_confirm(self, data: st.DataObject, whole: bool) -> None:
        order = self.site.data()["ordered"]
        if order is None:
            return
        numbers = [item["item"] for item in order["items"]]
        chosen = numbers if whole else data.draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True))
        before = self.site.content()
        check = self._confirm(order["number"], None if whole else chosen, True)
        assert self.site.content() == before
        real = self._confirm(order["number"], None if whole else chosen, False)
        same(check, real)
        assert real.outcome == "applied", real.failure
        STEPS["attended, confirmed"] += 1
        for item in order["items"]:
            if item["item"] in chosen:
                self.site.fincon = after_change(self.site.fincon, item, self.known)
        assert self._confirm(order["number"], chosen, False).outcome == "unchanged", "confirmed twice"

    @rule(back=st.integers(1, 3))
    def confirm_a_page_that_is_void(self, back: int) -> None:
        data, before = self.site.data(), self.site.content()
        current = (data["ordered"] or {"number": 0})["number"]
        number = data["last_order"] + 2 - back
        if number == current or number == (data.get("last_confirmed") or {"order": 0})["order"]:
            return
        assert self._confirm(number, None, False).failure
        assert self.site.content() == before

    def _confirm(self, number: int, items: list[int] | None, check_mode: bool) -> ModuleResult:
        return judged(lambda: confirm_order(self.site.backend(), number, items, "T. Nkosi", check_mode))

    @rule(data=st.data(), kind=st.sampled_from(sorted(HAND)))
    def change_by_hand_and_note_it(self, data: st.DataObject, kind: str) -> None:
        names = [
            row["name" if kind == "smtp_server" else "user"]
            for key, row in self.site.confirmed().records.items()
            if key[0] == kind and not self.site.confirmed().is_blank(key)
        ]
        if not names or self.site.items():
            return
        name = data.draw(st.sampled_from(names))
        values = data.draw(
            st.sampled_from([{"password": BY_HAND}, {"port": 2525} if kind == "smtp_server" else {"job_title": "Boss"}])
        )
        STEPS["attended, by hand"] += 1
        self.site.note_by_hand(kind, name, values)
        self.planned.put(key_of(kind, name), values)
        if "password" in values:
            self.known.pop(key_of(kind, name), None)

    @invariant()
    def what_is_ordered_leads_from_what_fincon_holds_to_what_was_declared(self) -> None:
        data, held = self.site.data(), self.site.fincon
        for item in self.site.items():
            key = key_of(item["resource"], item["name"])
            assert item["fields"] or item["action"] in ("create", "delete")
            for cell in item["fields"]:
                assert_have(held, key, cell)
                if cell["want"] == "set, will change" and key not in self.again:
                    assert self.known[key] != held.passwords[key], f"the password of {key} is ordered once more"
            held = after_change(held, item, self.known)
        assert unlike(known_users(held), known_users(self.planned)) == []
        assert data["last_order"] >= self.last_order
        self.last_order = data["last_order"]

    @invariant()
    def the_ledger_says_what_fincon_holds_and_no_password(self) -> None:
        content = self.site.content()
        assert b"canary" not in content
        told, held = self.site.confirmed(), self.site.fincon
        for key, record in told.records.items():
            for name, value in record.items():
                assert value == held.records.get(key, {}).get(name), (key, name)
        assert sorted(told.passwords) == sorted(held.passwords)
        assert {key for key in held.records if key[0] == "smtp_server"} <= set(told.records)
        for key, password in vouching(self.site.data()["fingerprints"]).items():
            assert held.passwords.get(key) == password, "a fingerprint vouches for another password"
        assert left_over(self.site.ledger.parent) == []


def known_users(held: Held) -> Held:
    """The same without the users of whom there is nothing to know, as a ledger has them."""
    records = {
        key: row
        for key, row in held.records.items()
        if key[0] == "smtp_server" or not held.is_blank(key) or row.get("email_enabled") is False
    }
    return Held(records, held.passwords)


def assert_have(held: Held, key: Key, cell: dict[str, Any]) -> None:
    """What an item says that a field holds is what Fincon holds; of a new record a field may be left out."""
    if cell["field"] == "password":
        assert cell["have"] == ("set" if key in held.passwords else "unset")
    elif cell["have"] is not None:
        have = held.records.get(key, {}).get(cell["field"], "")
        assert str(cell["have"]).casefold() == str(have).casefold(), (key, cell)
    assert cell["have"] != cell["want"] or cell["field"] == "password"


@contextlib.contextmanager
def full_disk(suffix: str) -> Iterator[None]:
    """No file with this ending can be replaced."""
    real = ledger_file.files.replace

    def replace(path: str, *arguments: Any, **options: Any) -> None:
        if str(path).endswith(suffix):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, *arguments, **options)

    ledger_file.files.replace = replace
    try:
        yield
    finally:
        ledger_file.files.replace = real


def test_the_attended_backend_does_what_the_model_says(tmp_path: Path, tally: Callable[..., None]) -> None:
    numbers = itertools.count(1)

    class Machine(Attended):
        make = staticmethod(lambda: AttendedSite(tmp_path / f"l{next(numbers)}.yml"))

    tally("states", steps_of(Machine, 0.5))
