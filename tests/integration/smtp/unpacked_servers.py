# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail servers that Debian lets in beside no other: each runs in a root file system of its own, made for one test.

It is this machine's, with the files of the server's packages and its configuration laid over it in memory (overlayfs),
and is seen by the server alone (namespaces). So each finds its files where it wants them, and nothing here changes.
tests/setup/more-mail-servers.sh provides the packages.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from abc import abstractmethod
from pathlib import Path

from scripted_smtp import Script, ScriptedServer

from .real_servers import PASSWORD, SASLPASSWD, USER, RealServer

SERVERS = Path(os.environ.get("FINCON_TEST_SERVERS", "/opt/fincon-test/servers"))

_ISOLATED = ("unshare", "--mount", "--pid", "--fork", "--kill-child")

#: Arguments: a folder, the packages' files, the configuration's files, a folder that stays this machine's or nothing,
#: and the command.
_START = """\
set -e
base=$1 packages=$2 files=$3 shared=$4
shift 4
mount -t tmpfs tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
cp -a "$packages/." "$files/." "$base/upper/"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
mount --rbind /dev "$base/root/dev"
mount -t proc proc "$base/root/proc"
[ -z "$shared" ] || mount --bind "$shared" "$base/root$shared"
exec chroot "$base/root" "$@"
"""


class Unpacked(RealServer):
    """A server in a root file system of its own."""

    #: The folder of its packages, its program there, and the system users that its packages would make.
    packages = ""
    program = ""
    accounts: tuple[str, ...] = ()
    #: A folder in which it sees what others write meanwhile.
    shared = ""

    @classmethod
    def missing(cls) -> str:
        if os.geteuid() != 0:
            return f"{cls.__name__} needs root to start"
        if not (SERVERS / cls.packages / cls.program).exists():
            return f"{cls.__name__} is not there (tests/setup/more-mail-servers.sh)"
        tried = subprocess.run([*_ISOLATED, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
        return "" if tried.returncode == 0 else "nobody may mount a file system on this machine"

    def prepare(self) -> None:
        self.files = self.directory / "files"
        (self.files / "etc").mkdir(parents=True)
        (self.files / "certificates").mkdir()
        for path in (self.certificate, self.key):
            shutil.copy(path, self.files / "certificates")
        (self.files / "certificates" / self.key.name).chmod(0o600)
        users, groups = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
        for number, name in enumerate(self.accounts, 970):
            users += f"{name}:x:{number}:{number}::/:/bin/false\n"
            groups += f"{name}:x:{number}:\n"
        (self.files / "etc" / "passwd").write_text(users)
        (self.files / "etc" / "group").write_text(groups)
        self.configure()

    @abstractmethod
    def configure(self) -> None:
        """Write its own files below `self.files`."""

    @abstractmethod
    def serve(self) -> list[str]:
        """What runs it in the foreground, in its root file system."""

    def command(self) -> list[str]:
        base = self.directory / "base"
        base.mkdir()
        return [
            *_ISOLATED,
            "sh",
            "-c",
            _START,
            "sh",
            *map(str, (base, SERVERS / self.packages, self.files, self.shared)),
            *self.serve(),
        ]


class Dovecot(Unpacked):
    """Dovecot's submission server, which hands mail on to a relay: a scripted one."""

    packages, program, accounts = "dovecot", "usr/sbin/dovecot", ("dovecot", "dovenull", "vmail")
    refusal_mark = "auth failed, 1 attempts"

    def __enter__(self) -> Dovecot:
        self._relay = ScriptedServer(Script(before_tls="250-relay\r\n250 8BITMIME")).__enter__()
        try:
            super().__enter__()
        except BaseException:
            self._relay.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        super().__exit__()
        self._relay.__exit__()

    def configure(self) -> None:
        for folder, mode in (("run/dovecot", 0o755), ("mail", 0o777)):
            (self.files / folder).mkdir(parents=True)
            (self.files / folder).chmod(mode)
        (self.files / "etc" / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
        (self.files / "etc" / "dovecot.conf").write_text(
            f"""\
protocols = submission
hostname = mail.example.test
log_path = /dev/stderr
ssl = required
ssl_cert = </certificates/{self.certificate.name}
ssl_key = </certificates/{self.key.name}
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:/mail/%u
submission_relay_host = 127.0.0.1
submission_relay_port = {self._relay.port}
passdb {{
  driver = passwd-file
  args = /etc/users
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home=/mail/%u
}}
service submission-login {{
  inet_listener submission {{
    address = 127.0.0.1
    port = {self.starttls_port}
  }}
  inet_listener submissions {{
    address = 127.0.0.1
    port = {self.implicit_port}
    ssl = yes
  }}
}}
"""
        )

    def serve(self) -> list[str]:
        return ["/usr/sbin/dovecot", "-F", "-c", "/etc/dovecot.conf"]


class Sendmail(Unpacked):
    """Sendmail, with Cyrus SASL and a password file."""

    packages, program, accounts = "sendmail", "usr/libexec/sendmail/sendmail", ("smmta", "smmsp")
    refusal_mark = ""

    @classmethod
    def missing(cls) -> str:
        if not os.path.exists(SASLPASSWD):
            return "saslpasswd2 is not installed (tests/setup/mail-servers.sh)"
        return super().missing()

    def configure(self) -> None:
        (self.files / "var/spool/mqueue").mkdir(parents=True, mode=0o700)
        mail = self.files / "etc" / "mail"
        (mail / "sasl").mkdir(parents=True)
        name, _at, realm = USER.partition("@")
        subprocess.run(
            [SASLPASSWD, "-p", "-c", "-f", str(self.files / "etc/sasldb"), "-u", realm, name],
            input=PASSWORD.encode(),
            check=True,
        )
        (self.files / "etc/sasldb").chmod(0o600)
        sasl = "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: /etc/sasldb\nmech_list: PLAIN LOGIN\n"
        (mail / "sasl" / "Sendmail.conf.2").write_text(sasl)
        (self.files / "usr/lib/sasl2").mkdir(parents=True)
        (self.files / "usr/lib/sasl2/Sendmail.conf").write_text(sasl)
        # It asks for the full name of this machine, and would wait for a name server.
        own = socket.gethostname()
        (self.files / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.0.1 {own}.example.test {own}\n")
        (self.files / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
        (mail / "service.switch").write_text("hosts files\naliases files\npasswd files\n")
        for empty in ("local-host-names", "aliases"):
            (mail / empty).touch()
        (mail / "test.mc").write_text(
            f"""\
divert(0)
OSTYPE(`linux')
define(`confDOMAIN_NAME', `mail.example.test')
define(`confAUTH_OPTIONS', `A p y')
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')
TRUST_AUTH_MECH(`PLAIN LOGIN')
define(`confCACERT', `/certificates/{self.certificate.name}')
define(`confCACERT_PATH', `/certificates')
define(`confSERVER_CERT', `/certificates/{self.certificate.name}')
define(`confSERVER_KEY', `/certificates/{self.key.name}')
define(`confTLS_SRV_OPTIONS', `V')
define(`confTO_IDENT', `0')
define(`confSERVICE_SWITCH_FILE', `/etc/mail/service.switch')
FEATURE(`nocanonify')
FEATURE(`accept_unresolvable_domains')
FEATURE(`no_default_msa')
DAEMON_OPTIONS(`Name=MSA, Port={self.starttls_port}, Addr=127.0.0.1')
DAEMON_OPTIONS(`Name=SSA, Port={self.implicit_port}, Addr=127.0.0.1, M=s')
MAILER(`smtp')
"""
        )

    def serve(self) -> list[str]:
        cf = "/usr/share/sendmail/cf"
        made = f"m4 -D_CF_DIR_={cf}/ {cf}/m4/cf.m4 /etc/mail/test.mc > /etc/mail/sendmail.cf"
        return ["sh", "-c", f"{made} && exec /usr/libexec/sendmail/sendmail -bD -C /etc/mail/sendmail.cf"]


class Courier(Unpacked):
    """Courier's mail server, with its own daemon for logins and a file of users."""

    packages, program, accounts = "courier", "usr/sbin/couriertcpd", ("courier",)
    refusal_mark = ""

    def configure(self) -> None:
        own = self.files / "etc" / "courier"
        own.mkdir()
        account = f"uid=970|gid=970|home=/mail|shell=/bin/false|esmtppw={_hash(PASSWORD)}"
        (own / "userdb").write_text(f"{USER}\t{account}\n")
        (own / "userdb").chmod(0o600)
        (own / "authdaemonrc").write_text(
            'authmodulelist="authuserdb"\nauthmodulelistorig="authuserdb"\ndaemons=1\nauthdaemonvar=/run/courier/authdaemon\n'
        )
        for name in ("me", "defaultdomain", "locals"):
            (own / name).write_text("mail.example.test\n")
        pem = self.files / "certificates" / "both.pem"
        pem.write_text(self.key.read_text() + self.certificate.read_text())
        (self.files / "start").write_text(
            f"""\
set -a
. /etc/courier/esmtpd
PATH=/usr/sbin:/usr/bin:/sbin:/bin
ESMTPAUTH=""
ESMTPAUTH_TLS="PLAIN LOGIN"
AUTHMODULES="authdaemon"
TLS_CERTFILE=/certificates/both.pem
TLS_DHPARAMS=""
TLS_TRUSTCERTS=""
BOFHCHECKDNS=0
TARPIT=0
mkdir -p /run/courier/authdaemon /var/lib/courier/tmp /var/lib/courier/msgs /var/lib/courier/msgq /mail
chown -R courier:courier /run/courier /var/lib/courier /certificates /mail
makeuserdb
makealiases
/usr/lib/courier/courier-authlib/authdaemond &
tcpd="couriertcpd -nodnslookup -noidentlookup -user=courier -group=courier -address=127.0.0.1"
$tcpd {self.starttls_port} /usr/sbin/courieresmtpd &
ESMTPAUTH=$ESMTPAUTH_TLS
exec $tcpd {self.implicit_port} /usr/bin/couriertls -server -tcpd /usr/sbin/courieresmtpd
"""
        )

    def serve(self) -> list[str]:
        return ["sh", "/start"]


class OpenSMTPD(Unpacked):
    """OpenSMTPD, with a table of logins; whatever it takes is thrown away."""

    packages, program, accounts = "opensmtpd", "usr/sbin/smtpd", ("opensmtpd", "opensmtpq")
    refusal_mark = f"authentication user={USER} result=permfail"

    def configure(self) -> None:
        listen = "listen on 127.0.0.1 hostname mail.example.test pki mail auth <logins> senders <owners>"
        (self.files / "etc" / "smtpd.conf").write_text(
            f"""\
pki mail cert "/certificates/{self.certificate.name}"
pki mail key "/certificates/{self.key.name}"
table logins {{ "{USER}" = "{_hash(PASSWORD)}" }}
table owners {{ "{USER}" = "{USER}" }}
table everybody {{ "@" = "nobody" }}
{listen} port {self.starttls_port} tls
{listen} port {self.implicit_port} smtps
action "discard" mda "cat > /dev/null" virtual <everybody>
match from auth for any action "discard"
"""
        )

    def serve(self) -> list[str]:
        return ["/usr/sbin/smtpd", "-d"]


def _hash(password: str) -> str:
    """As crypt(3) makes it."""
    command = ["openssl", "passwd", "-6", "-stdin"]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip()
