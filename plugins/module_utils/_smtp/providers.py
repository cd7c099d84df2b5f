# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What is known of certain providers, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Retirement:
    """A provider's announced end of password logins.

    ``announced`` is the day from which the advisory shows, ``off_by_default`` the day on which the provider switches
    them off, ``final`` what is known of the end.
    """

    provider: str
    hosts: tuple[str, ...]
    announced: date
    off_by_default: date
    final: str


MICROSOFT_365 = Retirement(
    # Exchange Team blog, 27 January 2026, "Updated Exchange Online SMTP AUTH Basic Authentication Deprecation Timeline"
    provider="Microsoft 365",
    hosts=("smtp.office365.com", "smtp-legacy.office365.com", "outlook.office365.com"),
    announced=date(2026, 1, 27),
    off_by_default=date(2026, 12, 31),
    final="the final date is to be announced in the second half of 2027",
)


def password_retirement(host: str, today: date) -> str:
    """The advisory for a password login at this host on this day; an empty string where there is none."""
    plan = MICROSOFT_365
    if host.lower().rstrip(".") not in plan.hosts or today < plan.announced:
        return ""
    when = plan.off_by_default.isoformat()
    if today < plan.off_by_default:
        state = (
            f"{plan.provider} switches SMTP logins by password off on {when}; an administrator can switch them on again"
        )
    else:
        state = f"{plan.provider} switched SMTP logins by password off on {when}, unless an administrator wants them"
    return f"{state}; {plan.final}."
