# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Verifies SMTP settings: climbs, and says what went wrong, why, and what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp import followup, tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.clock import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import diagnose, find_row
from ansible_collections.fincon.mail.plugins.module_utils._smtp.dialogue import Climb
from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.record import Journal
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, check

RESERVED_SHARE = 0.2
"""The part of the deadline that is kept for a second look after a failure."""

_MAX_ENTRIES = 50


def probe(settings: ProbeSettings, level: str = "auth", every_address: bool = True) -> dict[str, Any]:
    """Probe the settings as far as ``level`` and return the ``verification`` of the collection's results.

    Changes nothing at the server; only the level ``send`` sends a message. Never raises for anything that a setting, a
    network or a server can do. With ``every_address`` all addresses of the server are tried, for the report.
    """
    scrubber = Scrubber(settings.username, settings.password)
    report = _Report(settings, level, scrubber)
    journal = Journal()
    try:
        with journal.stage("settings"):
            check(settings, level)
            context = _tls_context(settings)
    except Failure as failure:
        return report.failed(journal, failure.observation)

    deadline = Deadline.after(settings.deadline)
    climb = Climb(
        settings,
        level,
        deadline.within(settings.deadline * (1 - RESERVED_SHARE)),
        scrubber,
        context,
        every_address,
    )
    try:
        climb.run()
    except Failure as failure:
        return _explain(failure.observation, climb, settings, deadline, report)
    return report.passed(climb.journal)


def not_probed(settings: ProbeSettings, level: str, event: str, detail: str) -> dict[str, Any]:
    """The verification of a login that was left alone. ``detail`` completes "This login was not tried: …"."""
    report = _Report(settings, level, Scrubber(settings.username, settings.password))
    seen = Observation(stage="auth", event=event, facts={"detail": detail})
    return {**report.failed(Journal(), seen), "not_tried": True}


def message(verification: Mapping[str, Any]) -> str:
    """Return three short lines: what happened at which stage, the likely cause, what to do. One when it passed."""
    where = f"{verification['mail_server']}:{verification['port']}"
    diagnosis = verification["diagnosis"]
    if diagnosis is None:
        return f"{where} passed the level {verification['level']}."
    words = [verification[name] for name in ("code", "enhanced_code", "server_text")]
    said = " ".join(str(word) for word in words if word)
    what = f"{where} failed at the stage {verification['failed_stage']}" + (f": {said}" if said else ".")
    return "\n".join((what, f"Likely cause: {diagnosis['cause']}", f"What to do: {diagnosis['hint']}"))


def _tls_context(settings: ProbeSettings) -> ssl.SSLContext:
    """Raises Failure with the event ``ca_path_unusable``."""
    if settings.mode == "none" or not settings.validate_certs:
        return tls.unverifying_context()
    try:
        return tls.verifying_context(settings.ca_path)
    except OSError as error:
        detail = error.strerror if not isinstance(error, ssl.SSLError) else "no certificate in it"
        raise Failure(Observation(event="ca_path_unusable", text=f"{settings.ca_path}: {detail}")) from None


def _explain(
    seen: Observation, climb: Climb, settings: ProbeSettings, deadline: Deadline, report: _Report
) -> dict[str, Any]:
    """Take the second looks that this failure calls for, then report it."""
    certificate = climb.certificate
    if seen.stage == "certificate":
        look = followup.look_at_certificate(settings, deadline)
        certificate = look.certificate
        seen = replace(seen, facts={**seen.facts, **look.facts()})
        climb.journal.tls = look.tls
        for event in look.further_events(parse_host(settings.mail_server).tls_name, seen.event):
            climb.journal.remark("certificate", event, look.facts())
    row = find_row(report.with_place(seen))
    return report.failed(climb.journal, seen, followup.working_alternative(row.id, settings, certificate, deadline))


class _Report:
    """Puts together what is shown. Whatever a server has said passes the scrubber here."""

    def __init__(self, settings: ProbeSettings, level: str, scrubber: Scrubber) -> None:
        self._settings = settings
        self._level = level
        self._clean = scrubber.clean

    def with_place(self, seen: Observation) -> Observation:
        """The observation with the facts that every diagnosis can use."""
        place = {"host": str(self._settings.mail_server), "port": str(self._settings.port)}
        return replace(seen, facts={**place, **seen.facts})

    def passed(self, journal: Journal) -> dict[str, Any]:
        """The verification of a probe that passed."""
        return self._verification(journal, ok=True)

    def failed(self, journal: Journal, seen: Observation, alternative: str = "") -> dict[str, Any]:
        """The verification of a probe that failed."""
        seen = self.with_place(seen)
        diagnosis = diagnose(seen, self._clean)
        if alternative:
            diagnosis["hint"] += " " + self._clean(alternative)
        return self._verification(
            journal,
            ok=False,
            failed_stage=seen.stage,
            code=seen.code,
            enhanced_code=seen.enhanced or None,
            server_text=self._clean(seen.text),
            diagnosis=diagnosis,
            retryable=find_row(seen).retryable,
        )

    def _verification(self, journal: Journal, ok: bool, **failure: Any) -> dict[str, Any]:
        warnings = [diagnose(self.with_place(remark), self._clean) for remark in journal.remarks]
        verification: dict[str, Any] = {
            "ok": ok,
            "level": self._level,
            "failed_stage": None,
            "code": None,
            "enhanced_code": None,
            "server_text": "",
            "diagnosis": None,
            "retryable": False,
            "warnings": warnings,
            "stages": journal.stages,
            "addresses": journal.addresses,
            "tls": self._clean_tls(journal.tls),
            "capabilities": self._clean_capabilities(journal.capabilities),
            "probed_from": socket.gethostname(),
            "mail_server": self._settings.mail_server,
            "port": self._settings.port,
        }
        return {**verification, **failure}

    def _clean_tls(self, found: dict[str, Any] | None) -> dict[str, Any] | None:
        if found is None:
            return None
        names = [self._clean(name) for name in found["san"][:_MAX_ENTRIES]]
        return {**found, "san": names, "issuer": self._clean(found["issuer"])}

    def _clean_capabilities(self, found: dict[str, str]) -> list[str]:
        entries = list(found.items())[:_MAX_ENTRIES]
        return [self._clean(" ".join(filter(None, entry))) for entry in entries]
