# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses from the settings up to TLS and the certificate. Sources: docs/smtp-diagnosis.md names the RFCs."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import BARE, Diagnosis, Match, event

_LISTED = r"block(ed|list)|blacklist|spamhaus|\brbl\b|dnsbl|denylist|(poor|bad|low) reputation|\blisted\b|banned"
_EARLY = ("banner", "ehlo", "mail")

SETTINGS_ROWS = (
    Diagnosis(
        "bad_settings",
        ("settings",),
        (event("bad_settings"),),
        "A setting cannot work: {detail}.",
        "Correct it. The mail server is a bare host name, such as smtp.example.co.za, and a port of its own field.",
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
        "Try port 587 (STARTTLS) or 465 (TLS from the first byte), or ask whether the mail server runs.",
        retryable=True,
    ),
    Diagnosis(
        "timeout_port_25",
        ("connect",),
        (event("timeout", port=25),),
        "No answer at port 25: internet providers block it on the way out.",
        "Use port 587 (STARTTLS) or 465 (TLS from the first byte); they are made for logging in and sending.",
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
        "Port {port} accepts connections but does not greet: it probably expects TLS from the first byte.",
        "Try port 465, or tls_mode implicit. If it is a slow greeting (a tarpit), allow a longer deadline.",
        retryable=True,
    ),
    Diagnosis(
        "not_smtp",
        ("banner",),
        (event("not_smtp"),),
        "What answers at port {port} is not an SMTP server.",
        "Use the port for sending mail: 587, or 465. (143 and 993 are IMAP, 110 and 995 POP3, 80 and 443 the web.)",
    ),
    Diagnosis(
        "busy",
        ("banner", "ehlo", "starttls", "mail", "rcpt", "send"),
        (
            Match(codes=("421",)),
            Match(codes=("4",), enhanced=("4.3.2",)),
            Match(codes=("4",), text=r"too many|connection limit|concurrent|busy|try again later", stages=_EARLY),
            Match(codes=("4",), enhanced=("4.7.0", BARE), stages=("banner",)),
        ),
        "The server is busy, or limits the connections from this address.",
        "Try again in some minutes; if it persists, ask the provider for the limit.",
        retryable=True,
    ),
    Diagnosis(
        "blocked",
        ("banner", "ehlo", "mail", "rcpt"),
        (
            Match(codes=("4", "5"), text=_LISTED),
            Match(codes=("554",), stages=("banner",)),
            Match(codes=("5",), enhanced=("5.7.1", BARE), stages=("banner",)),
        ),
        "The server refuses this machine's address; it may be on a block list.",
        "Ask the provider why, with the server's text. Mail from an office line usually has to log in, at port 587.",
    ),
    Diagnosis(
        "no_reverse_dns",
        ("banner", "ehlo", "mail", "rcpt"),
        (Match(codes=("4", "5"), text=r"reverse (dns|hostname)|cannot find your (reverse )?hostname|\bptr\b|rdns"),),
        "The server wants a name for this machine's address (reverse DNS), and there is none.",
        "Ask your internet provider for a PTR record, or log in at port 587, where it is rarely asked for.",
    ),
    Diagnosis(
        "inspected",
        ("banner", "ehlo", "starttls"),
        (event("masked"),),
        "A firewall or antivirus on the way rewrites SMTP (masked greeting or keywords) and hides STARTTLS.",
        "Switch SMTP inspection off for this server: 'fixup' or 'inspect esmtp' on a Cisco ASA, mail shield elsewhere.",
    ),
    Diagnosis(
        "ehlo_refused",
        ("ehlo",),
        (
            Match(codes=("501", "504")),
            Match(codes=("550", "554"), enhanced=("5.5",)),
            Match(codes=("5",), text=r"\bhelo\b|\behlo\b|fully[- ]qualified|hostname"),
        ),
        "The server does not accept the name by which this machine introduces itself.",
        "Set ehlo_name to a full host name, such as pc1.example.co.za.",
    ),
    Diagnosis(
        "no_esmtp",
        ("ehlo",),
        (Match(codes=("500", "502")), event("no_esmtp")),
        "The server speaks only the oldest SMTP (no EHLO): neither a login nor TLS can work there.",
        "Use the provider's submission port, 587 or 465. A firewall that inspects SMTP can cause this too.",
    ),
)

TLS_ROWS = (
    Diagnosis(
        "no_starttls",
        ("starttls",),
        (event("not_offered"), Match(codes=("5",))),
        "The server offers no STARTTLS at port {port}, and TLS is Y: wrong port, or somebody on the way removes it.",
        "Try port 465 (TLS from the first byte) or 587. Do not send a password without TLS.",
    ),
    Diagnosis(
        "tls_down",
        ("starttls",),
        (Match(codes=("454",)), Match(codes=("4",), enhanced=("4.7.0",))),
        "TLS does not work at the server for the moment.",
        "Try again later; tell the provider if it stays so.",
        retryable=True,
    ),
    Diagnosis(
        "starttls_injection",
        ("starttls", "tls"),
        (event("injection"),),
        "Somebody put words after the server's agreement to TLS: possibly an attack on the way. The probe stopped.",
        "Trust nothing from this connection. Try from another network; tell the provider if it happens there too.",
    ),
    Diagnosis(
        "tls_mode_mismatch",
        ("tls", "banner"),
        (event("tls_not_spoken"),),
        "The two sides disagree on how TLS begins at port {port}.",
        "Use port 587 for STARTTLS and 465 for TLS from the first byte, or set tls_mode to what the port speaks.",
    ),
    Diagnosis(
        "tls_too_old",
        ("tls",),
        (event("tls_too_old"),),
        "The server speaks only outdated TLS (below 1.2) or outdated keys ({detail}).",
        "The server has to be brought up to date; until then use another one.",
    ),
    Diagnosis(
        "tls_failed",
        ("tls",),
        (event("tls_failed"),),
        "The TLS handshake broke off ({detail}): a fault of the server's key or certificate, or something intercepts.",
        "Ask whoever runs the server to check its TLS set-up; try from another network.",
        retryable=True,
    ),
)

CERTIFICATE_ROWS = (
    Diagnosis(
        "cert_name",
        ("certificate",),
        (event("cert_name"),),
        "The server's certificate is not issued for {host}, but for: {names}.",
        "Use one of these names as the mail server, if it is the provider's.",
    ),
    Diagnosis(
        "cert_expired",
        ("certificate",),
        (event("cert_expired", "cert_not_yet"),),
        "The server's certificate is not valid now: it is valid from {not_before} to {not_after}.",
        "Have it renewed. If these dates are right, this machine's clock is wrong.",
    ),
    Diagnosis(
        "cert_self_signed",
        ("certificate",),
        (event("cert_self_signed", "cert_self_signed_chain"),),
        "The server's certificate is self-signed, or its chain ends in an authority of its own ({issuer}).",
        "If it is your server, give its certificate or authority as ca_path. If not, something may intercept.",
    ),
    Diagnosis(
        "cert_unknown_issuer",
        ("certificate",),
        (event("cert_unknown_issuer"),),
        "This machine does not know who issued the server's certificate ({issuer}).",
        "A public server lacks its intermediate certificate; a private authority goes into ca_path; an antivirus that "
        "inspects TLS must leave this server out.",
    ),
    Diagnosis(
        "cert_no_key_id",
        ("certificate",),
        (event("cert_no_key_id"),),
        "The certificate lacks an authority key identifier, which newer Python versions demand (issued by {issuer}).",
        "Have the private authority issue it again with the identifier (RFC 5280 section 4.2.1.1).",
    ),
    Diagnosis(
        "cert_weak",
        ("certificate",),
        (event("cert_weak"),),
        "The server's certificate or its chain uses a key or a signature that is too weak ({detail}).",
        "Have it issued again: RSA of 2048 bits or more, or EC, signed with SHA-256.",
    ),
    Diagnosis(
        "cert_invalid",
        ("certificate",),
        (event("cert_invalid"),),
        "The server's certificate was refused: {detail} (issued by {issuer}).",
        "Have whoever runs the server put it right. 'openssl verify' explains the words.",
    ),
    Diagnosis(
        "cert_expiring",
        ("certificate",),
        (event("cert_expiring"),),
        "The server's certificate ends in {days} days.",
        "{urgency}",
        warning=True,
    ),
    Diagnosis(
        "unverified_tls",
        ("certificate", "tls"),
        (event("unverified"),),
        "The server's certificate was not verified (validate_certs is false): anybody could be at the other end.",
        "Set validate_certs to true, with ca_path for a private authority.",
        warning=True,
    ),
)

DIAGNOSES = SETTINGS_ROWS + DNS_ROWS + CONNECT_ROWS + GREETING_ROWS + TLS_ROWS + CERTIFICATE_ROWS
