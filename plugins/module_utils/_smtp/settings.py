# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The settings of a probe, and their check before the first byte is sent."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._smtp.hosts import ascii_address, parse_host
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation

LEVELS = ("connect", "tls", "auth", "envelope", "send")
TLS_MODES = ("auto", "starttls", "implicit", "none")
#: RFC 8314 section 3.3: TLS from the first byte.
IMPLICIT_TLS_PORT = 465

#: The smallest time limit of one stage. RFC 5321 section 4.5.3.2 would allow minutes.
ANSWER_SECONDS = 30.0

#: The smallest time limit for the server to accept a message.
SEND_SECONDS = 60.0

#: The smallest time limit of the whole probe.
WHOLE_SECONDS = 90.0

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f<>\u2028\u2029]")


@dataclass(frozen=True)
class ProbeSettings:
    """The settings of one SMTP server definition and one login.

    ``timeout`` (seconds) is Fincon's Time Out, the longest wait for the connection; ``deadline`` (seconds) limits the
    whole probe, and by default grows with ``timeout``. ``tls_mode`` overrides ``use_tls`` and the port; ``ca_path`` is
    a PEM file or a directory in OpenSSL's form; ``ehlo_name`` defaults to this machine's full name, or else to its
    address.
    """

    mail_server: str
    port: int
    use_tls: bool
    authenticate: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    sender_email: str = ""
    send_to: str = ""
    tls_mode: str = "auto"
    validate_certs: bool = True
    ca_path: str = ""
    ehlo_name: str = ""
    deadline: float | None = None

    @property
    def mode(self) -> str:
        """``starttls``, ``implicit`` or ``none``: how this probe speaks TLS."""
        if self.tls_mode != "auto":
            return self.tls_mode
        if not self.use_tls:
            return "none"
        return "implicit" if self.port == IMPLICIT_TLS_PORT else "starttls"

    @property
    def answer_seconds(self) -> float:
        """How long one stage may take: ``timeout``, if it is more than :data:`ANSWER_SECONDS`."""
        return max(self.timeout, ANSWER_SECONDS)

    @property
    def whole_seconds(self) -> float:
        """How long the whole probe may take."""
        return self.deadline if self.deadline is not None else max(WHOLE_SECONDS, 3 * self.timeout)

    @property
    def recipient(self) -> str:
        """The recipient in the envelope: ``send_to``, or else the sender's own address."""
        return self.send_to or self.sender_email


def reaches(level: str, wanted: str) -> bool:
    """Whether a probe of ``level`` goes as far as ``wanted``."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def check(settings: ProbeSettings, level: str) -> None:
    """Refuse settings that cannot work or that could inject a command into the dialogue.

    Raises Failure with the event ``bad_settings``, ``missing_login`` or ``missing_sender``; its text names the field.
    """
    _check_choices(settings, level)
    _check_numbers(settings)
    _check_host(settings.mail_server)
    _check_token("ehlo_name", settings.ehlo_name)
    _check_login(settings, level)
    _check_addresses(settings, level)


def _bad(text: str, event: str = "bad_settings") -> Failure:
    return Failure(Observation(event=event, text=text))


def _check_choices(settings: ProbeSettings, level: str) -> None:
    if level not in LEVELS:
        raise _bad("level must be one of " + ", ".join(LEVELS))
    if settings.tls_mode not in TLS_MODES:
        raise _bad("tls_mode must be one of " + ", ".join(TLS_MODES))
    if settings.use_tls and settings.tls_mode == "none":
        raise _bad("use_tls is true, but tls_mode is none")


def _check_numbers(settings: ProbeSettings) -> None:
    port: Any = settings.port
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise _bad("port must be a whole number from 1 to 65535")
    for name in ("timeout", "deadline"):
        value: Any = getattr(settings, name)
        if value is None and name == "deadline":
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not (value > 0 and math.isfinite(value)):
            raise _bad(f"{name} must be a number of seconds above 0")


def _check_host(mail_server: str) -> None:
    try:
        parse_host(mail_server)
    except ValueError as exc:
        raise _bad("mail_server " + str(exc)) from None


def _check_token(name: str, value: str) -> None:
    if _UNSAFE.search(value):
        raise _bad(f"{name} contains a space, a control character, < or >")


def _check_login(settings: ProbeSettings, level: str) -> None:
    for name in ("username", "password"):
        if re.search(r"[\x00\r\n]", getattr(settings, name)):
            raise _bad(f"{name} contains a line break or a NUL character")
        try:
            getattr(settings, name).encode("utf-8")
        except UnicodeEncodeError:
            raise _bad(f"{name} contains a character that cannot be sent") from None
    if settings.authenticate and reaches(level, "auth"):
        missing = [name for name in ("username", "password") if not getattr(settings, name)]
        if missing:
            raise _bad("no " + " and no ".join(missing), event="missing_login")


def _check_addresses(settings: ProbeSettings, level: str) -> None:
    for name in ("sender_email", "send_to"):
        value = getattr(settings, name)
        _check_token(name, value)
        if value:
            try:
                ascii_address(value)
            except ValueError as exc:
                raise _bad(f"{name} {exc}") from None
    if reaches(level, "envelope") and not settings.sender_email:
        raise _bad("sender_email is empty", event="missing_sender")
