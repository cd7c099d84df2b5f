# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""One probe: climb, look once more without credentials where the certificate failed, and say what was found."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._smtp import tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.clock import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import diagnose, find_row
from ansible_collections.fincon.mail.plugins.module_utils._smtp.journal import Journal
from ansible_collections.fincon.mail.plugins.module_utils._smtp.ladder import Climb
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, check


def probe(settings: ProbeSettings, level: str = "auth") -> dict[str, Any]:
    """Verify settings at their mail server.

    :param settings: what to verify.
    :param level: how far to go, one of ``LEVELS``.
    :return: the verification. Nothing that a server, a network or a setting can do raises.
    """
    deadline = Deadline.after(settings.deadline)
    scrubber = Scrubber(settings.username, settings.password)
    journal, failure = _climb(settings, level, deadline, scrubber)
    if failure is not None and failure.stage in ("tls", "certificate") and settings.validate_certs:
        failure = _with_certificate(settings, failure, journal, deadline, scrubber)
    return _verification(settings, level, journal, failure, scrubber)


def message(verification: Mapping[str, Any]) -> str:
    """Return three short lines: what happened at which stage, the likely cause, what to do."""
    diagnosis = verification["diagnosis"]
    place = f"{verification['mail_server']}:{verification['port']}"
    if diagnosis is None:
        return f"{place} passed the level {verification['level']}."
    said = " ".join(str(verification[name]) for name in ("code", "enhanced_code") if verification[name])
    text = f"{said} {verification['server_text']}".strip()
    what = f"{place} failed at the stage {verification['failed_stage']}{f': {text}' if text else ''}"
    return "\n".join((what, f"Likely cause: {diagnosis['cause']}", f"What to do: {diagnosis['hint']}"))


def _climb(
    settings: ProbeSettings, level: str, deadline: Deadline, scrubber: Scrubber
) -> tuple[Journal, Observation | None]:
    journal = Journal()
    try:
        with journal.stage("settings"):
            check(settings, level)
            context = _context(settings)
        journal.stages.clear()
        climb = Climb(settings, level, deadline, scrubber, context)
        journal = climb.journal
        climb.run()
    except Failure as failure:
        return journal, failure.observation
    return journal, None


def _context(settings: ProbeSettings) -> ssl.SSLContext:
    if not settings.validate_certs:
        return tls.unverifying_context()
    try:
        return tls.verifying_context(settings.ca_path)
    except OSError:
        raise Failure(Observation(event="bad_settings", text="ca_path cannot be read as certificates")) from None


def _with_certificate(
    settings: ProbeSettings, failure: Observation, journal: Journal, deadline: Deadline, scrubber: Scrubber
) -> Observation:
    """Look at the certificate that was refused: once more, unverified, and without credentials."""
    bare = replace(settings, validate_certs=False, authenticate=False, username="", password="")
    second, _failure = _climb(bare, "tls", deadline, scrubber)
    if second.tls is None:
        return failure
    journal.tls = second.tls
    facts = {"names": ", ".join(second.tls["san"]), "issuer": str(second.tls["issuer"])}
    return replace(failure, facts={**facts, **failure.facts})


def _verification(
    settings: ProbeSettings, level: str, journal: Journal, failure: Observation | None, scrubber: Scrubber
) -> dict[str, Any]:
    rows = [(seen, find_row(seen)) for seen in journal.remarks]
    passed_with_warning = failure is not None and find_row(failure).warning
    if failure is not None and passed_with_warning:
        rows.append((failure, find_row(failure)))
    failed = failure if failure is not None and not passed_with_warning else None
    return {
        "ok": failed is None,
        "level": level,
        "failed_stage": failed.stage if failed else None,
        "code": failed.code if failed else None,
        "enhanced_code": (failed.enhanced or None) if failed else None,
        "server_text": scrubber.clean(failed.text) if failed else "",
        "diagnosis": diagnose(failed, scrubber.clean) if failed else None,
        "retryable": bool(failed and find_row(failed).retryable),
        "warnings": [diagnose(seen, scrubber.clean) for seen, _row in rows],
        "stages": journal.stages,
        "addresses": journal.addresses,
        "tls": journal.tls,
        "capabilities": sorted(journal.capabilities),
        "probed_from": socket.gethostname(),
        "mail_server": settings.mail_server,
        "port": settings.port,
    }
