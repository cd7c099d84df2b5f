# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the apply playbook says at its end."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.fincon.mail.plugins.plugin_utils._report.applied import apply_lines, failure_text

CHANGE = {"resource": "mail_user", "name": "THANDI", "action": "update", "fields": []}
ORDER = {"number": 3, "items": [{}, {}]}


def done(outcome="applied", changes=1, **values):
    return {"outcome": outcome, "changes": [CHANGE] * changes, **values}


def test_the_branches_are_counted_by_what_became_of_them_also_those_that_were_not_reached():
    results = {
        "a": done(), "b": done(changes=3), "c": done("unchanged", 0), "d": done("refused", 2, applied=[]),
        "e": done("partly_applied", 5, applied=[CHANGE]), "f": {},
    }  # fmt: skip
    assert apply_lines(results) == ["6 branches: 2 changed, 1 as declared, 2 failed, 1 not reached; 5 changes"]


def test_check_mode_counts_the_same_changes_in_other_words():
    assert apply_lines({"a": done("planned")}) == ["1 branch: 1 would change; 1 change"]
    lines = apply_lines({"a": done("planned", work_order=ORDER)})
    assert lines[0] == "1 branch: 1 would be ordered; 1 change"


def test_at_attended_sites_orders_are_counted_and_nobody_has_to_log_in_again_yet():
    results = {
        "a": done(work_order=ORDER, relogin_users=["THANDI"]),
        "b": done("unchanged", 0, work_order=ORDER),
        "c": done("unchanged", 0, work_order=None),
    }
    assert apply_lines(results) == [
        "3 branches: 1 ordered, 1 pending, 1 as declared; 1 change",
        "2 work orders to be typed in and confirmed; fincon.mail.status lists them",
    ]


def test_the_users_who_must_log_in_again_are_named_by_branch_and_not_where_nothing_was_done():
    results = {"a": done(relogin_users=["PIETER", "THANDI"]), "b": done("refused", applied=[], relogin_users=["KGOSI"])}
    assert apply_lines(results)[1:] == ["Must log out of Fincon and in again:", "  a: PIETER, THANDI"]


def test_a_large_fleet_is_a_few_lines_and_verbosity_brings_all_of_them():
    results = {f"b{number:04}": done(relogin_users=["THANDI"]) for number in range(1000)}
    lines = apply_lines(results)
    assert len(lines) == 15
    assert lines[-1] == "  and 988 more; -v names all"
    assert len(apply_lines(results, verbose=True)) == 1002


def test_what_is_declared_nowhere_is_named():
    undeclared = {"counts_as": "drift", "smtp_servers": [], "users": ["KGOSI"]}
    assert apply_lines({"a": done(undeclared=undeclared)})[-1] == "  a: KGOSI"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_module_that_failed_has_a_text_whatever_its_task_says(outcome):
    succeeded = outcome in ("unchanged", "planned", "applied")
    assert failure_text({"outcome": outcome, "msg": "why", "failed": False}) == ("" if succeeded else "why")
    assert bool(failure_text({"outcome": outcome})) is not succeeded


def test_a_result_of_ansible_itself_is_a_failure_where_it_has_a_message():
    assert failure_text({"msg": "Unsupported parameters", "failed_when_result": False}) == "Unsupported parameters"
    assert failure_text({"failed": True}) == "no reason was given"
    assert failure_text({"changed": False, "files": []}) == ""
