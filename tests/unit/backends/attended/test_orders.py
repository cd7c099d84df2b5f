# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders: the whole difference between what is confirmed and what is desired, whatever came in between."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_shape, orders
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.confirming import Said, confirm, fill
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import Ledger, with_changes
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.plan import make_plan
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MONDAY, TUESDAY, FRIDAY = "2026-11-23", "2026-11-24", "2026-11-27"
EMPTY = Ledger(State(all_users_known=False))
OLD, NEW = "canary-old-1", "canary-new-2"


def server(name="HQ relay", **values):
    return DesiredRecord(SMTP_SERVER, name, {"mail_server": "smtp.example.co.za", "port": 587, **values})


def user(name="THANDI", **values):
    sender = {"sender_name": name.title(), "sender_email": f"{name.lower()}@example.co.za"}
    return DesiredRecord(MAIL_USER, name, {"smtp_server": "HQ relay", **sender, **values})


def switch(name="THANDI", enabled=True):
    return DesiredRecord(MAIL_ENABLED, name, {"email_enabled": enabled})


def gone(resource, name):
    return DesiredRecord(resource, name, present=False)


def changes_of(ledger, *desired_records, update_password="on_change"):
    return make_plan(ledger.state, desired_records, ledger.known_passwords.compare, update_password).changes


def ordered(ledger, *desired_records, today=MONDAY, **more):
    return with_changes(ledger, changes_of(ledger, *desired_records, **more), today)


def confirmed(*desired_records):
    """A ledger in which everything is confirmed, by order 1."""
    return confirm(ordered(EMPTY, *desired_records), 1, None, MONDAY, "")[0]


def shown(ledger):
    """The items of the order, briefly."""
    return [(item.number, item.change.resource, item.change.action) for item in ledger.order.items]


def fields(item):
    return {cell.field: (cell.have, cell.want) for cell in item.change.fields}


def test_the_first_change_is_ordered_in_the_order_in_which_it_can_be_done():
    ledger = ordered(EMPTY, switch(), user(), server())
    assert shown(ledger) == [
        (1, "smtp_server", "create"), (2, "mail_user", "create"), (3, "mail_enabled", "update"),
    ]  # fmt: skip
    assert (ledger.order.number, ledger.order.date, ledger.last_order) == (1, MONDAY, 1)
    assert ledger.confirmed.records(SMTP_SERVER) == []


def test_the_same_again_changes_nothing():
    ledger = ordered(EMPTY, server(password=OLD, username="hq"), user(), switch())
    assert changes_of(ledger, server(password=OLD, username="hq"), user(), switch()) == ()
    assert with_changes(ledger, (), TUESDAY) is ledger


def test_changes_of_single_modules_add_up_and_what_stays_keeps_its_day():
    ledger = ordered(ordered(EMPTY, server()), user(), today=TUESDAY)
    assert shown(ledger) == [(1, "smtp_server", "create"), (2, "mail_user", "create")]
    assert [item.since for item in ledger.order.items] == [MONDAY, TUESDAY]
    assert (ledger.order.number, ledger.order.date) == (2, TUESDAY)


def test_a_change_for_another_field_joins_the_item_of_its_record():
    ledger = ordered(ordered(confirmed(server()), server(port=25)), server(port=25, timeout=5), today=FRIDAY)
    (item,) = ledger.order.items
    assert fields(item) == {"port": (587, 25), "timeout": (30, 5)}
    assert (item.since, ledger.order.number) == (FRIDAY, 3)


def test_a_change_back_to_what_is_confirmed_takes_its_item_back():
    start = confirmed(server(), user())
    both = ordered(start, server(port=25), user(job_title="Clerk"))
    one = ordered(both, server())
    assert shown(one) == [(1, "mail_user", "update")]
    none = ordered(one, user(job_title=""))
    assert none.order is None
    assert none.last_order == 3, "the numbers of withdrawn orders are not given again"
    assert ledger_shape.write(none)["confirmed"] == ledger_shape.write(start)["confirmed"]


def test_a_definition_that_was_only_ordered_is_withdrawn_when_it_is_not_wanted_any_more():
    assert ordered(ordered(EMPTY, server()), gone(SMTP_SERVER, "hq RELAY")).order is None


def test_a_removal_comes_last_and_the_user_before_the_definition():
    ledger = ordered(confirmed(server(), user(), switch()), gone(SMTP_SERVER, "HQ relay"), gone(MAIL_USER, "THANDI"))
    assert shown(ledger) == [(1, "mail_user", "delete"), (2, "smtp_server", "delete")]


def test_a_password_is_ordered_by_words_and_a_fingerprint():
    ledger = ordered(EMPTY, server(username="hq", password=OLD))
    assert fields(ledger.order.items[0])["password"] == ("unset", "set")
    assert list(ledger.order.fingerprints) == ["smtp_server/hq relay"]
    assert "canary" not in repr(ledger)
    assert "canary" not in str(ledger_shape.write(ledger))


def test_another_password_makes_another_order_although_the_words_are_the_same():
    first = ordered(EMPTY, server(username="hq", password=OLD))
    second = ordered(first, server(username="hq", password=NEW), today=FRIDAY)
    assert second.order.number == 2
    assert second.order.items[0].since == FRIDAY
    assert fields(second.order.items[0])["password"] == ("unset", "set")
    assert changes_of(second, server(username="hq", password=NEW)) == ()


def test_a_password_back_to_the_confirmed_one_takes_its_item_back():
    start = confirmed(server(username="hq", password=OLD))
    other = ordered(start, server(username="hq", password=NEW))
    assert fields(other.order.items[0]) == {"password": ("set", "set, will change")}
    assert ordered(other, server(username="hq", password=OLD)).order is None
    cleared = ordered(start, server(username="", password=""))
    assert fields(cleared.order.items[0])["password"] == ("set", "unset")
    assert ordered(cleared, server(username="hq", password=OLD)).order is None


def test_a_password_that_is_always_sent_is_ordered_anew_and_then_waits():
    start, desired = confirmed(server(username="hq", password=OLD)), server(username="hq", password=OLD)
    again = ordered(start, desired, update_password="always")
    assert fields(again.order.items[0]) == {"password": ("set", "set, will change")}
    assert ordered(again, desired, update_password="always") is again


def test_a_password_that_nobody_knows_is_ordered_once():
    start = fill(EMPTY, orders.differences(EMPTY.confirmed, State([{**SERVER, "password": "set"}]), {}), {})
    plan = make_plan(start.state, [server(password=OLD)], start.known_passwords.compare)
    assert plan.unverified == (("smtp_server", "HQ relay", "password"),)
    ledger = with_changes(start, plan.changes, MONDAY)
    assert changes_of(ledger, server(password=OLD)) == ()
    assert changes_of(confirm(ledger, 1, None, MONDAY, "")[0], server(password=OLD)) == ()


SERVER = {
    "name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": True, "username": "hq", "port": 587,
    "use_tls": True, "timeout": 30, "bcc": "",
}  # fmt: skip


def test_confirming_in_part_leaves_the_rest_its_numbers_and_then_nothing():
    ledger = ordered(EMPTY, server(username="hq", password=OLD), user(), switch())
    part, items = confirm(ledger, 1, [3, 1], TUESDAY, "T. Nkosi")
    assert [item.number for item in items] == [1, 3]
    assert shown(part) == [(2, "mail_user", "create")]
    assert (part.order.number, part.order.date) == (1, MONDAY)
    assert (part.last_confirmed.items, part.last_confirmed.remaining) == ((1, 3), (2,))
    assert list(part.fingerprints) == ["smtp_server/hq relay"]
    assert part.order.fingerprints == {}
    whole, _items = confirm(part, 1, None, FRIDAY, "P. Botha")
    assert whole.order is None
    assert (whole.last_confirmed.items, whole.last_confirmed.remaining) == ((1, 2, 3), ())
    assert (
        ledger_shape.write(whole)["confirmed"]
        == ledger_shape.write(confirm(ledger, 1, None, FRIDAY, "")[0])["confirmed"]
    )


def test_what_is_confirmed_already_is_confirmed_again_without_a_change():
    part, _items = confirm(ordered(EMPTY, server(), user()), 1, [1], MONDAY, "")
    assert confirm(part, 1, [1], TUESDAY, "") == (part, ())
    whole, _items = confirm(part, 1, [1, 2], MONDAY, "")
    assert confirm(whole, 1, None, TUESDAY, "") == (whole, ())
    assert confirm(whole, 1, [2], TUESDAY, "") == (whole, ())


@pytest.mark.parametrize(
    ("ledger", "number", "text"),
    [
        (EMPTY, 1, "there is no work order 1; none exists yet"),
        (ordered(EMPTY, server()), 2, "there is no work order 2; the last one is 1"),
        (ordered(EMPTY, server()), 0, "there is no work order 0"),
        (
            ordered(ordered(EMPTY, server()), user(), today=FRIDAY),
            1,
            "work order 1 was replaced by work order 2 on 2026-11-27; "
            "2 is the current work order; print that one instead",
        ),
        (ordered(ordered(EMPTY, server()), gone(SMTP_SERVER, "HQ relay")), 1, "work order 1 was withdrawn; nothing is"),
        (
            ordered(
                ordered(ordered(EMPTY, server()), user()), gone(SMTP_SERVER, "HQ relay"), gone(MAIL_USER, "THANDI")
            ),
            1,
            "work order 1 was replaced by a later one, which was withdrawn; nothing is ordered now",
        ),
        (
            confirm(ordered(ordered(EMPTY, server()), user()), 2, None, FRIDAY, "")[0],
            1,
            "work order 1 was closed before work order 2, which was confirmed on 2026-11-27; nothing is ordered now",
        ),
        (
            ordered(confirm(ordered(EMPTY, server(), user()), 1, [1], MONDAY, "")[0], user(job_title="Clerk")),
            1,
            "work order 1 was replaced by work order 2",
        ),
    ],
)
def test_an_order_that_does_not_wait_is_refused_with_its_fate(ledger, number, text):
    with pytest.raises(FinconError) as caught:
        confirm(ledger, number, None, TUESDAY, "")
    assert str(caught.value).startswith(text)


def test_an_item_that_the_order_does_not_have_is_refused_with_those_that_wait():
    with pytest.raises(FinconError, match="work order 1 has no item 4, 9; its open items are 1, 2"):
        confirm(ordered(EMPTY, server(), user()), 1, [1, 4, 9], MONDAY, "")


def test_a_user_whose_settings_were_cleared_leaves_the_ledger_unless_e_mail_is_disabled():
    for enabled, left in ((True, []), (False, ["THANDI"])):
        start = confirmed(server(), user(), switch(enabled=enabled))
        ledger, _items = confirm(ordered(start, gone(MAIL_USER, "THANDI")), 2, None, MONDAY, "")
        assert [record["user"] for record in ledger.confirmed.records(MAIL_USER)] == left
        assert changes_of(ledger, gone(MAIL_USER, "THANDI")) == ()


def test_a_switch_of_which_nobody_knows_is_ordered_once_the_user_is_known():
    ledger = ordered(EMPTY, server(), user())
    (change,) = changes_of(ledger, switch(enabled=False))
    assert [(cell.have, cell.want) for cell in change.fields] == [(None, False)]


def test_only_an_empty_ledger_is_filled_and_the_same_again_is_no_change():
    changes = changes_of(EMPTY, server(), user())
    ledger = fill(EMPTY, changes, {})
    assert changes_of(ledger, server(), user()) == ()
    assert fill(ledger, (), {}) is ledger
    with pytest.raises(FinconError, match=r"is not empty \(definitions: 1, users: 1, orders so far: 0\)"):
        fill(ledger, changes_of(ledger, server(port=25)), {})
    with pytest.raises(FinconError, match="orders so far: 1"):
        fill(ordered(EMPTY, server()), changes, {})


DEFINITIONS, USERS = st.sampled_from(["HQ", "Far"]), st.sampled_from(["A", "b"])
PASSWORD = st.sampled_from([None, "", OLD, NEW])
#: What somebody does: desired for a record, for its removal, or confirm every n-th item.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("server"), DEFINITIONS, st.sampled_from([25, 587]), PASSWORD),
        st.tuples(st.just("user"), USERS, DEFINITIONS, st.sampled_from(["", "Clerk"]), PASSWORD),
        st.tuples(st.just("switch"), USERS, st.booleans()),
        st.tuples(st.just("no server"), DEFINITIONS),
        st.tuples(st.just("no user"), USERS),
        st.tuples(st.just("confirm"), st.integers(1, 3)),
    ),
    min_size=1,
    max_size=8,
)


def desired_of(kind, name, *values):
    """The desired of a step."""
    if kind == "server":
        return server(name, port=values[0], password=values[1])
    if kind == "user":
        return user(name, smtp_server=values[0], job_title=values[1], password=values[2])
    if kind == "switch":
        return switch(name, values[0])
    return gone(SMTP_SERVER, name) if kind == "no server" else gone(MAIL_USER, name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happens_the_books_balance(steps):
    ledger = EMPTY
    for kind, *values in steps:
        if kind != "confirm":
            desired = desired_of(kind, *values)
            changes = changes_of(ledger, desired)
            later = with_changes(ledger, changes, MONDAY)
            assert changes_of(later, desired) == (), "the same desired again is no change"
            assert later.confirmed is ledger.confirmed, "an order confirms nothing"
            assert records(later.state) == records(orders.typed_in(ledger.state, changes))
        elif ledger.order:
            numbers = [item.number for item in ledger.order.items][:: values[0]]
            later, items = confirm(ledger, ledger.order.number, numbers, MONDAY, "")
            assert [item.number for item in items] == numbers
            assert later.order is None or {item.number for item in later.order.items}.isdisjoint(numbers)
        assert_is_kept_in_the_file(later if ledger.order or kind != "confirm" else ledger)
        ledger = later if ledger.order or kind != "confirm" else ledger
    if ledger.order:
        whole, _items = confirm(ledger, ledger.order.number, None, MONDAY, "")
        assert records(whole.confirmed) == records(ledger.state)
        assert set(whole.fingerprints) == set(places_of_passwords(whole.confirmed))


def records(state):
    """What a state says of Fincon. A user of whom nothing is set and e-mail is not disabled is as good as none."""
    written = ledger_shape.write(Ledger(state))["confirmed"]
    users = [user for user in written["users"] if len(user) > 3 or user.get("email_enabled") is False]
    return {**written, "users": users}


def places_of_passwords(state):
    for resource in (SMTP_SERVER, MAIL_USER):
        for record in state.records(resource):
            if record.get("password") == "set":
                yield f"{resource.name}/{orders.normal_key(resource, record[resource.key.name])}"


def assert_is_kept_in_the_file(ledger):
    text = ledgers.render(ledger, ledgers.NEW_LEDGER)
    assert "canary" not in text
    assert ledgers.render(ledgers.parse(text.encode(), "l.yml", "l.yml.bak"), text) == text


def test_the_history_keeps_every_confirmation_with_what_was_said():
    ledger = ordered(EMPTY, server(), user(), switch())
    said = Said(not_done=((3, "The user is not there."),), done_on=MONDAY, remarks="Looks different.", ordered=MONDAY)
    part, items = confirm(ledger, 1, None, TUESDAY, "T. Nkosi", said)
    assert [item.number for item in items] == [1, 2]
    assert [item.number for item in part.order.items] == [3], "what is not done stays in the order"
    whole, _items = confirm(part, 1, None, FRIDAY, "P. Botha")
    assert [(entry.date, entry.by, entry.items, entry.remaining) for entry in whole.history] == [
        (TUESDAY, "T. Nkosi", (1, 2), (3,)),
        (FRIDAY, "P. Botha", (3,), ()),
    ]
    first = whole.history[0]
    assert (first.ordered, first.done_on, first.remarks) == (MONDAY, MONDAY, "Looks different.")
    assert first.not_done == ((3, "The user is not there."),)
    text = ledgers.render(whole, ledgers.NEW_LEDGER)
    assert ledgers.parse(text.encode(), "l.yml", "l.bak").history == whole.history


def test_a_ledger_of_an_earlier_version_keeps_its_last_confirmation_as_the_first_of_the_history():
    data = ledger_shape.write(confirmed(server()))
    del data["history"]
    earlier, faults = ledger_shape.read(data)
    assert faults == []
    later = confirm(ordered(earlier, user(), today=TUESDAY), 2, None, FRIDAY, "")[0]
    assert [(entry.order, entry.date) for entry in later.history] == [(1, MONDAY), (2, FRIDAY)]


def test_words_without_any_item_are_kept_once():
    ledger = ordered(EMPTY, server(), user())
    said = Said(not_done=((1, "No rights."), (2, "")), remarks="Who may do this?", done_on=MONDAY)
    told, items = confirm(ledger, 1, None, TUESDAY, "T. Nkosi", said)
    assert (items, told.order, told.last_confirmed) == ((), ledger.order, None)
    assert confirm(told, 1, None, FRIDAY, "T. Nkosi", said) == (told, ())
    assert confirm(ledger, 1, None, TUESDAY, "", Said(not_done=((1, ""), (2, "")))) == (ledger, ())


def test_an_order_that_was_confirmed_before_others_is_confirmed_already_only_where_that_is_asked_for():
    first = confirm(ordered(EMPTY, server(), user()), 1, None, MONDAY, "")[0]
    later = confirm(ordered(first, user(job_title="Clerk"), today=TUESDAY), 2, None, TUESDAY, "")[0]
    for chosen in (None, [1], [1, 2]):
        assert confirm(later, 1, chosen, FRIDAY, "", Said(repeat=True)) == (later, ())
        with pytest.raises(FinconError, match="work order 1 was closed before work order 2"):
            confirm(later, 1, chosen, FRIDAY, "")


def test_items_that_were_open_when_their_order_was_replaced_are_refused():
    part = confirm(ordered(EMPTY, server(), user()), 1, [1], MONDAY, "")[0]
    replaced = ordered(part, user(job_title="Clerk"), today=TUESDAY)
    assert confirm(replaced, 1, [1], FRIDAY, "", Said(repeat=True)) == (replaced, ())
    for chosen in (None, [2], [1, 2]):
        with pytest.raises(FinconError, match="work order 1 was replaced by work order 2"):
            confirm(replaced, 1, chosen, FRIDAY, "", Said(repeat=True))


def test_a_number_that_was_given_again_after_a_ledger_was_taken_back_is_told_by_its_day():
    again = ordered(EMPTY, server(), today=FRIDAY)
    with pytest.raises(FinconError, match="work order 1 was ordered on 2026-11-27, and this is for one of 2026-11-23"):
        confirm(again, 1, None, FRIDAY, "", Said(ordered=MONDAY))
    done = confirm(again, 1, None, FRIDAY, "", Said(ordered=FRIDAY))[0]
    with pytest.raises(FinconError, match="this is for one of 2026-11-23"):
        confirm(done, 1, None, FRIDAY, "", Said(ordered=MONDAY, repeat=True))


def test_an_item_that_is_not_done_must_be_one_of_the_order():
    with pytest.raises(FinconError, match="work order 1 has no item 9"):
        confirm(ordered(EMPTY, server()), 1, None, MONDAY, "", Said(not_done=((9, ""),)))
