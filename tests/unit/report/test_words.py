# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a field differs, and what a work order asks for, in words."""

from __future__ import annotations

import time

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import day, moment, ordered_words, update_words


@pytest.mark.parametrize(
    ("field", "have", "want", "differs", "ordered"),
    [
        ("port", 25, 587, "is 25, declared 587", "port is 25, ordered 587"),
        ("bcc", "a@example.co.za", "", "is a@example.co.za, declared empty", "bcc is a@example.co.za, ordered empty"),
        ("password", "set", "set, will change", "another one is declared", "a new password is ordered"),
        ("password", "unset", "set", "is unset, declared set", "a new password is ordered"),
        ("password", "set", "unset", "is set, declared unset", "password is set, ordered unset"),
        ("job_title", "", "set", "is empty, declared set", "job_title is empty, ordered set"),
        ("email_enabled", None, True, "e-mail is not set, declared on", "switch e-mail on"),
        ("email_enabled", True, False, "e-mail is on, declared off", "switch e-mail off"),
    ],
)
def test_a_field_is_described_in_plain_words(field, have, want, differs, ordered):
    assert update_words(field, have, want) == differs
    assert ordered_words(field, have, want) == ordered


def test_a_time_is_told_in_the_zone_of_this_machine_which_is_named(monkeypatch):
    monkeypatch.setenv("TZ", "Africa/Johannesburg")
    time.tzset()
    assert moment("2026-11-23T22:30:00Z") == "2026-11-24 00:30 SAST"
    assert day("2026-11-23T22:30:00Z") == "2026-11-24"
    assert (moment("2026-11-23"), day("2026-11-23")) == ("2026-11-23", "2026-11-23")
