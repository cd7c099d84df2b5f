# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Login by password: one mechanism, tried once.

``smtplib`` tries one mechanism after another, so that one wrong password counts as two failed logins at the server, and
servers block an address after a few.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp.channel import Channel
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reply import Reply

#: Those that need a password alone, in the order of preference (RFC 4616, draft-murchison-sasl-login, RFC 2195).
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")

#: RFC 5321 section 4.5.3.1.4, without CRLF. A longer initial response is sent on a line of its own (RFC 4954).
LONGEST_LINE = 510

ACCEPTED = 235
CONTINUE = 334


def offered_mechanisms(capabilities: Mapping[str, str]) -> list[str]:
    """The mechanisms of the server, also where it announces them in the old manner (``AUTH=LOGIN``)."""
    words = []
    for keyword, parameters in capabilities.items():
        if re.match(r"AUTH(=|\Z)", keyword):
            words += [keyword.partition("=")[2], *parameters.upper().split()]
    return list(dict.fromkeys(word for word in words if word))


def choose(offered: list[str]) -> str:
    """The mechanism to use. Raises Failure with the event ``no_password_mechanism``."""
    for mechanism in MECHANISMS:
        if mechanism in offered:
            return mechanism
    raise Failure(Observation(event="no_password_mechanism", facts={"mechanisms": ", ".join(offered)}))


def login(channel: Channel, mechanism: str, username: str, password: str, scrubber: Scrubber) -> Reply:
    """Log in, once. Returns the server's last word; raises Failure for anything that is no answer."""
    if mechanism == "CRAM-MD5":
        return _cram_md5(channel, username, password, scrubber)
    exchange = _plain if mechanism == "PLAIN" else _login
    return exchange(channel, username, password)


def _plain(channel: Channel, username: str, password: str) -> Reply:
    response = _encode(f"\0{username}\0{password}")
    line = "AUTH PLAIN " + response
    if len(line) <= LONGEST_LINE:
        reply = channel.command(line, "AUTH PLAIN")
    else:
        reply = channel.command("AUTH PLAIN", "AUTH PLAIN")
    if reply.code == CONTINUE:
        reply = channel.command(response, "AUTH PLAIN")
    return reply


def _login(channel: Channel, username: str, password: str) -> Reply:
    reply = channel.command("AUTH LOGIN", "AUTH LOGIN")
    for answer in (username, password):
        if reply.code != CONTINUE:
            return reply
        reply = channel.command(_encode(answer), "AUTH LOGIN")
    return reply


def _cram_md5(channel: Channel, username: str, password: str, scrubber: Scrubber) -> Reply:
    reply = channel.command("AUTH CRAM-MD5", "AUTH CRAM-MD5")
    if reply.code != CONTINUE:
        return reply
    try:
        challenge = base64.b64decode("".join(reply.lines), validate=True)
        digest = hmac.new(password.encode("utf-8"), challenge, "md5").hexdigest()
    except binascii.Error:
        raise Failure(Observation(event="not_smtp", text=reply.text, facts={"command": "AUTH CRAM-MD5"})) from None
    except ValueError:  # a Python that is confined to FIPS 140 has no MD5
        raise Failure(Observation(event="no_password_mechanism", facts={"mechanisms": "CRAM-MD5"})) from None
    response = _encode(f"{username} {digest}")
    scrubber.add_encoded(response)
    scrubber.add_encoded(digest)
    return channel.command(response, "AUTH CRAM-MD5")


def _encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
