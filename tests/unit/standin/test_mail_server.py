# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMTP companion: no login without TLS, no mail without a login, no sender that the login does not own."""

from __future__ import annotations

import smtplib
import socket
import ssl
import subprocess
import sys

import pytest

pytest.importorskip("aiosmtpd")
pytest.importorskip("trustme")
from ansible_collections.fincon.mail.tests.standin.mail import MailHandle

THANDI = "thandi@example.co.za"


@pytest.fixture
def mail(tmp_path):
    accounts = {THANDI: "geheim", "relay@example.co.za": "shared"}
    owned = {"relay@example.co.za": ["@example.co.za"]}
    with MailHandle(accounts, may_send_as=owned, directory=tmp_path) as running:
        yield running


@pytest.fixture
def trusting(mail):
    return ssl.create_default_context(cafile=mail.ca_path)


@pytest.fixture(params=["starttls", "tls"])
def session(request, mail, trusting):
    """An encrypted dialogue, on either port."""
    if request.param == "tls":
        with smtplib.SMTP_SSL("localhost", mail.tls_port, context=trusting, timeout=5) as dialogue:
            yield dialogue
    else:
        with smtplib.SMTP("localhost", mail.starttls_port, timeout=5) as dialogue:
            dialogue.starttls(context=trusting)
            yield dialogue


def test_a_login_sends_as_itself_and_the_message_is_kept(session, mail):
    session.login(THANDI, "geheim")
    session.sendmail(THANDI, ["customer@example.com"], "Subject: Invoice\n\nHello")
    (message,) = mail.messages
    assert (message.sender, message.recipients, message.login) == (THANDI, ("customer@example.com",), THANDI)
    assert b"Subject: Invoice" in message.content


def test_a_wrong_password_is_refused_and_counted_without_keeping_it(session, mail):
    session.ehlo()
    session.user, session.password = THANDI, "mistyped-7"
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        session.auth("PLAIN", session.auth_plain)
    assert refused.value.smtp_code == 535
    assert (mail.logins_tried, mail.logins_refused) == ({THANDI: 1}, {THANDI: 1})
    assert "mistyped-7" not in repr(vars(mail))


def test_another_persons_address_is_refused(session, mail):
    session.login(THANDI, "geheim")
    code, text = session.mail("pieter@example.co.za")
    assert code == 553
    assert text.startswith(b"5.7.1")
    assert mail.messages == []


def test_a_shared_login_may_send_as_its_whole_domain_and_no_further(session):
    session.login("relay@example.co.za", "shared")
    assert session.mail("pieter@example.co.za")[0] == 250
    session.rset()
    assert session.mail("pieter@elsewhere.example")[0] == 553


def test_without_a_login_nothing_is_taken(session):
    session.ehlo()
    assert session.mail(THANDI)[0] == 530


def test_an_open_relay_takes_mail_from_anyone(tmp_path):
    with (
        MailHandle({}, directory=tmp_path, open_relay=True) as mail,
        smtplib.SMTP("localhost", mail.starttls_port, timeout=5) as dialogue,
    ):
        dialogue.sendmail("anyone@example.org", ["customer@example.com"], "Subject: x\n\nHello")
        assert mail.messages[0].login == ""


def test_without_tls_no_login_is_offered_or_taken(mail):
    with smtplib.SMTP("localhost", mail.starttls_port, timeout=5) as dialogue:
        dialogue.ehlo()
        assert dialogue.has_extn("starttls")
        assert not dialogue.has_extn("auth")
        assert dialogue.docmd("AUTH", "PLAIN AGEAYg==")[0] == 538
    assert not mail.logins_tried


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "smtp.standin.example"])
def test_the_certificate_holds_the_local_names_and_the_one_given(mail, trusting, name):
    with (
        socket.create_connection((mail.host, mail.tls_port), timeout=5) as raw,
        trusting.wrap_socket(raw, server_hostname=name) as secured,
    ):
        assert secured.recv(4).startswith(b"220")


def test_the_certificate_does_not_hold_other_names(mail, trusting):
    with socket.create_connection((mail.host, mail.tls_port), timeout=5) as raw, pytest.raises(ssl.SSLError):
        trusting.wrap_socket(raw, server_hostname="smtp.elsewhere.example")


def test_stopping_ends_open_dialogues_quietly():
    program = (
        "import smtplib\n"
        "from ansible_collections.fincon.mail.tests.standin.mail import MailHandle\n"
        "mail = MailHandle({}).start()\n"
        "open_dialogue = smtplib.SMTP('localhost', mail.starttls_port, timeout=5)\n"
        "mail.stop()\n"
        "mail.stop()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
    )
    assert (finished.returncode, finished.stderr) == (0, "")
