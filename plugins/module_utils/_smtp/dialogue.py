# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The dialogue of a probe, by its stages.

dns, connect, banner, ehlo, starttls, tls, certificate, ehlo, auth, mail, rcpt, send, quit.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp import auth, circumstances, providers, resolve, tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate
from ansible_collections.fincon.mail.plugins.module_utils._smtp.channel import Channel
from ansible_collections.fincon.mail.plugins.module_utils._smtp.connect import connect, failed_families, failure_event
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import Host, ascii_address, parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reply import Reply
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import SEND_SECONDS, ProbeSettings, reaches
from ansible_collections.fincon.mail.plugins.module_utils._smtp.testmail import build_message, new_message_id
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript

QUIT_SECONDS = 2.0

EXPIRY_WARNING_DAYS = 30
EXPIRY_URGENT_DAYS = 14

#: Events after which both sides still understand each other, so that QUIT can be sent.
_STILL_SPEAKING_SMTP = (
    "reply",
    "not_offered",
    "masked",
    "auth_not_offered",
    "auth_not_offered_in_clear",
    "no_password_mechanism",
)

#: A Cisco ASA replaces a greeting with asterisks, and commands and keywords with the letter X.
_MASKED = re.compile(r"\*{4,}|\bX{6,}|\bXXXX\b")

#: FTP servers greet with 220 too.
_FTP = re.compile(r"\bftp (server|service)|\b(vs|pro|pure-?|nc|wu-?|microsoft )ftpd?\b|filezilla", re.IGNORECASE)

#: Diagnoses of a refused mechanism after which the next one is tried: no password was judged.
_NOT_JUDGED = ("auth_not_offered", "auth_no_password_mechanism", "permanent_refusal")


class Dialogue:
    """One connection, taken as far as a level requires.

    Every step may raise Failure. Use ``run``; ``transcript`` holds what was learnt.
    """

    def __init__(
        self,
        settings: ProbeSettings,
        level: str,
        deadline: Deadline,
        scrubber: Scrubber,
        context: ssl.SSLContext,
        every_address: bool = True,
    ) -> None:
        self.transcript = Transcript()
        self._settings = settings
        self._level = level
        self._deadline = deadline
        self._scrubber = scrubber
        self._context = context
        self._every_address = every_address
        self._host: Host = parse_host(settings.mail_server)
        self.certificate: Certificate | None = None
        self._banner = ""
        self._answer_seconds = settings.answer_seconds
        self._channel: Channel  # from the stage connect on

    def run(self) -> None:
        """Go through the stages, and end with QUIT."""
        addresses = self._resolve()
        self._connect(addresses)
        try:
            self._run_stages()
        except Failure as exc:
            if exc.observation.event in _STILL_SPEAKING_SMTP:
                self._send_quit()
            raise
        finally:
            self._channel.close()

    def _run_stages(self) -> None:
        if self._settings.mode == "implicit":
            if not reaches(self._level, "tls"):
                return
            self._start_tls()
        self._read_banner()
        if reaches(self._level, "tls"):
            self._send_ehlo()
            if self._settings.mode == "starttls":
                self._upgrade()
        if reaches(self._level, "auth") and self._settings.authenticate:
            self._log_in()
        if reaches(self._level, "envelope"):
            self._address_envelope()
        if self._level == "send":
            self._send_message()
        self._quit()

    @property
    def chain(self) -> Sequence[Certificate]:
        """The certificates that the server sent, its own first; empty when they are not known."""
        return self._channel.shown.chain

    # --- the network -------------------------------------------------------------------------------------------------

    def _resolve(self) -> list[resolve.Address]:
        with self.transcript.stage("dns"):
            deadline = self._deadline.within(self._settings.timeout)
            addresses = resolve.resolve(self._host.lookup, self._settings.port, deadline)
        private = [address.text for address in addresses if _is_private(address.text)]
        if self._host.looks_public and private:
            self.transcript.warn("dns", "private_address", {"address": ", ".join(private)})
        return addresses

    def _connect(self, addresses: Sequence[resolve.Address]) -> None:
        with self.transcript.stage("connect"):
            deadline = self._deadline.within(self._settings.timeout)
            sock, attempts = connect(addresses, deadline, self._every_address)
            self.transcript.addresses = [attempt.describe() for attempt in attempts]
            if sock is None:
                event, text = failure_event(attempts)
                raise Failure(Observation(event=event, text=text))
        self._channel = Channel(sock, self._deadline)
        for family in failed_families(attempts):
            self.transcript.warn("connect", family + "_failed")

    # --- greeting and TLS --------------------------------------------------------------------------------------------

    def _read_banner(self) -> None:
        with self.transcript.stage("banner"):
            self._channel.limit(self._answer_seconds)
            reply = self._expect(self._channel.reply(), 220)
            self._banner = self.transcript.greeting = reply.text
            if _FTP.search(self._banner) and "smtp" not in self._banner.lower():
                raise Failure(Observation(event="not_smtp", text=self._banner))

    def _send_ehlo(self) -> None:
        with self.transcript.stage("ehlo"):
            self._channel.limit(self._answer_seconds)
            name = self._settings.ehlo_name or resolve.own_name() or _address_literal(self._channel.sock)
            self.transcript.ehlo_name = name
            reply = self._channel.command("EHLO " + name, "EHLO")
            while reply.code == 220:  # the rest of a greeting that the server sent as several replies
                reply = self._channel.reply()
            if reply.code in (500, 502):
                self._do_without_ehlo(name, reply)
                return
            self._expect(reply, 250)
            # A server that marks each line as the last one has sent several replies instead of one.
            further = [line for more in self._channel.further_replies() for line in self._expect(more, 250).lines]
            self.transcript.greeting = f"{self._banner} {reply.lines[0]}"
            self.transcript.capabilities = _capabilities([*reply.lines[1:], *further])

    def _do_without_ehlo(self, name: str, refusal: Reply) -> None:
        masked = bool(_MASKED.search(self._banner) or _MASKED.search(refusal.text))
        if self._settings.mode == "starttls" or self._settings.authenticate:
            raise Failure(self._observe(refusal, event="masked" if masked else "reply"))
        self._expect(self._channel.command("HELO " + name, "HELO"), 250)
        event = "masked" if masked else "no_esmtp"
        self.transcript.warnings.append(replace(self._observe(refusal, event), stage="ehlo"))

    def _upgrade(self) -> None:
        with self.transcript.stage("starttls"):
            if "STARTTLS" not in self.transcript.capabilities:
                raise Failure(Observation(event="masked" if self._looks_masked() else "not_offered", text=self._banner))
            self._channel.limit(self._answer_seconds)
            self._expect(self._channel.command("STARTTLS", "STARTTLS"), 220)
            self._channel.refuse_early_bytes()
        self._start_tls()
        # What a server announces in clear text can be forged: ask again (RFC 3207 section 4.2).
        self.transcript.capabilities = {}
        self._send_ehlo()

    def _start_tls(self) -> None:
        with self.transcript.stage("tls"):
            self._channel.limit(self._answer_seconds)
            self._channel.start_tls(self._context, self._host.tls_name)
        with self.transcript.stage("certificate"):
            now = datetime.now(timezone.utc)
            sock: Any = self._channel.sock
            self.certificate = tls.peer_certificate(sock)
            self.transcript.tls = tls.describe(sock, self.certificate, now)
        if not self._settings.validate_certs:
            self.transcript.warn("certificate", "unverified")
        if tls.is_outdated(self.transcript.tls["cipher"]):
            self.transcript.warn("tls", "outdated_suite", {"suite": self.transcript.tls["cipher"]})
        if self.certificate:
            self._warn_of_expiry(self.certificate.days_left(now))

    def _warn_of_expiry(self, days: int) -> None:
        if not 0 <= days < EXPIRY_WARNING_DAYS:
            return
        urgency = "Renew it now." if days < EXPIRY_URGENT_DAYS else "Have it renewed in time."
        self.transcript.warn("certificate", "cert_expiring", {"days": str(days), "urgency": urgency})

    # --- login, envelope, message ------------------------------------------------------------------------------------

    def _log_in(self) -> None:
        in_clear = self._settings.mode == "none"
        with self.transcript.stage("auth"):
            offered = auth.offered_mechanisms(self.transcript.capabilities)
            if not offered:
                event = "auth_not_offered_in_clear" if in_clear else "auth_not_offered"
                raise Failure(Observation(event=event))
            self._try_mechanisms(auth.usable(offered), ", ".join(offered))
        advisory = providers.password_retirement(self._host.tls_name, datetime.now(timezone.utc).date())
        if advisory:
            self.transcript.warn("auth", "m365_retirement", text=advisory)

    def _try_mechanisms(self, mechanisms: Sequence[str], offered: str) -> None:
        """Log in with the first mechanism that the server supports."""
        not_served: list[Observation] = []
        for mechanism in mechanisms:
            self._channel.limit(self._answer_seconds)
            try:
                reply = self._try_mechanism(mechanism)
            except Failure:
                if not_served:  # the server closed the connection after its refusal, which says more
                    raise Failure(not_served[0]) from None
                raise
            if reply.code == auth.ACCEPTED:
                self.transcript.warnings += [replace(seen, event="mechanism_not_served") for seen in not_served[:1]]
                return
            facts = {"mechanisms": offered, "mechanism": mechanism}
            seen = replace(self._observe(reply, facts=facts), stage="auth")
            if reply.code not in auth.NOT_SERVED or find_diagnosis(self._placed(seen)).id not in _NOT_JUDGED:
                raise Failure(seen)
            not_served.append(seen)
        raise Failure(not_served[0])

    def _try_mechanism(self, mechanism: str) -> Reply:
        settings = self._settings
        return auth.login(
            self._channel, mechanism, settings.username, settings.password, self._scrubber, self._note_exposure
        )

    def _note_exposure(self) -> None:
        """Call before the password is sent: whatever follows, it has been sent over the network."""
        noted = any(seen.event == "clear_text" for seen in self.transcript.warnings)
        if self._settings.mode == "none" and not noted:
            self.transcript.warn("auth", "clear_text")

    def _address_envelope(self) -> None:
        with self.transcript.stage("mail"):
            self._channel.limit(self._answer_seconds)
            line = f"MAIL FROM:<{ascii_address(self._settings.sender_email)}>"
            self._expect(self._channel.command(line, "MAIL FROM"), 250, self._size)
        with self.transcript.stage("rcpt"):
            self._channel.limit(self._answer_seconds)
            line = f"RCPT TO:<{ascii_address(self._settings.recipient)}>"
            reply = self._channel.command(line, "RCPT TO")
            if reply.code in (250, 251, 252):  # RFC 5321 section 3.3: all three accept
                return
            seen = replace(self._observe(reply, facts=self._size), stage="rcpt")
            if self._level == "send" or find_diagnosis(self._placed(seen)).id != "greylisted":
                raise Failure(seen)
            self.transcript.warnings.append(seen)

    @property
    def _size(self) -> Mapping[str, str]:
        return {"size": self.transcript.capabilities.get("SIZE", "") or "no number of"}

    def _send_message(self) -> None:
        with self.transcript.stage("send"):
            self._channel.limit(max(self._settings.timeout, SEND_SECONDS))
            self._expect(self._channel.command("DATA", "DATA"), 354, self._size)
            sender = ascii_address(self._settings.sender_email)
            message_id = new_message_id(sender)
            message = build_message(sender, ascii_address(self._settings.recipient), message_id)
            self._expect(self._channel.data(message, "the message"), 250, self._size)
            self.transcript.message_id = message_id

    def _quit(self) -> None:
        self._channel.limit(QUIT_SECONDS)
        try:
            with self.transcript.stage("quit"):
                if self._level == "envelope":
                    self._channel.command("RSET", "RSET")
                self._expect(self._channel.command("QUIT", "QUIT"), 221)
        except Failure as exc:
            self.transcript.warnings.append(replace(exc.observation, stage="quit", event="quit_ignored"))

    def _send_quit(self) -> None:
        self._channel.limit(QUIT_SECONDS)
        with suppress(Failure):  # the failure that ended the dialogue is the one to return
            self._channel.command("QUIT", "QUIT")

    def _observe(self, reply: Reply, event: str = "reply", facts: Mapping[str, str] | None = None) -> Observation:
        known = {"command": self._channel.last_command, **(facts or {})}
        return Observation(event=event, code=reply.code, enhanced=reply.enhanced, text=reply.text, facts=known)

    def _placed(self, seen: Observation) -> Observation:
        return circumstances.placed(seen, self._settings, self.transcript)

    def _expect(self, reply: Reply, code: int, facts: Mapping[str, str] | None = None) -> Reply:
        if reply.code != code:
            raise Failure(self._observe(reply, facts=facts))
        return reply

    def _looks_masked(self) -> bool:
        keywords = " ".join(self.transcript.capabilities)
        return bool(_MASKED.search(self._banner) or _MASKED.search(keywords))


def _capabilities(lines: Sequence[str]) -> dict[str, str]:
    """Keyword → parameters of an EHLO reply without its first line (RFC 5321 section 4.1.1.1), repeated ones joined."""
    found: dict[str, str] = {}
    for line in lines:
        keyword, _space, parameters = line.partition(" ")
        if keyword:
            words = [*found.get(keyword.upper(), "").split(), *parameters.split()]
            found[keyword.upper()] = " ".join(dict.fromkeys(words))
    return found


def _address_literal(sock: Any) -> str:
    address = str(sock.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _is_private(address: str) -> bool:
    try:
        return not ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False
