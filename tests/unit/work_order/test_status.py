# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is open at attended branches, in lines and as data."""

from __future__ import annotations

import json

from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.status import work_order_status

from .orders import OLD_RELAY, RELAY, order_of

LAST = {
    "order": 3,
    "date": "2026-11-25",
    "by": "T. Nkosi",
    "items": [1],
    "remaining": [2],
    "not_done": [],
    "remarks": "",
}
CONTACT = {"name": "P. Naidoo", "telephone": "021 555 0100"}


def branch(name, order=None, **further):
    result = {"work_order": order, "last_confirmation": None}
    return {
        "branch": name,
        "title": "",
        "result": result,
        "page": f"orders/{name}",
        "contact": {},
        "due_days": 0,
        **further,
    }


def test_each_branch_with_an_open_order_is_a_line_the_longest_pending_first():
    soweto = branch("soweto", order_of(OLD_RELAY), title="Soweto, Chris Hani Road", contact=CONTACT, due_days=7)
    soweto["result"]["last_confirmation"] = LAST
    found = [branch("durban", order_of(RELAY, RELAY, number=1)), branch("george"), soweto]
    status = work_order_status(found, "2026-12-02")
    assert status["lines"] == [
        "SOWETO-3 (Soweto, Chris Hani Road): 1 item left, since 2026-11-10 (22 days), OVERDUE since 2026-12-01; "
        "contact: P. Naidoo 021 555 0100; last confirmed on 2026-11-25 by T. Nkosi; orders/soweto.html",
        "DURBAN-1: 2 items left, since 2026-11-24 (8 days); nothing confirmed yet; orders/durban.html",
        "2 open work orders at 3 attended branches: 3 items left, 1 overdue",
    ]
    assert status["problems"] == {}
    assert status["report"]["counts"] == {"branches": 3, "open": 2, "items": 3, "overdue": 1, "not_read": 0}
    json.dumps(status["report"])


def test_a_ledger_that_cannot_be_read_is_named_first_and_is_a_problem():
    found = [branch("durban", order_of(RELAY)), branch("soweto", result={"failed": True, "msg": "l.yml:1:1: torn"})]
    status = work_order_status([*found, branch("george", result={"unreachable": True})], "2026-11-24")
    assert status["lines"][0] == "george: its ledger could not be read"
    assert status["lines"][1] == "soweto: its ledger could not be read"
    assert status["lines"][-1].endswith("; 2 could not be read")
    assert set(status["problems"]) == {"soweto", "george"}


def test_an_item_that_is_pending_for_longer_than_allowed_is_a_problem():
    found = [branch("durban", order_of(RELAY))]
    assert work_order_status(found, "2026-12-08", 14)["problems"] == {}
    late = work_order_status(found, "2026-12-09", 14)["problems"]
    assert late == {"durban": "DURBAN-3 has been pending for 15 days, more than 14"}


def test_a_day_by_which_it_is_due_is_no_day_too_late():
    found = [branch("durban", order_of(RELAY), due_days=7)]
    assert "due 2026-12-01" in work_order_status(found, "2026-12-01")["lines"][0]
    assert "OVERDUE" in work_order_status(found, "2026-12-02")["lines"][0]


def test_no_branch_at_all_is_told():
    assert work_order_status([], "2026-11-24")["lines"] == [
        "0 open work orders at 0 attended branches: 0 items left, 0 overdue"
    ]


def test_a_late_order_has_a_reminder_that_is_ready_to_send_and_no_other_has():
    soweto = branch("soweto", order_of(OLD_RELAY), title="Chris Hani Road", contact=CONTACT, due_days=7)
    late = {**soweto, "reminder_to": "clerk@example.co.za"}
    durban = branch("durban", order_of(RELAY, RELAY, number=1), contact={"email": "p.naidoo@example.co.za"})
    found = [late, durban, branch("george"), branch("torn", result={"failed": True, "msg": "torn"})]
    status = work_order_status(found, "2026-12-02", 14)
    reminders = {one["branch"]: one["reminder"] for one in status["report"]["branches"]}
    assert {name: bool(reminder) for name, reminder in reminders.items()} == {
        "soweto": True, "durban": False, "george": False, "torn": False,
    }  # fmt: skip
    assert reminders["soweto"] == {
        "to": "clerk@example.co.za",
        "subject": "Work order SOWETO-3: 1 item left",
        "body": (
            "Work order SOWETO-3 (Chris Hani Road) is late: 1 item left.\n"
            "It has been pending since 2026-11-10 (22 days) and was due on 2026-12-01.\n\n"
            "Please open the page orders/soweto.html, type in what is left and send the reply that the page makes. "
            "If an item cannot be done, give the reason on the page.\n\n"
            "Questions: P. Naidoo, 021 555 0100\n"
        ),
    }
    assert status["reminders"].startswith("To: clerk@example.co.za\nSubject: Work order SOWETO-3: 1 item left\n\nWork")
    (durban_late,) = [
        one["reminder"]
        for one in work_order_status(found, "2026-12-02", 7)["report"]["branches"]
        if one["branch"] == "durban"
    ]
    assert durban_late["to"] == "p.naidoo@example.co.za"


def test_no_text_of_a_reminder_begins_a_header_of_its_own():
    hostile = branch("soweto", order_of(OLD_RELAY), title="x\nBcc: a@b.example", due_days=7, reminder_to="a@b\nCc: c@d")
    (one,) = work_order_status([hostile], "2026-12-02")["report"]["branches"]
    assert "\n" not in one["reminder"]["to"] + one["reminder"]["subject"]
    assert "\nBcc:" not in one["reminder"]["body"]


def test_what_e_mails_have_shown_is_beside_what_is_open():
    evidence = {"durban": {"words": "1 of 2 proven, last seen 2026-11-23", "users": 2, "proven": 1}}
    found = [branch("durban", order_of(RELAY)), branch("george", order_of(RELAY))]
    status = work_order_status(found, "2026-11-24", evidence=evidence)
    assert "; evidence: 1 of 2 proven, last seen 2026-11-23; orders/durban.html" in status["lines"][0]
    assert "evidence" not in status["lines"][1]
    assert [one["evidence"] for one in status["report"]["branches"]] == [evidence["durban"], None]
