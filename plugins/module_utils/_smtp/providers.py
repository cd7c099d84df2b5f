# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""What is known about certain providers, as data. Hints use it; nothing here is a default.

``docs/smtp-providers.md`` is generated from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Provider:
    """A mail provider, and what its own documents say about logging in.

    ``hosts`` are host names, in which a star matches anything; ``signs`` is a regular expression for the texts of its
    servers. ``ports`` are those that it names for sending. ``user`` and ``password`` are for the page, ``login`` is the
    same in one sentence for a hint. ``source`` is the document, ``read`` the month in which it was read; a provider
    without ``read`` is listed from general knowledge, and the page says so.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    ports: tuple[int, ...]
    user: str
    password: str
    login: str
    source: str
    read: str = ""
    signs: str = ""
    note: str = ""


_ROWS = (
    Provider(
        "m365",
        "Microsoft 365",
        ("smtp.office365.com", "smtp-legacy.office365.com", "outlook.office365.com", "*.mail.protection.outlook.com"),
        (587, 25),
        "the full address of a licensed mailbox",
        "its password; SMTP AUTH has to be on for the mailbox and for the tenant",
        "the user is the full address of a licensed mailbox for which SMTP AUTH is switched on.",
        "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
        signs=r"\.prod\.(outlook|exchangelabs)\.com|office ?365|aka\.ms/smtp_auth",
        note="Not port 465. SMTP AUTH by password ends: see above.",
    ),
    Provider(
        "m365_hve",
        "Microsoft 365 High Volume Email",
        ("smtp-hve.office365.com",),
        (587,),
        "the address of an HVE account",
        "the password of that account; basic authentication is kept until September 2028",
        "the user is an HVE account of its own. It sends to recipients inside the tenant only.",
        "https://petri.com/high-volume-email-delivery-internal-recipients/",
        "2026-11",
        note="Recipients inside the tenant only, since June 2025.",
    ),
    Provider(
        "azure",
        "Azure Communication Services",
        ("smtp.azurecomm.net",),
        (587, 25),
        "an SMTP user name that is made in the Communication Services resource",
        "a client secret of the Entra application that is linked to it; it expires",
        "the password is a client secret of the linked Entra application, which expires.",
        "https://learn.microsoft.com/azure/communication-services/quickstarts/email/send-email-smtp/send-email-smtp",
        "2026-11",
    ),
    Provider(
        "google_relay",
        "Google Workspace relay",
        ("smtp-relay.gmail.com",),
        (587, 465, 25),
        "none where this machine's public address is registered; else a Workspace user's full address",
        "an app password of that user",
        "register this machine's public address in the Admin console, or log in as a Workspace user with an app "
        "password.",
        "https://support.google.com/a/answer/2956491",
        "2026-11",
        note="Introduce the machine by a real domain name (`ehlo_name`); without TLS only a registered address counts.",
    ),
    Provider(
        "google",
        "Google",
        ("smtp.gmail.com", "smtp.googlemail.com"),
        (587, 465),
        "the full address",
        "an app password (16 letters), for which the account needs 2-step verification; the account's own is refused",
        "the password is an app password, which needs 2-step verification; the account's own password is refused.",
        "https://support.google.com/mail/answer/185833",
        signs=r"\bgsmtp\b|support\.google\.com|accounts\.google\.com",
    ),
    Provider(
        "ses",
        "Amazon SES",
        ("email-smtp.*.amazonaws.com", "email-smtp-fips.*.amazonaws.com"),
        (587, 465, 25, 2587, 2465),
        "the SMTP user name that the SES console shows",
        "the SMTP password of the same region; it is not the secret access key of an AWS user",
        "user and password are SMTP credentials made in the SES console of this region, not AWS access keys.",
        "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        signs=r"simpleemailservice|\bamazon ?ses\b|email-smtp\.",
        note="In the sandbox recipients have to be verified too.",
    ),
    Provider(
        "sendgrid",
        "SendGrid",
        ("smtp.sendgrid.net",),
        (587, 465, 25, 2525),
        "the word apikey",
        "an API key with Mail permissions",
        "the user name is the word apikey, the password an API key.",
        "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
        "2026-11",
        signs=r"sendgrid",
    ),
    Provider(
        "mailgun",
        "Mailgun",
        ("smtp.mailgun.org", "smtp.eu.mailgun.org"),
        (587, 465, 25, 2525),
        "a full address of the sending domain, such as user@mg.example.co.za",
        "the password of that SMTP user; not an API key",
        "the user is an SMTP user of the sending domain, with its full address; the password is no API key.",
        "https://documentation.mailgun.com/docs/mailgun/user-manual/smtp-protocol/standard-email-clients",
        "2026-11",
        signs=r"mailgun",
    ),
    Provider(
        "brevo",
        "Brevo",
        ("smtp-relay.brevo.com", "smtp-relay.sendinblue.com"),
        (587, 465, 2525),
        "the SMTP login shown under SMTP and API",
        "an SMTP key; not an API key",
        "the user is the SMTP login of the page SMTP and API, the password an SMTP key, not an API key.",
        "https://developers.brevo.com/docs/smtp-integration",
        "2026-11",
        signs=r"brevo|sendinblue",
    ),
    Provider(
        "zoho",
        "Zoho Mail",
        (
            *(
                f"{name}.zoho.{end}"
                for name in ("smtp", "smtppro")
                for end in ("com", "eu", "in", "com.au", "jp", "sa")
            ),
            "smtp.zohocloud.ca",
            "smtppro.zohocloud.ca",
        ),
        (465, 587),
        "the full address",
        "an application-specific password where the account has two-factor authentication",
        "the user is the full address; with two-factor authentication the password is an application-specific one.",
        "https://www.zoho.com/mail/help/zoho-smtp.html",
        "2026-11",
        signs=r"\bzoho",
        note="The host is that of the account's region; the sender is the account's address or an alias of it.",
    ),
    Provider(
        "mimecast",
        "Mimecast",
        ("*.mimecast.com", "*.mimecast.co.za"),
        (587, 25),
        "none where this machine's address is an authorised outbound address; else a user of the account",
        "that user's password, where SMTP authentication is set up",
        "Mimecast Support registers this machine's address as an authorised outbound, or SMTP authentication is set "
        "up.",
        "https://mimecastsupport.zendesk.com/hc/en-us/articles/34000414711443",
        "2026-11",
        signs=r"mimecast",
    ),
    Provider(
        "xneelo",
        "xneelo",
        ("*.xneelo.co.za", "*.host-h.net", "*.xneelo.com"),
        (465,),
        "the full address",
        "the mailbox's password",
        "the user is the full address; as the mail server use the hosting server's own name.",
        "https://xneelo.co.za/help-centre/email/email-domain-transfer/",
        "2026-11",
        note="Your own domain as the mail server works only where its DNS points at xneelo.",
    ),
    Provider(
        "mweb",
        "Mweb",
        ("*.mweb.co.za",),
        (587,),
        "the full address",
        "the mailbox's password",
        "the server is smtpauth.mweb.co.za at port 587 with TLS, the user the full address.",
        "https://help.mweb.co.za/articles/mail/about-mail/mail-sending-rules-and-guidelines",
        "2026-11",
        note="Mweb blocks port 25 outwards from its network; 25 recipients for each message, about 400 messages an "
        "hour.",
    ),
    Provider(
        "afrihost",
        "Afrihost",
        ("*.afrihost.co.za", "*.afrihost.com"),
        (),
        "the full address",
        "the mailbox's password",
        "the user is the full address of the mailbox.",
        "https://answers.afrihost.com/",
    ),
    Provider(
        "ionos",
        "IONOS",
        (
            *(f"smtp.ionos.{end}" for end in ("com", "co.uk", "de", "fr", "es", "it")),
            "smtp.1and1.com",
            "smtp.1und1.de",
            "*.kundenserver.de",
            "*.perfora.net",
        ),
        (465, 587),
        "the full address",
        "the mailbox's password",
        "the user is the full address of the mailbox; the sender has to be that address.",
        "https://www.ionos.com/help/email/general-topics/settings-for-your-email-programs-imap-pop3/",
        signs=r"kundenserver\.de|perfora\.net|ionos",
    ),
    Provider(
        "ovh",
        "OVHcloud",
        ("ssl0.ovh.net", "smtp.mail.ovh.net", "*.mail.ovh.net"),
        (465, 587),
        "the full address",
        "the mailbox's password",
        "the user is the full address of the mailbox. A mailbox that sent spam is blocked until its password changes.",
        "https://help.ovhcloud.com/csm/en-mx-plan-general-information",
        signs=r"\bovh\b|ovh\.net",
    ),
    Provider(
        "cpanel",
        "a cPanel host",
        (),
        (465, 587),
        "the full address",
        "the mailbox's password",
        "the user is the full address of the mailbox; as the mail server use the name in the host's certificate.",
        "https://docs.cpanel.net/cpanel/email/set-up-mail-client/",
        signs=r"we do not authorize the use of this system to transport unsolicited|\bcpanel\b",
    ),
)

PROVIDERS: Mapping[str, Provider] = {provider.key: provider for provider in _ROWS}


def find(host: str, said: str = "") -> Provider | None:
    """The provider of a mail server, by its host name or else by its replies."""
    name = host.lower().strip("[]").rstrip(".")
    for provider in _ROWS:
        if any(fnmatchcase(name, known) for known in provider.hosts):
            return provider
    for provider in _ROWS:
        if provider.signs and re.search(provider.signs, said, re.IGNORECASE):
            return provider
    return None


@dataclass(frozen=True)
class Retirement:
    """A provider's announced end of password logins.

    ``announced`` is the day from which the advisory is shown, ``off_by_default`` the day on which the provider switches
    them off by default, ``final`` what is known about the end.
    """

    provider: str
    hosts: tuple[str, ...]
    announced: date
    off_by_default: date
    final: str
    source: str

    @property
    def in_short(self) -> str:
        """The dates as part of a sentence."""
        return f"off by default from {self.off_by_default.isoformat()}, and {self.final}"


MICROSOFT_365 = Retirement(
    provider="Microsoft 365",
    hosts=("smtp.office365.com", "smtp-legacy.office365.com", "outlook.office365.com"),
    announced=date(2026, 1, 27),
    off_by_default=date(2026, 12, 31),
    final="the final date is to be announced in the second half of 2027",
    source="https://techcommunity.microsoft.com/blog/exchange/"
    "updated-exchange-online-smtp-auth-basic-authentication-deprecation-timeline/4489835",
)


def password_retirement(host: str, today: date) -> str:
    """The advisory for a password login at this host on this day; an empty string when there is none."""
    plan = MICROSOFT_365
    if host.lower().rstrip(".") not in plan.hosts or today < plan.announced:
        return ""
    when = plan.off_by_default.isoformat()
    if today < plan.off_by_default:
        state = (
            f"{plan.provider} switches SMTP logins by password off on {when}; an administrator can switch them on again"
        )
    else:
        state = f"{plan.provider} switched SMTP logins by password off on {when}, unless an administrator wants them"
    return f"{state}; {plan.final}."
