# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of the fault matrices finds what is untrue: else all of them would pass whatever happens."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.records import SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from ansible_collections.fincon.mail.plugins.module_utils._module.result import ModuleResult

from .judge import Judge, Run, attempt

SECRET = 'canary-Pw"1/+'
KEY = ("smtp_servers", "hq relay")
OLD, NEW = {KEY: {"port": 25, "password": "old"}}, {KEY: {"port": 587, "password": SECRET}}
DESIRED = (DesiredRecord(SMTP_SERVER, "HQ relay", {"port": 587, "password": SECRET}),)
CHANGE = {
    "resource": "smtp_server",
    "name": "HQ relay",
    "action": "update",
    "fields": [
        {"field": "password", "have": "set", "want": "set, will change"},
        {"field": "port", "have": 25, "want": 587},
    ],
}


def run(outcome, group=None, failure="", **more):
    """A run whose one change is in a group."""
    groups = {name: [CHANGE] * (name == group) for name in ("applied", "not_known", "remaining")}
    changed = outcome == "planned" or bool(groups["applied"]) or outcome == "applied"
    return Run(ModuleResult({"changed": changed, "changes": [CHANGE], **groups, **more}, outcome, [], failure), 0.1)


def judged(said, before, after):
    judge = Judge((SECRET,))
    judge.truth("a run", said, before, after, DESIRED)
    return judge.wrong


TRUE = {
    "applied": (run("applied"), OLD, NEW),
    "planned": (run("planned"), OLD, OLD),
    "applied before an error": (run("partly_applied", "applied", "e"), OLD, NEW),
    "not known and done": (run("failed", "not_known", "e"), OLD, NEW),
    "not known and not done": (run("failed", "not_known", "e"), OLD, OLD),
    "remaining": (run("failed", "remaining", "e"), OLD, OLD),
}
UNTRUE = {
    "applied, and is not": (run("applied"), OLD, OLD),
    "applied with the old password": (run("applied"), OLD, {KEY: {**NEW[KEY], "password": "old"}}),
    "planned, and done": (run("planned"), OLD, NEW),
    "remaining, and is there": (run("failed", "remaining", "e"), OLD, NEW),
    "remaining, and partly there": (run("failed", "remaining", "e"), OLD, {KEY: {**OLD[KEY], "password": SECRET}}),
    "in no group": (run("failed", None, "e"), OLD, OLD),
    "another record changed": (run("applied"), OLD, {**NEW, ("users", "THANDI"): {"sender_name": "x"}}),
    "failed without a reason": (run("failed", "remaining"), OLD, OLD),
    "applied and yet failed": (run("failed", "applied", "e"), OLD, NEW),
    "an outcome of its own": (run("done"), OLD, NEW),
}  # fmt: skip


@pytest.mark.parametrize("case", TRUE)
def test_what_is_true_is_found_to_be_true(case):
    assert judged(*TRUE[case]) == []


@pytest.mark.parametrize("case", UNTRUE)
def test_what_is_untrue_is_found(case):
    assert judged(*UNTRUE[case])


@pytest.mark.parametrize(
    "form", [str, quote, lambda secret: base64.b64encode(secret.encode()).decode()], ids=["plain", "quoted", "base64"]
)
def test_a_secret_is_found_in_each_form_and_place(form):
    for said in (
        run("failed", "remaining", f"bad value {form(SECRET)}."),
        run("failed", "remaining", "e", backend={"version": [form(SECRET)]}),
        Run(ModuleResult({}, "failed", [form(SECRET)], "e"), 0.1),
        Run(ModuleResult({}, "failed", [], "e"), 0.1, [form(SECRET)]),
    ):
        judge = Judge((SECRET,))
        judge.words("a run", said)
        assert judge.leaked


def test_a_traceback_is_found():
    def broken():
        raise KeyError("x")

    judge = Judge(())
    judge.truth("a run", attempt(broken), OLD, OLD)
    assert "KeyError" in judge.tracebacks[0]


@pytest.mark.parametrize(("holds", "lost"), [(OLD, True), (NEW, False)])
def test_what_the_next_run_does_not_bring_is_lost(holds, lost):
    class Site:
        def database(self):
            return holds

        def run_clean(self, _desired):
            return Run(ModuleResult({"changed": False}, "unchanged"), 0.1)

        def writes(self):
            return 0

    judge = Judge((SECRET,))
    judge.afterwards("a run", Site(), DESIRED)
    assert bool(judge.lost) is lost
