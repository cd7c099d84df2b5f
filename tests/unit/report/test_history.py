# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is new, what is gone, and since when it has been so."""

from __future__ import annotations


def since(document, branch=0):
    entry = document["branches"][branch]
    return entry["since"], [item["since"] for record in entry["records"] for item in record.get("differences", ())]


def test_without_a_report_before_everything_is_so_since_now_and_nothing_is_new(results):
    document = results.document(durban=results.read(results.change(results.port)))
    assert document["history"] == {"previous": None, "new": [], "gone": [], "states": []}
    assert since(document) == (results.monday, [results.monday])


def test_what_was_so_before_keeps_its_date_and_what_came_has_the_date_of_today(results):
    switch = results.change(results.switch, resource="mail_enabled", name="THANDI")
    before = results.document(durban=results.read(results.change(results.port)))
    document = results.document(results.tuesday, before, durban=results.read(results.change(results.port), switch))
    assert since(document) == (results.monday, [results.monday, results.tuesday])
    text = "THANDI: e-mail is off, declared on"
    assert document["history"] == {
        "previous": results.monday, "new": [{"branch": "durban", "text": text}], "gone": [], "states": [],
    }  # fmt: skip


def test_what_was_repaired_is_gone_and_the_state_has_changed(results):
    before = results.document(durban=results.read(results.change(results.port)))
    document = results.document(results.tuesday, before, durban=results.read())
    assert since(document) == (results.tuesday, [])
    assert [item["text"] for item in document["history"]["gone"]] == ["definition HQ, port: is 25, declared 587"]
    assert document["history"]["states"] == [{"branch": "durban", "from": "drift", "to": "in_sync"}]


def test_another_value_is_another_difference(results):
    before = results.document(durban=results.read(results.change(results.port)))
    other = results.change({**results.port, "have": 26})
    document = results.document(results.tuesday, before, durban=results.read(other))
    assert since(document) == (results.monday, [results.tuesday])
    assert (len(document["history"]["new"]), len(document["history"]["gone"])) == (1, 1)


def test_a_branch_that_cannot_be_read_says_nothing_of_its_differences(results):
    drifted, away = results.read(results.change(results.port)), {"outcome": "unreachable", "msg": "no"}
    monday = results.document(durban=drifted)
    tuesday = results.document(results.tuesday, monday, durban=away)
    assert (tuesday["history"]["new"], tuesday["history"]["gone"]) == ([], [])
    wednesday = results.document("2026-11-25T04:00:00Z", tuesday, durban=drifted)
    assert (wednesday["history"]["new"], wednesday["history"]["gone"]) == ([], [])
    assert wednesday["history"]["states"] == [{"branch": "durban", "from": "unreachable", "to": "drift"}]


def test_a_branch_that_comes_or_goes_is_a_change_of_state(results):
    drifted = results.read(results.change(results.port))
    document = results.document(results.tuesday, results.document(old=drifted), new=drifted)
    assert document["history"]["states"] == [
        {"branch": "new", "from": None, "to": "drift"},
        {"branch": "old", "from": "drift", "to": None},
    ]
    assert [item["branch"] for item in document["history"]["new"]] == ["new"]
    assert document["history"]["gone"] == [], "nobody looked at the old branch"


def test_a_branch_that_waits_has_done_so_since_its_oldest_item_was_ordered(results):
    document = results.document(durban=results.read(pending=[results.waiting("2026-11-04")]))
    assert since(document) == ("2026-11-04", [])
