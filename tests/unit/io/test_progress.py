# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work tells how far it is to whoever listens, and to nobody else."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted, listening, tell


@pytest.fixture
def heard():
    return []


def test_steps_are_told_as_they_are_done(heard):
    with listening(lambda *step: heard.append(step)):
        assert list(counted(["a", "b"], "letters")) == ["a", "b"]
        tell(2, 2, "letters")
    assert heard == [(0, 2, "letters"), (1, 2, "letters"), (2, 2, "letters")]


def test_nobody_has_to_listen():
    tell(1, 2, "steps")
    assert list(counted((), "steps")) == []


def test_a_listener_is_gone_after_its_block_also_when_it_fails(heard):
    with pytest.raises(ValueError), listening(lambda *step: heard.append(step)):
        raise ValueError
    tell(1, 2, "steps")
    assert heard == []


def test_the_inner_of_two_listeners_is_told(heard):
    with listening(lambda *_step: heard.append("outer")):
        with listening(lambda *_step: heard.append("inner")):
            tell(1, 2, "steps")
        tell(1, 2, "steps")
    assert heard == ["inner", "outer"]
