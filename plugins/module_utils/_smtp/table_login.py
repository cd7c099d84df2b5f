# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of the login, apart from the refused password."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, event, given
from ansible_collections.fincon.mail.plugins.module_utils._smtp.table_password import (
    M365,
    M365_PAGE,
    OR_NOT_THE_PASSWORD,
    OR_THE_PASSWORD,
)

_BOTH = ("4", "5")
#: The service behind a server that checks the logins has an error.
_BEHIND = (
    r"connection (to \S+ )?lost|internal (server )?error|generic failure"
    r"|(ldap|radius|saslauthd|database)\b.{0,40}(fail|unavailable|down\b|error|not respond|time-?d? ?out)"
    r"|(auth\w*|ldap|database|radius|sasl) (server|service|daemon|back-?end|database"
    r"|lookup).{0,30}(fail|unavailable|down|error|not respond|timed? ?out)"
)
_NO = ("5",)

_POLICY = (
    r"security defaults|did not meet the criteria|conditional access|AADSTS(50076|50079|50158|53003|7000112)"
    r"|multi-?factor|\bmfa\b"
)
_BASIC_OFF = (
    r"(basic|password)[- ](based )?(auth\w*|logins?) (is |are |has been )?(disabled|not (supported|allowed|enabled)"
    r"|turned off|no longer)|\b(requires?|use|only) (x?oauth|modern auth)"
)

_WANTS_TLS = (
    r"(must|issue|use|need|requires?|send|support) .{0,20}start ?tls"
    r"|start ?tls.{0,30}(required|first|needed|must|mandatory)"
    r"|(encryption|encrypted|tls|ssl|secure (connection|channel))\b.{0,25}(required|needed|mandatory)"
    r"|(requires?|needs?|must (use|have)|only( over| via| with| on)?|without) (an? )?(encrypt\w+|secure|tls|ssl)\b"
    r"|(plain ?text|clear ?text|unencrypted|insecure)\b.{0,40}(disallowed|disabled|not (allowed|permitted|accepted)"
    r"|forbidden)|over (tls|ssl) only|not (allowed|permitted|accepted).{0,30}(unencrypted|insecure|non-secure)"
)

_BEING_OFF = (
    r"(disabled|locked|suspended|expired|deactivated|inactive|closed|paused|frozen|terminated|not active\w*|on hold)"
)

#: Words of a server that wants a person to sign in first.
_BY_BROWSER = r"(log|sign) ?in (to|via|with|through|using|at) (\w+ ){0,2}(web ?mail|browser|web ?site)"
#: Words of a server that takes logins, but not from this machine.
_FOR_ADDRESS = r"\b(for|from|in) (your|this) (\w+ )?(ip|address|host|network|country|location|region)\b"

ROWS = (
    Diagnosis(
        "auth_needs_tls",
        ("auth",),
        (event("auth_not_offered_in_clear"),),
        "The server offers no login over an unencrypted connection, and TLS is N.",
        "Switch TLS on.",
        words=(
            Words(
                given("seen_after_starttls"),
                "The server takes passwords only after STARTTLS (it offers {mechanisms} then), and TLS is N.",
            ),
            Words(
                given("no_starttls_offered"),
                "Port {port} offers neither a login nor STARTTLS, and TLS is N.",
                "Use {other_ports} with TLS on, or set Authenticate to N where the server accepts this machine's "
                "address.",
            ),
        ),
    ),
    Diagnosis(
        "auth_wants_tls",
        ("auth", "mail", "rcpt", "send"),
        (
            Match(codes=("538",), source="RFC 4954 section 6"),
            Match(codes=_NO, enhanced=("5.7.11",), source="RFC 5248"),
            Match(codes=("530",), stages=("auth",), wordless=True),
            Match(
                codes=_BOTH,
                text=_WANTS_TLS,
                unless=r"(tls|ssl)\b.{0,20}(not available|unavailable)|temporar|problem",
                source="RFC 3207 section 4, Exchange Online, Dovecot, Exim",
            ),
        ),
        "The server wants TLS first.",
        "Switch TLS on.",
        words=(
            Words(
                given("tls"),
                'The server wants TLS although the connection has it: "{detail}".',
                "Show this to the server's administrator: a device in front of it may end TLS.",
            ),
            Words(given("no_starttls_offered"), hint="Switch TLS on, at {other_ports}: this port offers no STARTTLS."),
        ),
    ),
    Diagnosis(
        "auth_not_offered",
        ("auth",),
        (
            event("auth_not_offered"),
            Match(codes=("500", "502", "503"), wordless=True),
            Match(
                codes=_NO,
                text=r"not advertised"
                r"|auth\w* (command )?(on port \d+ )?(is )?"
                r"(not (available|enabled|supported|implemented|allowed (here|on))"
                r"|disabled)"
                r"|command (is )?(not (implemented|recogni[sz]ed|supported)|unrecogni[sz]ed|unknown|disabled)"
                r"|(unrecogni[sz]ed|unknown|unimplemented|unsupported|invalid) command|bad sequence|syntax error",
                unless=r"mechanism|account|user\b|mailbox|domain|tenant|" + _FOR_ADDRESS,
                source="Exim, Postfix, sendmail, RFC 5321 section 4.2.2",
            ),
        ),
        "The server offers no login at port {port}: it is a port for relaying.",
        "Use {other_ports}, or set Authenticate to N where the server accepts this machine's address.",
        words=(
            Words(Match(), 'The server announces a login, and then does not take the command: "{detail}".'),
            Words(
                given("submission_port"),
                "The server offers no login at port {port}.",
                "Ask the provider at which port it takes logins: {other_ports}? Or set Authenticate to N where the "
                "server accepts this machine's address.",
            ),
        ),
    ),
    Diagnosis(
        "auth_no_password_mechanism",
        ("auth",),
        (
            event("no_password_mechanism"),
            Match(codes=("504", "534"), wordless=True),
            Match(
                codes=_NO,
                text=r"unrecogni[sz]ed auth"
                r"|(unsupported|unknown|invalid|unimplemented|no such) (auth\w* )?(mechanism|type|method)"
                r"|(mechanism|auth\w* (type|method)).{0,30}(not (supported|available|implemented|recogni[sz]ed"
                r"|allowed|permitted)|too weak|disabled|unknown|un\w+ed)",
                source="RFC 4954 section 6, Postfix, Exchange, qmail",
            ),
        ),
        "The server takes no login by password ({mechanisms}).",
        "A login by password does not work here: ask the provider for another way in, or use another server.",
        words=(
            Words(Match(), 'The server announces {mechanisms}, and serves none of its logins by password: "{detail}".'),
        ),
    ),
    Diagnosis(
        "mechanism_not_served",
        ("auth",),
        (event("mechanism_not_served"),),
        "The server announces {mechanism}, and does not serve it ({reply}). Another mechanism works.",
        "Do nothing if Fincon can send. A program that only supports {mechanism} cannot log in there.",
        warning=True,
    ),
    Diagnosis(
        "google_app_password",
        ("auth",),
        (
            Match(codes=("534",), enhanced=("5.7.9",), needs=("provider_google",)),
            Match(
                codes=_NO,
                text=r"app(lication)?[- ](specific )?password|InvalidSecondFactor",
                source="support.google.com/mail/answer/185833, Zoho, iCloud, Yahoo",
            ),
        ),
        "The provider wants an app password instead of the account's own password.",
        "{provider_login} Create an app password in the security settings of the account, and use it as the password.",
        words=(
            Words(
                given("provider_google"),
                "Google wants an app password: the account has two-step verification.",
                "Create an app password in the Google account (Security, App passwords) and use it as the password.",
            ),
        ),
    ),
    Diagnosis(
        "google_browser",
        ("auth",),
        (
            Match(codes=("534",), enhanced=("5.7.14",), needs=("provider_google",)),
            Match(
                codes=_NO,
                text=_BY_BROWSER + r"|WebLoginRequired",
                needs=("provider_google",),
                source="support.google.com/a/answer/3726730",
            ),
        ),
        "Google requires a sign-in through the browser first.",
        "Sign in at accounts.google.com as this user, confirm what it asks, and probe again.",
    ),
    Diagnosis(
        "m365_smtp_auth_off",
        ("auth",),
        (
            Match(enhanced=M365, text=r"SmtpClientAuth\w* is disabled", source=M365_PAGE),
            Match(codes=_NO, text=r"SmtpClientAuth\w* is disabled"),
        ),
        "Microsoft 365 has SMTP AUTH switched off, for the tenant or for this mailbox (its text says which).",
        "An administrator runs Set-TransportConfig -SmtpClientAuthenticationDisabled $false (tenant) or "
        "Set-CASMailbox USER -SmtpClientAuthenticationDisabled $false (mailbox).",
    ),
    Diagnosis(
        "m365_policy",
        ("auth",),
        (
            Match(enhanced=M365, text=_POLICY, source=M365_PAGE),
            Match(codes=_NO, text=_POLICY),
        ),
        "A policy of the Microsoft 365 organisation refuses this login; the password may be right.",
        "The Entra administrator looks at security defaults, Conditional Access and the sign-in log of this user.",
    ),
    Diagnosis(
        "basic_auth_off",
        (),
        (
            Match(codes=("535", "550"), enhanced=("5.7.30",), source="Exchange Team, 27 January 2026"),
            Match(enhanced=M365, text=_BASIC_OFF, source=M365_PAGE),
            Match(codes=("535", "550"), text=_BASIC_OFF),
        ),
        "The server takes no logins by password (basic authentication is off).",
        "Ask its administrator to allow them for SMTP, or use a relay that trusts this machine's address, or another "
        "provider.",
        words=(
            Words(
                given(enhanced=M365),
                "An authentication policy of the Microsoft 365 organisation refuses logins by password for this user.",
                "Its administrator can allow them for SMTP (Set-AuthenticationPolicy -AllowBasicAuthSmtp); {m365_end}. "
                "Then: docs/smtp-providers.md.",
            ),
            Words(
                given(enhanced=("5.7.30",)),
                "Microsoft 365 takes no logins by password for this organisation any more.",
                "Use a connector that trusts this machine's address, Azure Communication Services or another provider; "
                "High Volume Email reaches the own tenant only. See docs/smtp-providers.md.",
            ),
        ),
    ),
    Diagnosis(
        "smtp_access_off",
        ("auth", "mail", "rcpt"),
        (
            Match(
                codes=_NO,
                text=r"smtp (auth\w* |access |service |sending |submission |login )?(is |has been )?(disabled"
                r"|not (enabled|allowed|permitted|activated))|does not have access rights"
                r"|(not|isn't) (allowed|permitted|enabled|authori[sz]ed) to use (smtp|this service)"
                r"|(enable|activate|turn on|switch on) (pop|imap|smtp)\b|service (is )?not enabled|smtp access"
                r"|authorization code|plan does not (include|allow)|user has no permission",
                unless=r"SmtpClientAuth|turn on smtp auth|" + _FOR_ADDRESS + "|" + OR_THE_PASSWORD,
                needs=("authenticate",),
                source="Yandex, GMX, Zoho, QQ mail, NetEase",
            ),
        ),
        "Sending by SMTP is switched off for this account; the password may be right.",
        "Switch SMTP (or access by mail programs) on in the account's settings, or have its administrator do so.",
    ),
    Diagnosis(
        "quota_used_up",
        ("auth", "mail", "rcpt", "send"),
        (
            Match(
                codes=_BOTH,
                text=r"credits?\b.{0,30}(exceed|exhaust|used|left|remain|insufficient)"
                r"|(maximum|out of|no|insufficient) (\w+ )?credits?"
                r"|(monthly|account|plan|free|trial|subscription|package) (\w+ ){0,3}(limit|quota|allowance)"
                r"|(limit|quota) (of|for) (your|the|this) (\w+ )?(plan|account|month|package)"
                r"|trial (has )?(ended|expired)|insufficient (funds|balance)|payment|billing"
                r"|upgrade your (\w+ )?(plan|account|package)",
                unless=r"mailbox|storage|suspended|disabled|locked",
                source="SendGrid, Mailgun, Brevo",
            ),
        ),
        "The account has used up what its plan allows it to send.",
        "Waiting some minutes does not help: look at the account's plan and its usage, or ask the provider.",
    ),
    Diagnosis(
        "auth_throttled",
        ("auth",),
        (
            Match(codes=("421",), wordless=True),
            Match(codes=("454",), source="RFC 4954 section 4"),
            Match(codes=("4",), enhanced=("4.7.0",), wordless=True),
            Match(
                codes=_BOTH,
                text=r"too (many|much)|rate limit|try again later|(system|server|service) (is )?(too )?busy"
                r"|(maximum|number)\b.{0,20}(attempts|failures|logins)|(attempts|failures|logins)\b.{0,20}exceeded"
                r"|temporar(y|ily)\b.{0,20}(locked|blocked|disabled|fail|error|problem|reject|unavailable|auth)"
                r"|throttl|slow down",
                unless=OR_NOT_THE_PASSWORD,
                source="Google, Yahoo, hMailServer, NetEase, Exim",
            ),
            Match(
                codes=("4",),
                text=r"\b(auth\w*|log ?[io]n)\b",
                unless=r"account|mailbox|user|password|polic|" + _FOR_ADDRESS,
                source="Exim (435), James, RFC 4954 section 6",
            ),
            Match(
                codes=_BOTH,
                text=_BEHIND,
                source="Postfix with SASL, Dovecot, Exchange",
            ),
        ),
        "The server takes no logins for the moment: a passing fault, or too many of them.",
        "Wait, an hour if need be. Do not try in a loop: that prolongs the block.",
        retryable=True,
        words=(
            Words(
                given(text=_BEHIND),
                "The server cannot check logins for the moment: what it asks about users does not answer.",
                "Try again later; if it persists, ask the server's administrator. The password was not checked.",
            ),
        ),
    ),
    Diagnosis(
        "account_unusable",
        ("auth",),
        (
            Match(codes=("432",), source="RFC 4954 section 6"),
            Match(enhanced=("4.7.12", "5.7.12", "5.7.13"), source="RFC 5248"),
            Match(
                codes=_BOTH,
                text=r"\b(account|mailbox|user|domain|subscription|profile|customer|login)\b (\S+ ){0,3}"
                + _BEING_OFF
                + r"|"
                + _BEING_OFF
                + r" (account|mailbox|user|domain)|AADSTS(50053|50055|50057)",
                unless=OR_THE_PASSWORD,
            ),
            Match(
                codes=_BOTH,
                text=r"password (has |is )?(expired|too (simple|weak|old))|password (change|transition|reset)",
            ),
            Match(
                codes=_BOTH,
                text=r"(change|reset|renew|update) (your |the )?password|must (be )?change|set a new password|"
                + _BY_BROWSER,
            ),
        ),
        "The account exists but cannot be used: it is disabled, or its password must be changed.",
        "Have the account unlocked, or sign in through its web mail and set a new password.",
    ),
    Diagnosis(
        "clear_text_login",
        ("auth",),
        (event("clear_text"),),
        "The password went over the network unencrypted, since TLS is N.",
        "Switch TLS on if the server supports it: others on the network can read the password.",
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
