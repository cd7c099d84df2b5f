# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What a second connection can add to a failure: the refused certificate, what is offered with TLS, what an old server
supports, and settings that would work.

Nothing here ever logs in: every connection is made without credentials.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp import auth, tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate
from ansible_collections.fincon.mail.plugins.module_utils._smtp.dialogue import Dialogue
from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings

#: How long one alternative may take: it is only tried for a hint.
TRY_SECONDS = 5.0

#: A port, and the mode of TLS there.
Way = tuple[int, str]

#: The ports for submission (RFC 6409, RFC 8314) with the way in which TLS begins there.
USUAL_WAYS: tuple[Way, ...] = ((587, "starttls"), (465, "implicit"))

_OTHER_MODE = {
    "tls_mode_mismatch": "starttls",
    "no_banner": "implicit",
    "auth_needs_tls": "starttls",
    "auth_wants_tls": "starttls",
}
_ASK_USUAL_WAYS = frozenset(
    {
        *_OTHER_MODE,
        "refused",
        "timeout",
        "timeout_port_25",
        "not_smtp",
        "no_esmtp",
        "no_starttls",
        "inspected",
        "auth_not_offered",
        "auth_no_password_mechanism",
    }
)
_MODE_WORDS = {"starttls": "with STARTTLS", "implicit": "with TLS from the first byte", "none": "without TLS"}
_NAMES_TO_TRY = 2


@dataclass(frozen=True)
class RefusedCertificate:
    """A certificate that was refused, read over an unverified connection."""

    certificate: Certificate | None
    tls: dict[str, Any] | None

    def facts(self) -> dict[str, str]:
        """Placeholders for the diagnosis of a certificate."""
        if self.certificate is None:
            return {}
        return {
            "subject": self.certificate.subject or "without a name",
            "names": ", ".join(self.certificate.names[:10]) or "no name at all",
            "issuer": self.certificate.issuer or "no issuer's name",
            "not_before": self.certificate.not_before.date().isoformat(),
            "not_after": self.certificate.not_after.date().isoformat(),
        }

    def further_events(self, host: str, known: str) -> list[str]:
        """What else is wrong with the certificate, apart from the ``known`` event."""
        if self.certificate is None:
            return []
        events = tls.certificate_events(self.certificate, host, datetime.now(timezone.utc))
        return [event for event in events if event != known]


def read_refused_certificate(settings: ProbeSettings, deadline: Deadline) -> RefusedCertificate:
    """Connect again, unverified, to read the certificate that was refused."""
    dialogue = _look(settings, deadline, tls.context_for(verify=False))
    return RefusedCertificate(dialogue.certificate, dialogue.transcript.tls)


def mechanisms_after_starttls(settings: ProbeSettings, deadline: Deadline) -> list[str] | None:
    """What AUTH offers at the same port after TLS has begun; None when it cannot be seen. There is no login."""
    with_tls = replace(settings, use_tls=True, tls_mode="starttls")
    dialogue = _look(with_tls, deadline, tls.context_for(verify=False))
    if dialogue.transcript.tls is None or not dialogue.transcript.capabilities:
        return None
    return auth.offered_mechanisms(dialogue.transcript.capabilities)


def outdated_tls(settings: ProbeSettings, deadline: Deadline) -> str:
    """What a server uses that refused the probe's TLS, such as "TLSv1 with AES128-SHA"; empty if it refuses all."""
    found = _look(settings, deadline, tls.lenient_context()).transcript.tls
    return f"{found['version']} with {found['cipher']}" if found else ""


def _look(settings: ProbeSettings, deadline: Deadline, context: ssl.SSLContext) -> Dialogue:
    """A dialogue up to TLS, without a login. A failure is ignored, and what was learnt before it is used."""
    within = deadline.within(TRY_SECONDS)
    dialogue = Dialogue(_without_login(settings), "tls", within, Scrubber(), context, every_address=False)
    with suppress(Failure):
        dialogue.run()
    return dialogue


def working_alternative(
    diagnosis_id: str,
    settings: ProbeSettings,
    certificate: Certificate | None,
    deadline: Deadline,
    usual_ways: Iterable[Way] | None = None,
) -> str:
    """A sentence that names settings which were tried and work; empty when none work or none make sense."""
    ways = USUAL_WAYS if usual_ways is None else usual_ways
    for candidate in _candidates(diagnosis_id, settings, certificate, ways):
        if deadline.passed:
            break
        outcome = _try(candidate, settings.authenticate, deadline.within(TRY_SECONDS))
        if outcome:
            way = _MODE_WORDS[candidate.mode]
            return f"Tried without a login: {candidate.mail_server} port {candidate.port} {way} {outcome}."
    return ""


def _candidates(
    diagnosis_id: str, settings: ProbeSettings, certificate: Certificate | None, usual_ways: Iterable[Way]
) -> Iterator[ProbeSettings]:
    plain = _without_login(settings)
    if diagnosis_id == "cert_name" and certificate is not None:
        names = [name for name in certificate.names if _usable_name(name)]
        for name in names[:_NAMES_TO_TRY]:
            yield replace(plain, mail_server=name)
    if diagnosis_id in _ASK_USUAL_WAYS:
        ways = [(settings.port, _OTHER_MODE[diagnosis_id])] if diagnosis_id in _OTHER_MODE else []
        for port, mode in dict.fromkeys([*ways, *usual_ways]):
            if (port, mode) != (settings.port, settings.mode):
                yield replace(plain, port=port, use_tls=True, tls_mode=mode)


def _try(candidate: ProbeSettings, wants_login: bool, deadline: Deadline) -> str:
    try:
        context = tls.context_for(candidate.validate_certs, candidate.ca_path)
        dialogue = Dialogue(candidate, "tls", deadline, Scrubber(), context, every_address=False)
        dialogue.run()
    except Failure as exc:
        answers = exc.observation.stage == "certificate" and candidate.mail_server
        return "answers too, but its certificate is refused" if answers else ""
    if wants_login and not set(auth.offered_mechanisms(dialogue.transcript.capabilities)) & set(auth.MECHANISMS):
        return ""
    return "works"


def _without_login(settings: ProbeSettings) -> ProbeSettings:
    return replace(settings, authenticate=False, username="", password="")


def _usable_name(name: str) -> bool:
    # The name comes from an unverified certificate, so it is looked up only if it is a plain host name.
    try:
        return not parse_host(name).is_address
    except ValueError:
        return False
