# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conformance kit, proved by adapters that break one rule each.

They are the example adapter with one change, run in this process: what they get and give is what a process would.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance import (
    protocol_rules,
    record_rules,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.kit import (
    RULES,
    Verdict,
    lines,
    run_rules,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import Broken, Subject
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import TIMEOUT, Ended, Limits

EXAMPLE = Path(__file__).parents[4] / "examples" / "adapters" / "json_file.py"
SITE = {
    "smtp_servers": [{"name": "HQ relay", "port": 25, "password": "theirs-1"}],
    "users": [{"user": "LENT"}, {"user": "BUSY", "password": "theirs-2", "telephone": "12"}],
}


class InProcess:
    """Runs a copy of the example adapter as a runner runs a program. Faults replace its functions.

    A call that is to be killed is left after its second change.
    """

    def __init__(self, path: Path, readback: bool = False) -> None:
        path.write_text(json.dumps(SITE))
        self.path, self.readback = path, readback
        spec = importlib.util.spec_from_file_location("json_file", EXAMPLE)
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.killed: Callable[[], None] = lambda: None
        self.stderr: Callable[[bytes, dict[str, Any]], bytes] = lambda request, answer: b""

    def wrap(self, name: str, around: Callable[..., Any]) -> None:
        """Replace a function of the adapter; the new one gets the old one first."""
        old = getattr(self.module, name)
        setattr(self.module, name, lambda *arguments: around(old, *arguments))

    def __call__(self, argv: Any, request: bytes, limits: Limits) -> Ended:
        try:
            parsed = json.loads(request)
        except ValueError:
            return Ended(1, b"", b"the request is not JSON")
        if limits.grace == 0:
            parsed["changes"] = parsed["changes"][:2]
            self.module.answer(parsed, self.path, self.readback)
            self.killed()
            return Ended(-signal.SIGKILL, stopped=TIMEOUT)
        try:
            answer = self.module.answer(parsed, self.path, self.readback)
        except ZeroDivisionError:
            return Ended(1, b"", b"crashed")
        return Ended(0, json.dumps(answer).encode(), self.stderr(request, answer), seconds=0.01)


# The faults, one for each rule and named after it.


def describe(runner: InProcess) -> None:
    """It tells its capabilities as a list."""
    runner.module.describe = lambda readback: {"name": "x", "version": "1", "capabilities": ["delete"]}


def read(runner: InProcess) -> None:
    """It tells a port as a text."""
    runner.wrap("_shown", lambda shown, *rest: {**shown(*rest), "port": "25"})


def unknown_requests(runner: InProcess) -> None:
    """Another version of the protocol makes it crash."""

    def crashing(answer: Any, request: Any, *rest: Any) -> Any:
        return answer(request, *rest) if request["protocol"] == 1 else 1 / 0

    runner.wrap("answer", crashing)


def idempotent(runner: InProcess) -> None:
    """It keeps a field in upper case."""

    def loud(checked: Any, *arguments: Any) -> Any:
        return {key: text.upper() if key == "user_field_5" else text for key, text in checked(*arguments).items()}

    runner.wrap("checked", loud)


def omitted_is_not_empty(runner: InProcess) -> None:
    """It clears the telephone when a change does not name it."""

    def replacing(change_user: Any, record: Any, resource: Any, action: Any, values: Any) -> None:
        change_user(record, resource, action, {"telephone": "", **values} if resource == "mail_user" else values)

    runner.wrap("change_user", replacing)


def empty_clears(runner: InProcess) -> None:
    """It takes an empty BCC for none."""

    def keeping(checked: Any, *arguments: Any) -> Any:
        return {key: value for key, value in checked(*arguments).items() if (key, value) != ("bcc", "")}

    runner.wrap("checked", keeping)


def only_changed(runner: InProcess) -> None:
    """It switches e-mail on whenever the settings of a user change."""

    def eager(change_user: Any, record: Any, *rest: Any) -> None:
        change_user(record, *rest)
        record["email_enabled"] = True if rest[0] == "mail_user" else record["email_enabled"]

    runner.wrap("change_user", eager)


def passwords(runner: InProcess) -> None:
    """It says of every password that it is set."""
    runner.wrap("_shown", lambda shown, *rest: {**shown(*rest), "password_set": True})


def unknown_user(runner: InProcess) -> None:
    """It says that the settings of a user are done whom Fincon does not have."""

    def careless(apply_one: Any, store: Any, change: Any) -> None:
        if change["name"] in ("LENT", "lent") or change["resource"] not in ("mail_user", "mail_enabled"):
            apply_one(store, change)

    runner.wrap("apply_one", careless)


def bad_input(runner: InProcess) -> None:
    """It overlooks a field that it does not know."""

    def lenient(checked: Any, fields: Any, values: Any) -> Any:
        return checked(fields, {key: value for key, value in values.items() if key in fields})

    runner.wrap("checked", lenient)


def stops_at_an_error(runner: InProcess) -> None:
    """It goes on after an error."""

    def stubborn(apply: Any, store: Any, changes: Any) -> Any:
        return {"results": [apply(store, [change])["results"][0] for change in changes]}

    runner.wrap("apply", stubborn)


def case_of_names(runner: InProcess) -> None:
    """It tells users by their name's letters as they are."""

    def exact(user: Any, store: Any, name: str) -> Any:
        return user(store, name if name.isupper() else "?")

    user = runner.module.Store.user
    runner.module.Store.user = lambda store, name: exact(user, store, name)


def unicode(runner: InProcess) -> None:
    """It has an old code page."""

    def narrow(checked: Any, *arguments: Any) -> Any:
        values = checked(*arguments)
        texts = {key: value for key, value in values.items() if isinstance(value, str)}
        return {**values, **{key: text.encode("cp1252", "replace").decode("cp1252") for key, text in texts.items()}}

    runner.wrap("checked", narrow)


def interrupted(runner: InProcess) -> None:
    """A call that was killed leaves a lock behind."""
    locked = []
    runner.killed = lambda: locked.append(True)

    def locking(change_server: Any, store: Any, name: Any, action: Any, values: Any) -> None:
        if locked and action == "update":
            raise runner.module.Refused("the definition is locked by another call")
        change_server(store, name, action, values)

    runner.wrap("change_server", locking)


def secrets(runner: InProcess) -> None:
    """It logs what it refuses."""
    runner.stderr = lambda request, answer: request if "error" in json.dumps(answer) else b""


def put_back(runner: InProcess) -> None:
    """It keeps a definition that it says it deleted."""

    def keeping(change_server: Any, store: Any, name: Any, action: Any, values: Any) -> None:
        if action != "delete" or name.endswith("é"):
            change_server(store, name, action, values)

    runner.wrap("change_server", keeping)


FAULTS = (
    describe, read, unknown_requests, idempotent, omitted_is_not_empty, empty_clears, only_changed, passwords,
    unknown_user, bad_input, stops_at_an_error, case_of_names, unicode, interrupted, secrets, put_back,
)  # fmt: skip


@pytest.fixture
def runner(tmp_path: Path) -> InProcess:
    return InProcess(tmp_path / "site.json")


def judge(runner: Any, user: str = "lent", **options: Any) -> dict[str, Verdict]:
    subject = Subject(["adapter"], Limits(5, 1000000), user, runner)
    return {verdict.rule: verdict for verdict in run_rules(subject, **options)}


def failed(verdicts: dict[str, Verdict]) -> list[str]:
    return [name for name, verdict in verdicts.items() if verdict.verdict == "fail"]


def test_every_rule_has_an_adapter_that_breaks_it() -> None:
    assert [fault.__name__ for fault in FAULTS] == [rule.name for rule in RULES]
    assert all(rule.check.__doc__ for rule in RULES)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_of_an_adapter_with_one_fault_exactly_that_rule_fails(runner: InProcess, fault: Callable[..., None]) -> None:
    fault(runner)
    verdicts = judge(runner)
    assert failed(verdicts) == [fault.__name__], {name: verdicts[name].seen for name in failed(verdicts)}
    rest = [verdict for name, verdict in verdicts.items() if name != fault.__name__]
    founded = fault not in (describe, read)
    assert all(verdict.verdict == "pass" for verdict in rest) or not founded
    assert "theirs" not in repr(verdicts)


def without_blanks(path: Path) -> Any:
    """The records without the fields that hold nothing."""
    data = json.loads(path.read_text())
    return {kind: [{k: v for k, v in one.items() if v not in ("", False)} for one in data[kind]] for kind in data}


@pytest.mark.parametrize("readback", [False, True])
@pytest.mark.parametrize("user", ["LENT", "busy"])
def test_an_adapter_without_a_fault_passes_and_everything_is_as_before(
    tmp_path: Path, readback: bool, user: str
) -> None:
    runner = InProcess(tmp_path / "site.json", readback)
    verdicts = judge(runner, user)
    assert {verdict.verdict for verdict in verdicts.values()} == {"pass"}
    assert without_blanks(runner.path) == SITE
    left_alone = "was left alone" in verdicts["passwords"].seen
    assert left_alone == (user == "busy" and not readback)


def test_an_adapter_that_cannot_delete_keeps_one_definition_for_all_runs(runner: InProcess) -> None:
    def no_delete(describe: Any, *rest: Any) -> Any:
        return {**describe(*rest), "capabilities": {}}

    runner.wrap("describe", no_delete)
    for _time in range(2):
        verdicts = judge(runner)
        assert not failed(verdicts)
        assert "stays, since the adapter has no capability delete" in verdicts["put_back"].seen
    ours = [one["name"] for one in json.loads(runner.path.read_text())["smtp_servers"]]
    assert len(ours) == 2
    assert ours[1].startswith("fincon-check-")


def test_what_a_kit_that_was_cut_short_left_is_cleared_up_by_the_next(runner: InProcess, monkeypatch: Any) -> None:
    before = runner.path.read_text()
    monkeypatch.setattr(record_rules, "put_back", lambda subject, initial: subject.read())
    assert failed(judge(runner)) == ["put_back"]
    left = json.loads(runner.path.read_text())
    runner.path.write_text(json.dumps({**left, "users": json.loads(before)["users"]}))
    monkeypatch.undo()
    assert not failed(judge(runner))
    assert without_blanks(runner.path) == SITE


def test_without_writing_only_the_quiet_rules_are_judged(runner: InProcess) -> None:
    before = runner.path.stat().st_mtime_ns
    verdicts = judge(runner, may_write=False)
    assert [name for name, verdict in verdicts.items() if verdict.verdict == "pass"] == [
        "describe", "read", "unknown_requests",
    ]  # fmt: skip
    assert {verdict.verdict for verdict in verdicts.values()} == {"pass", "skipped"}
    assert runner.path.stat().st_mtime_ns == before


def test_a_user_that_is_not_there_stops_the_kit_before_it_writes(runner: InProcess) -> None:
    before = runner.path.read_text()
    verdicts = judge(runner, "NOBODY")
    assert failed(verdicts) == ["read"]
    assert "NOBODY is not among the users" in verdicts["read"].seen
    assert runner.path.read_text() == before


def test_a_password_that_is_read_though_none_was_promised_is_found(runner: InProcess) -> None:
    runner.wrap("_shown", lambda shown, record, *rest: {**shown(record, *rest), "password": record.get("password", "")})
    assert failed(judge(runner)) == ["passwords", "secrets"]


def test_a_password_that_is_read_back_wrong_is_found(tmp_path: Path) -> None:
    runner = InProcess(tmp_path / "site.json", readback=True)

    def wrong(shown: Any, record: Any, *rest: Any) -> Any:
        return {**shown(record, *rest), "password": "other" if record.get("password") else ""}

    runner.wrap("_shown", wrong)
    assert "passwords" in failed(judge(runner))


def test_an_adapter_that_refuses_letters_it_cannot_keep_passes(runner: InProcess) -> None:
    def honest(checked: Any, *arguments: Any) -> Any:
        for value in checked(*arguments).values():
            if isinstance(value, str) and value.encode("cp1252", "replace").decode("cp1252") != value:
                raise runner.module.Refused("a letter that Fincon does not have")
        return checked(*arguments)

    runner.wrap("checked", honest)
    verdicts = judge(runner)
    assert not failed(verdicts)
    assert "Chinese refused (a letter that Fincon does not have)" in verdicts["unicode"].seen


KILLED_LEAVES_A_LOCK = """\
import importlib.util, pathlib, sys, time
spec = importlib.util.spec_from_file_location("json_file", sys.argv.pop(1))
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
lock = pathlib.Path(sys.argv[1] + ".busy")
change_server = module.change_server
def locking(store, name, action, values):
    if lock.exists():
        raise module.Refused("the definition is locked by another call")
    lock.touch()
    time.sleep(0.3)
    change_server(store, name, action, values)
    lock.unlink()
module.change_server = locking
module.main()
"""


def test_a_real_process_is_killed_in_the_middle(tmp_path: Path) -> None:
    site, adapter = tmp_path / "site.json", tmp_path / "adapter.py"
    site.write_text(json.dumps(SITE))
    adapter.write_text(textwrap.dedent(KILLED_LEAVES_A_LOCK))
    subject = Subject([sys.executable, str(adapter), str(EXAMPLE), str(site)], Limits(20, 100000), "LENT")
    protocol_rules.describe(subject)
    protocol_rules.read(subject)
    with pytest.raises(Broken, match="the definition is locked by another call"):
        record_rules.interrupted(subject)
    assert -signal.SIGKILL in [call.ended.status for call in subject.calls]


def test_the_lines_stand_below_each_other() -> None:
    rules = [
        {"rule": "describe", "verdict": "pass", "seen": "x 1"},
        {"rule": "bad_input", "verdict": "skipped", "seen": "y"},
    ]
    assert lines(rules) == ["pass     describe   x 1", "skipped  bad_input  y"]
