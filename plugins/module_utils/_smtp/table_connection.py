# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses from the settings to the answer to EHLO, apart from refusals that can come at any stage."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, event, given

SETTINGS_ROWS = (
    Diagnosis(
        "bad_settings",
        ("settings",),
        (event("bad_settings"),),
        "A setting cannot work: {detail}.",
        "Correct it. mail_server is only a host name, such as smtp.example.co.za; the port has its own field.",
    ),
    Diagnosis(
        "missing_login",
        ("settings",),
        (event("missing_login"),),
        "Authenticate is Y, but there is {detail}.",
        "Supply both, at the SMTP server definition or at the user, or set Authenticate to N.",
    ),
    Diagnosis(
        "missing_sender",
        ("settings",),
        (event("missing_sender"),),
        "This level names a sender to the server, but {detail}.",
        "Supply the sender's address, or probe at the level auth.",
    ),
    Diagnosis(
        "ca_path_unusable",
        ("settings",),
        (event("ca_path_unusable"),),
        "The certificates of ca_path cannot be used: {detail}.",
        "Give a PEM file, or a directory prepared with 'openssl rehash', that this machine can read.",
    ),
)

DNS_ROWS = (
    Diagnosis(
        "name_not_found",
        ("dns",),
        (event("no_such_name"),),
        "There is no such name in the DNS: {host}.",
        "Check the spelling. If it is right, check that this machine asks the right DNS server.",
    ),
    Diagnosis(
        "dns_unavailable",
        ("dns",),
        (event("resolver_failed"),),
        "The DNS did not answer this machine ({detail}).",
        "Check this machine's resolver and its network; another machine may well resolve the name.",
        retryable=True,
    ),
    Diagnosis(
        "private_address",
        ("dns",),
        (event("private_address"),),
        "The public name {host} resolves to a private address here: {address}.",
        "Fine with a split DNS or a hosts-file entry of yours. Otherwise find out who answers in the server's place.",
        warning=True,
    ),
)

CONNECT_ROWS = (
    Diagnosis(
        "refused",
        ("connect",),
        (event("refused"),),
        "Nothing listens at port {port} of {host}: wrong port, or the service is down.",
        "Try {other_ports}, or ask whether the mail server runs.",
        retryable=True,
    ),
    Diagnosis(
        "timeout_port_25",
        ("connect",),
        (event("timeout", port=25),),
        "No answer at port 25, which most internet providers block on the way out.",
        "Use {other_ports}: they are made for logging in and sending.",
    ),
    Diagnosis(
        "timeout",
        ("connect",),
        (event("timeout"),),
        "No answer at port {port} of {host}: a firewall on the way out of this machine or in front of the server.",
        "Allow this machine to reach {host} at port {port}, or use the port that your network lets through.",
        retryable=True,
    ),
    Diagnosis(
        "ipv6_broken",
        ("connect",),
        (event("ipv6_unreachable", "ipv6_failed"),),
        "The server's IPv6 address cannot be reached from this machine: its IPv6 route is broken or missing.",
        "If a warning says this, IPv4 works and is used. Repair IPv6 on this machine, or give an IPv4 address.",
        retryable=True,
    ),
    Diagnosis(
        "ipv4_broken",
        ("connect",),
        (event("ipv4_failed"),),
        "The server's IPv4 address does not answer this machine; its IPv6 address does and is used.",
        "Check the server's IPv4 address in the DNS: a Fincon machine without IPv6 cannot reach this server.",
        warning=True,
    ),
    Diagnosis(
        "unreachable",
        ("connect",),
        (event("unreachable"),),
        "This machine has no way to {host} ({detail}).",
        "Check this machine's network, its default route and its own firewall.",
        retryable=True,
    ),
)

GREETING_ROWS = (
    Diagnosis(
        "no_banner",
        ("banner",),
        (event("silent"),),
        "Port {port} accepts connections but does not greet: it expects TLS from the first byte.",
        "Set tls_mode to implicit for this port, or use {other_ports}.",
        retryable=True,
        words=(
            Words(
                given("implicit"),
                "TLS works at port {port}, but the server does not greet within {seconds} seconds.",
                "It is overloaded, or delays unknown clients on purpose. Set timeout (Fincon's Time Out) to more than "
                "{seconds} seconds, or ask the server's administrator.",
            ),
            Words(
                given("nothing_else_works"),
                "Port {port} accepts connections but does not greet within {seconds} seconds: the server is slow, or "
                "it "
                "expects TLS from the first byte.",
                "For a slow server set timeout (Fincon's Time Out) to more than {seconds} seconds. Otherwise use "
                "{other_ports}.",
            ),
        ),
    ),
    Diagnosis(
        "not_smtp",
        ("banner",),
        (event("not_smtp"),),
        "What answers at port {port} is not an SMTP server.",
        "Use the port for sending mail: {other_ports}. (143 and 993 are IMAP, 110 and 995 POP3, 80 and 443 the web.)",
    ),
    Diagnosis(
        "inspected",
        ("banner", "ehlo", "starttls"),
        (event("masked"),),
        "A firewall or antivirus on the way rewrites SMTP (masked greeting or commands): no TLS or login can work.",
        "Switch SMTP inspection off for this server: 'fixup' or 'inspect esmtp' on a Cisco ASA, mail shield elsewhere.",
    ),
    Diagnosis(
        "no_esmtp",
        ("ehlo",),
        (
            event("no_esmtp"),
            Match(codes=("500", "502"), wordless=True),
            Match(
                codes=("500", "502"),
                text=r"unrecogni[sz]ed|unknown|not (implemented|recogni[sz]ed|supported|understood)|syntax|command",
                source="RFC 5321 section 3.2",
            ),
        ),
        "The server speaks only the oldest SMTP (no EHLO): neither a login nor TLS can work there.",
        "Use the provider's own way to log in: {other_ports}. A firewall that inspects SMTP can cause this too.",
        words=(
            Words(
                event("no_esmtp"),
                "The server speaks only the oldest SMTP ({reply}): neither a login nor TLS can work there.",
                "Nothing to do as long as neither is wanted. A firewall that inspects SMTP can cause this too.",
            ),
        ),
    ),
)

DIAGNOSES = SETTINGS_ROWS + DNS_ROWS + CONNECT_ROWS + GREETING_ROWS
