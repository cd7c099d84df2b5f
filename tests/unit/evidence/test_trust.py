# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which message is believed: not one that a stranger sends, whatever lines it bears."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.headers import MessageError
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import (
    Hosts,
    Relay,
    Submission,
    Trust,
    hosts_of,
    submission,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from . import samples
from .samples import OWN_FROM_RELAY, OWN_FROM_STRANGER, POSTFIX_LOGIN, header

RELAY = Relay("smtp.example.co.za", hosts_of(["relay.example.co.za", "192.0.2.25"]))
TRUST = Trust(hosts_of(["mx.example.co.za"]), (RELAY,), logins=frozenset({"thandi@example.co.za"}))
MICROSOFT = Relay(
    "smtp.office365.com", hosts_of(["*.outlook.com", "*.office365.com", "2603:1086::/32"]), is_shared=True
)
#: A line of the relay for a client that has not logged in.
NO_LOGIN = POSTFIX_LOGIN.replace("\t(Authenticated sender: thandi@example.co.za)\n", "").replace("ESMTPSA", "ESMTPS")


def way(*received: str, trust: Trust = TRUST, more: str = "") -> Submission:
    return submission(header(*received, more=more), "example.co.za", trust)


def why_not(*received: str, trust: Trust = TRUST, more: str = "") -> str:
    with pytest.raises(MessageError) as caught:
        way(*received, trust=trust, more=more)
    return str(caught.value)


def test_a_message_from_a_declared_server_shows_how_it_came_there() -> None:
    found = way(OWN_FROM_RELAY, POSTFIX_LOGIN)
    assert (found.relay, found.hop.login, found.hop.tls) == (RELAY, "thandi@example.co.za", True)
    assert way(samples.DOVECOT.replace("imap.", "mx."), OWN_FROM_RELAY, POSTFIX_LOGIN).hop == found.hop


def test_a_mailbox_at_the_declared_server_itself_needs_one_line() -> None:
    trust = replace(TRUST, own=hosts_of(["relay.example.co.za"]))
    assert way(POSTFIX_LOGIN, trust=trust).hop.login == "thandi@example.co.za"


@pytest.mark.parametrize("below", [(POSTFIX_LOGIN,), (OWN_FROM_RELAY, POSTFIX_LOGIN), (OWN_FROM_RELAY,) * 20])
def test_lines_that_a_stranger_has_written_below_are_not_believed(below: tuple[str, ...]) -> None:
    assert why_not(OWN_FROM_STRANGER, *below) == "it did not come by a declared mail server"


def test_a_stranger_who_says_helo_with_the_name_of_a_declared_server_is_a_stranger() -> None:
    assert "from relay.example.co.za (mail.stranger.test" in OWN_FROM_STRANGER
    unknown = OWN_FROM_STRANGER.replace("mail.stranger.test", "unknown")
    assert why_not(unknown, POSTFIX_LOGIN) == "it did not come by a declared mail server"


def test_a_helo_that_looks_like_a_whole_line_is_not_taken_for_one() -> None:
    trick = OWN_FROM_STRANGER.replace("from relay.example.co.za", "from x (relay.example.co.za [192.0.2.25])")
    assert "topmost Received line" in why_not(trick, POSTFIX_LOGIN)
    trick = OWN_FROM_STRANGER.replace("from relay.example.co.za", "from x (relay.example.co.za)")
    assert why_not(trick, POSTFIX_LOGIN) == "it did not come by a declared mail server"
    trick = OWN_FROM_STRANGER.replace("from relay.example.co.za", "from x by mx.example.co.za (Postfix) id 1")
    assert "topmost Received line" in why_not(trick, POSTFIX_LOGIN)


def test_what_the_declared_server_took_from_outside_without_a_login_proves_nothing() -> None:
    assert why_not(OWN_FROM_RELAY, NO_LOGIN).endswith("from outside, without a login")
    # Nor what a program on it has sent, which may write any lines.
    local = samples.POSTFIX_LOCAL.replace("mail.example.com", "relay.example.co.za")
    assert why_not(OWN_FROM_RELAY, local, POSTFIX_LOGIN).endswith("from outside, without a login")


def test_it_is_believed_without_a_login_where_it_comes_from_a_machine_of_ours() -> None:
    trust = replace(TRUST, clients=hosts_of(["192.0.2.0/28"]))
    assert way(OWN_FROM_RELAY, NO_LOGIN, trust=trust).hop.authenticated is False


def test_the_line_below_must_be_of_the_server_that_the_line_above_names() -> None:
    other = POSTFIX_LOGIN.replace("by relay.example.co.za", "by other.example.org")
    assert "not that of the server" in why_not(OWN_FROM_RELAY, other)
    assert why_not(OWN_FROM_RELAY, "nonsense", POSTFIX_LOGIN) == "a Received line is of a kind that cannot be read"


def test_the_topmost_line_must_be_of_the_own_server() -> None:
    assert "topmost" in why_not(POSTFIX_LOGIN)
    assert why_not("nonsense", OWN_FROM_RELAY) == "its topmost Received line is of a kind that cannot be read"
    assert why_not() == "it has no Received line"


def test_a_message_that_the_declared_server_has_made_itself_proves_nothing() -> None:
    assert why_not(OWN_FROM_RELAY) == "it did not come by a declared mail server"


def test_at_a_server_of_many_customers_a_login_of_somebody_proves_nothing() -> None:
    assert "shared with others" in why_not(OWN_FROM_RELAY, SOMEBODY, trust=SHARED)
    assert way(OWN_FROM_RELAY, POSTFIX_LOGIN, trust=SHARED).hop.login == "thandi@example.co.za"


RESULTS = "Authentication-Results: mx.example.co.za; dkim=pass (1 (2) ; dkim=fail) header.d=example.co.za; dmarc=pass\n"
SHARED = replace(TRUST, relays=(replace(RELAY, is_shared=True),))
#: A line of the relay for somebody who has logged in.
SOMEBODY = POSTFIX_LOGIN.replace("sender: thandi@example.co.za", "sender: stranger@example.org")


def test_a_signature_that_the_own_server_has_verified_makes_the_sender_known() -> None:
    found = way(OWN_FROM_RELAY, SOMEBODY, trust=SHARED, more=RESULTS)
    assert found.results == {"dkim": "pass", "dmarc": "pass"}
    way(OWN_FROM_RELAY, SOMEBODY, trust=SHARED, more=RESULTS.replace("header.d=", "header.i=@"))
    for other in (
        RESULTS.replace("mx.example.co.za", "mx.example.org"),
        RESULTS.replace("header.d=example.co.za", "header.d=example.org"),
        RESULTS.replace("header.d=example.co.za", "header.d=za"),
        RESULTS.replace("header.d=example.co.za", "header.d=co.za"),
        RESULTS.replace("header.d=example.co.za", "header.d=example.org header.i=@example.co.za"),
        RESULTS.replace("dkim=pass", "dkim=fail"),
    ):
        assert "shared with others" in why_not(OWN_FROM_RELAY, SOMEBODY, trust=SHARED, more=other), other


def test_a_signature_does_not_make_a_client_of_somebody_who_has_not_logged_in() -> None:
    assert why_not(OWN_FROM_RELAY, NO_LOGIN, more=RESULTS).endswith("without a login")


@pytest.mark.parametrize(
    "text",
    [
        'spf=none smtp.mailfrom="x; dkim=pass header.d=example.co.za"@stranger.test',
        r'spf=none smtp.mailfrom="x\"; dkim=pass header.d=example.co.za"@stranger.test',
        "spf=none (x; dkim=pass header.d=example.co.za) smtp.mailfrom=a@stranger.test",
        r"spf=none (x\); dkim=pass header.d=example.co.za) smtp.mailfrom=a@stranger.test",
        'spf=none smtp.mailfrom="x; dkim=pass header.d=example.co.za',
        "spf=none (x; dkim=pass header.d=example.co.za",
    ],
)
def test_the_address_of_a_sender_adds_no_result(text: str) -> None:
    more = f"Authentication-Results: mx.example.co.za; {text}\n"
    assert "shared with others" in why_not(OWN_FROM_RELAY, SOMEBODY, trust=SHARED, more=more)


def test_results_below_the_believed_line_are_a_strangers() -> None:
    below = f"{SOMEBODY}\n{RESULTS.rstrip()}"
    assert "shared with others" in why_not(OWN_FROM_RELAY, below, trust=SHARED)
    # Above it only our own servers write.
    between = f"{OWN_FROM_RELAY}\n{RESULTS.rstrip()}"
    assert way(between, SOMEBODY, trust=SHARED).results["dkim"] == "pass"


def test_exchange_online_leads_to_the_client_by_its_own_addresses() -> None:
    trust = Trust(hosts_of(["*.outlook.com"]), (MICROSOFT,), clients=hosts_of(["198.51.100.0/24"]))
    lines = (samples.EXCHANGE_DELIVERY, samples.EXCHANGE_INSIDE.replace("2603:1086:100:2::6", "2603:1086:100:2::6"))
    inside = samples.EXCHANGE_INSIDE.replace("2603:1086:0:1::5", "2603:1086:0:4d::17")
    found = way(lines[0], inside, samples.EXCHANGE_CLIENT, trust=trust)
    assert (found.hop.peer_address, found.hop.tls, found.hop.authenticated) == ("198.51.100.7", True, None)
    # Without them the way ends inside, and the TLS of that line is not the client's.
    narrow = replace(trust, relays=(replace(MICROSOFT, hosts=hosts_of(["*.outlook.com", "*.office365.com"])),))
    signed = "Authentication-Results: x.outlook.com; dkim=pass header.d=example.co.za\n"
    assert "do not show the client" in why_not(inside, samples.EXCHANGE_CLIENT, trust=narrow, more=signed)


def test_a_server_whose_clock_is_ahead_makes_no_message_newer_than_the_own_server_saw_it() -> None:
    assert way(OWN_FROM_RELAY, POSTFIX_LOGIN).when == "2026-11-27T08:12:06Z"
    ahead = POSTFIX_LOGIN.replace("27 Nov 2026", "28 Nov 2027")
    assert way(OWN_FROM_RELAY, ahead).when == "2026-11-27T08:12:08Z"
    # A line without a time that can be read says nothing of it.
    assert way(OWN_FROM_RELAY.replace("27 Nov 2026", "99 Nov 2026"), POSTFIX_LOGIN).when == "2026-11-27T08:12:06Z"


def test_a_broken_date_of_the_declared_server_proves_nothing() -> None:
    broken = POSTFIX_LOGIN.replace("27 Nov 2026", "99 Nov 2026")
    assert "no time" in why_not(OWN_FROM_RELAY, broken)


@pytest.mark.parametrize(
    "text",
    ["*", "*.*", "*.com", "mail*", "*.co.za", "mx*.web.za", "*example.co.za", "*.example.*", "0.0.0.0/0", "::/0"],
)
def test_what_stands_for_nearly_every_server_is_refused(text: str) -> None:
    with pytest.raises(FinconError, match="servers of others"):
        hosts_of([text])


def test_names_patterns_addresses_and_networks_stand_for_servers() -> None:
    assert hosts_of(["*.example.co.za", "mx*.example.com", "*.web.de"]).names
    hosts = hosts_of(["MX.example.co.za.", "*.mail.example.co.za", "192.0.2.1", "2001:db8::/32"])
    assert all(map(hosts.has_name, ("mx.example.co.za", "a.mail.example.co.za")))
    assert not any(map(hosts.has_name, ("", "xmx.example.co.za", "mail.example.co.za", "mx.example.co.za.test")))
    assert all(map(hosts.has_address, ("192.0.2.1", "2001:db8::5")))
    assert not any(map(hosts.has_address, ("", "192.0.2.2", "2001:db9::5")))
    assert not Hosts().has_address("192.0.2.1")


LINES = [POSTFIX_LOGIN, NO_LOGIN, OWN_FROM_RELAY, samples.DOVECOT, samples.EXIM_CLIENT, samples.HARAKA, "nonsense"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=80).filter(lambda text: "\n" not in text), max_size=8))
def test_whatever_a_stranger_writes_below_the_line_of_the_own_server_proves_nothing(below: list[str]) -> None:
    lines = [" ".join(line.split()) for line in below]
    with pytest.raises(MessageError):
        way(OWN_FROM_STRANGER, *lines, trust=replace(TRUST, clients=hosts_of(["192.0.2.0/24"])), more="")
