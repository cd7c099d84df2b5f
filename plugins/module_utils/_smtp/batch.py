# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Many logins, kindly: each distinct one once, and no more at a server after two refusals in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

MAX_REFUSALS = 2


@dataclass(frozen=True)
class Target:
    """Settings to probe, and whom they concern."""

    settings: ProbeSettings
    label: tuple[str, ...]


def probe_all(targets: Sequence[Target], level: str) -> list[dict[str, Any]]:
    """Return a verification for each target, in their order.

    Targets with the same settings share one probe. They are probed one after the other, so that one call never has two
    connections to a host. After two refused logins in a row at one server its remaining logins are not tried, since mail
    providers block an address for such a row.
    """
    done: dict[ProbeSettings, dict[str, Any]] = {}
    refused: dict[tuple[str, int], list[str]] = {}
    for target in targets:
        settings = target.settings
        if settings in done:
            continue
        row = refused.setdefault((settings.mail_server.casefold(), settings.port), [])
        if settings.authenticate and len(row) >= MAX_REFUSALS:
            done[settings] = _not_tried(settings, level, row)
            continue
        found = done[settings] = probe(settings, level)
        if found["failed_stage"] == "auth" and found["code"]:
            row.append(", ".join(target.label))
        elif found["ok"]:
            row.clear()
    return [done[target.settings] for target in targets]


def _not_tried(settings: ProbeSettings, level: str, refused: Sequence[str]) -> dict[str, Any]:
    diagnosis = {
        "id": "not_tried",
        "cause": f"The server refused the logins of {' and '.join(refused)} one after the other, so this one was not tried.",
        "hint": "Mend those logins first: many providers block an address after some refusals.",
    }
    return {
        "ok": False, "level": level, "failed_stage": "auth", "code": None, "enhanced_code": None, "server_text": "",
        "diagnosis": diagnosis, "retryable": True, "warnings": [], "stages": [], "addresses": [], "tls": None,
        "capabilities": [], "probed_from": "", "mail_server": settings.mail_server, "port": settings.port,
        "not_tried": True,
    }  # fmt: skip
