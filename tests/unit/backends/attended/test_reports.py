# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people report of a work order after it, or a part of it, was confirmed."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.confirming import Said, confirm
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError

from .test_orders import EMPTY, FRIDAY, MONDAY, TUESDAY, ordered, server, switch, user

NAME = "T. Nkosi"


def report(day="", *not_done, remarks=""):
    """What a person says of items 1 to 3, of which `not_done` are not done."""
    return Said(tuple((item, "") for item in not_done), day, remarks, repeat=True)


def reported(ledger, said, by=NAME):
    """The ledger after a report."""
    denied = {item for item, _reason in said.not_done}
    return confirm(ledger, 1, [item for item in (1, 2, 3) if item not in denied], FRIDAY, by, said)[0]


@pytest.fixture
def ledger():
    return ordered(EMPTY, server(), user(), switch())


@pytest.mark.parametrize("before", [(), (2,)], ids=["closed", "open"])
@pytest.mark.parametrize("day", [TUESDAY, FRIDAY, ""])
def test_a_report_that_a_confirmed_item_is_not_done_is_refused_and_not_told_as_confirmed(ledger, before, day):
    held = reported(ledger, report(TUESDAY, *before))
    with pytest.raises(
        FinconError, match=f"item 3 was confirmed on {FRIDAY} by {NAME}, and this says that it is not done"
    ):
        reported(held, report(day, *before, 3))


def test_a_report_from_before_an_item_was_done_is_known_or_out_of_date_and_changes_nothing(ledger):
    monday = report(MONDAY, 3)
    done = reported(reported(ledger, monday), report(TUESDAY))
    assert reported(done, monday) is done
    late = reported(ledger, report(TUESDAY))
    assert reported(late, report(MONDAY, 3)) is late


def test_a_report_of_the_same_day_that_is_known_is_not_refused_after_the_item_was_done(ledger):
    morning = report(TUESDAY, 3)
    done = reported(reported(ledger, morning), report(TUESDAY))
    assert done.order is None
    assert reported(done, morning) is done


def test_remarks_on_a_closed_order_are_kept_once(ledger):
    done = reported(ledger, report(TUESDAY))
    told = reported(done, report(TUESDAY, remarks="The port is shown as 25."))
    assert [entry.remarks for entry in told.history] == ["", "The port is shown as 25."]
    assert (told.history[1].items, told.history[1].remaining) == ((), ())
    assert told.last_confirmed == done.last_confirmed
    assert reported(told, report(TUESDAY, remarks="The port is shown as 25.")) is told
    text = ledgers.render(told, ledgers.NEW_LEDGER)
    assert ledgers.parse(text.encode(), "l.yml", "l.bak").history == told.history
