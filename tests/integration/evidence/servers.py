# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exim or Postfix takes an e-mail, Postfix delivers its copy into a Maildir, and Dovecot shows that by IMAP."""

from __future__ import annotations

import pwd
import smtplib
import ssl
import subprocess
from email.message import EmailMessage
from pathlib import Path

from ..smtp.real_servers import PASSWORD, SASLPASSWD, Exim, Postfix
from ..smtp.unpacked_servers import Unpacked

DOMAIN = "example.test"
AUDIT = "audit@audit.test"
AUDIT_PASSWORD = "c4nary-audit-Jd5"
#: The user of Dovecot and the owner of the mail: the third account of an unpacked server.
MAIL_UID = 972


class MailboxPostfix(Postfix):
    """Takes mail of logged-in clients, and what others have for the audit mailbox, which it delivers into a Maildir."""

    logins = ("pieter", "shared")

    def __init__(self, certificate: Path, key: Path, mail: Path) -> None:
        super().__init__(certificate, key)
        self._mail = mail

    def prepare(self) -> None:
        super().prepare()
        for name in self.logins:
            command = [SASLPASSWD, "-p", "-c", "-f", str(self.directory / "sasldb"), "-u", DOMAIN, name]
            subprocess.run(command, input=PASSWORD.encode(), check=True)
        main = self.directory / "main.cf"
        text = main.read_text()
        for name, value in {
            "smtpd_tls_auth_only": "no",
            "smtpd_sasl_authenticated_header": "yes",
            "smtpd_tls_received_header": "yes",
            "smtpd_sender_restrictions": "",
            "smtpd_relay_restrictions": "permit_sasl_authenticated, reject_unauth_destination",
            "virtual_mailbox_domains": AUDIT.partition("@")[2],
            "virtual_mailbox_base": str(self._mail),
            "virtual_mailbox_maps": "static:box/",
            "virtual_uid_maps": f"static:{MAIL_UID}",
            "virtual_gid_maps": f"static:{MAIL_UID}",
            "virtual_transport": "virtual",
        }.items():
            lines = [line for line in text.splitlines() if not line.startswith(f"{name} =")]
            text = "\n".join([*lines, f"{name} = {value}", ""])
        main.write_text(text)
        with (self.directory / "master.cf").open("a") as file:
            file.write("virtual unix - n n - - virtual\n")


class RelayExim(Exim):
    """Takes mail of logged-in clients, and hands what is for the audit mailbox to its server."""

    def __init__(self, certificate: Path, key: Path, mailbox: MailboxPostfix) -> None:
        super().__init__(certificate, key)
        self._mailbox = mailbox

    def prepare(self) -> None:
        super().prepare()
        path = self.directory / "exim.conf"
        text = path.read_text().replace("mail.example.test", "relay.example.test").replace("alice@", "thandi@")
        routers, transports = (
            f"""\
begin routers
audit:
  driver = manualroute
  domains = {AUDIT.partition("@")[2]}
  route_list = * 127.0.0.1 byname
  self = send
  transport = on
  no_more
""",
            f"""\
begin transports
on:
  driver = smtp
  port = {self._mailbox.starttls_port}
  interface = 127.0.0.2
  allow_localhost
  hosts_try_dane =
  tls_verify_certificates =
begin authenticators
""",
        )
        text = text.replace("begin routers\n", routers).replace("begin authenticators\n", transports)
        path.write_text(text)

    def command(self) -> list[str]:
        return [*super().command(), "-q5s"]


class MailboxDovecot(Unpacked):
    """Dovecot's IMAP server, for a Maildir that another server fills."""

    packages, program, accounts = "dovecot", "usr/lib/dovecot/imap", ("dovecot", "dovenull", "vmail")

    def __init__(self, certificate: Path, key: Path, mail: Path) -> None:
        super().__init__(certificate, key)
        self.shared = str(mail)

    def configure(self) -> None:
        assert self.accounts.index("vmail") + 970 == MAIL_UID
        (self.files / "run/dovecot").mkdir(parents=True)
        (self.files / "etc" / "users").write_text(f"{AUDIT}:{{PLAIN}}{AUDIT_PASSWORD}::::::\n")
        (self.files / "etc" / "dovecot.conf").write_text(
            f"""\
protocols = imap
log_path = /dev/stderr
ssl = required
ssl_cert = </certificates/{self.certificate.name}
ssl_key = </certificates/{self.key.name}
auth_failure_delay = 0
mail_location = maildir:{self.shared}/box
first_valid_uid = {MAIL_UID}
passdb {{
  driver = passwd-file
  args = /etc/users
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/home/vmail
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {self.starttls_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {self.implicit_port}
    ssl = yes
  }}
}}
"""
        )

    def serve(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"]


def missing() -> str:
    """Why these servers cannot run here; empty when they can."""
    found = next(filter(None, (kind.missing() for kind in (MailboxPostfix, RelayExim, MailboxDovecot))), "")
    if not found and MAIL_UID in {entry.pw_uid for entry in pwd.getpwall()}:
        return f"another account has the number {MAIL_UID}"
    return found


def send(port: int, ca_path: Path, login: str, sender: tuple[str, str], *, tls: bool = True, to: str = AUDIT) -> None:
    """Submit an e-mail to a client, blind-copied to the audit mailbox, as Fincon would."""
    message = EmailMessage()
    message["From"] = f"{sender[0]} <{sender[1]}>"
    message["To"] = "client@customer.test"
    message["Subject"] = "Statement"
    message.set_content("The body is nobody's business.")
    with smtplib.SMTP("localhost", port, timeout=20) as client:
        if tls:
            client.starttls(context=ssl.create_default_context(cafile=str(ca_path)))
        client.login(f"{login}@{DOMAIN}", PASSWORD)
        client.send_message(message, to_addrs=["client@customer.test", to])
