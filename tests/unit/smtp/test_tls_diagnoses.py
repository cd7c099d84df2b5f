# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS and certificates that fail, each in its own way."""

from __future__ import annotations

import ssl
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
import trustme
from ansible_collections.fincon.mail.plugins.module_utils._smtp import tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import Certificate, parse
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from scripted_smtp import Script

NOW = datetime.now(timezone.utc)


def _self_signed(tmp_path, name="localhost"):
    """A server's context with a certificate that it has issued to itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_certificate_for_another_name_tells_its_names_and_no_login_is_made(serve, settings_for, authority):
    server = serve(context=authority.context("www.example.test", "mail.example.test"))
    found = probe(settings_for(server))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_name")
    assert "www.example.test, mail.example.test" in found["diagnosis"]["cause"]
    assert found["tls"]["san"] == ["www.example.test", "mail.example.test"]
    assert found["tls"]["issuer"] == "Example Authority"
    assert server.logins == 0


def test_the_name_in_the_certificate_is_tried_and_then_recommended(serve, settings_for, authority):
    server = serve(context=authority.context("localhost"))
    found = probe(settings_for(server))
    assert found["diagnosis"]["id"] == "cert_name"
    assert f"Tried without a login: localhost port {server.port} with STARTTLS works." in found["diagnosis"]["hint"]
    assert server.logins == 0


def test_an_expired_certificate_tells_its_dates(serve, settings_for, authority):
    found = probe(settings_for(serve(context=authority.context("127.0.0.1", days=-3))))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_expired")
    assert authority.end(-3).date().isoformat() in found["diagnosis"]["cause"]
    assert found["tls"]["days_left"] < 0


def test_everything_else_that_is_wrong_with_a_certificate_is_a_warning(serve, settings_for, authority):
    found = probe(settings_for(serve(context=authority.context("www.example.test", days=-3))))
    ids = [found["diagnosis"]["id"], *(warning["id"] for warning in found["warnings"])]
    assert sorted(ids) == ["cert_expired", "cert_name"], "which of them OpenSSL reports first is its own affair"


def test_a_self_signed_certificate(serve, settings_for, tmp_path):
    found = probe(settings_for(serve(context=_self_signed(tmp_path)), mail_server="localhost", ca_path=""))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_self_signed")


def test_an_unknown_issuer_is_named(serve, settings_for, tmp_path):
    other = trustme.CA(organization_name="Somebody Else")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert("127.0.0.1").configure_cert(context)
    found = probe(settings_for(serve(context=context)))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_unknown_issuer")
    assert "Somebody Else" in found["diagnosis"]["cause"]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Python verifies this strictly from 3.13 on")
def test_a_certificate_without_key_identifier_is_told_apart(serve, settings_for, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Old Authority")])
    builder = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=90))
    )
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = (
        builder.subject_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    server_key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        builder.subject_name(x509.Name([]))
        .public_key(server_key.public_key())
        .serial_number(2)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(root.public_bytes(pem))
    private = server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(private + leaf.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    found = probe(settings_for(serve(context=context), mail_server="localhost", ca_path=str(tmp_path / "ca.pem")))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_no_key_id")


@pytest.mark.parametrize(
    ("number", "event"), [(62, "cert_name"), (64, "cert_name"), (85, "cert_no_key_id"), (66, "cert_weak"), (26, None)]
)
def test_what_openssl_reports_is_named(monkeypatch, number, event):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = number, "some words"

    class Context:
        def wrap_socket(self, *_args, **_options):
            raise error

    with pytest.raises(tls.Failure) as caught:
        tls.handshake(None, Context(), "localhost", None)  # type: ignore[arg-type]
    assert caught.value.observation.event == (event or "cert_invalid")


@pytest.mark.parametrize(("event", "expected"), [("cert_weak", "cert_weak"), ("cert_invalid", "cert_invalid")])
def test_other_faults_of_a_certificate_have_diagnoses(monkeypatch, serve, settings_for, event, expected):
    monkeypatch.setattr(tls, "_CERTIFICATE_EVENTS", {62: event})
    found = probe(settings_for(serve(), mail_server="localhost", ca_path=settings_for(serve()).ca_path))
    assert found["ok"]
    monkeypatch.setattr(tls, "_CERTIFICATE_EVENTS", dict.fromkeys(range(100), event))
    found = probe(settings_for(serve(), ca_path=""))
    assert found["diagnosis"]["id"] == expected


@pytest.mark.parametrize(("days", "words"), [(13, "Renew it now"), (29, "in time")])
def test_a_certificate_that_ends_soon_is_a_warning(serve, settings_for, authority, days, words):
    found = probe(settings_for(serve(context=authority.context("127.0.0.1", days=days))))
    assert found["ok"]
    (warning,) = found["warnings"]
    assert warning["id"] == "cert_expiring"
    assert f"{days} days" in warning["cause"]
    assert words in warning["hint"]


def test_tls_from_the_first_byte_at_a_starttls_port(serve, settings_for):
    server = serve()
    found = probe(settings_for(server, tls_mode="implicit"))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("tls", "tls_mode_mismatch")
    assert f"port {server.port} with STARTTLS works" in found["diagnosis"]["hint"]
    assert server.logins == 0


def test_starttls_at_a_port_that_wants_tls_from_the_first_byte(serve, settings_for):
    server = serve(Script(implicit=True))
    found = probe(settings_for(server, deadline=3.0))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("banner", "no_banner")
    assert f"port {server.port} with TLS from the first byte works" in found["diagnosis"]["hint"]
    assert server.logins == 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_below_tls_1_2_is_too_old(serve, settings_for, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    authority.ca.issue_cert("127.0.0.1").configure_cert(context)
    found = probe(settings_for(serve(context=context)))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("tls", "tls_too_old")


def test_a_handshake_that_breaks_off(serve, settings_for):
    def hang_up(conversation):
        conversation.send(b"220 go ahead\r\n")
        conversation.sock.recv(4096)
        raise OSError

    found = probe(settings_for(serve(Script(replies={"STARTTLS": hang_up}))))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("tls", "tls_failed")


def test_words_after_the_agreement_to_tls_stop_the_probe(serve, settings_for):
    server = serve(Script(after_starttls=b"250 AUTH PLAIN\r\n"))
    found = probe(settings_for(server))
    assert found["diagnosis"]["id"] == "starttls_injection"
    assert server.logins == 0
    assert not any(stage["stage"] == "auth" for stage in found["stages"])


def test_a_handshake_that_never_ends_meets_the_deadline(serve, settings_for):
    def wait(conversation):
        conversation.send("220 go ahead")
        while conversation.sock.recv(4096):
            pass

    started = time.monotonic()
    found = probe(settings_for(serve(Script(replies={"STARTTLS": wait})), deadline=0.8))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("tls", "stalled")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("host", "matches"),
    [
        ("mail.example.test", True),
        ("MAIL.example.test.", True),
        ("a.star.test", True),
        ("a.b.star.test", False),
        ("star.test", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("example.test", False),
    ],
)
def test_names_of_a_certificate_are_compared_as_rfc_6125_says(host, matches):
    names = ("mail.example.test", "*.star.test", "127.0.0.1", "::1")
    assert Certificate(names, "", False, NOW, NOW).names_host(host) is matches


@given(st.binary(max_size=300))
def test_bytes_that_are_no_certificate_raise_only_value_error(data):
    with pytest.raises(ValueError):
        parse(data)


@given(st.data())
def test_a_damaged_certificate_raises_only_value_error(data):
    der = bytearray(DER)
    for _attempt in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        parse(bytes(der))


DER = ssl.PEM_cert_to_DER_cert(trustme.CA().issue_cert("mail.example.test").cert_chain_pems[0].bytes().decode())
