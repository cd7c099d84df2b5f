# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of fincon_mail_branch, as the tests of the report need them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import make_document
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import branch_entry


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reports name times in the zone of the machine."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


MONDAY, TUESDAY = "2026-11-23T04:00:00Z", "2026-11-24T04:00:00Z"


class Results:
    """Makes results, entries and documents."""

    monday, tuesday = MONDAY, TUESDAY
    port: ClassVar = {"field": "port", "have": 25, "want": 587}
    password: ClassVar = {"field": "password", "have": "set", "want": "set, will change"}
    switch: ClassVar = {"field": "email_enabled", "have": False, "want": True}

    @staticmethod
    def change(*fields: dict[str, Any], resource: str = "smtp_server", name: str = "HQ", action: str = "update") -> Any:
        return {"resource": resource, "name": name, "action": action, "fields": list(fields)}

    @staticmethod
    def read(*changes: Any, **more: Any) -> dict[str, Any]:
        records = {"smtp_servers": ["HQ"], "users": ["THANDI", "PIETER"]}
        outcome = "planned" if changes else "unchanged"
        return {"outcome": outcome, "records": records, "changes": list(changes), "unverified": [], **more}

    @classmethod
    def waiting(cls, since: str = "2026-11-20") -> dict[str, Any]:
        return {"order": 3, "item": 1, "since": since, **cls.change(cls.port)}

    @staticmethod
    def entry(result: dict[str, Any], branch: str = "durban", day: str = MONDAY, **more: Any) -> Any:
        return branch_entry(branch, result, day, **more)

    @classmethod
    def document(cls, day: str = MONDAY, previous: Any = None, **branches: dict[str, Any]) -> Any:
        return make_document([branch_entry(name, found, day) for name, found in branches.items()], day, previous)


@pytest.fixture
def results() -> type[Results]:
    return Results
