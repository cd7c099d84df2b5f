# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of ``compose``, ``groups`` and ``keyed_groups`` that nobody can read."""

from __future__ import annotations

import pytest

from .conftest import FLEET, branch_text, lines

UNREADABLE = "this expression cannot be read: look at its quotes and brackets"
IN_BRACES = "is an expression already: write it without the braces {{ and }}"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("groups: {x: 'fincon_branch == '}", f"15:10: groups.x: {UNREADABLE}"),
        ("compose: {x: 'fincon_branch ~ ('}", f"15:11: compose.x: {UNREADABLE}"),
        ("keyed_groups: [{key: 'a b'}]", f"15:16: keyed_groups[0]: {UNREADABLE}"),
        ("compose: {x: '{{ fincon_branch }}'}", f"15:11: compose.x: {IN_BRACES}"),
        ("keyed_groups: [{key: '{{ fincon_region }}'}]", f"15:16: keyed_groups[0]: {IN_BRACES}"),
    ],
)
def test_an_expression_that_cannot_be_read_is_an_error_though_the_fleet_is_not_strict(fleet, written, found):
    (line,) = lines(fleet({"a": branch_text("a")}, f"{FLEET}{written}\n"))
    assert line == f"fincon.yml:{found}"


def test_an_expression_that_a_comma_cuts_off_is_one_error(fleet):
    (line,) = lines(
        fleet({"a": branch_text("a")}, FLEET + "keyed_groups: [{key: fincon_region | default('x', true)}]\n")
    )
    assert line.startswith("fincon.yml:15:51: keyed_groups[0]: a key that is not known; a text with a comma in it")


def test_an_expression_may_have_braces_and_a_condition_may_be_a_template(fleet):
    text = "compose: {x: '{\"a\": {\"b\": 1}}'}\ngroups: {x: '{{ true }}'}\n"
    assert not lines(fleet({"a": branch_text("a")}, FLEET + text))
