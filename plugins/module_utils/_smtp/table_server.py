# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of the server's own state and rules (busy, limits, greylisting), and those that fit at any stage."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, event, given

_BOTH = ("4", "5")
_NO = ("5",)
_ENVELOPE = ("mail", "rcpt", "send")
_EARLY = ("banner", "ehlo", "starttls", "mail", "rcpt")

ROWS = (
    Diagnosis(
        "greylisted",
        _ENVELOPE,
        (
            Match(
                codes=("4",),
                text=r"gr[ea]y-? ?list|postgrey|sqlgrey|deferred.{0,20}unknown sender"
                r"|not yet authori[sz]ed to deliver mail from",
                unless=r"gr[ea]y-? ?list\w*( \w+)?( is)? (down|error|fail\w+|unavailable|not )|not gr[ea]y",
                source="RFC 6647, Postgrey, milter-greylist, Exim, cPanel",
            ),
            Match(
                codes=("4",), text=r"\A\W*(please )?(wait|come back)( later| in [\d:]+( \w+)?)?\W*\Z", stages=("rcpt",)
            ),
        ),
        "The server puts unknown senders off for some minutes (greylisting); everything before that worked. It said: "
        '"{reply}".',
        "Nothing: real mail is tried again. Fincon may need a second attempt at its first message.",
        retryable=True,
    ),
    Diagnosis(
        "next_hop_down",
        (*_EARLY, "send"),
        (
            Match(codes=("4",), enhanced=("4.4.1",), source="RFC 3463"),
            Match(
                codes=_BOTH,
                text=r"((fail\w*|unable) to|could not|cannot|can't) (connect|reach|contact|forward)\b"
                r"|(proxy|upstream|back-?end|smart ?host|relay (server|host)|remote (server|host)|destination"
                r"|next hop)\b.{0,40}(down|unavailable|unreachable|fail\w*|refused|timed? ?out|not (available"
                r"|reachable|respond\w*)|error)|connection to .{0,40}lost|bad gateway|no route to host"
                r"|connection (to .{0,40})?(refused|timed out) (by|from|to|while|when)|connect error",
                unless=r"authenticat|sender verif|callout",
                source="IIS SMTP, Exchange Online 4.4.x, mail proxies and antivirus programs",
            ),
        ),
        "The server cannot reach the server behind it, to which it passes mail on.",
        "Ask the administrator of {host}; a relay or antivirus before that server can also be the cause. Try again "
        "later.",
        retryable=True,
    ),
    Diagnosis(
        "server_resources",
        (*_EARLY, "send"),
        (
            Match(codes=("4",), enhanced=("4.3.1",), source="RFC 3463"),
            Match(
                codes=_BOTH,
                text=r"(insufficient|not enough|out of|low on|too little|no) (free |available )?(system |disk "
                r"|server |queue )?(resources?|storage|disk|memory|space)|disk (is )?full|no space left"
                r"|queue (is )?full|queue file write error|space shortage|back ?pressure|cannot allocate",
                unless=r"mailbox|inbox|quota",
                source="Exchange back pressure, Postfix, sendmail, RFC 5321 (452)",
            ),
        ),
        "The server is short of disk space or memory.",
        "Its administrator has to act; try again after that.",
        retryable=True,
    ),
    Diagnosis(
        "busy",
        (*_EARLY, "send"),
        (
            Match(codes=("421",), wordless=True, source="RFC 5321 section 3.8"),
            Match(codes=("4",), enhanced=("4.3.2",), wordless=True, source="RFC 3463"),
            Match(
                codes=_BOTH,
                text=r"too many (\w+ )?(concurrent |simultaneous |smtp )?(connections?|sessions?|clients?|processes)"
                r"|connection (rate )?limit|concurren\w+"
                r"|(server|system|service|machine)( is)?( currently| too)? (too )?(busy|overloaded)"
                r"|(?<!mailbox )busy|load (average )?(is )?too high|maximum (number of )?(connections|sessions)"
                r"|unable to process connection|not accepting network messages",
                stages=_EARLY,
                source="Exim, Postfix, sendmail, Exchange Online, Mimecast",
            ),
            Match(
                codes=("4",),
                text=r"rate[- ]?limit|throttl|slow(er| down)|limit\w*\b.{0,30}(exceeded|reached)",
                stages=("banner", "ehlo"),
                source="Google, Yahoo, Stalwart",
            ),
            Match(codes=("4",), text=r"try again later", wordless=True, stages=("banner", "ehlo", "mail")),
            Match(codes=("4",), enhanced=("4.7.0",), stages=("banner",), wordless=True),
            Match(codes=("4",), stages=("banner",), wordless=True),
        ),
        "The server is busy, or limits the connections from this address.",
        "Try again in some minutes; if it persists, ask the provider for the limit.",
        retryable=True,
    ),
    Diagnosis(
        "rate_limited",
        _ENVELOPE,
        (
            Match(codes=("452",), wordless=True),
            Match(codes=("4",), enhanced=("4.5.3", "4.2.1"), wordless=True),
            Match(codes=_BOTH, enhanced=("4.7.28", "5.7.28", "5.4.5"), source="support.google.com/a/answer/3726730"),
            Match(
                codes=_BOTH,
                text=r"rate[- ]?limit|(limit|quota)\w*\b.{0,60}(exceeded|reached|hit)"
                r"|too many (recipients|messages|mails|e-?mails|errors)"
                r"|exceed(ed|ing) .{0,60}(limit|quota|rate|per (hour|day|minute)|max\b|maximum)"
                r"|exceeds .{0,30}(rate|quota|per (hour|day))|reached .{0,40}(limit|quota|maximum)|too much mail"
                r"|per (day|hour|minute)\b.{0,20}exceeded|per transaction|quota of messages"
                r"|rate (is )?(exceeded|too high)"
                r"|throttl|slow(er| down)"
                r"|too (fast|quickly)|unusual (sending|rate)|receiving mail at a rate",
                unless=r"(size|mailbox|storage) (limit|quota)|message limit|too (big|large)|mailbox (is )?full",
                source="Google, Exchange Online, Amazon SES, cPanel, Zoho, Postfix anvil",
            ),
        ),
        "The server limits how much is sent in a time, and the limit is reached.",
        "Wait, then try again; spread large mailings, or ask the provider for a higher limit.",
        retryable=True,
    ),
    Diagnosis(
        "too_big",
        _ENVELOPE,
        (
            Match(codes=("552",), wordless=True, source="RFC 1870"),
            Match(codes=_BOTH, enhanced=("5.3.4", "4.3.4"), source="RFC 3463"),
            Match(
                codes=_BOTH,
                text=r"too (big|large)|(message|mail) (is )?too long"
                r"|(message|mail|size)\b.{0,30}exceed\w* .{0,30}(size|limit|maximum|bytes|\bmb\b)"
                r"|(size|message) limit",
                source="Postfix, Exim, Exchange",
            ),
        ),
        "The message is larger than the server accepts (it announces {size} bytes).",
        "Send smaller documents, or ask the provider for more.",
    ),
    Diagnosis(
        "content_refused",
        ("send",),
        (
            Match(codes=_NO, enhanced=("5.6",), source="RFC 3463"),
            Match(
                codes=_NO,
                text=r"spam|junk|virus|malware|phish|unsolicited|attachment|content|\burl\b|suspicious"
                r"|(bad|invalid|malformed|missing) header|header (error|syntax|line)",
                unless=r"(filter|scan\w*|engine)\b.{0,20}(unavailable|not available|fail\w*|down|timed? ?out|error)",
                source="SpamAssassin, Rspamd, Exchange, Google, Mimecast",
            ),
        ),
        "The server refused the test message for what is in it.",
        "Show the server's text to the provider; the addresses were accepted.",
    ),
    Diagnosis(
        "policy_refused",
        (*_EARLY, "send"),
        (
            Match(
                codes=_BOTH,
                text=r"polic(y|ies)|\babuse|prohibit|administrative|not (compliant|allowed by)|security reasons",
                source="Mimecast, Exim, Exim-based filters, RFC 3463 X.7.1",
            ),
        ),
        'A rule of the server refuses this. It says: "{detail}".',
        "Ask the server's administrator which rule it is, and to change it; trying again does not help.",
        words=(
            Words(
                given(text=r"(try|come back|again).{0,20}later|try again"),
                hint="Try again in a quarter of an hour, as the server says; if it persists, ask its administrator "
                "which rule it is.",
            ),
        ),
    ),
)

GENERAL = (
    Diagnosis(
        "closed",
        (),
        (event("closed"),),
        "The server closed the connection after {command}.",
        "Suspect an intrusion detection, a tarpit or fail2ban that blocks this machine; see the server's log.",
        retryable=True,
    ),
    Diagnosis(
        "stalled",
        (),
        (event("silent", "stalled"),),
        "After {command} the server did not answer in time, or answered too slowly.",
        "Try again; if it persists, set timeout (Fincon's Time Out) to more than {seconds} seconds, or ask the "
        "server's administrator.",
        retryable=True,
    ),
    Diagnosis(
        "garbled",
        (),
        (event("not_smtp", "tls_not_spoken"),),
        "What the server answered after {command} is not SMTP.",
        "A firewall or antivirus on the way may interfere; try from another network.",
    ),
    Diagnosis(
        "temporary_refusal",
        (),
        (Match(codes=("4",)),),
        'The server refused {command} for now. It says: "{detail}".',
        "Try again in a quarter of an hour; if it persists, show its text to the server's administrator.",
        retryable=True,
        words=(
            Words(
                given("provider_mimecast"),
                hint="Mimecast puts unknown senders off so (greylisting), and addresses of bad reputation. Try again "
                "in a "
                "quarter of an hour; if it persists, ask Mimecast's administrator.",
            ),
        ),
    ),
    Diagnosis(
        "permanent_refusal",
        (),
        (Match(codes=("5",)),),
        'The server refused {command}. It says: "{detail}".',
        "Trying again will not help. Show its text to the server's administrator.",
    ),
    Diagnosis(
        "unexpected_reply",
        (),
        (Match(codes=("2", "3")),),
        "The server's answer after {command} does not belong there.",
        "Show its text to the server's administrator; a device between this machine and the server may interfere.",
    ),
    Diagnosis(
        "not_arrived",
        ("arrival",),
        (event("not_arrived"),),
        "{host} accepted the test message, but after {seconds} seconds it had not arrived at the audit mailbox.",
        "Look for {message_id} in the log and the queue of {host}, and in the spam folder of the mailbox. If it "
        "arrives late, a longer arrival_timeout is enough.",
        retryable=True,
    ),
    Diagnosis(
        "quit_ignored",
        ("quit",),
        (event("quit_ignored"),),
        "The server did not say goodbye ({reply}).",
        "Nothing to do.",
        warning=True,
    ),
    Diagnosis(
        "not_tried",
        (),
        (event("not_tried"),),
        "This login was not tried: {detail}.",
        "Put the refused logins right first, then probe again.",
        retryable=True,
    ),
    Diagnosis(
        "no_free_slot",
        (),
        (event("no_free_slot"),),
        "This login was not tried: {detail}.",
        "Look for a probe that hangs on this machine, then probe again.",
        retryable=True,
    ),
)
