# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is declared, done by hand or goes wrong, in whatever sequence: a small model tells what has to come of it.

The usual run takes the same steps each time. `FAULTS_EXAMPLES=1000` takes that many sequences, longer ones, and new
ones each time, and makes the one that fails small.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_file
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._core import passwords
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._module.attended import confirm_order
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult, of_error
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
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
    AttendedSite,
    CommandSite,
    RestSite,
    left_over,
    stored_fingerprints,
    vouching,
)
from ansible_collections.fincon.mail.tests.standin import StandIn
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

#: How many sequences of steps each machine takes.
USUAL_EXAMPLES = 100
#: How often each kind of step was taken, and how each run ended.
STEPS: Counter[str] = Counter()

HAND = {
    "smtp_server": st.sampled_from(
        [{"port": 2525}, {"bcc": ""}, {"username": ""}, {"password": BY_HAND}, {"password": PASSWORDS[0]}, None]
    ),
    "mail_user": st.sampled_from(
        [
            {"job_title": "Boss"}, {"smtp_server": ""}, {"email_enabled": False}, {"password": BY_HAND},
            {"password": ""}, {"username": "own", "password": PASSWORDS[1]}, None,
        ]
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingerprints of the least cost: the tests make thousands."""
    slow = passwords.fingerprint
    quick = lambda password, salt=None, cost=(16, 8, 1): slow(password, salt, cost)  # noqa: E731
    monkeypatch.setattr(passwords, "fingerprint", quick)


def run(backend: Backend, wish: Wish, check_mode: bool = False) -> ModuleResult:
    """What the module makes of a wish. Anything but an error of our own is a traceback."""
    request = Request(wish.desired, wish.update_password, verify="none", purge=wish.purge)
    return judged(lambda: write(backend, request, check_mode))


def judged(call: Callable[[], ModuleResult]) -> ModuleResult:
    try:
        result = call()
    except FinconError as exc:
        result = of_error(exc)
    assert "canary" not in repr(result), "a password showed"
    assert "demo" not in repr(result), "a password of the installation showed"
    if not result.failure:
        assert result.values["changed"] == (result.outcome in ("planned", "applied"))
    return result


def same(check: ModuleResult, real: ModuleResult) -> None:
    """A run tells what check mode told."""
    assert check.values == real.values
    assert check.failure == real.failure
    assert (check.outcome, real.outcome) in {("planned", "applied")} | {
        (one, one) for one in ("unchanged", "invalid", "failed")
    }
    assert check.warnings == real.warnings


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
        assert after in possible, (fault, found.values)
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


def steps_of(machine: type[RuleBasedStateMachine], share: float = 1) -> int:
    """Run a machine; return how many steps it took.

    share: of the sequences, for a machine that is slow.
    """
    before = sum(STEPS.values())
    wanted = int(os.environ.get("FAULTS_EXAMPLES", "0"))
    # To make a failure small takes minutes.
    phases = [Phase.generate, Phase.shrink] if wanted else [Phase.generate]
    chosen = settings(
        max_examples=round((wanted or USUAL_EXAMPLES) * share),
        stateful_step_count=30 if wanted else 12,
        derandomize=not wanted,
        phases=phases,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)
    return sum(STEPS.values()) - before


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


def test_the_attended_backend_does_what_the_model_says(tmp_path: Path, tally: Callable[..., None]) -> None:
    numbers = itertools.count(1)

    class Machine(Attended):
        make = staticmethod(lambda: AttendedSite(tmp_path / f"l{next(numbers)}.yml"))

    tally("states", steps_of(Machine, 0.5))
