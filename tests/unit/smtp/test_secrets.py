# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves the probe, in whatever form a server sends it back; and no bytes can break the probe."""

from __future__ import annotations

import base64
import hmac
import html
import json
import time
from contextlib import suppress
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import MASK, MAX_TEXT, WITHHELD, Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._io.deadlines import Deadline
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.reply import NotAReply, ReplyReader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_smtp import EHLO, Script

USER = "alice@example.test"
CANARY = 'c4nary &"<b>+/ünd%20\\x'


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


SECRET = CANARY.encode()
CRAM = hmac.new(SECRET, b"<1@mx>", "md5").hexdigest()
FORMS = {
    "plain": CANARY,
    "upper case": CANARY.upper(),
    "base64": _b64(SECRET),
    "base64 without padding": _b64(SECRET).rstrip("="),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET).decode(),
    "PLAIN": _b64(b"\0" + USER.encode() + b"\0" + SECRET),
    "PLAIN with an identity": _b64(USER.encode() + b"\0" + USER.encode() + b"\0" + SECRET),
    "PLAIN in lower case": _b64(b"\0" + USER.encode() + b"\0" + SECRET).lower(),
    "PLAIN cut off": _b64(b"\0" + USER.encode() + b"\0" + SECRET)[:-9],
    "inside other base64": _b64(b"user=x;pass=" + SECRET + b";more"),
    "URL": quote(CANARY),
    "URL, all": quote(CANARY, safe=""),
    "URL form": quote_plus(CANARY),
    "HTML": html.escape(CANARY),
    "hexadecimal": SECRET.hex(),
    "source code": CANARY.encode("unicode_escape").decode(),
    "backslashes": CANARY.replace("\\", "\\\\").replace('"', '\\"'),
    "with control characters": CANARY[:3] + "\x07\u200b" + CANARY[3:],
    "beside the user's name": _b64(USER.encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(form):
    cleaned = Scrubber(USER, CANARY).clean(f"you sent [{FORMS[form]}], sorry")
    assert cleaned == f"you sent [{MASK}], sorry"


def test_the_answer_to_a_challenge_is_masked():
    scrubber = Scrubber(USER, CANARY)
    response = _b64(f"{USER} {CRAM}".encode())
    scrubber.add_encoded(response)
    scrubber.add_encoded(CRAM)
    assert scrubber.clean(f"bad: {response} = {CRAM}") == f"bad: {MASK} = {MASK}"


@pytest.mark.parametrize("password", ["a", "ab", "abc"])
def test_a_text_with_a_very_short_password_is_withheld(password):
    assert Scrubber(USER, password).clean("you sent ABC") == WITHHELD


def test_control_characters_go_and_length_is_limited():
    assert Scrubber().clean("a\x1b[31mb\r\nc\x00d\u202ee") == "a[31mb cde"
    assert len(Scrubber().clean("x" * 10_000)) == MAX_TEXT


def test_a_text_that_is_long_is_cleaned_quickly():
    started = time.monotonic()
    Scrubber(USER, CANARY * 4).clean("x" * 16_384)
    assert time.monotonic() - started < 2


@given(st.text(max_size=60), st.text(min_size=4, max_size=30), st.text(max_size=60))
def test_no_password_survives_in_any_text(before, password, after):
    cleaned = Scrubber(USER, password).clean(before + password + after)
    printable = " ".join("".join(c for c in password if c.isprintable()).split())
    if len(printable) >= 4 and printable.lower() not in MASK:
        assert printable not in before + after or printable not in cleaned


@pytest.mark.parametrize("where", ["AUTH", "RCPT", "<message>", "EHLO", "banner"])
def test_a_server_that_echoes_everything_gives_nothing_away(serve, settings_for, where):
    echo = "550 " + " | ".join(FORMS.values()).replace("\x07", "")
    script = {
        "AUTH": Script(refusal=echo, accounts={}),
        "EHLO": Script(accounts={USER: CANARY}, after_tls=f"250-mail\r\n250-{CANARY}\r\n250 AUTH PLAIN"),
        "banner": Script(banner=echo),
    }.get(where) or Script(accounts={USER: CANARY}, replies={where: echo})
    found = probe(settings_for(serve(script), username=USER, password=CANARY), "send")
    shown = json.dumps(found, ensure_ascii=False).lower() + message(found).lower()
    for form in FORMS.values():
        assert form.lower() not in shown
        assert json.dumps(form, ensure_ascii=False)[1:-1].lower() not in shown


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_wrong_password_is_tried_once(serve, settings_for, mechanism):
    def challenge(conversation):
        conversation.server.logins += 1
        conversation.send("334 " + _b64(b"<1@mx>"))
        conversation.line()
        conversation.send("535 no")

    replies = {"AUTH": challenge} if mechanism == "CRAM-MD5" else {}
    server = serve(Script(after_tls=f"250-mail\r\n250 AUTH {mechanism}", replies=replies))
    assert probe(settings_for(server, password="wrong"))["diagnosis"]["id"] == "wrong_password"
    assert server.logins == 1
    assert server.connections == 1


def test_settings_do_not_show_their_password(settings_for, serve):
    assert "open sesame" not in repr(settings_for(serve()))


def test_a_failure_does_not_carry_what_the_server_said():
    from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Failure, Observation

    assert str(Failure(Observation(event="closed", text="open sesame"))) == "closed"


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_any_bytes_are_replies_or_are_not(chunks):
    reader = ReplyReader()
    with suppress(NotAReply):
        for chunk in chunks:
            reader.feed(chunk)
            while (reply := reader.next_reply()) is not None:
                assert 200 <= reply.code < 600


@given(
    st.binary(max_size=100), st.sampled_from([b"220 ", b"220-", b"250-", b"535 5.7.8 ", b"\0", b"4", b"\x16\x03\x01"])
)
def test_lines_that_resemble_replies_are_read_or_refused(tail, head):
    reader = ReplyReader()
    reader.feed(head + tail + b"\r\n")
    with suppress(NotAReply):
        reply = reader.next_reply()
        assert reply is None or 200 <= reply.code < 600


LINES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [b"220 hi\r\n", b"250-x\r\n", b"250 AUTH PLAIN LOGIN\r\n", b"334 \r\n", b"235 ok\r\n", b"354 \r\n"]
    ),
    st.sampled_from(
        [b"535 5.7.8 no\r\n", b"421 bye\r\n", b"250 ok\r\n", b"\r\n", b"221 bye\r\n", EHLO.encode() + b"\r\n"]
    ),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(LINES, max_size=8), tls=st.booleans())
def test_no_server_can_make_the_probe_raise_hang_or_leak(serve, settings_for, sent, tls):
    def converse(conversation):
        for line in sent:
            conversation.sock.sendall(line.replace(b"x", SECRET))

    server = serve(serve=converse)
    started = time.monotonic()
    found = probe(
        settings_for(server, use_tls=tls, username=USER, password=CANARY, deadline=2.0, ca_path=""), "envelope"
    )
    assert time.monotonic() - started < 3
    shown = json.dumps(found, ensure_ascii=False)
    assert CANARY not in shown
    assert json.dumps(CANARY, ensure_ascii=False)[1:-1] not in shown
    assert found["ok"] or found["diagnosis"]["hint"]
    server.__exit__()


def test_a_deadline_that_has_passed_says_so():
    deadline = Deadline.after(-1)
    assert deadline.passed
    with pytest.raises(TimeoutError):
        deadline.left()
