# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open work orders in a report: one row for each, in every format."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.lines import summary
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.orders import open_orders
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html


def item(number, name, since, field, want, order=3):
    """An open item of a work order, as the module returns it."""
    resource = "mail_enabled" if field == "email_enabled" else "mail_user"
    fields = [{"field": field, "have": None, "want": want}]
    return {
        "order": order, "item": number, "since": since, "action": "update",
        "resource": resource, "name": name, "fields": fields,
    }  # fmt: skip


@pytest.fixture
def waiting(results):
    """Soweto waits for three items of two users, Durban for one that was ordered before."""
    soweto = [
        item(5, "ELSIE", "2026-11-21", "email_enabled", True),
        item(4, "ELSIE", "2026-11-20", "password", "set, will change"),
        item(2, "SIPHO", "2026-11-21", "email_enabled", False),
    ]
    durban = [item(1, "THANDI", "2026-11-04", "job_title", "Clerk", order=12)]
    return results.document(soweto=results.read(pending=soweto), durban=results.read(pending=durban))


def test_an_order_has_its_items_in_their_order_and_the_date_of_the_oldest(waiting):
    orders = open_orders(waiting["branches"])
    assert [(order.name, order.since) for order in orders] == [("DURBAN-12", "2026-11-04"), ("SOWETO-3", "2026-11-20")]
    assert orders[1].items == (
        "SIPHO: switch e-mail off",
        "ELSIE: a new password is ordered",
        "ELSIE: switch e-mail on",
    )


def test_markdown_has_a_row_for_each_order_and_none_for_each_user(waiting):
    rows = [line for line in to_markdown(waiting).splitlines() if "SOWETO-3" in line or "DURBAN-12" in line]
    assert rows[0].startswith("| DURBAN-12 | 1 | 2026-11-04 (")
    assert rows[1].startswith("| SOWETO-3 | 3 | 2026-11-20 (")
    assert rows[1].endswith("| SIPHO: switch e-mail off; ELSIE: a new password is ordered; ELSIE: switch e-mail on |")
    assert "## Problems" not in to_markdown(waiting)


def test_the_summary_has_a_line_for_each_order(waiting):
    lines = summary(waiting)
    assert [line.split(" since")[0] for line in lines[lines.index("Open work orders:") + 1 :]] == [
        "  DURBAN-12: 1 item", "  SOWETO-3: 3 items",
    ]  # fmt: skip


def test_the_page_has_a_row_for_each_order_that_leads_to_its_branch(waiting):
    page = to_html(waiting)
    table = page[page.index('<h2 id="orders">') : page.index('<h2 id="fleet">')]
    assert re.findall(r'<a href="#(b\d+)">([^<]*)</a>', table) == [("b0", "DURBAN-12"), ("b1", "SOWETO-3")]
    assert "<li>ELSIE: a new password is ordered</li>" in table
    assert page.index('<h2 id="orders">') < page.index('<h2 id="fleet">')
