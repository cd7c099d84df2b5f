# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS servers that demand a client certificate, speak outdated suites, or send a chain that has expired in part."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._smtp import tls
from ansible_collections.fincon.mail.plugins.module_utils._smtp.certificate import parse
from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import message, probe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scripted_smtp import Script

NOW = datetime.now(timezone.utc)
PEM = serialization.Encoding.PEM
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def _server(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.ca.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
    return context


# --- client certificates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "from the first byte"])
@pytest.mark.parametrize("version", [V12, V13])
def test_a_client_certificate_that_is_demanded_is_told(serve, settings_for, authority, version, implicit):
    context = _server(authority)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    server = serve(Script(implicit=implicit), context)
    found = probe(settings_for(server, tls_mode="implicit" if implicit else "starttls"))
    assert found["diagnosis"]["id"] == "client_certificate", message(found)
    assert "client certificate" in found["diagnosis"]["cause"]
    assert not found["retryable"]
    assert server.logins == 0


@pytest.mark.parametrize("version", [V12, V13])
def test_a_client_certificate_that_is_merely_asked_for_is_not_needed(serve, settings_for, authority, version):
    context = _server(authority)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_OPTIONAL
    authority.ca.configure_trust(context)
    found = probe(settings_for(serve(context=context)))
    assert found["ok"], message(found)
    assert found["warnings"] == []


def test_a_server_that_asked_for_a_certificate_and_hangs_up_later_has_other_reasons(serve, settings_for, authority):
    context = _server(authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    authority.ca.configure_trust(context)
    found = probe(settings_for(serve(Script(hang_up_at="MAIL"), context)), "envelope")
    assert found["diagnosis"]["id"] == "closed"


# --- versions and suites ----------------------------------------------------------------------------------------------


def test_outdated_suites_pass_with_a_warning(serve, settings_for, tmp_path):
    context = _rsa_server(tmp_path)
    context.maximum_version = V12
    context.set_ciphers("AES128-GCM-SHA256:AES256-SHA")
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert found["ok"], message(found)
    assert [warning["id"] for warning in found["warnings"]] == ["outdated_suite"]
    assert "AES128-GCM-SHA256" in found["warnings"][0]["cause"]


def test_a_server_with_which_nothing_is_in_common_is_not_told_to_try_again(serve, settings_for, tmp_path):
    context = _rsa_server(tmp_path)
    context.maximum_version = V12
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")  # its certificate is RSA
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert found["diagnosis"]["id"] == "tls_nothing_in_common", message(found)
    assert not found["retryable"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_what_an_outdated_server_speaks_is_named(serve, settings_for, authority):
    context = _server(authority)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    found = probe(settings_for(serve(context=context)))
    assert found["diagnosis"]["id"] == "tls_too_old", message(found)
    assert "TLSv1 with ECDHE" in found["diagnosis"]["cause"]


@pytest.mark.parametrize(
    ("suite", "outdated"),
    [
        ("TLS_AES_256_GCM_SHA384", False),
        ("ECDHE-RSA-AES128-GCM-SHA256", False),
        ("DHE-RSA-CHACHA20-POLY1305", False),
        ("ECDHE-RSA-AES256-SHA", True),
        ("AES256-GCM-SHA384", True),
        ("", False),
    ],
)
def test_suites_without_forward_secrecy_or_with_sha_1_are_outdated(suite, outdated):
    assert tls.is_outdated(suite) is outdated


# --- chains and names -------------------------------------------------------------------------------------------------


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _key():
    return ec.generate_private_key(ec.SECP256R1())


def _issue(subject, key, issuer, issuer_key, days=90, authority=True, names=()):
    """A certificate; an authority's, or a server's with these alternative names."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=400))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if authority:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _save(tmp_path, key, *certificates, root):
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.pem").write_bytes(private + b"".join(one.public_bytes(PEM) for one in certificates))
    (tmp_path / "ca.pem").write_bytes(root.public_bytes(PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    return context


def _rsa_server(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import rsa

    key, root_key = rsa.generate_private_key(65537, 2048), _key()
    root = _issue("Root", root_key, "Root", root_key)
    leaf = _issue("server", key, "Root", root_key, authority=False, names=[ADDRESS])
    return _save(tmp_path, key, leaf, root=root)


ADDRESS = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def _chain(tmp_path, root_days=90, middle_days=90, days=90):
    root_key, middle_key, key = _key(), _key(), _key()
    root = _issue("Old Root", root_key, "Old Root", root_key, root_days)
    middle = _issue("Middle Authority", middle_key, "Old Root", root_key, middle_days)
    leaf = _issue("server", key, "Middle Authority", middle_key, days, authority=False, names=[ADDRESS])
    return _save(tmp_path, key, leaf, middle, root=root)


@pytest.mark.parametrize("version", [V12, V13])
def test_the_certificate_of_a_chain_that_has_expired_is_named_with_its_date(serve, settings_for, tmp_path, version):
    context = _chain(tmp_path, middle_days=-5)
    context.minimum_version = context.maximum_version = version
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_expired")
    assert "Middle Authority" in found["diagnosis"]["cause"]
    assert (NOW - timedelta(days=5)).date().isoformat() in found["diagnosis"]["cause"]
    assert (NOW + timedelta(days=90)).date().isoformat() not in found["diagnosis"]["cause"]


def test_an_expired_authority_of_this_machine_is_told_from_the_server_s(serve, settings_for, tmp_path):
    context = _chain(tmp_path, root_days=-5)
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert found["diagnosis"]["id"] == "cert_expired"
    assert "that this machine trusts" in found["diagnosis"]["cause"]


def test_an_expired_certificate_of_the_server_itself_tells_its_own_dates(serve, settings_for, tmp_path):
    context = _chain(tmp_path, days=-5)
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert (NOW - timedelta(days=5)).date().isoformat() in found["diagnosis"]["cause"]
    assert "Middle Authority" not in found["diagnosis"]["cause"]


def test_a_whole_chain_that_is_valid_says_nothing(serve, settings_for, tmp_path):
    found = probe(settings_for(serve(context=_chain(tmp_path)), ca_path=str(tmp_path / "ca.pem")))
    assert found["ok"], message(found)
    assert found["warnings"] == []


@pytest.mark.parametrize("names", [(), (x509.DNSName("127.0.0.1"),)], ids=["common name", "DNS name"])
def test_an_address_in_the_wrong_place_of_a_certificate_is_told(serve, settings_for, tmp_path, names):
    root_key, key = _key(), _key()
    root = _issue("Root", root_key, "Root", root_key)
    leaf = _issue("127.0.0.1", key, "Root", root_key, authority=False, names=names)
    context = _save(tmp_path, key, leaf, root=root)
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")), "tls")
    assert (found["failed_stage"], found["diagnosis"]["id"]) == ("certificate", "cert_name")
    assert "does not count" in found["diagnosis"]["cause"]
    assert "subjectAltName" in found["diagnosis"]["hint"]


@pytest.mark.parametrize(
    ("names", "host", "matches"),
    [
        ((), "mail.example.test", True),
        ((x509.DNSName("other.example.test"),), "mail.example.test", False),
        ((ADDRESS,), "mail.example.test", True),
        ((ADDRESS,), "127.0.0.1", True),
        ((x509.DNSName("127.0.0.1"),), "127.0.0.1", False),
    ],
)
def test_names_and_addresses_are_compared_as_openssl_compares_them(names, host, matches):
    key = _key()
    certificate = _issue("mail.example.test", key, "Root", key, authority=False, names=names)
    assert parse(certificate.public_bytes(serialization.Encoding.DER)).names_host(host) is matches


def test_a_python_without_the_hook_sees_no_chain_and_still_verifies(serve, settings_for, tmp_path, monkeypatch):
    monkeypatch.setattr(tls.Shown, "watch", lambda _self, _context: None)
    context = _chain(tmp_path, middle_days=-5)
    found = probe(settings_for(serve(context=context), ca_path=str(tmp_path / "ca.pem")))
    assert found["diagnosis"]["id"] == "cert_expired"
    assert found["diagnosis"]["cause"].startswith("The certificate of an issuer has expired")
