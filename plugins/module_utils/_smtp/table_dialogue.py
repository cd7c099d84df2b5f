# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses from the login to the end of the dialogue, and those that fit at any stage."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import BARE, Diagnosis, Match, event

#: One enhanced code of Microsoft 365 for six causes: only the text distinguishes them.
_M365 = ("5.7.139",)
_POLICY = r"security defaults|did not meet the criteria|conditional access"
_BASIC_OFF = r"basic authentication is (disabled|not supported)"
_NO_DOMAIN = r"sender verif\w+ fail|domain (of sender address \S+ )?(not found|does not (exist|resolve))"

AUTH_ROWS = (
    Diagnosis(
        "auth_needs_tls",
        ("auth",),
        (event("auth_not_offered_in_clear"),),
        "The server offers no login over an unencrypted connection, and TLS is N.",
        "Switch TLS on.",
    ),
    Diagnosis(
        "auth_not_offered",
        ("auth",),
        (
            event("auth_not_offered"),
            Match(codes=("500", "502", "503")),
            Match(codes=("5",), text=r"not advertised|auth\w* (is )?(not (available|enabled|supported)|disabled)"),
        ),
        "The server offers no login at port {port}: it is a port for relaying.",
        "Use port 587 or 465, or set Authenticate to N where the server accepts this machine's address.",
    ),
    Diagnosis(
        "auth_no_password_mechanism",
        ("auth",),
        (
            event("no_password_mechanism"),
            Match(codes=("504",)),
            Match(codes=("5",), text=r"unrecogni[sz]ed auth|(unsupported|unknown) (auth\w* )?mechanism"),
        ),
        "The server takes no login by password ({mechanisms}).",
        "A login by password does not work here: ask the provider for another way in, or use another server.",
    ),
    Diagnosis(
        "auth_wants_tls",
        ("auth", "mail", "rcpt"),
        (
            Match(codes=("538",)),
            Match(codes=("5",), enhanced=("5.7.11",)),
            Match(
                codes=("5",),
                text=r"starttls|(encryption|tls|ssl) (is )?(required|needed)|requires? (tls|ssl|encryption)",
            ),
            Match(codes=("530",), stages=("auth",)),
        ),
        "The server wants TLS first.",
        "Switch TLS on.",
    ),
    Diagnosis(
        "google_app_password",
        ("auth",),
        (
            Match(codes=("534",), enhanced=("5.7.9",)),
            Match(codes=("5",), text=r"application-specific password|app password|InvalidSecondFactor"),
        ),
        "Google wants an app password: the account has two-step verification.",
        "Create an app password in the Google account (Security, App passwords) and use it as the password.",
    ),
    Diagnosis(
        "google_browser",
        ("auth",),
        (
            Match(codes=("534",), enhanced=("5.7.14",)),
            Match(codes=("5",), text=r"log in (via|with) your (web )?browser|WebLoginRequired"),
        ),
        "Google wants somebody to sign in through the browser first.",
        "Sign in at accounts.google.com as this user, confirm what it asks, and probe again.",
    ),
    Diagnosis(
        "m365_smtp_auth_off",
        ("auth",),
        (Match(enhanced=_M365), Match(codes=("5",), enhanced=_M365, text=r"SmtpClientAuth\w* is disabled")),
        "Microsoft 365 has SMTP AUTH switched off, for the tenant or for this mailbox (its text says which).",
        "An administrator runs Set-TransportConfig -SmtpClientAuthenticationDisabled $false (tenant) or "
        "Set-CASMailbox USER -SmtpClientAuthenticationDisabled $false (mailbox).",
    ),
    Diagnosis(
        "m365_policy",
        ("auth",),
        (
            Match(enhanced=_M365, text=_POLICY),
            Match(codes=("5",), text=_POLICY),
        ),
        "A policy of the Microsoft 365 organisation refuses this login; the password may be right.",
        "The Entra administrator looks at security defaults, Conditional Access and the sign-in log of this user.",
    ),
    Diagnosis(
        "basic_auth_off",
        (),
        (
            Match(codes=("535", "550"), enhanced=("5.7.30",)),
            Match(enhanced=_M365, text=_BASIC_OFF),
            Match(codes=("535", "550"), text=_BASIC_OFF),
        ),
        "The server takes no password logins any more (basic authentication is off).",
        "Use a relay or a connector that trusts your address, High Volume Email, or another provider.",
    ),
    Diagnosis(
        "auth_throttled",
        ("auth",),
        (
            Match(codes=("421", "454")),
            Match(codes=("4",), enhanced=("4.7.0",)),
            Match(codes=("4", "5"), text=r"too many|rate limit|try again later|temporarily (locked|blocked)"),
        ),
        "The server takes no logins for the moment: a passing fault, or too many of them.",
        "Wait, an hour if need be. Do not try in a loop: that prolongs the block.",
        retryable=True,
    ),
    Diagnosis(
        "account_unusable",
        ("auth",),
        (
            Match(codes=("432",)),
            Match(enhanced=("4.7.12", "5.7.12", "5.7.13")),
            Match(
                codes=("4", "5"),
                text=r"(account|mailbox|user) (\S+ )?(is |has been )?(disabled|locked|suspended|expired)",
            ),
            Match(codes=("4", "5"), text=r"password (has |is )?expired|password (change|transition|reset)"),
        ),
        "The account exists but cannot be used: it is disabled, or its password must be changed.",
        "Have the account unlocked, or sign in through its web mail and set a new password.",
    ),
    Diagnosis(
        "wrong_password",
        ("auth",),
        (
            Match(codes=("535",)),
            Match(codes=("5",), enhanced=("5.7.8", "5.7.3")),
            Match(enhanced=_M365, text=r"credentials were incorrect"),
            Match(codes=("5",), text=r"(invalid|incorrect|bad|wrong) (user|login|password|credential|authentication)"),
            Match(codes=("5",), text=r"(authentication|login) (credentials )?(failed|failure|unsuccessful|invalid)"),
        ),
        "The server refuses this user name and password.",
        "Check both. Many servers want the full mail address as the user name. The probe tried only once.",
    ),
    Diagnosis(
        "clear_text_login",
        ("auth",),
        (event("clear_text"),),
        "The password went over the network unencrypted, since TLS is N.",
        "Switch TLS on if the server can: anybody on the way can read the password.",
        warning=True,
    ),
    Diagnosis(
        "m365_password_retirement",
        ("auth",),
        (event("m365_retirement"),),
        "{detail}",
        "Plan another way before then: a relay, a connector, High Volume Email, or another provider.",
        warning=True,
    ),
)

ENVELOPE_ROWS = (
    Diagnosis(
        "mail_needs_auth",
        ("mail", "rcpt"),
        (
            Match(codes=("530",)),
            Match(
                codes=("5",),
                text=r"(must|need to|please) (be )?authenticat|authentication (is )?required|not authenticated",
            ),
        ),
        "The server wants a login before it takes mail.",
        "Set Authenticate to Y and supply a user name and a password.",
    ),
    Diagnosis(
        "sender_not_owned",
        ("mail", "rcpt"),
        (
            Match(codes=("553",)),
            Match(codes=("5",), enhanced=("5.7.60",)),
            Match(
                codes=("5",),
                text=r"not owned by|sender address rejected|(not (allowed|permitted|authori[sz]ed)) to send",
            ),
            Match(codes=("5",), text=r"sender (is )?not (allowed|permitted|authori[sz]ed)|send as this sender"),
        ),
        "This login may not send as the sender's address.",
        "Use the login that owns the address, or have the provider allow the address for this login.",
    ),
    Diagnosis(
        "sender_unknown",
        ("mail", "rcpt"),
        (
            Match(codes=("4", "5"), enhanced=("4.1.7", "4.1.8", "5.1.7", "5.1.8")),
            Match(codes=("4", "5"), text=_NO_DOMAIN),
            Match(codes=("4", "5"), enhanced=("4.1.8", "5.1.8"), text=_NO_DOMAIN),
        ),
        "The server finds no mail domain or mailbox for the sender's address.",
        "Check the sender's address for a typing error; its domain must exist in the DNS.",
    ),
    Diagnosis(
        "too_big",
        ("mail", "rcpt", "send"),
        (Match(codes=("552",)), Match(codes=("4", "5"), enhanced=("5.3.4", "4.3.4"))),
        "The message is larger than the server accepts (it announces {size} bytes).",
        "Send smaller documents, or ask the provider for more.",
    ),
    Diagnosis(
        "greylisted",
        ("rcpt",),
        (
            Match(codes=("450", "451"), enhanced=("4.2.0", "4.7.1", BARE)),
            Match(codes=("4",), text=r"gr[ea]y-?list|postgrey|deferred.*unknown sender"),
        ),
        "The server puts unknown senders off for some minutes (greylisting); everything before that worked.",
        "Nothing: real mail is tried again. Fincon may need a second attempt at its first message.",
        retryable=True,
    ),
    Diagnosis(
        "relay_denied",
        ("rcpt",),
        (
            Match(codes=("550", "554"), enhanced=("5.7.1",)),
            Match(codes=("4", "5"), text=r"relay|not in my list of allowed|rcpthosts"),
        ),
        "The server does not pass mail on for this sender: not logged in, or not allowed to.",
        "Set Authenticate to Y, or have the server's administrator allow this machine's address.",
    ),
    Diagnosis(
        "no_such_recipient",
        ("rcpt", "send"),
        (
            Match(codes=("5",), enhanced=("5.1.1", "5.1.0", "5.1.2", "5.1.3", "5.1.6", "5.1.10")),
            Match(
                codes=("5",),
                text=r"(user|recipient|mailbox|address) (is )?(unknown|not found)|unknown user|no such|unrouteable",
            ),
            Match(codes=("5",), text=r"does(n't| not) exist|invalid recipient|mailbox unavailable"),
        ),
        "The address that the test message is for does not exist at the server.",
        "Check the sender's address (or send_to) for a typing error.",
    ),
    Diagnosis(
        "rate_limited",
        ("mail", "rcpt", "send"),
        (
            Match(codes=("452",)),
            Match(codes=("4",), enhanced=("4.5.3", "4.2.1")),
            Match(codes=("4", "5"), text=r"rate limit|limit exceeded|too many (recipients|messages)|quota of messages"),
        ),
        "The server limits how much is sent in a time, and the limit is reached.",
        "Wait, then try again; spread large mailings, or ask the provider for a higher limit.",
        retryable=True,
    ),
)

SEND_ROWS = (
    Diagnosis(
        "send_as_denied",
        ("send",),
        (
            Match(codes=("5",), text=r"SendAsDenied|send as denied|not allowed to send as"),
            Match(codes=("5",), enhanced=("5.2.252", "5.7.60")),
        ),
        "The login was right, but its mailbox may not send as the sender's address.",
        "Grant Send As on the sender's mailbox to this login (Exchange: mailbox delegation).",
    ),
    Diagnosis(
        "content_refused",
        ("send",),
        (Match(codes=("5",), enhanced=("5.6", "5.7")), Match(codes=("5",), text=r"spam|content|policy|virus")),
        "The server refused the test message for what is in it, or by a policy.",
        "Show the server's text to the provider; the login and the addresses were accepted.",
    ),
)

GENERAL_ROWS = (
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
        "Try again; if it stays so, ask whoever runs the server, or allow a longer deadline.",
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
        (Match(codes=("4",)), Match(codes=("4",), text=r"temporary local problem|local (configuration )?error")),
        "The server refused for now; only its text gives the reason.",
        "Try again in a quarter of an hour; if it persists, show its text to whoever runs the server.",
        retryable=True,
    ),
    Diagnosis(
        "permanent_refusal",
        (),
        (Match(codes=("5",)),),
        "The server refused; only its text gives the reason.",
        "Trying again will not help. Show its text to whoever runs the server.",
    ),
    Diagnosis(
        "unexpected_reply",
        (),
        (Match(codes=("2", "3")),),
        "The server's answer after {command} does not belong there.",
        "Show its text to whoever runs the server; a device on the way may interfere.",
    ),
    Diagnosis(
        "quit_ignored",
        ("quit",),
        (event("quit_ignored"),),
        "The server did not say goodbye.",
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

DIAGNOSES = AUTH_ROWS + ENVELOPE_ROWS + SEND_ROWS + GENERAL_ROWS
