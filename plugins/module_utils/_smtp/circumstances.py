# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The settings and events under which something was seen: the words that rows of the table require.

A row that says "set Authenticate to Y" requires ``no_login``; one that says "this login may not" requires ``login``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.fincon.mail.plugins.module_utils._smtp import providers
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reading import neutral
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import (
    IMPLICIT_TLS_PORT,
    SEND_SECONDS,
    ProbeSettings,
)
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript

#: Every circumstance, in words for the documentation. The table of providers adds ``provider_…``.
CIRCUMSTANCES: Mapping[str, str] = {
    "login": "after an accepted login",
    "no_login": "without a login",
    "authenticate": "Authenticate = Y",
    "no_authenticate": "Authenticate = N",
    "tls": "with TLS",
    "clear_text": "without TLS",
    "no_starttls_offered": "no STARTTLS is offered",
    "starttls_port": "TLS begins with STARTTLS",
    "implicit": "TLS from the first byte",
    "submission_port": "port 587 or 465",
    "address_as_user": "the user name is a mail address",
    "access_key_as_user": "the user name is an Amazon access key",
    "ehlo_name_set": "`ehlo_name` is set",
    "send_to_set": "`send_to` is set",
    "seen_after_starttls": "passwords are taken after STARTTLS",
    "nothing_else_works": "no other way in was found",
    "only_issuer_expired": "an issuer's certificate has expired, the server's own has not",
    "some_issuer_expired": "the server's own certificate has not expired, and its chain is not known",
    "trusted_issuer_expired": "none of the certificates that the server sends has expired",
    "address_misplaced": "the address is the common name or a DNS name of the certificate",
    **{"provider_" + key: "at " + provider.name for key, provider in providers.PROVIDERS.items()},
}

#: What is refused at a stage, when the command is not known.
_COMMANDS = {"ehlo": "EHLO", "auth": "the login", "mail": "MAIL FROM", "rcpt": "RCPT TO", "send": "the message"}

_SUBMISSION_PORTS = (587, IMPLICIT_TLS_PORT)
_ACCESS_KEY = re.compile(r"(AKIA|ASIA)[A-Z0-9]{12,124}\Z")


def placed(seen: Observation, settings: ProbeSettings, transcript: Transcript) -> Observation:
    """The observation with the circumstances, and the facts that every cause and hint can name."""
    if seen.stage == "settings":  # the settings have not passed their check, so nothing may be read from them
        return replace(seen, facts={"host": str(settings.mail_server), "port": str(settings.port), **seen.facts})
    provider = providers.find(str(settings.mail_server), f"{transcript.greeting} {seen.text}")
    holds = {*_of_settings(settings), *_of_dialogue(transcript)}
    if provider:
        holds.add("provider_" + provider.key)
    names = (transcript.ehlo_name, settings.ehlo_name, str(settings.mail_server))
    return replace(
        seen,
        facts={**_facts(seen.stage, settings, transcript, provider), **seen.facts},
        words=neutral(seen.text, names),
        holds=seen.holds | holds,
    )


def _of_settings(settings: ProbeSettings) -> set[str]:
    found = {
        "tls" if settings.mode != "none" else "clear_text",
        "authenticate" if settings.authenticate else "no_authenticate",
    }
    conditions = {
        "starttls_port": settings.mode == "starttls",
        "implicit": settings.mode == "implicit",
        "submission_port": settings.port in _SUBMISSION_PORTS,
        "address_as_user": "@" in settings.username,
        "access_key_as_user": _ACCESS_KEY.match(settings.username) is not None,
        "ehlo_name_set": bool(settings.ehlo_name),
        "send_to_set": bool(settings.send_to) and settings.send_to != settings.sender_email,
    }
    return found | {name for name, holds in conditions.items() if holds}


def _of_dialogue(transcript: Transcript) -> set[str]:
    found = {"login" if transcript.passed("auth") else "no_login"}
    if transcript.capabilities and "STARTTLS" not in transcript.capabilities:
        found.add("no_starttls_offered")
    return found


def _facts(
    stage: str, settings: ProbeSettings, transcript: Transcript, provider: providers.Provider | None
) -> dict[str, str]:
    return {
        "command": _COMMANDS.get(stage, "the last command"),
        "host": str(settings.mail_server),
        "port": str(settings.port),
        "ehlo_name": transcript.ehlo_name or "not known",
        "seconds": f"{max(settings.answer_seconds, SEND_SECONDS if stage == 'send' else 0):g}",
        "other_ports": _other_ports(settings, provider),
        "m365_end": providers.MICROSOFT_365.in_short,
        "provider_login": f"{provider.name}: {provider.login}" if provider and provider.login else "",
    }


def _other_ports(settings: ProbeSettings, provider: providers.Provider | None) -> str:
    """The usual ports for logging in, without the one that is set."""
    offered = provider.ports if provider and provider.ports else _SUBMISSION_PORTS
    ways = [(port, "implicit" if port == IMPLICIT_TLS_PORT else "starttls") for port in offered]
    words = {"starttls": "STARTTLS", "implicit": "TLS from the first byte"}
    wanted = [
        f"{port} ({words[mode]})" for port, mode in ways if port in _SUBMISSION_PORTS and (port, mode) != _set(settings)
    ]
    return "port " + " or ".join(wanted) if wanted else "the port that the provider's own documents name"


def _set(settings: ProbeSettings) -> tuple[int, str]:
    return settings.port, settings.mode
