# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A time as reports and records keep it: UTC, in seconds, as ISO 8601 writes it."""

from __future__ import annotations

from datetime import datetime, timezone

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def utc_text(moment: datetime) -> str:
    """Return a time with a time zone as text."""
    return moment.astimezone(timezone.utc).strftime(_FORMAT)


def moment_of(text: str) -> datetime:
    """Return the time of a text.

    :raises ValueError: when it is not in this form.
    """
    return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)
