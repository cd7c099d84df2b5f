# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of mail server says in its Received line, and what is not taken from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.received import Hop, read_line
from hypothesis import example, given, settings
from hypothesis import strategies as st

from . import samples
from .samples import one_line

RELAY = "relay.example.co.za"


def read(text: str) -> Hop:
    hop = read_line(one_line(text))
    assert hop is not None
    return hop


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (
            samples.POSTFIX_LOGIN,
            {
                "by": RELAY, "peer_name": "till.example.co.za", "peer_address": "192.0.2.10", "tls": True,
                "tls_version": "TLS1.3", "authenticated": True, "login": "thandi@example.co.za",
                "when": "2026-11-27T08:12:06Z",
            },
        ),
        (
            samples.POSTFIX_PLAIN,
            {"by": "mail2.example.com", "peer_name": "www9.example.com", "tls": False, "authenticated": False},
        ),
        (
            samples.POSTFIX_IPV6,
            {"peer_name": "", "peer_address": "2001:db8::7", "tls": True, "authenticated": True, "tls_version": ""},
        ),
        (samples.POSTFIX_LOCAL, {"peer_address": "", "tls": None, "authenticated": None}),
        (
            samples.EXIM_CLIENT,
            {
                "by": "smtprelay08.example.com", "peer_name": "", "peer_address": "198.51.100.1", "tls": True,
                "tls_version": "TLS1.2", "authenticated": True, "login": "", "envelope_sender": "kai@example.com",
                "when": "2021-10-06T14:03:41Z",
            },
        ),
        (
            samples.EXIM_NAMED,
            {"peer_name": "till.example.co.za", "peer_address": "192.0.2.10", "tls": False, "authenticated": False},
        ),
        (
            samples.SENDMAIL,
            {
                "peer_name": "till.example.co.za", "peer_address": "192.0.2.10", "tls": True, "tls_version": "TLS1.3",
                "authenticated": True, "login": "",
            },
        ),
        (samples.SENDMAIL_OLD, {"tls": True, "tls_version": "TLS1.0", "authenticated": True}),
        (samples.SENDMAIL_FORGED, {"peer_name": "", "peer_address": "192.0.2.10"}),
        (
            samples.HARAKA_OLD,
            {"peer_name": "", "peer_address": "192.0.2.10", "tls_version": "TLS1.0", "authenticated": True},
        ),
        (
            # The name in the comment is what the reverse lookup says, which anybody can have say anything.
            samples.HARAKA,
            {
                "peer_name": "", "peer_address": "192.0.2.10", "tls": True, "authenticated": True,
                "envelope_sender": "thandi@example.co.za",
            },
        ),
        (
            samples.EXCHANGE_CLIENT,
            {
                "by": "jnap275ca0041.zafp275.prod.outlook.com", "peer_name": "", "peer_address": "198.51.100.7",
                "tls": True, "tls_version": "TLS1.2", "authenticated": None, "is_submission": True,
            },
        ),
        (samples.EXCHANGE_FRONT, {"is_submission": False}),
        (samples.EXCHANGE_INSIDE, {"peer_address": "2603:1086:0:1::5", "is_submission": False}),
        (samples.EXCHANGE_DELIVERY, {"peer_address": "2603:1086:100:2::6", "is_submission": False}),
        (samples.EXIM_UTF8, {"tls_version": "TLS1.3", "authenticated": True, "peer_address": "192.0.2.10"}),
        (samples.POSTFIX_OLD, {"tls": True, "tls_version": "TLS1.0", "authenticated": True, "login": "thandi"}),
        (samples.DOVECOT, {"by": "imap.example.co.za", "is_inside": True, "is_submission": False}),
        (samples.DOVECOT_SEVERAL, {"by": "imap.example.co.za", "is_inside": True, "is_submission": False}),
        (samples.DOVECOT_TCP, {"peer_address": "192.0.2.40", "is_inside": False, "is_submission": False}),
    ],
)  # fmt: skip
def test_a_line_says_what_its_server_means_by_it(sample: str, said: dict[str, Any]) -> None:
    hop = asdict(read(sample))
    assert {name: hop[name] for name in said} == said


def test_a_login_that_an_exim_adds_is_read() -> None:
    added = samples.EXIM_CLIENT.replace("(Exim 4.94.2)", "(Exim 4.94.2) (Authenticated sender: kai)")
    assert read(added).login == "kai"
    assert read(added.replace("esmtpsa", "esmtps")).login == ""


def test_the_address_of_an_envelope_in_a_line_of_exim_adds_nothing_to_it() -> None:
    trick = '"a) (Authenticated sender: kai@example.com) (TLS1.9) (b"@stranger.test'
    for protocol in ("esmtps", "esmtpsa"):
        line = samples.EXIM_CLIENT.replace("esmtpsa", protocol).replace("kai@example.com>)", f"{trick}>)")
        hop = read(line)
        assert (hop.login, hop.tls_version, hop.envelope_sender) == ("", "TLS1.2", "")
        assert hop.authenticated is (protocol == "esmtpsa")
        # Nor does one with a keyword of the line.
        assert read_line(one_line(line.replace("(TLS1.9)", "with esmtpsa"))) is None


def test_the_address_of_an_envelope_in_a_line_of_dovecot_adds_nothing_to_it() -> None:
    line = samples.DOVECOT.replace("<thandi@example.co.za>", '<"a) (Postfix) (x [192.0.2.9]"@stranger.test>')
    assert read(line) == read(samples.DOVECOT)
    # Nor does one with a keyword of the line.
    assert read_line(one_line(samples.DOVECOT.replace("<thandi@", '<"a) by x (b"@'))) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "from a by b by c (Postfix) with ESMTP id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from a (x [192.0.2.1]) by relay (Unknown) with ESMTPSA id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from a (x [192.0.2.1] by relay (Postfix) with ESMTPSA id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from a (((((((x))))))) by relay (Postfix) with ESMTPSA id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from a b (x [192.0.2.1]) by relay (Postfix) with ESMTPSA id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from a (x [192.0.2.1]) by relay (Postfix) with ESMTPSA with SMTP id 1; Fri, 27 Nov 2026 08:00:00 +0000",
        "from " + "a" * 5000,
    ],
)
def test_what_is_no_line_or_could_be_read_in_two_ways_is_not_read(text: str) -> None:
    assert read_line(text) is None


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Fri, 99 Nov 2026 99:99:99 +0000", "Fri, 27 Nov 99999 08:00:00 +9999", "27 Nov 1903 1:1"]
)
def test_a_broken_date_is_no_date(date: str) -> None:
    line, _semicolon, _date = samples.POSTFIX_LOGIN.rpartition(";")
    assert read(f"{line}; {date}").when == ""


def test_only_the_words_of_sendmail_say_that_somebody_has_logged_in() -> None:
    plain = samples.SENDMAIL.replace("ESMTPSA", "ESMTPS")
    assert read(plain).authenticated is True
    assert read(plain.replace("(authenticated bits=0)", "(authenticated@x)")).authenticated is False


@pytest.mark.parametrize("words", ["Authenticated sender: thandi@example.co.za", "x) (authenticated bits=0"])
def test_a_helo_with_parentheses_adds_nothing_to_a_line(words: str) -> None:
    for line in (samples.POSTFIX_PLAIN, samples.SENDMAIL.replace("ESMTPSA", "ESMTP").replace("(authenticated", "(x")):
        hop = read(line.replace(" (", f" ({words}) (", 1))
        assert (hop.login, hop.authenticated, hop.peer_address) == ("", False, ""), line


def test_an_old_postfix_says_that_somebody_has_logged_in_by_naming_the_login() -> None:
    assert read(samples.POSTFIX_LOGIN.replace("ESMTPSA", "ESMTP")).authenticated is True


def test_a_quotation_mark_in_a_comment_hides_no_parenthesis() -> None:
    trick = samples.POSTFIX_LOGIN.replace("thandi@example.co.za)", 'a"b)\n\t(x "y)')
    assert read(trick).login == 'a"b'


WORDS = st.sampled_from(
    ["from", "by", "with", "id", "for", "via", "ESMTPSA", "(Postfix)", "(Exim 4.98)", "(Haraka/3)", "[192.0.2.1]", "(",
     ")", '"', "\\", "relay", "(a [::1])", "(8.18.1/8.18.1)", "Microsoft SMTP Server", "HTTPS", "LMTP", ";",
     "(Authenticated sender: x)", "Fri, 27 Nov 2026 08:00:00 +0000", "(may be forged)", "é", "\0"]
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=500), st.lists(WORDS, max_size=40).map(" ".join)))
@example("(" * 4000)
@example("()" * 2000 + " by x (Postfix)")
@example('"' * 4000)
@example("from [1.2.3.4] (Haraka [) by x (Haraka/1)")
def test_no_text_is_an_error(text: str) -> None:
    hop = read_line(text)
    assert hop is None or hop.by
