# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_deadline_that_has_passed_leaves_no_time(seconds):
    over = Deadline.after(seconds)
    assert over.passed
    assert over.remaining() == 0
    with pytest.raises(TimeoutError):
        over.left()


def test_a_deadline_ahead_leaves_the_time_until_then():
    later = Deadline.after(60)
    assert not later.passed
    assert 59 < later.left() <= 60
    assert 59 < later.remaining() <= 60


def test_a_part_of_the_work_has_its_own_limit_and_never_more_than_the_whole():
    assert 0 < Deadline.after(60).within(1).left() <= 1
    assert 0 < Deadline.after(1).within(60).left() <= 1
    assert Deadline.after(0).within(60).passed
