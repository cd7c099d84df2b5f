# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of metrics is what Prometheus reads."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import Family, name_of, seconds, to_text


def test_a_family_is_its_help_its_type_and_a_line_for_each_sample():
    family = Family("drift_branches", "Branches in each state.")
    family.add(3, state="drift")
    family.add(0, state="failed")
    assert to_text([family, Family("drift_nothing", "Nothing.")]) == (
        "# HELP fincon_mail_drift_branches Branches in each state.\n"
        "# TYPE fincon_mail_drift_branches gauge\n"
        'fincon_mail_drift_branches{state="drift"} 3\n'
        'fincon_mail_drift_branches{state="failed"} 0\n'
    )


def test_samples_with_the_same_labels_are_one():
    family = Family("f", "F.")
    family.add(1, a="x")
    family.add(2, a="x")
    assert to_text([family]).endswith('{a="x"} 3\n')


def test_labels_and_help_are_escaped_as_the_format_asks():
    family = Family("f", "one\ntwo \\ three")
    family.add(1.5, a='say "no"\\\nmore')
    text = to_text([family])
    assert text.splitlines()[0] == r"# HELP fincon_mail_f one\ntwo \\ three"
    assert text.splitlines()[2] == r'fincon_mail_f{a="say \"no\"\\\nmore"} 1.5'


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("# HELP a_b one two three", "a_b"),
        ("# TYPE a_b gauge", "a_b"),
        ("# anything", ""),
        ("a_b 1", "a_b"),
        ('a_b{c="d e"} 1', "a_b"),
        ("", ""),
    ],
)
def test_a_line_tells_the_metric_that_it_is_about(line, name):
    assert name_of(line) == name


def test_times_are_utc_and_large_numbers_keep_all_their_digits():
    assert seconds("1970-01-02") == seconds("1970-01-02T00:00:00Z") == 86400
    family = Family("f", "F.")
    family.add(seconds("2026-11-27T06:58:11Z"))
    assert to_text([family]).endswith("fincon_mail_f 1795762691\n")
