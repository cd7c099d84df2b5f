# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of the sender's and the recipient's address.

The text shows which of the two a server refuses. The stage does not, since many servers refuse the sender only at RCPT
or after the message.
"""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, given

_BOTH = ("4", "5")
_NO = ("5",)
_ENVELOPE = ("mail", "rcpt", "send")
_DELIVERY = ("rcpt", "send")

_NO_DOMAIN = (
    r"(not found|does(n't| not) (exist|resolve)|unknown|invalid|non-?existent|no (mx|such)|(unresolv|not resolv)\w+"
    r"|must (exist|resolve))"
)
_SENDER = r"(sender|mail ?from(?! \(ip\))|from:? (address|header)|envelope from|return[- ]path|originator)"

ROWS = (
    Diagnosis(
        "account_barred",
        _ENVELOPE,
        (
            Match(
                codes=_NO, enhanced=("5.7.501", "5.7.502", "5.7.503", "5.7.705", "5.7.750"), source="Exchange Online"
            ),
            Match(
                codes=_BOTH,
                text=r"bad outbound sender|OutboundSpamException"
                r"|(outgoing|outbound|sending|submission) (mail|e-?mail|messages?|smtp"
                r"|privileges?)?.{0,50}(suspen\w+|disabled|barred|restricted|on hold|revoked)"
                r"|sending (paused|suspended|disabled)"
                r"|(suspended|restricted|barred|disabled|banned|prohibited) from sending|spam abuse detected"
                r"|\b(your (smtp )?account|sender'?s? (account|mailbox)) (\S+ ){0,10}(suspended|restricted|banned"
                r"|disabled|paused|under review|on hold|locked|blocked)|(outgoing|outbound)( \w+){0,5} blocked",
                unless=r"recipient|tried to reach|no such",
                source="Exchange Online 5.1.8 and 5.7.50x, cPanel, Amazon SES, OVHcloud, Mailgun, Zoho",
            ),
            Match(  # at RCPT such words mostly refer to the recipient's account
                codes=_BOTH,
                text=r"(account|user|tenant|login|customer|domain)\b (\S+ ){0,4}(suspended|restricted|barred|banned"
                r"|disabled|paused|under review|on hold|locked)|\baccount\b.{0,60}\b(blocked|compromised)",
                unless=r"recipient|tried to reach|no such|(your|client|source|sending) ip\b|ip address",
                stages=("mail", "send"),
            ),
        ),
        "The provider has barred this account or domain from sending.",
        "Ask the provider why, often for mail that looked like spam; change the account's password before it is "
        "released.",
        words=(
            Words(
                given("provider_m365"),
                "Microsoft 365 has barred this account from sending.",
                "An administrator releases it at security.microsoft.com, Restricted entities, after its password is "
                "changed.",
            ),
            Words(
                given(text="bad outbound sender|OutboundSpamException"),
                "Microsoft 365 has barred this account from sending.",
                "An administrator releases it at security.microsoft.com, Restricted entities, after its password is "
                "changed.",
            ),
        ),
    ),
    Diagnosis(
        "sender_not_verified",
        _ENVELOPE,
        (
            Match(
                codes=_BOTH,
                text=r"verified sender"
                r"|(address|domain|sender|identity|e-?mail)\b (\S+ ){0,3}(is |has )?(un|not (been )?)(verified"
                r"|validated|confirmed|activated)|unverified (sender|domain|e-?mail|identity)"
                r"|identities failed the check"
                r"|(validate|verify|authenticate|confirm) your (sender|domain|e-?mail|address)"
                r"|not an? (verified|validated|confirmed)|authori[sz]ed recipients|free accounts are for test"
                r"|sandbox|not a sender signature|unconfigured sending domain|not associated with (your|this) account"
                r"|only (be used to )?send (\w+ )?e?-?mails? to (your|account|verified)",
                unless=r"(sender|recipient) address rejected",
                source="SendGrid, Amazon SES, Brevo, Mailgun, Postmark, SparkPost, Resend, Mailtrap",
            ),
        ),
        "The provider has not verified the sender's address or its domain.",
        "Have the address or its domain verified in the provider's console; in a trial account the recipient's too.",
    ),
    Diagnosis(
        "sender_unknown",
        _ENVELOPE,
        (
            Match(codes=_BOTH, enhanced=("4.1.7", "4.1.8", "5.1.7", "5.1.8"), wordless=True, source="RFC 3463"),
            Match(
                codes=_BOTH,
                text=r"sender verif\w+ (fail|unsuccess)|(unrout\w+|undeliverable) sender|verification failed for|"
                + _SENDER
                + r"\b.{0,60}(domain|host|dns|mx)\b.{0,20}"
                + _NO_DOMAIN
                + r"|"
                + _SENDER
                + r" address rejected: (unverified|undeliverable|user unknown|unknown|need|malformed"
                r"|domain)|((invalid|unknown|bad|no such) domain|no mx) .{0,10}sender"
                r"|domain of sender address .{0,40}"
                + _NO_DOMAIN
                + r"|"
                + _SENDER
                + r"\b.{0,40}\bhas no .{0,20}(mx|dns)\b"
                r"|required for sender address",
                source="Postfix reject_unknown_sender_domain, Exim, sendmail",
            ),
            Match(codes=_BOTH, text=r"(domain|host)( name| \S+)? (has )?" + _NO_DOMAIN, stages=("mail",)),
        ),
        "The server finds no mail domain or mailbox for the sender's address.",
        "Check the sender's address for a typing error; its domain must exist in the DNS.",
    ),
    Diagnosis(
        "send_as_denied",
        ("send",),
        (
            Match(codes=_NO, text=r"SendAsDenied|send as denied", source="Exchange Online"),
            Match(codes=_NO, enhanced=("5.2.252", "5.7.60"), source="Exchange Online"),
            Match(
                codes=_NO,
                text=r"(not (allowed|permitted|authori[sz]ed)|(not|no) (have )?permissions?) to send as",
                needs=("login",),
                source="Exchange",
            ),
        ),
        "The login was right, but its mailbox may not send as the sender's address.",
        "Grant Send As on the sender's mailbox to this login (Exchange: mailbox delegation).",
        words=(
            Words(
                given("no_login"),
                "Without a login the server does not let this machine send as the sender's address.",
                "Set Authenticate to Y with the login of the sender's mailbox, or have a connector accept this "
                "machine.",
            ),
        ),
    ),
    Diagnosis(
        "sender_not_owned",
        _ENVELOPE,
        (
            Match(codes=("553",), wordless=True, stages=("mail",)),
            Match(codes=("553",), text=r"relaying disallowed as", source="Zoho Mail"),
            Match(
                codes=("530",),
                text=r"\A\W*sender rejected\W*\Z",
                stages=("mail",),
                needs=("login",),
                source="OpenSMTPD senders",
            ),
            Match(codes=_NO, enhanced=("5.7.60",), source="Exchange"),
            Match(
                codes=_BOTH,
                text=r"not owned by|not (logged in|authenticated) as owner"
                r"|(permissions?|not (allowed|permitted|authori[sz]ed)|may not|cannot|can't) (to )?(send|submit"
                r"|use|post|relay)\b.{0,30}\b(as|on behalf|with|sender|from (?!(your|this|the) (ip|host|network"
                r"|server|location|country|machine)|\(ip\)))\b|send(ing)? as (this|that)"
                r"|not (allowed|permitted|authori[sz]ed) to send\W*(from \(address\)\W*)?\Z"
                r"|not (allowed|permitted|authori[sz]ed) to use (it|this|the) ?(address|sender)?\W*\Z",
                source="Postfix reject_sender_login_mismatch, Exchange 5.7.60",
            ),
            Match(
                codes=_BOTH,
                text=_SENDER
                + r"\b( address)?( \S+){0,4} (is )?(not (allowed|permitted|authori[sz]ed|accepted|match\w*|yours"
                r"|one of your|(the )?same|equal)|mismatch|must (match|equal|be)|unauthori[sz]ed"
                r"|does(n't| not) (match|belong|conform with auth))"
                r"|(not (a )?|non-)local sender|incorrect auth\w* for (the )?specified"
                r"|send(ing)? from (the |this )?(domain|address|\(address\)).{0,40}not (allowed|permitted"
                r"|authori[sz]ed)"
                r"|can only send (e?-?mails? )?(from|as)\b|mail from must (equal|be)|(login|user|auth\w*) mismatch"
                r"|must (be (the )?same|match|equal) .{0,20}(auth|user|login)|spoof|unauthori[sz]ed sender"
                r"|does(n't| not) match (the )?(auth|login|sasl)|sender address rejected: not logged in",
                source="IONOS, qq mail, Haraka, hMailServer, MDaemon, Zimbra, Mimecast anti-spoofing",
            ),
        ),
        "This login may not send as the sender's address.",
        "Use the login that owns the address, or have the provider allow the address for this login.",
        words=(
            Words(
                given("no_login"),
                "The server does not let this machine send as the sender's address without a login.",
                "Set Authenticate to Y with the login that owns the address, or have this machine's address allowed.",
            ),
        ),
    ),
    Diagnosis(
        "recipient_domain_unknown",
        _DELIVERY,
        (
            Match(
                codes=_BOTH,
                text=r"recipient.{0,40}(domain|host)( name| \(\w+\))? "
                + _NO_DOMAIN
                + r"|unroutea?ble (mail )?domain|host unknown"
                r"|(invalid|bad|unknown) (destination )?(domain|host)\b|nxdomain"
                r"|lookup of .{0,60}failed|non-?existent (hosts?|domain)|no (valid|mail) (mx|hosts?)|nullmx"
                r"|null mx|(domain|host)( name| \(\w+\))? " + _NO_DOMAIN,
                unless=_SENDER + r"\b|\b(helo|ehlo)\b|client host",
                source="Postfix reject_unknown_recipient_domain, Exim, RFC 7505",
            ),
        ),
        "The domain of the recipient's address does not exist, or takes no mail.",
        "Check the address that the test is for: the sender's own, since no send_to is set.",
        words=(Words(given("send_to_set"), hint="Check send_to for a typing error."),),
    ),
    Diagnosis(
        "mailbox_full",
        _ENVELOPE,
        (
            Match(codes=_BOTH, enhanced=("4.2.2", "5.2.2"), source="RFC 3463"),
            Match(codes=_BOTH, text=r"mailbox (is )?(full|over ?quota)", stages=("mail",)),
            Match(
                codes=_BOTH,
                stages=_DELIVERY,
                text=r"over ?quota|mailbox (\S+ ){0,3}(full|quota|size limit)|(mailbox|storage) (quota|limit)"
                r"|(inbox|mailbox)\b.{0,30}\b(storage|space)|exceeded storage allocation"
                r"|(insufficient|not enough) (mailbox|user|disk) (space|storage|quota)|mailbox is full",
                source="RFC 5321 section 4.2.2, Dovecot, Exchange, Google",
            ),
        ),
        "The mailbox of the recipient is full.",
        "Empty the mailbox, or enlarge it; mail to other recipients may work.",
        words=(
            Words(
                Match(events=(), stages=("mail",)),
                "The mailbox of the sender is full, and the server takes no mail from it.",
            ),
            Words(
                given(text=r"storage allocation"),
                'The mailbox of the recipient is full, or the message too big for it: "{detail}".',
            ),
        ),
    ),
    Diagnosis(
        "no_such_recipient",
        _DELIVERY,
        (
            Match(codes=_NO, enhanced=("5.1.1", "5.1.6", "5.1.10"), source="RFC 3463, RFC 7505"),
            Match(codes=_NO, enhanced=("5.1.0", "5.1.2", "5.1.3"), wordless=True),
            Match(
                codes=_NO,
                enhanced=("5.4.1",),
                text=r"recipient address rejected: access denied",
                source="Exchange Online",
            ),
            Match(
                codes=_NO,
                text=r"(user|recipient|mailbox|address|account|alias) (\S+ ){0,3}?(is )?(suspended|locked|unknown"
                r"|not (found|active|available)|unavailable|invalid|not known|disabled|inactive)"
                r"|(unknown|invalid|no such|non-?existent|inactive) (local )?(user|recipient|mailbox|address"
                r"|person|account)|no such|unroutea?ble address|undeliverable address|tried to reach (is|was) "
                r"|user (doesn't|does not) have|\A\W*[\d.]*\W*address rejected\W*\Z|no mailbox here"
                r"|no longer (available|valid|in use)",
                unless=_SENDER + r"\b",
                source="Postfix, Exim, sendmail, qmail, Courier, Google",
            ),
            Match(
                codes=_NO,
                text=r"(does(n't| not)|may not) exist|not a valid (user|mailbox|recipient)"
                r"|mailbox (is )?(unavailable|disabled|inactive)",
                unless=_SENDER + r"\b",
            ),
        ),
        "The address that the test message is for does not exist at the server, or is switched off there.",
        "Check the sender's address for a typing error: the test is for it, since no send_to is set.",
        words=(Words(given("send_to_set"), hint="Check send_to for a typing error."),),
    ),
    Diagnosis(
        "sender_refused",
        _ENVELOPE,
        (
            Match(
                codes=_BOTH,
                text=_SENDER + r"( address)?( is| was| has been)? ?(\(\w+\))?:? ?(rejected"
                r"|refused|denied|blocked|black ?listed|banned|invalid)|badmailfrom|(denies|rejects|refuses) the sender"
                r"|(?<!or )\b(sender|your|from|this) domain\b.{0,30}(list|spamhaus|banned|blocked)|(invalid|bad|illegal"
                r"|malformed|unacceptable) " + _SENDER + r"|envelope blocked",
                source="Postfix check_sender_access, Mimecast, MDaemon, qmail",
            ),
        ),
        'The server refuses the sender\'s address. It says: "{detail}".',
        "Show this to the server's administrator, or use a sender address that the server accepts.",
    ),
)
