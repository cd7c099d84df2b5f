# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which results of which hosts a report is made of."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.action.fincon_drift_report import _entries


def gathered(results, variables, **options):
    """The entries of hosts with these variables."""
    chosen = {"variable": "checked", "hosts": None, **options}
    return list(_entries(chosen, {"ansible_play_hosts_all": list(variables), "hostvars": variables}, results.monday))


def test_each_host_of_the_play_is_a_branch_with_its_region_and_tags(results):
    hosts = {
        "a": {"checked": results.read(), "fincon_region": "north", "fincon_tags": ["x"]},
        "b": {"checked": results.read()},
    }
    found = gathered(results, hosts)
    assert [(entry["branch"], entry["region"], entry["tags"]) for entry in found] == [
        ("a", "north", ["x"]),
        ("b", "", []),
    ]


def test_only_the_hosts_that_are_named_are_taken(results):
    hosts = {"a": {"checked": results.read()}, "b": {"checked": results.read()}}
    assert [entry["branch"] for entry in gathered(results, hosts, hosts=["b"])] == ["b"]


def test_a_host_without_a_result_is_failed_and_one_that_was_skipped_is_left_out(results):
    found = gathered(results, {"a": {}, "b": {"checked": {"skipped": True, "changed": False}}})
    assert [(entry["branch"], entry["state"], entry["reason"]) for entry in found] == [
        ("a", "failed", "there is no result")
    ]


def test_the_items_of_a_loop_are_one_branch(results):
    servers = {**results.read(results.change(results.port)), "records": {"smtp_servers": ["HQ"]}}
    users = {**results.read(), "records": {"users": ["THANDI"]}}
    skipped = {"skipped": True}
    (entry,) = gathered(results, {"a": {"checked": {"results": [servers, users, skipped]}}})
    assert (entry["state"], [record["name"] for record in entry["records"]]) == ("drift", ["HQ", "THANDI"])


def test_results_of_a_run_tell_what_remained(results):
    change = results.change(results.port)
    assert gathered(results, {"a": {"checked": results.read(change)}})[0]["state"] == "drift"
    assert gathered(results, {"a": {"checked": results.read(change, outcome="applied")}})[0]["state"] == "in_sync"
