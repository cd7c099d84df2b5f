# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that nobody thought of: no server can make the probe raise, hang, leak, log in twice or pass a refusal."""

from __future__ import annotations

import base64
import json
import re

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber
from ansible_collections.fincon.mail.plugins.module_utils._smtp import circumstances
from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnose import TABLE, diagnose, find_diagnosis
from ansible_collections.fincon.mail.plugins.module_utils._smtp.observation import Observation
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import TLS_MODES, ProbeSettings
from ansible_collections.fincon.mail.plugins.module_utils._smtp.transcript import Transcript
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted_smtp import Script

SECRET = "c4nary-Sesame%7"
USER = "alice@example.test"
FORMS = (SECRET, base64.b64encode(SECRET.encode()).decode(), base64.b64encode(f"\0{USER}\0{SECRET}".encode()).decode())
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

#: Words that rows look for, so that texts meet several rows at once, and what could disturb a sentence.
ROW_WORDS = {word for entry in TABLE for match in entry.matches for word in re.findall("[a-z]{3,}", match.text)}
NOISE = (
    "(#5.7.1)",
    "4.7.1",
    "<a@b.test>",
    "[192.0.2.4]",
    "{port}",
    "{0}",
    "{",
    "%s",
    "\\",
    "|",
    "https://x.test/?p=Bad",
)
WORDS = st.sampled_from([*sorted(ROW_WORDS), *NOISE, *FORMS])
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=14).map(" ".join)
CODES = st.one_of(
    st.integers(200, 599), st.sampled_from([421, 450, 451, 452, 454, 500, 502, 503, 504, 530, 535, 550, 554])
)
STAGES = ("banner", "ehlo", "starttls", "auth", "mail", "rcpt", "send")
LOGINS = {"authenticate": True, "username": USER, "password": SECRET}


@st.composite
def _settings(draw):
    with_login = LOGINS if draw(st.booleans()) else {}
    return ProbeSettings(
        mail_server=draw(
            st.sampled_from(["mail.example.test", "smtp.office365.com", "smtp-relay.gmail.com", "127.0.0.1"])
        ),
        port=draw(st.sampled_from([25, 465, 587, 2525])),
        use_tls=True,
        sender_email=USER,
        tls_mode=draw(st.sampled_from(TLS_MODES)),
        ehlo_name=draw(st.sampled_from(["", "pc1", "pc1.example.test"])),
        **with_login,
    )


def test_every_answer_gets_a_cause_that_fits_the_settings(tally):
    tried = []

    @settings(QUICK, max_examples=2000)
    @given(_settings(), st.sampled_from(STAGES), CODES, TEXTS)
    def judge(asked, stage, code, text):
        tried.append(text)
        logged_in = asked.authenticate and stage in ("mail", "rcpt", "send")
        transcript = Transcript(stages=[{"stage": "auth", "ok": True, "ms": 1}] if logged_in else [])
        seen = circumstances.placed(Observation(stage=stage, code=code, text=text), asked, transcript)
        said = diagnose(seen, Scrubber(asked.username, asked.password).clean)
        words = said["cause"] + " " + said["hint"]
        assert said["id"] != "unknown"
        assert said["cause"]
        assert said["hint"]
        assert not any(form in words for form in FORMS if asked.password)
        if not text:
            assert "{" not in words
        if asked.authenticate and logged_in and "Authenticate to Y" not in text:
            assert "Authenticate to Y" not in words
        if not asked.authenticate:
            assert "This login may not" not in words
        if code < 400:
            assert find_diagnosis(seen).id == "unexpected_reply"

    judge()
    tally("inputs", len(tried))


#: What a server says that puts a new sender off: the words, the names of the programs, and a bare "wait".
GREYLISTING = re.compile("gr[ea]y-? ?list|postgrey|sqlgrey|unknown sender|not yet|wait|come back")


def _refuses(code):
    return code >= 400


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "<message>"])
def test_no_refusal_passes_unless_it_speaks_of_greylisting(serve, settings_for, tally, command):
    tried = []
    answers = {}
    server = serve(Script(replies=answers))

    @settings(QUICK, max_examples=40)
    @given(st.integers(400, 599), TEXTS.filter(lambda text: "\n" not in text and "\r" not in text))
    def refuse(code, text):
        tried.append(text)
        answers[command] = f"{code} {text}"
        level = "envelope" if command in ("MAIL", "RCPT") else "send"
        found = probe(settings_for(server), level, every_address=False, usual_ways=())
        if found["ok"]:
            assert command == "RCPT"
            assert code < 500
            assert GREYLISTING.search(text.lower())
            assert str(code) in json.dumps(found["warnings"])
        else:
            assert found["code"] == code
            assert message(found)

    refuse()
    tally("inputs", len(tried))


LINES = st.one_of(
    st.binary(max_size=80),
    st.tuples(CODES, st.sampled_from([" ", "-", "\t", ""]), TEXTS).map(
        lambda line: f"{line[0]}{line[1]}{line[2]}\r\n".encode()
    ),
    st.sampled_from(
        [b"220 hi\r\n", b"250-x\r\n", b"250 AUTH PLAIN LOGIN\r\n", b"334 \r\n", b"235 ok\n\r", b"\r\n", b"250 ok\r\n"]
    ),
    st.sampled_from(
        [b"250-mail\r\nstray\r\n250-AUTH PLAIN\r\n250 AUTH LOGIN\r\n", b"502 no\r\n", b"504 no\r\n", b"535 no\r\n"]
    ),
)


def test_no_bytes_of_a_server_break_the_probe(serve, settings_for, tally):
    tried = []
    sent = []

    def converse(conversation):
        for line in sent:
            conversation.sock.sendall(line)

    server = serve(serve=converse)

    @settings(QUICK, max_examples=250)
    @given(st.lists(LINES, max_size=9), st.booleans())
    def flood(lines, tls):
        tried.append(lines)
        sent[:] = [b"220 mail\r\n", *lines] if len(lines) % 2 else lines
        asked = settings_for(server, use_tls=tls, username=USER, password=SECRET, deadline=2.0, ca_path="")
        found = probe(asked, "envelope", every_address=False, usual_ways=())
        shown = json.dumps(found, ensure_ascii=False) + message(found)
        assert not any(form in shown for form in FORMS)
        assert found["ok"] or found["diagnosis"]["hint"]

    flood()
    tally("inputs", len(tried))


def test_whatever_a_server_answers_to_a_login_a_password_is_judged_once(serve, settings_for, tally):
    tried = []
    answers = []
    judged = []

    def answer(conversation):
        reply = answers[0]
        judged.append(reply)
        conversation.send(reply)

    server = serve(Script(replies={"AUTH": answer}))

    @settings(QUICK, max_examples=100)
    @given(CODES.filter(_refuses), TEXTS.filter(lambda text: "\n" not in text and "\r" not in text))
    def refuse(code, text):
        tried.append(text)
        answers[:] = [f"{code} {text}"]
        judged.clear()
        found = probe(settings_for(server), every_address=False, usual_ways=())
        assert not found["ok"]
        if code not in (500, 502, 503, 504) or found["diagnosis"]["id"] in ("wrong_password", "auth_throttled"):
            assert len(judged) == 1
        assert len(judged) <= 2

    refuse()
    tally("inputs", len(tried))
