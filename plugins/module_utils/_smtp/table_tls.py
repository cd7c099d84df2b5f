# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Diagnoses of TLS and of the server's certificate."""

from __future__ import annotations

from ansible_collections.fincon.mail.plugins.module_utils._smtp.diagnosis import Diagnosis, Match, Words, event, given

TLS_ROWS = (
    Diagnosis(
        "no_starttls",
        ("starttls",),
        (event("not_offered"), Match(codes=("5",))),
        "The server offers no STARTTLS at port {port}, but TLS is Y: the port is wrong, or a device on the network "
        "removes STARTTLS.",
        "Try {other_ports}. Do not send a password without TLS.",
        words=(Words(Match(), 'The server announces STARTTLS, and then refuses it: "{detail}".'),),
    ),
    Diagnosis(
        "tls_down",
        ("starttls",),
        (
            Match(codes=("454",), source="RFC 3207 section 4"),
            Match(codes=("4",), text=r"(tls|ssl|certificate).{0,30}(not available|unavailable|problem|error|fail)"),
        ),
        "TLS does not work at the server for the moment.",
        "Try again later; tell the provider if it persists.",
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
        "Set tls_mode to what the port speaks, or use {other_ports}.",
        words=(
            Words(
                given("implicit"),
                "Port {port} does not speak TLS from the first byte.",
                "Set tls_mode to starttls for this port, or use {other_ports}.",
            ),
            Words(
                given("clear_text"),
                "Port {port} speaks TLS from the first byte, and TLS is N.",
                "Switch TLS on, with tls_mode implicit unless the port is 465.",
            ),
            Words(
                given("starttls_port"),
                "Port {port} does not begin TLS with STARTTLS: it speaks TLS from the first byte.",
                "Set tls_mode to implicit for this port, or use {other_ports}.",
            ),
        ),
    ),
    Diagnosis(
        "tls_too_old",
        ("tls",),
        (event("tls_too_old"),),
        "The server speaks only outdated TLS: versions below 1.2, or suites or keys of that time ({detail}).",
        "Use another server until this one is updated.",
    ),
    Diagnosis(
        "client_certificate",
        ("tls", "banner", "ehlo"),
        (event("client_certificate"),),
        "The server demands a client certificate, and breaks off since the probe has none.",
        "Fincon has no field for one: ask for a port or a server that takes a user name and a password instead.",
    ),
    Diagnosis(
        "tls_nothing_in_common",
        ("tls",),
        (event("tls_nothing_in_common"),),
        "The server found no version, suite or key of TLS that both sides speak ({detail}).",
        "Ask the server's administrator to check its TLS versions, suites and certificate; a retry does not help.",
    ),
    Diagnosis(
        "outdated_suite",
        ("tls",),
        (event("outdated_suite"),),
        "The server chose an outdated TLS suite ({suite}): it lacks forward secrecy, or uses SHA-1.",
        "Have the server brought up to date (RFC 9325): programs begin to refuse such suites.",
        warning=True,
    ),
    Diagnosis(
        "tls_failed",
        ("tls",),
        (event("tls_failed"),),
        "The TLS handshake broke off ({detail}): a fault of the server's TLS set-up, or a device on the network.",
        "Ask the server's administrator to check its TLS set-up; try from another network.",
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
        words=(
            Words(
                given("address_misplaced"),
                "The certificate names the address {host} as common name or DNS name, where an address does not count.",
                "Have it issued again with the address as IP in subjectAltName, or use a host name that it is issued "
                "for: {names}.",
            ),
        ),
    ),
    Diagnosis(
        "cert_expired",
        ("certificate",),
        (event("cert_expired", "cert_not_yet"),),
        "The server's certificate is not valid now: it is valid from {not_before} to {not_after}.",
        "Have it renewed. If these dates are right, this machine's clock is wrong.",
        words=(
            Words(
                given("only_issuer_expired"),
                "A certificate in the server's chain has expired: {expired}, on {expired_on}. The server's own is "
                "valid.",
                "Ask the server's administrator to replace the intermediate certificates that it sends.",
            ),
            Words(
                given("some_issuer_expired"),
                "The certificate of an issuer has expired; the server's own is valid until {not_after}.",
                "Ask the server's administrator to check the chain that it sends; check this machine's authorities "
                "and its clock too.",
            ),
            Words(
                given("trusted_issuer_expired"),
                "An issuer's certificate that this machine trusts has expired (the server's own is by {issuer}).",
                "Update the authorities of this machine, or the file in ca_path; check its clock too.",
            ),
        ),
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
        "Ask the server's administrator to correct it. 'openssl verify' explains the error.",
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
        "The server's certificate was not verified (validate_certs is false): it may not be the server that "
        "you expect.",
        "Set validate_certs to true, with ca_path for a private authority.",
        warning=True,
    ),
)

DIAGNOSES = TLS_ROWS + CERTIFICATE_ROWS
