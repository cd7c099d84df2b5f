# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cause that is named is the true one, in the words of many servers: replies.yml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from scripted_smtp import Script, ScriptedServer

CASES = yaml.safe_load(Path(__file__).with_name("replies.yml").read_text(encoding="utf-8"))
LEVELS = {"BANNER": "auth", "EHLO": "auth", "AUTH": "auth", "MAIL": "envelope", "RCPT": "envelope"}


def _lines(text):
    return text.replace("|", "\r\n")


def _announcing(keywords):
    lines = ["mail.example.test", *keywords]
    return "\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines)


def _answers(case):
    """What the server answers to the command of the case; to one mechanism, or to all."""
    command, _space, mechanism = case["at"].partition(" ")
    reply = _lines(case["reply"])
    if command == "BANNER":
        return {}
    if command == "MESSAGE":
        return {"<message>": reply}
    if command != "AUTH":
        return {command: reply}

    def answer(conversation):
        line = conversation.server.commands[-1]
        if mechanism and line.split()[1] != mechanism:
            conversation.log_in(line)
        else:
            conversation.server.logins += 1
            conversation.send(reply)

    return {"AUTH": answer}


def _script(case):
    banner = _lines(case["reply"]) if case["at"] == "BANNER" else case.get("banner", "220 mail.example.test ESMTP")
    offer = _announcing(case.get("ehlo", ["SIZE 1000000", "AUTH PLAIN LOGIN"]))
    tls = case.get("tls", False)
    before = _announcing(["SIZE 1000000", "STARTTLS"]) if tls else offer
    return Script(
        banner=banner,
        before_tls=before,
        after_tls=offer,
        replies=_answers(case),
        accounts={case.get("settings", {}).get("username", "alice@example.test"): "open sesame"},
    )


def _settings(case):
    common = {
        "mail_server": "127.0.0.1",
        "use_tls": case.get("tls", False),
        "authenticate": case.get("login", True),
        "username": "alice@example.test",
        "password": "open sesame",
        "sender_email": "thandi@example.co.za",
        "ehlo_name": "client.example.test",
        "deadline": 8.0,
    }
    return {**common, **case.get("settings", {})}


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case['at']} {case['reply'][:40]}")
def seen(request, authority):
    """A case, its server, and what the probe found."""
    case = request.param
    level = LEVELS.get(case["at"].split()[0], "send")
    with ScriptedServer(_script(case), authority.context()) as server:
        asked = ProbeSettings(port=server.port, ca_path=authority.path, **_settings(case))
        yield case, server, probe(asked, level, usual_ways=())


def test_the_cause_is_the_true_one_and_the_hint_fits_the_settings(seen):
    case, server, found = seen
    diagnosis = found["diagnosis"] or {"id": "pass", "cause": "", "hint": ""}
    assert diagnosis["id"] == case["says"], message(found)
    assert case.get("cause", "") in diagnosis["cause"]
    assert case.get("hint", "") in diagnosis["hint"]
    assert "lacks" not in case or case["lacks"].lower() not in (diagnosis["cause"] + diagnosis["hint"]).lower()
    assert case.get("retryable", found["retryable"]) == found["retryable"]
    assert server.logins <= case.get("logins", 2)
    _check_warnings(case, found)
    _check_against_settings(case, diagnosis)


def _check_warnings(case, found):
    expected = set(case.get("warns", ()))
    exposed = {"clear_text_login"} if not case.get("tls") and case.get("login", True) else set()
    assert expected <= {warning["id"] for warning in found["warnings"]} <= expected | exposed
    for warning in found["warnings"]:
        if warning["id"] != "clear_text_login":
            code = case["reply"][:3]
            assert code in json.dumps(warning), "a warning carries the server's code"
            assert warning["server_text"] in warning["cause"]


def _check_against_settings(case, diagnosis):
    """No hint asks for what is set, and no cause speaks of a login that was not made."""
    words = diagnosis["cause"] + " " + diagnosis["hint"]
    if case.get("login", True):
        assert "Authenticate to Y" not in words
    else:
        assert "This login" not in words
        assert "login was accepted" not in words
    if case.get("tls"):
        assert "Switch TLS on" not in words
    if case.get("settings", {}).get("ehlo_name"):
        assert "Set ehlo_name" not in words


def test_a_refusal_is_told_with_code_and_words_of_the_server(seen):
    case, _server, found = seen
    if not found["ok"] and found["diagnosis"]["id"] != "inspected":
        assert str(found["code"]) == case["reply"][:3]
        assert found["server_text"].split()[-1] in case["reply"]


def test_every_password_that_went_in_clear_text_is_told(seen):
    case, server, found = seen
    exposed = not case.get("tls") and any(command.startswith("AUTH ") for command in server.commands)
    assert exposed == any(warning["id"] == "clear_text_login" for warning in found["warnings"])
