# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The slips: the password in groups, the kinds of its characters, and the check characters."""

from __future__ import annotations

import re

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._handover import slips
from ansible_collections.fincon.mail.plugins.plugin_utils._replies.codes import check_characters
from ansible_collections.fincon.mail.tests.unit.work_order.orders import field, item, order_of

from .handed import PIETER_PASSWORD, RELAY_PASSWORD, THANDI_PASSWORD, items

PAGE = slips.to_html(items(), "Soweto, Chris Hani Road", {"name": "P. Naidoo", "telephone": "021 555 0100"})


def read(page: str) -> list[str]:
    """The passwords as a person reads them from the page."""
    shown = re.findall(r'<p class="password" translate="no">(.*?)</p>', page, re.DOTALL)
    texts = [re.sub(r"<[^<>]*>", "", one) for one in shown]
    return [
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace("&amp;", "&") for text in texts
    ]


def test_there_is_a_slip_for_each_password_that_is_to_be_typed():
    assert read(PAGE) == [RELAY_PASSWORD, THANDI_PASSWORD, PIETER_PASSWORD]
    assert re.findall(r"<span>(SOWETO-3, item \d)</span> <b>(.*?)</b>", PAGE) == [
        ("SOWETO-3, item 1", "SMTP definition HQ relay"),
        ("SOWETO-3, item 3", "User THANDI"),
        ("SOWETO-3, item 4", "User PIETER"),
    ]
    assert "c4n-is-not-to-be-typed" not in "".join(read(PAGE))


@pytest.mark.parametrize("length", [1, 4, 5, 16, 17])
def test_a_password_is_spelled_in_groups_of_four(length):
    groups = slips.groups_of("x" * length)
    assert [len(group) for group in groups] == [4] * (length // 4) + [length % 4] * (length % 4 > 0)


@pytest.mark.parametrize(
    ("characters", "kind"),
    [("AOIÉ", "upper"), ("alé東", "lower"), ("0189", "digit"), (" \u00a0", "blank"), ("{}-|_#", "other")],
)
def test_each_kind_of_character_has_a_mark_of_its_own(characters, kind):
    assert {slips.kind_of(character) for character in characters} == {kind}
    assert kind in slips.KINDS


def test_each_mark_is_in_the_legend_and_in_the_style():
    for kind, words in slips.KINDS.items():
        assert words in slips.to_html(items(order_of(RELAY_ONLY), smtp_servers=[relay("aA1 #")]))
        assert f".{kind} {{" in PAGE or kind == "lower"


RELAY_ONLY = item(1, "smtp_server", "HQ relay", "update", field("password", "unset", "set"))


def relay(password: str) -> dict[str, str]:
    return {"name": "HQ relay", "password": password}


def test_the_check_characters_are_those_of_a_reply_and_find_every_exchanged_or_mistaken_character():
    letters = check_characters(THANDI_PASSWORD)
    check = slips.check_of(THANDI_PASSWORD)
    assert check == f"{letters[:3]}-{letters[3:]}"
    assert check in PAGE
    for place, one in enumerate(THANDI_PASSWORD):
        other = THANDI_PASSWORD[:place] + one.swapcase() + THANDI_PASSWORD[place + 1 :]
        assert one.swapcase() == one or slips.check_of(other) != check
        swapped = THANDI_PASSWORD[:place] + THANDI_PASSWORD[place : place + 2][::-1] + THANDI_PASSWORD[place + 2 :]
        assert swapped == THANDI_PASSWORD or slips.check_of(swapped) != check


def test_the_page_is_one_file_that_loads_and_sends_nothing():
    assert "default-src 'none'" in PAGE
    assert not re.search(r"<(link|img|iframe|form)\b|\bsrc=|url\(|https?://(?!www\.gnu\.org)", PAGE)
    assert "localStorage" not in PAGE, "and keeps nothing"


def test_every_text_of_people_is_escaped():
    bad = '"><script>alert(1)</script>'
    one = item(1, "smtp_server", bad, "update", field("password", "unset", "set"), field("username", "", bad))
    page = slips.to_html(
        items(order_of(one), smtp_servers=[{"name": bad, "password": bad}]), bad, {"name": bad, "telephone": bad}
    )
    assert "<script>alert" not in page
    assert read(page) == [bad]
