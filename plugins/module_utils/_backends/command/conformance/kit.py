# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The conformance kit: all rules in their order, and the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance import (
    protocol_rules,
    record_rules,
)
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import (
    Broken,
    Skipped,
    Subject,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError

PASS = "pass"
FAIL = "fail"
SKIPPED = "skipped"


@dataclass(frozen=True)
class Rule:
    """A rule.

    :param name: its name, which stays the same.
    :param check: returns what was seen. Its docstring is what the rule demands.
    """

    name: str
    check: Callable[[Subject], str]


#: Without these rules nothing else can be judged.
FOUNDATIONS = (Rule("describe", protocol_rules.describe), Rule("read", protocol_rules.read))
QUIET = (Rule("unknown_requests", protocol_rules.refusals),)
WRITING = (
    Rule("idempotent", record_rules.idempotent),
    Rule("omitted_is_not_empty", record_rules.omitted),
    Rule("empty_clears", record_rules.empty),
    Rule("only_changed", record_rules.only_changed),
    Rule("passwords", record_rules.passwords),
    Rule("unknown_user", record_rules.unknown_user),
    Rule("bad_input", record_rules.bad_input),
    Rule("stops_at_an_error", record_rules.stops),
    Rule("case_of_names", record_rules.key_case),
    Rule("unicode", record_rules.unicode),
    Rule("interrupted", record_rules.interrupted),
    Rule("secrets", protocol_rules.secrets),
)
LAST = Rule("put_back", record_rules.restored)
RULES = (*FOUNDATIONS, *QUIET, *WRITING, LAST)


@dataclass(frozen=True)
class Verdict:
    """The verdict on one rule.

    :param rule: its name.
    :param verdict: :data:`PASS`, :data:`FAIL` or :data:`SKIPPED`.
    :param seen: what was seen.
    :param demands: what the rule demands.
    """

    rule: str
    verdict: str
    seen: str
    demands: str

    def as_dict(self) -> dict[str, str]:
        """Return the verdict as a result shows it."""
        return {"rule": self.rule, "verdict": self.verdict, "seen": self.seen, "demands": self.demands}


def run_rules(subject: Subject, may_write: bool = True) -> list[Verdict]:
    """Judge an adapter by all rules. Their changes are undone, even when the kit itself is interrupted.

    :param may_write: whether records may be changed; without it the rules that do so are skipped.
    """
    verdicts = []
    for rule in FOUNDATIONS:
        verdicts.append(_judge(rule, subject))
        if verdicts[-1].verdict != PASS:
            rest = RULES[len(verdicts) :]
            return verdicts + [_skipped(other, f"cannot be judged, since {rule.name} failed") for other in rest]
    verdicts += [_judge(rule, subject) for rule in QUIET]
    if not may_write:
        return verdicts + [_skipped(rule, "changes records, which check mode does not") for rule in (*WRITING, LAST)]
    try:
        verdicts += [_judge(rule, subject) for rule in WRITING]
    finally:
        verdicts.append(_judge(LAST, subject))
    return verdicts


def _judge(rule: Rule, subject: Subject) -> Verdict:
    try:
        return _verdict(rule, PASS, rule.check(subject))
    except Skipped as exc:
        return _verdict(rule, SKIPPED, str(exc))
    except Broken as exc:
        return _verdict(rule, FAIL, subject.clean(str(exc)))
    except FinconError as exc:
        return _verdict(rule, FAIL, str(exc))


def _skipped(rule: Rule, why: str) -> Verdict:
    return _verdict(rule, SKIPPED, why)


def _verdict(rule: Rule, verdict: str, seen: str) -> Verdict:
    return Verdict(rule.name, verdict, seen, " ".join((rule.check.__doc__ or "").split()))


def lines(verdicts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each verdict, for people."""
    listed = list(verdicts)
    width = max((len(item["rule"]) for item in listed), default=0)
    return [f"{item['verdict']:7}  {item['rule']:{width}}  {item['seen']}" for item in listed]
