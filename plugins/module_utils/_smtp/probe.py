# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Verifies SMTP settings, and explains a failure: what went wrong, why, and what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._io.tls import client_context
from ansible_collections.fincon.mail.plugins.module_utils._smtp import followup
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.dialogue import Dialogue
from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, check
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript

#: The part of the deadline that is kept for a second connection after a failure.
RESERVED_SHARE = 0.2

_MAX_ENTRIES = 50


def probe(
    settings: ProbeSettings,
    level: str = "auth",
    every_address: bool = True,
    usual_ways: Iterable[followup.Way] | None = None,
) -> dict[str, Any]:
    """Probe the settings as far as ``level`` and return the ``verification`` of the collection's results.

    Changes nothing at the server; only the level ``send`` sends a message. Never raises for anything that a setting, a
    network or a server can do. With ``every_address`` all addresses of the server are tried, for the result. After a
    failure ``usual_ways`` are tried without a login, by default :data:`followup.USUAL_WAYS`.
    """
    scrubber = Scrubber(settings.username, settings.password)
    describer = _Describer(settings, level, scrubber)
    transcript = Transcript()
    try:
        with transcript.stage("settings"):
            check(settings, level)
            context = _tls_context(settings)
    except Failure as exc:
        return describer.failed(transcript, exc.observation)

    deadline = Deadline.after(settings.deadline)
    dialogue = Dialogue(
        settings,
        level,
        deadline.within(settings.deadline * (1 - RESERVED_SHARE)),
        scrubber,
        context,
        every_address,
    )
    try:
        dialogue.run()
    except Failure as exc:
        seen = exc.observation
    else:
        return describer.passed(dialogue.transcript)
    certificate = dialogue.certificate
    if seen.stage == "certificate":
        refused = followup.read_refused_certificate(settings, deadline)
        certificate = refused.certificate
        seen = _with_certificate(seen, refused, dialogue.transcript, settings)
    diagnosis = find_diagnosis(describer.with_server(seen))
    alternative = followup.working_alternative(diagnosis.id, settings, certificate, deadline, usual_ways)
    return describer.failed(dialogue.transcript, seen, alternative)


def not_probed(settings: ProbeSettings, level: str, event: str, detail: str) -> dict[str, Any]:
    """The verification of a login that was left alone. ``detail`` completes "This login was not tried: …"."""
    describer = _Describer(settings, level, Scrubber(settings.username, settings.password))
    seen = Observation(stage="auth", event=event, facts={"detail": detail})
    return {**describer.failed(Transcript(), seen), "not_tried": True}


def message(verification: Mapping[str, Any]) -> str:
    """Return three short lines: what happened at which stage, the likely cause, what to do. One when it passed."""
    where = f"{verification['mail_server']}:{verification['port']}"
    diagnosis = verification["diagnosis"]
    if diagnosis is None:
        return f"{where} passed the level {verification['level']}."
    words = [verification[name] for name in ("code", "enhanced_code", "server_text")]
    reply = " ".join(str(word) for word in words if word)
    what = f"{where} failed at the stage {verification['failed_stage']}" + (f": {reply}" if reply else ".")
    return "\n".join((what, f"Likely cause: {diagnosis['cause']}", f"What to do: {diagnosis['hint']}"))


def _tls_context(settings: ProbeSettings) -> ssl.SSLContext:
    """Raises Failure with the event ``ca_path_unusable``."""
    try:
        return client_context(settings.mode != "none" and settings.validate_certs, settings.ca_path)
    except OSError as exc:
        detail = exc.strerror if not isinstance(exc, ssl.SSLError) else "no certificate in it"
        raise Failure(Observation(event="ca_path_unusable", text=f"{settings.ca_path}: {detail}")) from None


def _with_certificate(
    seen: Observation, refused: followup.RefusedCertificate, transcript: Transcript, settings: ProbeSettings
) -> Observation:
    """The observation with what is known of the certificate; what else is wrong with it becomes a warning."""
    transcript.tls = refused.tls
    for event in refused.further_events(parse_host(settings.mail_server).tls_name, seen.event):
        transcript.warn("certificate", event, refused.facts())
    return replace(seen, facts={**seen.facts, **refused.facts()})


class _Describer:
    """Puts together what is shown. All text of a server passes the scrubber here."""

    def __init__(self, settings: ProbeSettings, level: str, scrubber: Scrubber) -> None:
        self._settings = settings
        self._level = level
        self._clean = scrubber.clean

    def with_server(self, seen: Observation) -> Observation:
        """The observation with the facts that every diagnosis can use."""
        server = {"host": str(self._settings.mail_server), "port": str(self._settings.port)}
        return replace(seen, facts={**server, **seen.facts})

    def passed(self, transcript: Transcript) -> dict[str, Any]:
        """The verification of a probe that passed."""
        return self._verification(transcript, ok=True)

    def failed(self, transcript: Transcript, seen: Observation, alternative: str = "") -> dict[str, Any]:
        """The verification of a probe that failed."""
        seen = self.with_server(seen)
        diagnosis = diagnose(seen, self._clean)
        if alternative:
            diagnosis["hint"] += " " + self._clean(alternative)
        return self._verification(
            transcript,
            ok=False,
            failed_stage=seen.stage,
            code=seen.code,
            enhanced_code=seen.enhanced or None,
            server_text=self._clean(seen.text),
            diagnosis=diagnosis,
            retryable=find_diagnosis(seen).retryable,
        )

    def _verification(self, transcript: Transcript, ok: bool, **failure: Any) -> dict[str, Any]:
        warnings = [diagnose(self.with_server(seen), self._clean) for seen in transcript.warnings]
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
            "stages": transcript.stages,
            "addresses": transcript.addresses,
            "tls": self._clean_tls(transcript.tls),
            "capabilities": self._clean_capabilities(transcript.capabilities),
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
