# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines that the verify playbook prints at its end. Pure, and without secrets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.plugin_utils._report.words import LISTED, count, some

_WIDTH = 110


def verify_table(results: Mapping[str, Mapping[str, Any]], verbose: bool = False) -> list[str]:
    """Return the table of a fleet's verifications, grouped by cause.

    :param results: the result of ``fincon_smtp_probe`` of each branch; empty for a branch that was not reached.
    :param verbose: add a line for each login with the stages that the probe reached, and name all branches.
    """
    causes: dict[tuple[str, ...], list[str]] = {}
    origins: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    passed = logins = 0
    for branch, result in sorted(results.items()):
        for target in (result.get("verification") or {}).get("targets", []):
            logins += 1
            lines += [f"  {branch}: {_stages_line(target)}"] * verbose
            origin = (target.get("probed_from") or "", target.get("probed_at") or "")
            if not target.get("not_tried"):
                origins.setdefault(origin, []).append(branch)
            if target["ok"]:
                passed += 1
                continue
            diagnosis = target["diagnosis"]
            key = (diagnosis["id"], _server(target), diagnosis["cause"], diagnosis["hint"])
            elsewhere = f" from {origin[0]}" if origin[1] else ""
            causes.setdefault(key, []).append(f"{branch} ({_who(target)}){elsewhere}")
    total = f"{passed:,} of {count(logins, 'login')} passed at {count(len(results), 'branch', 'branches')}"
    lines = [total, *_origin_lines(origins), *lines]
    for (name, server, cause, hint), branches in sorted(causes.items(), key=lambda entry: -len(entry[1])):
        lines += ["", f"{len(branches)} x {name} at {server}"]
        for text in (cause, f"do: {hint}", f"at: {some(branches, logins if verbose else LISTED)}"):
            lines += textwrap.wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def verify_failure(result: Mapping[str, Any]) -> str:
    """Return why a branch fails: the logins that failed, with the server's answers; empty when there are none.

    The table explains each cause once.

    :param result: of ``fincon_smtp_probe``.
    """
    if result.get("outcome"):
        # Whatever passed before: this went wrong at the end, such as an audit mailbox that cannot be read.
        return str(result["msg"])
    if result.get("verification"):
        failed = [target for target in result["verification"]["targets"] if not target["ok"]]
        return "\n".join(f"{_who(target)} at {_server(target)}: {_why(target)}" for target in failed)
    # If there was nothing to verify, there is no message either.
    return str(result.get("msg") or ("the machine could not be reached" if result.get("unreachable") else ""))


def _who(target: Mapping[str, Any]) -> str:
    return ", ".join(target["users"]) or str(target["smtp_server"])


def _server(target: Mapping[str, Any]) -> str:
    return f"{target['mail_server']}:{target['port']}"


def _why(target: Mapping[str, Any]) -> str:
    said = " ".join(str(part) for part in (target["code"], target["enhanced_code"], target["server_text"]) if part)
    return f"{target['diagnosis']['id']}{f' ({said})' if said else ''}"


def _origin_lines(origins: Mapping[tuple[str, str], Sequence[str]]) -> list[str]:
    """From where the logins were tried; for a report also when, and for which branches."""
    lines = []
    for (host, reported), branches in sorted(origins.items(), key=lambda entry: entry[0][::-1]):
        if host:
            count = f"{len(branches)} login{'' if len(branches) == 1 else 's'}"
            of_report = f" of {', '.join(sorted(set(branches)))}, reported {reported}" if reported else ""
            lines.append(f"  tried from {host}: {count}{of_report}")
    return lines


def _stages_line(target: Mapping[str, Any]) -> str:
    stages = [f"{stage['stage']} {'' if stage['ok'] else 'FAILED '}{stage['ms']} ms" for stage in target["stages"]]
    return f"{_who(target)} at {_server(target)}: {', '.join(stages) or 'not tried'}"
