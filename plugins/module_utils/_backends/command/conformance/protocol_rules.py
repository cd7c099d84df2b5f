# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The rules about the protocol itself. Each returns what was seen, or raises ``Broken``."""

from __future__ import annotations

import base64
import json

from ansible_collections.fincon.mail.plugins.module_utils._backends.command import protocol
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.conformance.subject import Broken, Subject
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER

_FUTURE = 99


def describe(subject: Subject) -> str:
    """The answer to ``describe`` is well-formed."""
    about = subject.describe()
    can = ", ".join(sorted(about.capabilities)) or "no capability"
    return f"{about.name} {about.version}: {can}"


def read(subject: Subject) -> str:
    """The answer to ``read`` is well-formed, and the named user is in it."""
    found = subject.read()
    if found.state.get(MAIL_USER, subject.user) is None:
        raise Broken(f"{subject.user} is not among the users; name one that Fincon has")
    subject.initial = found
    count = {kind.name: len(found.state.records(kind)) for kind in (SMTP_SERVER, MAIL_USER)}
    return f"{count['smtp_server']} definitions, {count['mail_user']} users"


def refusals(subject: Subject) -> str:
    """What the adapter does not know is refused by an answer, not by a crash, and a verb that it knows still works."""
    codes = [
        _refused(subject, "an unknown verb", protocol.encode("frobnicate")),
        _refused(subject, f"version {_FUTURE}", protocol.encode("read", version=_FUTURE)),
    ]
    future = {"a_member_of_the_future": {"x": [1, None]}}
    ended = subject.send("describe", protocol.encode("describe", future))
    if ended.status or ended.stopped:
        raise Broken("a member that it does not know made describe fail; such members are ignored")
    try:
        protocol.about(protocol.decode(ended.stdout))
    except protocol.AnswerError as exc:
        raise Broken(f"a member that it does not know changed the answer of describe: {exc}") from None
    return f"refused an unknown verb ({codes[0]}) and version {_FUTURE} ({codes[1]}); ignored an unknown member"


def _refused(subject: Subject, what: str, request: bytes) -> str:
    ended = subject.send("a wrong request", request)
    if ended.status or ended.stopped:
        raise Broken(f"{what} made it {_end(ended.stopped, ended.status)}; answer with an error and exit status 0")
    try:
        refusal = protocol.refusal(protocol.decode(ended.stdout))
    except protocol.AnswerError as exc:
        raise Broken(f"{what}: {exc}") from None
    if refusal is None:
        raise Broken(f"{what} was answered as if it were known")
    return refusal[0]


def _end(stopped: str, status: int) -> str:
    return "go on for longer than it may" if stopped else f"end with status {status}"


def secrets(subject: Subject) -> str:
    """No password that was sent shows on standard output or standard error, not even when a request is damaged."""
    whole = json.dumps({"protocol": 1, "verb": "apply", "changes": [{"values": {"password": subject.passwords[0]}}]})
    subject.send("damaged", whole[:-4].encode())
    for call in subject.calls:
        promised = call.verb == "read" and subject.readback
        for name, text in (("error", call.ended.stderr), ("output", b"" if promised else call.ended.stdout)):
            if any(form in text for secret in subject.passwords for form in _forms(secret)):
                raise Broken(f"{call.verb}: a password shows on standard {name}")
    return f"none of {len(subject.passwords)} passwords shows in the output of {len(subject.calls)} calls"


def _forms(secret: str) -> tuple[bytes, ...]:
    plain = secret.encode()
    return plain, base64.b64encode(plain).rstrip(b"="), plain[::-1]
