# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as text: UTC, whatever the time zone, and back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.times import moment_of, utc_text


def test_a_time_is_written_in_utc_and_read_back():
    here = datetime(2026, 1, 1, 1, 30, 5, 999, timezone(timedelta(hours=2)))
    assert utc_text(here) == "2025-12-31T23:30:05Z"
    assert moment_of("2025-12-31T23:30:05Z") == here.replace(microsecond=0)


@pytest.mark.parametrize("text", ["2025-12-31", "2025-12-31T23:30:05", "2025-12-31T23:30:05+02:00", ""])
def test_any_other_form_is_refused(text):
    with pytest.raises(ValueError):
        moment_of(text)
