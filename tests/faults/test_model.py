# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is declared, done by hand or goes wrong, in whatever sequence: a model tells what has to come of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult
from ansible_collections.fincon.mail.tests.faults import child
from ansible_collections.fincon.mail.tests.faults.model import (
    BY_HAND,
    NOTHING,
    PASSWORDS,
    SERVERS,
    USERS,
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
    CommandSite,
    RestSite,
    left_over,
    stored_fingerprints,
    vouching,
)
from ansible_collections.fincon.mail.tests.faults.steps import HAND, STEPS, run, same, steps_of
from ansible_collections.fincon.mail.tests.standin import StandIn
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "fingerprint", passwords.fingerprint)
    child.quick_fingerprints()


class Reading(RuleBasedStateMachine):
    """An installation that can be read: the backends rest and command."""

    make: Callable[[], RestSite | CommandSite]

    def __init__(self) -> None:
        super().__init__()
        self.site = type(self).make()
        self.sent: dict[Key, str] = {}
        self.tampered: set[Key] = set()

    def vouched(self, held: Held) -> dict[Key, str]:
        """The passwords that the product may know: the last ones it sent, or those that it can read."""
        return dict(held.passwords) if getattr(self.site, "readback", False) else self.sent

    @rule(wish=wishes())
    def declare(self, wish: Wish) -> None:
        before, writes = self.site.held(), self.site.writes()
        wanted = expected(before, wish, self.vouched(before))
        check = run(self.site.backend(), wish, check_mode=True)
        assert self.site.held() == before, "check mode wrote"
        assert self.site.writes() == writes, "check mode asked for a write"
        real = run(self.site.backend(), wish)
        same(check, real)
        STEPS[real.outcome] += 1
        if not wanted.possible:
            assert real.outcome == "invalid"
            assert self.site.held() == before
            assert self.site.writes() == writes
            return
        after = self.site.held()
        assert unlike(after, wanted.held) == []
        assert real.outcome == ("applied" if wanted.sent or after != before else "unchanged"), real.failure
        assert {key_of(one["resource"], one["name"]) for one in real.values["unverified"]} == wanted.unverified
        self._note(real.values["changes"], wish)
        if wish.update_password != "on_create":
            self._assert_passwords(wish, after)
        if wish.update_password != "always":
            self._assert_settled(wish)

    def _assert_passwords(self, wish: Wish, after: Held) -> None:
        for key, password in wish.passwords().items():
            if key not in self.tampered:
                assert after.passwords.get(key, "") == password, key

    def _assert_settled(self, wish: Wish) -> None:
        writes = self.site.writes()
        again = run(self.site.backend(), wish)
        assert again.outcome == "unchanged", again.values["changes"]
        assert self.site.writes() == writes, "a run without changes wrote"

    def _note(self, applied: list[dict[str, Any]], wish: Wish) -> None:
        """Remember which passwords the product has sent."""
        for change in applied:
            key = key_of(change["resource"], change["name"])
            if change["resource"] == "mail_enabled":
                continue
            if change["action"] == "delete":
                self._forget(key)
            for cell in change["fields"]:
                if cell["field"] == "password":
                    self._forget(key)
                    if cell["want"] != "unset":
                        self.sent[key] = wish.passwords()[key]

    def _forget(self, key: Key) -> None:
        self.sent.pop(key, None)
        self.tampered.discard(key)

    @rule(wish=wishes(), chance=st.randoms())
    def declare_with_a_fault(self, wish: Wish, chance: Random) -> None:
        before, writes = self.site.held(), self.site.writes()
        plan = run(self.site.backend(), wish, check_mode=True)
        fault = self.site.fault(chance)
        found = run(self.site.backend(), wish)
        self.site.clear()
        after = self.site.held()
        STEPS[f"fault, {found.outcome}"] += 1
        if "changes" not in found.values:
            assert found.failure
            assert after == before, fault
            assert self.site.writes() == writes, fault
            return
        assert found.values["changes"] == plan.values["changes"], fault
        self._assert_told(found, before, after, wish, fault)

    def _assert_told(self, found: ModuleResult, before: Held, after: Held, wish: Wish, fault: str) -> None:
        changes = found.values["changes"]
        groups = {name: found.values.get(name, []) for name in ("applied", "not_known", "remaining")}
        if not found.failure:
            groups["applied"] = changes
        assert [json.dumps(one) for group in groups.values() for one in group] == [json.dumps(one) for one in changes]
        assert found.values["changed"] == bool(groups["applied"])
        outcome = "partly_applied" if groups["applied"] else "failed"
        assert not found.failure or found.outcome == outcome
        wanted = before
        for change in groups["applied"]:
            wanted = after_change(wanted, change, wish.passwords())
        possible = [wanted]
        for change in groups["not_known"]:
            possible += [after_change(one, change, wish.passwords()) for one in possible]
        assert after in possible, (fault, [unlike(after, one) for one in possible], found.values)
        doubtful = {(change["resource"], change["name"]) for change in groups["not_known"]}
        self._note(groups["applied"], wish)
        for change in groups["not_known"]:
            if (change["resource"], change["name"]) in doubtful and _touches_password(change):
                self._forget(key_of(change["resource"], change["name"]))

    @rule(first=st.sampled_from(PASSWORDS), second=st.sampled_from(PASSWORDS), wish=wishes(), chance=st.randoms())
    def change_passwords_and_change_them_back(self, first: str, second: str, wish: Wish, chance: Random) -> None:
        old, new = (_with_password(wish, one) for one in (first, second))
        self.declare(old)
        self.declare_with_a_fault(new, chance)
        self.declare(old)

    @rule(data=st.data(), kind=st.sampled_from(sorted(HAND)))
    def change_by_hand(self, data: st.DataObject, kind: str) -> None:
        held = self.site.held()
        names = [
            row["name" if kind == "smtp_server" else "user"] for key, row in held.records.items() if key[0] == kind
        ]
        if not names:
            return
        name, values = data.draw(st.sampled_from(names)), data.draw(HAND[kind])
        if values is None and name == self.site.login:
            return
        self.site.by_hand(kind, name, values)
        self._tampered(kind, name, values)

    @rule(name=st.sampled_from(SERVERS), password=st.sampled_from(["", BY_HAND, PASSWORDS[0]]))
    def add_a_definition_by_hand(self, name: str, password: str) -> None:
        if key_of("smtp_server", name) not in self.site.held().records:
            values = {**NOTHING["smtp_server"], "authenticate": True, "port": 465, "timeout": 9, "password": password}
            self._by_hand("smtp_server", name.upper(), values)

    @rule(name=st.sampled_from([*USERS, "NEWBIE"]))
    def add_a_user_by_hand(self, name: str) -> None:
        if key_of("mail_user", name) not in self.site.held().records:
            self._by_hand("mail_user", name, {"sender_name": "Somebody", "email_enabled": True})

    def _by_hand(self, kind: str, name: str, values: dict[str, Any] | None) -> None:
        self.site.by_hand(kind, name, values)
        self._tampered(kind, name, values)

    def _tampered(self, kind: str, name: str, values: dict[str, Any] | None) -> None:
        STEPS["by hand"] += 1
        if values is None or "password" in values:
            self.tampered.add(key_of(kind, name))

    @invariant()
    def fingerprints_vouch_for_what_was_sent_and_for_nothing_else(self) -> None:
        if not getattr(self.site, "readback", False):
            assert vouching(stored_fingerprints(self.site.fingerprints)) == self.sent

    @invariant()
    def no_password_is_in_a_file_of_ours_and_nothing_is_left_over(self) -> None:
        path = self.site.fingerprints
        assert not path.exists() or b"canary" not in path.read_bytes()
        assert left_over(path.parent) == []


def _touches_password(change: dict[str, Any]) -> bool:
    return change["action"] == "delete" or any(cell["field"] == "password" for cell in change["fields"])


def _with_password(wish: Wish, password: str) -> Wish:
    """The same with this password wherever there is one."""
    desired = []
    for one in wish.desired:
        values = {**one.values, "password": password} if one.values.get("password") else one.values
        desired.append(type(one)(one.resource, one.name, values, one.present))
    return Wish(tuple(desired), "on_change", wish.purge)


def test_the_rest_backend_does_what_the_model_says(tmp_path: Path, tally: Callable[..., None]) -> None:
    numbers = itertools.count(1)
    with StandIn(max_sessions=100_000) as standin:

        class Machine(Reading):
            make = staticmethod(lambda: RestSite(standin, f"C{next(numbers)}", tmp_path))

        steps = steps_of(Machine)
        offences = [one["what"] for one in standin.offences]
    tally("states", steps, wrong=offences)


@pytest.mark.parametrize("readback", [False, True], ids=["write-only", "readback"])
def test_the_command_backend_does_what_the_model_says(
    tmp_path: Path, tally: Callable[..., None], readback: bool
) -> None:
    numbers = itertools.count(1)

    class Machine(Reading):
        make = staticmethod(lambda: CommandSite(tmp_path, f"c{next(numbers)}", readback))

    tally("states", steps_of(Machine, 0.5))
