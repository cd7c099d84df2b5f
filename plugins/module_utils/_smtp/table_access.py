# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of who may use the server at all: by name, by address, by a login.

Servers may delay these refusals to any later command, so nearly every row fits at every stage.
"""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import BARE, Diagnosis, Match, Words, given

_BOTH = ("4", "5")
_NO = ("5",)
_AFTER_GREETING = ("mail", "rcpt", "send")
_ANY = ("banner", "ehlo", "auth", *_AFTER_GREETING)

_LISTED = (
    r"black ?list|block ?list|deny ?list|spamhaus|spamcop|\bsorbs\b|barracuda(central|networks)|\brbl\b|dnsbl|dnsrbl"
    r"|\bpbl\b|(poor|bad|low|negative) reputation|reputation (of|is|score)|ip( address)? reputation"
    r"|(?<!gr.y[- ])\blisted\b"
    r"|(\(ip\)|\bip|host|(?<!\()address|you)\b.{0,30}banned|banned (sending |sender ?)?\(?ip"
    r"|client host (rejected|blocked)|traffic not accepted from this ip|access to .{0,50}system has been rejected"
    r"|(dynamic|dial-?up|transient|residential)[ /](\w+ )?(ip|address|host)|not welcome"
    r"|(n't|not) accept (e?-?mails?|messages?|connections?) from (you\b|\(ip\)"
    r"|(your|this) (ip|host|network|isp|country))"
    r"|(mail|connections?) from \(ip\) (is |was )?(denied|refused|rejected|not accepted)"
    r"|not (allowed|permitted|authori[sz]ed) to connect"
    r"|not authori[sz]ed to send e?-?mails? directly|spams? from (your|this) (ip|host|network)"
    r"|\A\W*blocked\W+(see|visit)\b"
    r"|(\(ip\)|\bip\b|client|host|your (server|network|address|isp)|connections?)\b.{0,60}(blocked|denied access"
    r"|not welcome)|blocked (your|this|the) (ip|host|address)"
    r"|(access|service|connection) (is )?denied (for|from|to) (\(ip\)|ip\b|your|this)"
)

_NO_PTR = (
    r"reverse (dns|hostname|lookup|name)|cannot find your (reverse )?hostname|\bptr\b|\brdns\b|no reverse"
    r"|ip name lookup failed|client host rejected: cannot find|unresolvable relay host name"
    r"|\bip( address)? (must|does(n't| not)) resolve"
)

ROWS = (
    Diagnosis(
        "ehlo_refused",
        ("ehlo", *_AFTER_GREETING),
        (
            Match(codes=("501", "504"), stages=("ehlo",), source="RFC 5321 section 4.1.1.1"),
            Match(codes=("550", "554"), enhanced=("5.5",), stages=("ehlo",), wordless=True),
            Match(
                codes=_BOTH,
                text=r"\b(helo|ehlo)\b",
                unless=r"first|expected|out of (order|sequence)|bad sequence|(helo|ehlo) again|polite|starttls|verif"
                r"|requires? (esmtp|ehlo)",
                source="Postfix reject_*_helo_*, Exim, cPanel, MDaemon, Haraka helo.checks, Google's relay",
            ),
            Match(
                codes=_BOTH,
                text=r"fully[- ]qualified (host|domain)|invalid domain name|hostname|as your (own )?name",
                unless=_NO_PTR,
                stages=("ehlo",),
                source="Postfix, Courier, Exim",
            ),
        ),
        "The server does not accept the name by which this machine introduces itself ({ehlo_name}).",
        "Set ehlo_name to a full host name that exists in the DNS, such as pc1.example.co.za.",
        words=(
            Words(
                given("provider_google_relay"),
                hint="Set ehlo_name to your mail domain, or to a full host name in it: Google's relay refuses others.",
            ),
            Words(
                given("provider_google"),
                "Google's relay does not accept the name by which this machine introduces itself ({ehlo_name}).",
                "Set ehlo_name to your mail domain, or to a full host name in it.",
            ),
            Words(
                given("ehlo_name_set"),
                hint="Give another name as ehlo_name: a full host name that exists in the DNS, such as "
                "pc1.example.co.za.",
            ),
        ),
    ),
    Diagnosis(
        "relay_not_registered",
        _ANY,
        (
            Match(
                codes=_BOTH,
                text=r"invalid credentials for relay|ip address you('|.{0,3}) ?(ve|have)? registered"
                r"|unauthori[sz]ed ip"
                r"|\bip\b( address)?( \(ip\))? (is )?not (registered|authori[sz]ed|white-?listed|allowed"
                r"|permitted|recogni[sz]ed|in)\b"
                r"|not an? (authori[sz]ed|registered|permitted) (ip|host|client|relay)\b|open relay not allowed"
                r"|(your|this|source|client) (ip|address)\b.{0,40}not (on|in) .{0,20}(allow|white"
                r"|access) ?-?list|Tenant(Inbound)?Attribution",
                unless=r"dynamic|dial-?up|transient|residential|\bspf\b",
                source="support.google.com/a/answer/2956491, Mimecast, Brevo, SendGrid, Exchange Online 5.7.64",
            ),
        ),
        "This machine's public address is not registered at the server for sending.",
        "{provider_login} Register the address in the provider's administration, or set Authenticate to Y, with a "
        "login.",
        words=(
            Words(
                given("provider_google", "no_authenticate"),
                hint="Register the address in the Google Admin console (Gmail, Routing, SMTP relay service), or set "
                "Authenticate to Y with a Workspace user and an app password.",
            ),
            Words(
                given("authenticate"),
                hint="{provider_login} Register the address in the provider's administration, or have its check of "
                "addresses switched off.",
            ),
        ),
    ),
    Diagnosis(
        "sender_not_authenticated",
        _AFTER_GREETING,
        (
            Match(
                codes=_NO,
                enhanced=("5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.26", "5.7.27"),
                source="RFC 7372",
            ),
            Match(
                codes=_BOTH,
                text=r"\bspf\b|\bdmarc\b|\bdkim\b|sender policy framework|openspf|unauthenticated e?mail from"
                r"|required authentication level",
                source="support.google.com/a/answer/3726730, Exchange Online, Mimecast",
            ),
        ),
        "The sender's domain does not let this server or machine send for it (SPF, DKIM or DMARC).",
        "Send through a server in the domain's SPF record, or ask the administrator of the domain's DNS to change the "
        "record.",
    ),
    Diagnosis(
        "mail_needs_auth",
        _AFTER_GREETING,
        (
            Match(codes=("530",), source="RFC 4954 section 6"),
            Match(codes=_NO, enhanced=("5.7.57",), source="Exchange Online"),
            Match(
                codes=_BOTH,
                text=r"not logged[- ]in|try using smtp-?auth|permissions? to submit"
                r"|with (a |an )?(smtp )?(auth(entication)?|login|password)\b",
                unless=r"temporar|problem|trouble",
                needs=("no_login",),
                source="Postfix, Exchange",
            ),
            Match(
                codes=_BOTH,
                text=r"(must|need to|please|have to|should|required to) (first )?(be )?(authenticat|log(ged)? ?(in"
                r"|on)\b|sign in)|(auth\w*|log ?[io]n) (is )?(required|needed|necessary|mandatory)"
                r"|(requires?|needs?) (smtp |an? )?(auth\w*|login)\b|not (been )?authenticated|unauthenticated"
                r"|without (smtp )?(auth\w*|logging in|a login)|turn(ed)? on (smtp )?auth|smtp auth\w* turned on"
                r"|(auth\w*|log ?[io]n|sign in) (command )?(first|before)|only authenticated"
                r"|(anonymous|unauthori[sz]ed) (sender|user|client|access|relay)"
                r"|(check|read|get|retrieve) (your |for )?(new )?e?mail (first|before)|pop[- ]before[- ]smtp"
                r"|don't authenticate|failed to authenticate",
                unless=r"control panel|web ?mail|portal|browser|dashboard|as owner",
                source="Exchange, SendGrid, MailEnable, hMailServer, cPanel, qmail, Haraka",
            ),
        ),
        "The server wants a login before it takes mail.",
        "Set Authenticate to Y and supply a user name and a password.",
        words=(
            Words(
                given("login"),
                'The server wants a login although it has just accepted one: "{detail}".',
                "Show this to the server's administrator: it may want the login of the sender's own address, or "
                "another port.",
            ),
        ),
    ),
    Diagnosis(
        "relay_denied",
        ("mail", "rcpt", "send"),
        (
            Match(codes=("550", "554"), enhanced=("5.7.1",), stages=("rcpt",), wordless=True),
            Match(
                codes=_BOTH,
                text=r"relay(ing|ed)?\b.{0,40}(denied|not (permitted|allowed|authori[sz]ed|accepted|supported)"
                r"|disallowed|prohibited|refused|rejected|forbidden|blocked)"
                r"|(unable|not (\w+ )?(permitted|allowed|authori[sz]ed|configured)|cannot|can't|won't|will not"
                r"|do(es)?(n't| not)|refus\w+) (to )?relay|no relay|not an? (open )?(relay|gateway)"
                r"|must not relay|(den(y|ies)|refus\w+|reject\w*) relay|\b(use|using)\b.{0,60}\bas a relay\b"
                r"|not (allowed|permitted|authori[sz]ed) to send( e?-?mails?| messages?)? (through|via|using)"
                r"|isn'?t in my list of allowed|rcpthosts",
                source="Postfix, Exim, sendmail, qmail, Exchange, Courier, cPanel",
            ),
            Match(
                codes=_BOTH,
                text=r"(delivery|sending|mail) (is )?not (allowed|permitted) to (this|that|external|remote)"
                r"|cannot deliver mail for|only accepts? (mail )?(for|to) local|not (a )?local|non-local"
                r"|\blocal (domains?|users|recipients|addresses) only"
                r"|(domain|host|recipient)\b.{0,30}not (hosted|served|handled|accepted) (here|by this)",
                unless=r"\bsender\b",
                source="hMailServer, Haraka, MailEnable, RFC 5321 (551)",
            ),
            Match(
                codes=_NO,
                text=r"client host rejected: access denied",
                needs=("no_login",),
                source="Postfix permit_sasl_authenticated, reject",
            ),
            Match(
                codes=_NO,
                text=r"invalid recipient|recipient (address )?(rejected|refused|denied)\W*(access denied)?\W*\Z"
                r"|mailbox unavailable|\A\W*[\d.]*\W*address rejected\W*\Z",
                stages=("rcpt",),
                needs=("no_login",),
                source="OpenSMTPD",
            ),
        ),
        "The server does not pass mail on without a login.",
        "Set Authenticate to Y and supply a login, or have the server's administrator allow this machine's address.",
        words=(
            Words(
                given("login"),
                "The login was accepted, but the server does not pass mail on for it.",
                "Ask the server's administrator which recipients this login may send to, and from which addresses.",
            ),
            Words(
                given(text=r"recipient|mailbox unavailable"),
                "Without a login the server does not take mail for this recipient: it does not relay, or the address "
                "does "
                "not exist.",
            ),
        ),
    ),
    Diagnosis(
        "no_reverse_dns",
        ("banner", "ehlo", *_AFTER_GREETING),
        (
            Match(codes=_BOTH, enhanced=("5.7.25", "4.7.25"), source="RFC 7372"),
            Match(
                codes=_BOTH,
                text=_NO_PTR,
                source="Postfix reject_unknown_client_hostname, sendmail, Google",
            ),
        ),
        "The server wants a name for this machine's address (reverse DNS), and there is none that fits.",
        "Ask your internet provider for a PTR record, or log in at {other_ports}, where it is rarely asked for.",
        words=(
            Words(
                given("login"),
                hint="Ask your internet provider for a PTR record for this machine's public address, or use another "
                "internet line.",
            ),
        ),
    ),
    Diagnosis(
        "blocked",
        _ANY,
        (
            Match(
                codes=_BOTH,
                text=_LISTED,
                unless=r"sender (address|domain)|envelope|mailfrom|mail from[: ]+(<|\(address)|may not exist"
                r"|(?<!or )\b(your|from|this) domain\b.{0,30}list",
                source="Postfix reject_rbl_client, Exchange Online 5.7.606, Barracuda, cPanel",
            ),
            Match(codes=_BOTH, text=r"\bblocked\b|access denied", stages=("banner", "ehlo")),
            Match(
                codes=_NO,
                text=r"(failed|bad|invalid) (\w+ )?(log ?[io]ns?|auth\w*|attempts|commands)\b|\babus(e|ive)\b|\bspam",
                stages=("banner", "ehlo"),
                source="Comcast, Exim",
            ),
            Match(codes=("554",), stages=("banner",), wordless=True, source="RFC 5321 section 3.1"),
            Match(codes=_NO, enhanced=("5.7.1", BARE), stages=("banner",), wordless=True),
        ),
        "The server refuses this machine's address; it may be on a block list.",
        "Ask the provider why, with the server's text. Mail from an office line usually has to log in, at "
        "{other_ports}.",
        words=(
            Words(
                given("authenticate"),
                hint="Ask the provider why, with the server's text; from another internet line the login may work.",
            ),
        ),
    ),
)
