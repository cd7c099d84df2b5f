# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same trouble at many branches is one line."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.groups import groups


def group(results, **branches):
    return groups(results.document(**branches)["branches"])


def test_the_same_difference_at_many_branches_is_one_group_and_the_largest_is_first(results):
    drifted = results.read(results.change(results.port))
    other = results.read(results.change(results.switch, resource="mail_enabled", name="THANDI"))
    found = group(results, a=results.read(), b=other, c=drifted, d=drifted)
    assert found == [
        {"state": "drift", "text": "definition HQ, port: is 25, declared 587", "branches": ["c", "d"]},
        {"state": "drift", "text": "THANDI: e-mail is off, declared on", "branches": ["b"]},
    ]


def test_an_open_work_order_is_no_trouble(results):
    assert group(results, a=results.read(pending=[results.waiting()])) == []


@pytest.mark.parametrize(
    ("texts", "general"),
    [
        (["https://10.1.{n}.3:4090: no connection", "http://far-{n}.example/x: no connection"], "…: no connection"),
        (["10.1.{n}.3:4090: no answer", "[fe80::{n}]:4090: no answer"], "…: no answer"),
        (["/srv/fleet/a-{n}.yml:8:5: users[0].port: is not known"] * 2, "…: users[0].port: is not known"),
        (["branch {b} has no ledger"] * 2, "branch … has no ledger"),
    ],
)
def test_a_reason_is_the_same_where_only_addresses_paths_and_the_branch_itself_differ(results, texts, general):
    told = {f"b{n}": {"msg": text.format(n=n, b=f"b{n}")} for n, text in enumerate(texts)}
    assert group(results, **told) == [{"state": "failed", "text": general, "branches": ["b0", "b1"]}]


def test_a_reason_of_one_branch_or_the_same_at_all_is_told_in_full(results):
    text = "https://10.1.2.3:4090: no connection within 10 seconds"
    assert group(results, a={"msg": text})[0]["text"] == text
    assert group(results, a={"msg": text}, b={"msg": text})[0]["text"] == text


def test_the_same_words_for_different_states_are_two_groups(results):
    found = group(results, a={"msg": "no"}, b={"msg": "no", "outcome": "unreachable"})
    assert [(item["state"], item["branches"]) for item in found] == [("failed", ["a"]), ("unreachable", ["b"])]
