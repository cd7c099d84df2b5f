# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of the refused password.

Nearly every refusal of a login contains "authentication failed", so the other causes come before these.
"""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, given

_NO = ("5",)
#: One enhanced code of Microsoft 365 for six causes: only the text distinguishes them.
M365 = ("5.7.139",)
M365_PAGE = "learn.microsoft.com, Fix issues with printers, scanners and LOB applications"

#: A cause that has nothing to do with the password. A text that names one of these "or" a wrong password shows neither.
_OTHERWISE = r"\b(not (open|enabled|active)|disabled|locked|suspended|busy|limited|blocked)\b"
OR_NOT_THE_PASSWORD = r"\bor\b.{0,40}" + _OTHERWISE + r"|" + _OTHERWISE + r".{0,40}\bor\b"
OR_THE_PASSWORD = r"\bor\b.{0,40}\b(wrong|invalid|incorrect|bad)\b|(wrong|invalid|incorrect|bad)\b.{0,40}\bor\b"

#: What may follow "authentication failed" without giving another reason.
_NO_MORE = (
    r"(\W|\b(please|check|verify|make|sure|your|the|is|are|and|or|user ?name|login|password|credentials|settings"
    r"|correct|try|again|see|visit|go|to|at|for|more|information|details|contact|support|error|name|ip|address|link)\b"
    r"|\bUGFz\w*|\b\w*\d\w*\b)*\Z"
)

ROWS = (
    Diagnosis(
        "wrong_password",
        ("auth",),
        (
            Match(codes=("535",), wordless=True, source="RFC 4954 section 6"),
            Match(codes=_NO, enhanced=("5.7.8", "5.7.3"), wordless=True, source="RFC 5248"),
            Match(enhanced=M365, text=r"credentials were incorrect", source=M365_PAGE),
            Match(
                codes=_NO,
                text=r"(invalid|incorrect|bad|wrong|unknown|mismatch\w*|unrecogni[sz]ed|no such"
                r"|non-?existent) (\w+ ){0,3}(user|login|pass\w*|credential\w*|auth\w*|account|key|token|data)",
                unless=r"base-?64|syntax|parameter|argument|" + OR_NOT_THE_PASSWORD,
                source="Exim, Courier, hMailServer, MDaemon, MailEnable, Amazon SES",
            ),
            Match(
                codes=_NO,
                text=r"\b(user ?(name|id)?|pass(word|phrase)?|credentials?|api ?key"
                r"|token|grant|account)\b(\W+\w+){0,4}\W+(invalid|incorrect|wrong|mismatch\w*|fail\w*|not (accepted"
                r"|recogni[sz]ed|valid|match|correct|found|known|exist)|unknown|rejected|denied|refused|bad"
                r"|unsuccessful)|AADSTS50126|BadCredentials",
                unless=OR_NOT_THE_PASSWORD,
                source="Google, Postfix, Haraka, OpenSMTPD, qmail, SendGrid",
            ),
            Match(
                codes=_NO,
                text=r"\b(auth\w*|login|log on|sasl)\b( \w+){0,2} (fail\w*|unsuccessful|incorrect|error"
                r"|invalid|rejected|denied|refused)" + _NO_MORE,
            ),
            Match(
                codes=_NO,
                text=r"(could not|unable to|cannot|can't|failed to|fail to) (auth\w*|log ?in"
                r"|verify)( \w+)?" + _NO_MORE,
            ),
        ),
        "The server refuses this user name and password.",
        "Check both. Many servers want the full mail address as the user name. {provider_login} The probe tried only "
        "once.",
        words=(
            Words(
                given("access_key_as_user"),
                "The server refuses this user name and password; the user name has the form of an Amazon access key.",
                "Amazon SES wants its own SMTP password: create SMTP credentials in the SES console of this server's "
                "region. An AWS secret access key is no SMTP password.",
            ),
            Words(
                given("provider_google"),
                "The server refuses this user name and password: the password is wrong, or Google wants an app "
                "password.",
                "Create an app password in the Google account (Security, App passwords), which needs two-step "
                "verification, and use it. The probe tried only once.",
            ),
            Words(given("address_as_user"), hint="Check both. {provider_login} The probe tried only once."),
        ),
    ),
    Diagnosis(
        "login_refused",
        ("auth",),
        (
            Match(codes=("535",)),
            Match(codes=_NO, enhanced=("5.7.8", "5.7.3", "5.7.139")),
            Match(codes=_NO, text=r"authenticat|\blog ?in\b|\bauth\b"),
        ),
        'The server refuses this login. It says: "{detail}".',
        "If its words give no other reason, check user name and password. {provider_login} The probe tried only once.",
    ),
)
