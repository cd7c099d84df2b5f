# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines that the verify playbook prints at its end. Pure, and without secrets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH = 110


def verify_table(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table of a fleet's verifications, grouped by cause.

    :param found: ``branch`` and ``verification`` of each branch; the latter is null where nothing had to be verified.
    """
    causes: dict[tuple[str, ...], list[str]] = {}
    origins: dict[tuple[str, str], list[str]] = {}
    passed = logins = 0
    for item in sorted(found, key=lambda item: item["branch"]):
        for target in (item["verification"] or {}).get("targets", []):
            logins += 1
            origin = (target.get("probed_from") or "", target.get("probed_at") or "")
            if not target.get("not_tried"):
                origins.setdefault(origin, []).append(item["branch"])
            if target["ok"]:
                passed += 1
                continue
            diagnosis = target["diagnosis"]
            server = f"{target['mail_server']}:{target['port']}"
            key = (diagnosis["id"], server, diagnosis["cause"], diagnosis["hint"])
            who = ", ".join(target["users"]) or target["smtp_server"]
            elsewhere = f" from {origin[0]}" if origin[1] else ""
            causes.setdefault(key, []).append(f"{item['branch']} ({who}){elsewhere}")
    lines = [f"{passed} of {logins} logins passed", *_origin_lines(origins)]
    for (name, server, cause, hint), branches in sorted(causes.items(), key=lambda entry: -len(entry[1])):
        lines += ["", f"{len(branches)} x {name} at {server}"]
        for text in (cause, f"do: {hint}", f"at: {'; '.join(branches)}"):
            lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def _origin_lines(origins: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """From where the logins were tried; of a report also when, and for which branches."""
    lines = []
    for (host, reported), branches in sorted(origins.items(), key=lambda entry: entry[0][::-1]):
        if host:
            count = f"{len(branches)} login{'' if len(branches) == 1 else 's'}"
            of_report = f" of {', '.join(sorted(set(branches)))}, reported {reported}" if reported else ""
            lines.append(f"  tried from {host}: {count}{of_report}")
    return lines


def probe_stages(verification: Mapping[str, Any] | None) -> list[str]:
    """Return a line for each login: the stages that the probe reached, with their milliseconds.

    :param verification: the verification of a branch, or ``None`` where nothing had to be verified.
    """
    return [_stages_line(target) for target in (verification or {}).get("targets", [])]


def _stages_line(target: Mapping[str, Any]) -> str:
    who = ", ".join(target["users"]) or target["smtp_server"]
    stages = [f"{stage['stage']} {'' if stage['ok'] else 'FAILED '}{stage['ms']} ms" for stage in target["stages"]]
    return f"{who} at {target['mail_server']}:{target['port']}: {', '.join(stages) or 'not tried'}"
