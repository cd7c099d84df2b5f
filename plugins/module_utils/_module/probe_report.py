# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The report of a probe: writing it in the program ``fincon-probe``, and using it elsewhere. Pure.

A report comes from outside. It is valid for a login only if its settings, its password, its level and its age meet the
request; otherwise the login counts as failed, and the verification says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Prober
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.probing import verifications
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.protocol import AnswerError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import fingerprint, matches
from ansible_collections.fincon.mail.plugins.module_utils._core.times import moment_of, utc_text
from ansible_collections.fincon.mail.plugins.module_utils._module.logins import Login
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import Target
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import not_probed
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, reaches

FORMAT = "fincon-probe"
VERSION = 1

#: The settings that a report names: all except the password and the time limit of the whole probe.
SETTINGS = tuple(item.name for item in fields(ProbeSettings) if item.name not in ("password", "deadline"))

#: Cost of a fingerprint: 32 MiB and about 0.1 s, since a report leaves its machine. A reader accepts no other cost:
#: data from outside must not decide how much work it causes.
COST = (32768, 8, 1)

#: How far the clock of the machine that probed may be ahead.
_AHEAD = timedelta(days=1)

#: What the server sees of a login; at the level envelope, also the addresses.
_SEEN = ("mail_server", "port", "mode", "authenticate", "username")
_ADDRESSES = ("sender_email", "recipient")
_PASSWORD = "the password was not the one that is declared"


def make_report(
    logins: Sequence[Login], found: Sequence[Mapping[str, Any]], level: str, release: str, host: str, at: datetime
) -> dict[str, Any]:
    """Return the report of a probe, without any password.

    :param found: the verification of each login.
    :param level: the level that was asked for.
    :param release: version of the collection.
    :param host: name of the machine that probed.
    :param at: the time of the probe, UTC.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "release": release,
        "created": utc_text(at),
        "host": host,
        "level": level,
        "ok": all(verification["ok"] for verification in found),
        "logins": [_reported(login, verification) for login, verification in zip(logins, found)],
    }


def _reported(login: Login, verification: Mapping[str, Any]) -> dict[str, Any]:
    password = login.settings.password
    return {
        "smtp_server": login.smtp_server,
        "users": list(login.users),
        "level": login.level,
        "settings": {name: getattr(login.settings, name) for name in SETTINGS},
        "password_fingerprint": fingerprint(password, cost=COST) if password else None,
        "verification": dict(verification),
    }


def report_prober(report: Mapping[str, Any], max_age: int, now: datetime) -> Prober:
    """Return a prober that probes nothing and answers from a report.

    :param report: a report that its schema accepts.
    :param max_age: the largest age of a report, in days.
    """
    old = _age_problem(report, max_age, now)

    def look_up(targets: Sequence[Target], level: str) -> list[dict[str, Any]]:
        return [
            _refused(report, target.settings, level, "report_old", old)
            if old
            else _looked_up(report, target.settings, level)
            for target in targets
        ]

    return look_up


def _age_problem(report: Mapping[str, Any], max_age: int, now: datetime) -> str:
    age = now - moment_of(report["created"])
    if age / timedelta(days=1) > max_age:
        return f"it is older than {max_age} days"
    return "it was written in the future, as this machine's clock has it" if age < -_AHEAD else ""


def _looked_up(report: Mapping[str, Any], settings: ProbeSettings, level: str) -> dict[str, Any]:
    problems = [_problems(reported, settings, level) for reported in report["logins"]]
    if [] in problems:
        reported = report["logins"][problems.index([])]
        try:
            return _taken(report, reported["verification"], settings, level)
        except AnswerError as exc:
            return _refused(report, settings, level, "report_differs", f"it contradicts itself: {exc}")
    # The login that was meant is the one that differs only in the password, or else the one that differs least.
    nearest = min(problems, key=lambda found: (found != [_PASSWORD], len(found)), default=["it holds no login"])
    return _refused(report, settings, level, "report_differs", "; ".join(nearest))


def _problems(reported: Mapping[str, Any], settings: ProbeSettings, level: str) -> list[str]:
    """Why the report of a login does not match the request."""
    tried = ProbeSettings(**reported["settings"])
    names = (*_SEEN, *(_ADDRESSES if reaches(level, "envelope") else ()))
    found = [
        f"{name} was {_shown(getattr(tried, name))}, declared is {_shown(getattr(settings, name))}"
        for name in names
        if _comparable(tried, name) != _comparable(settings, name)
    ]
    if settings.validate_certs and not tried.validate_certs:
        found.append("the certificate was not verified")
    if not reaches(reported["level"], level):
        found.append(f"it was tried up to the level {reported['level']}, and {level} is asked for")
    # scrypt is slow, so it comes last.
    if not found and settings.password and not matches(settings.password, reported["password_fingerprint"] or ""):
        found.append(_PASSWORD)
    return found


def _comparable(settings: ProbeSettings, name: str) -> Any:
    value = getattr(settings, name)
    return value.strip("[]").rstrip(".").casefold() if name == "mail_server" else value


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or "empty"


def _taken(
    report: Mapping[str, Any], verification: Mapping[str, Any], settings: ProbeSettings, level: str
) -> dict[str, Any]:
    """The verification in the shape of our own probe. Raises AnswerError when it contradicts itself."""
    failed = [stage for stage in verification.get("stages") or () if not stage["ok"] and stage["stage"] != "quit"]
    if verification["ok"] and (verification.get("failed_stage") or verification.get("diagnosis") or failed):
        raise AnswerError("it passed, and names a failure")
    answer = {"verifications": [{**verification, "id": 1}]}
    found = verifications(answer, [settings], level, report["host"])[0]
    return {**found, "probed_from": report["host"], "probed_at": report["created"]}


def _refused(report: Mapping[str, Any], settings: ProbeSettings, level: str, name: str, reason: str) -> dict[str, Any]:
    diagnosis = {
        "id": name,
        "cause": f"The report that {report['host']} wrote at {report['created']} does not prove this login: {reason}.",
        "hint": "Probe there again with the declared settings, and give the new report.",
    }
    verification = not_probed(settings, level, name, "")
    return {
        **verification,
        "failed_stage": "report",
        "diagnosis": diagnosis,
        "retryable": False,
        "probed_from": report["host"],
        "probed_at": report["created"],
    }
