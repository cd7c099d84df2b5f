# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The one message that the level ``send`` sends."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid

_BODY = """\
This is a test message. It was sent to prove that the mail settings work,
before they are entered into Fincon. Nobody has to answer it.
"""


#: The header that marks the message as a test, which does not come from Fincon.
PROBE_HEADER = "X-Fincon-Mail-Probe"


def new_message_id(sender: str) -> str:
    """Return a ``Message-ID`` that no other message has, with its angle brackets."""
    return make_msgid(domain=sender.rpartition("@")[2])


def build_message(sender: str, recipient: str, message_id: str) -> bytes:
    """The message as it follows DATA: CRLF, dots doubled, with its final dot (RFC 5321 section 4.5.2)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = "Test of the mail settings"
    message["Date"] = localtime()
    message["Message-ID"] = message_id
    message[PROBE_HEADER] = "test"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic reply, please
    message.set_content(_BODY)
    return as_data(message.as_bytes())


def as_data(content: bytes) -> bytes:
    """Content with CRLF line ends, dots doubled at the beginning of lines, and the final dot."""
    lines = re.split(rb"\r\n|\r|\n", content)
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
