# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Login by password: the server judges a password only once.

``smtplib`` tries one mechanism after another, so that one wrong password counts as two failed logins at the server, and
servers block an address after a few. Here the next mechanism is tried only if the server has not judged a password:
some servers announce PLAIN and answer it with "not implemented".
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from typing import Callable

from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp.channel import Channel
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reply import Reply

#: Mechanisms that only need a password, in the order of preference (RFC 4616, draft-murchison-sasl-login, RFC 2195).
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")

#: RFC 5321 section 4.5.3.1.4, without CRLF. A longer initial response is sent on a line of its own (RFC 4954).
LONGEST_LINE = 510

#: Answers of RFC 5321 to an unsupported command. The text shows whether a password was judged.
NOT_SERVED = (500, 502, 503, 504)

ACCEPTED = 235
CONTINUE = 334


def offered_mechanisms(capabilities: Mapping[str, str]) -> list[str]:
    """The mechanisms of the server, even if it announces them in the old form (``AUTH=LOGIN``)."""
    words = []
    for keyword, parameters in capabilities.items():
        if re.match(r"AUTH(=|\Z)", keyword):
            words += [keyword.partition("=")[2], *parameters.upper().split()]
    return list(dict.fromkeys(word for word in words if word))


def usable(offered: list[str]) -> list[str]:
    """The mechanisms to use, the best first. Raises Failure with the event ``no_password_mechanism``."""
    found = [mechanism for mechanism in MECHANISMS if mechanism in offered]
    if not found:
        raise Failure(Observation(event="no_password_mechanism", facts={"mechanisms": ", ".join(offered)}))
    return found


def login(
    channel: Channel,
    mechanism: str,
    username: str,
    password: str,
    scrubber: Scrubber,
    before_password: Callable[[], None],
) -> Reply:
    """Log in, once. Returns the server's last reply; raises Failure for anything that is not an answer.

    ``before_password`` is called before a line that holds the password itself is sent.
    """
    if mechanism == "CRAM-MD5":
        return _cram_md5(channel, username, password, scrubber)
    exchange = _plain if mechanism == "PLAIN" else _login
    return exchange(channel, username, password, before_password)


def _plain(channel: Channel, username: str, password: str, before_password: Callable[[], None]) -> Reply:
    response = _encode(f"\0{username}\0{password}")
    line = "AUTH PLAIN " + response
    if len(line) <= LONGEST_LINE:
        before_password()
        reply = channel.command(line, "AUTH PLAIN")
    else:
        reply = channel.command("AUTH PLAIN", "AUTH PLAIN")
    if reply.code == CONTINUE:
        before_password()
        reply = channel.command(response, "AUTH PLAIN")
    return reply


def _login(channel: Channel, username: str, password: str, before_password: Callable[[], None]) -> Reply:
    reply = channel.command("AUTH LOGIN", "AUTH LOGIN")
    if reply.code == CONTINUE:
        reply = channel.command(_encode(username), "AUTH LOGIN")
    if reply.code == CONTINUE:
        before_password()
        reply = channel.command(_encode(password), "AUTH LOGIN")
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
    except ValueError:  # a Python restricted to FIPS 140 has no MD5
        raise Failure(Observation(event="no_password_mechanism", facts={"mechanisms": "CRAM-MD5"})) from None
    response = _encode(f"{username} {digest}")
    scrubber.add_encoded(response)
    scrubber.add_encoded(digest)
    return channel.command(response, "AUTH CRAM-MD5")


def _encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
