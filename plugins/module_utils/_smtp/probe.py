# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Verifies SMTP settings, and explains failures: what went wrong, why, and what to do."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp import auth, circumstances, followup, tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.dialogue import Dialogue
from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, check
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript

#: The part of the deadline that is reserved for a second connection after a failure.
RESERVED_SHARE = 0.2

_MAX_ENTRIES = 50


def probe(
    settings: ProbeSettings,
    level: str = "auth",
    every_address: bool = True,
    usual_ways: Iterable[followup.Way] | None = None,
) -> dict[str, Any]:
    """Probe the settings as far as ``level`` and return the ``verification`` of the collection's results.

    Changes nothing at the server; only the level ``send`` sends a message. No setting, network or server can make it
    raise an exception. With ``every_address``, all addresses of the server are tried, for the result. After a failure,
    ``usual_ways`` are tried without a login, by default :data:`followup.USUAL_WAYS`.
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

    deadline = Deadline.after(settings.whole_seconds)
    dialogue = Dialogue(
        settings,
        level,
        deadline.within(settings.whole_seconds * (1 - RESERVED_SHARE)),
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
    seen, certificate = _look_again(seen, dialogue, settings, deadline)
    diagnosis = find_diagnosis(describer.placed(seen, dialogue.transcript))
    alternative = followup.working_alternative(diagnosis.id, settings, certificate, deadline, usual_ways)
    if not alternative:
        seen = replace(seen, holds=seen.holds | {"nothing_else_works"})
    return describer.failed(dialogue.transcript, seen, alternative)


def not_probed(settings: ProbeSettings, level: str, event: str, detail: str) -> dict[str, Any]:
    """The verification of a login that was not tried. ``detail`` completes "This login was not tried: …"."""
    describer = _Describer(settings, level, Scrubber(settings.username, settings.password))
    seen = Observation(stage="auth", event=event, facts={"detail": detail})
    return {**describer.failed(Transcript(), seen), "not_tried": True}


def message(verification: Mapping[str, Any]) -> str:
    """Return three short lines: what happened at which stage, the likely cause, what to do. One line if it passed."""
    where = f"{verification['mail_server']}:{verification['port']}"
    diagnosis = verification["diagnosis"]
    if diagnosis is None:
        return f"{where} passed the level {verification['level']}."
    text = verification["server_text"]
    enhanced = verification["enhanced_code"] or ""
    # Some servers give the enhanced code in the middle of the text, where it is kept.
    words = [verification["code"], "" if enhanced in text.split() else enhanced, text]
    reply = " ".join(str(word) for word in words if word)
    what = f"{where} failed at the stage {verification['failed_stage']}" + (f": {reply}" if reply else ".")
    return "\n".join((what, f"Likely cause: {diagnosis['cause']}", f"What to do: {diagnosis['hint']}"))


def _tls_context(settings: ProbeSettings) -> ssl.SSLContext:
    """Raises Failure with the event ``ca_path_unusable``."""
    try:
        return tls.context_for(settings.mode != "none" and settings.validate_certs, settings.ca_path)
    except OSError as exc:
        detail = exc.strerror if not isinstance(exc, ssl.SSLError) else "no certificate in it"
        raise Failure(Observation(event="ca_path_unusable", text=f"{settings.ca_path}: {detail}")) from None


def _look_again(
    seen: Observation, dialogue: Dialogue, settings: ProbeSettings, deadline: Deadline
) -> tuple[Observation, Certificate | None]:
    """What a second connection shows about a failure, and the server's certificate. There is no login."""
    if seen.stage == "certificate":
        refused = followup.read_refused_certificate(settings, deadline)
        return _with_certificate(seen, refused, dialogue, settings), refused.certificate
    if seen.event in ("tls_nothing_in_common", "tls_too_old"):
        spoken = followup.outdated_tls(settings, deadline)
        if spoken:
            seen = replace(seen, event="tls_too_old", text=spoken)
    elif seen.event in ("no_password_mechanism", "auth_not_offered_in_clear") and settings.mode == "none":
        seen = _with_offer_after_starttls(seen, dialogue.transcript, settings, deadline)
    return seen, dialogue.certificate


def _with_offer_after_starttls(
    seen: Observation, transcript: Transcript, settings: ProbeSettings, deadline: Deadline
) -> Observation:
    """Many servers accept passwords only after TLS has begun: check this before reporting that they accept none."""
    if "STARTTLS" not in transcript.capabilities:
        return seen
    offered = followup.mechanisms_after_starttls(settings, deadline)
    if offered is None:
        return replace(seen, event="auth_not_offered_in_clear")
    if set(offered) & set(auth.MECHANISMS):
        facts = {**seen.facts, "mechanisms": ", ".join(offered)}
        return replace(seen, event="auth_not_offered_in_clear", facts=facts, holds=seen.holds | {"seen_after_starttls"})
    event = "no_password_mechanism" if offered else "auth_not_offered"
    return replace(seen, event=event, facts={**seen.facts, "mechanisms": ", ".join(offered) or "none"})


def _with_certificate(
    seen: Observation, refused: followup.RefusedCertificate, dialogue: Dialogue, settings: ProbeSettings
) -> Observation:
    """The observation with what is known about the certificate; its further errors become warnings."""
    dialogue.transcript.tls = refused.tls
    host = parse_host(settings.mail_server)
    for event in refused.further_events(host.tls_name, seen.event):
        dialogue.transcript.warn("certificate", event, refused.facts())
    holds = set()
    if refused.certificate and host.tls_name in refused.certificate.misplaced:
        holds.add("address_misplaced")
    facts = {**seen.facts, **refused.facts()}
    if seen.event == "cert_expired":
        facts, holds = _with_expired(facts, holds, dialogue.chain, refused.certificate)
    return replace(seen, facts=facts, holds=seen.holds | holds)


def _with_expired(
    facts: Mapping[str, str], holds: set[str], chain: Sequence[Certificate], own: Certificate | None
) -> tuple[dict[str, str], set[str]]:
    """Which certificate of the chain has expired: the server's own, one that it sends, or one that is trusted here."""
    now = datetime.now(timezone.utc)
    expired = [certificate for certificate in chain if certificate.not_after < now]
    if own is None or own.not_after < now:
        return dict(facts), holds
    if not expired:
        return dict(facts), holds | {"trusted_issuer_expired" if chain else "some_issuer_expired"}
    dates = {"expired": expired[0].subject or "without a name", "expired_on": expired[0].not_after.date().isoformat()}
    return {**facts, **dates}, holds | {"only_issuer_expired"}


class _Describer:
    """Builds the result. All text of a server passes the scrubber here."""

    def __init__(self, settings: ProbeSettings, level: str, scrubber: Scrubber) -> None:
        self._settings = settings
        self._level = level
        self._clean = scrubber.clean

    def placed(self, seen: Observation, transcript: Transcript) -> Observation:
        """The observation with the circumstances, and with the facts that every diagnosis can use."""
        return circumstances.placed(seen, self._settings, transcript)

    def passed(self, transcript: Transcript) -> dict[str, Any]:
        """The verification of a probe that passed."""
        return self._verification(transcript, ok=True)

    def failed(self, transcript: Transcript, seen: Observation, alternative: str = "") -> dict[str, Any]:
        """The verification of a probe that failed."""
        seen = self.placed(seen, transcript)
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
        warnings = [self._warning(self.placed(seen, transcript)) for seen in transcript.warnings]
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
        sent = {"message_id": transcript.message_id} if transcript.message_id else {}
        return {**verification, **sent, **failure}

    def _warning(self, seen: Observation) -> dict[str, Any]:
        """A warning; with code and text where it comes from a reply."""
        explained = diagnose(seen, self._clean)
        if seen.code is None:
            return explained
        said = {"code": seen.code, "enhanced_code": seen.enhanced or None, "server_text": self._clean(seen.text)}
        return {**explained, **said}

    def _clean_tls(self, found: dict[str, Any] | None) -> dict[str, Any] | None:
        if found is None:
            return None
        names = [self._clean(name) for name in found["san"][:_MAX_ENTRIES]]
        return {**found, "san": names, "issuer": self._clean(found["issuer"])}

    def _clean_capabilities(self, found: dict[str, str]) -> list[str]:
        entries = list(found.items())[:_MAX_ENTRIES]
        return [self._clean(" ".join(filter(None, entry))) for entry in entries]
