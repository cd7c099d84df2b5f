# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exim and Postfix at free ports of loopback, each with a directory of its own that is removed with it.

Both have one account, offer a login only under TLS, and deliver nothing. tests/setup/mail-servers.sh provides them.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

USER = "alice@example.test"
PASSWORD = "open sesame"
FOREIGN = "boss@example.test"

EXIM = shutil.which("exim4") or "/usr/sbin/exim4"
POSTFIX_ROOT = Path(os.environ.get("FINCON_TEST_POSTFIX", "/opt/fincon-test/postfix"))
SASLPASSWD = shutil.which("saslpasswd2") or "/usr/sbin/saslpasswd2"

_POSTFIX_QUEUES = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "maildrop",
    "private",
    "public",
    "saved",
    "trace",
)

START_SECONDS = 20.0
#: How long a server may take to write down what it has answered, and how long after that a second line may come.
LOG_SECONDS, AFTERWARDS_SECONDS = 15.0, 0.5


class RealServer(ABC):
    """A mail server with a port for STARTTLS and one for TLS from the first byte."""

    #: What its log says once for each refused login; empty where it says nothing.
    refusal_mark = "authentication failed"

    def __init__(self, certificate: Path, key: Path) -> None:
        self.certificate = certificate
        self.key = key
        self.starttls_port, self.implicit_port = _free_ports(2)
        self.directory = Path(tempfile.mkdtemp(prefix="mail-server-"))
        self.directory.chmod(0o755)  # the server gives up root and must still get in
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    @abstractmethod
    def missing() -> str:
        """Why it cannot run here; empty when it can."""

    @abstractmethod
    def prepare(self) -> None:
        """Write its configuration."""

    @abstractmethod
    def command(self) -> list[str]:
        """What runs it in the foreground."""

    def environment(self) -> Mapping[str, str]:
        """What its process gets to know."""
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def __enter__(self) -> RealServer:
        self.prepare()
        with (self.directory / "output.txt").open("wb") as output:
            self._process = subprocess.Popen(
                self.command(),
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            for port in (self.starttls_port, self.implicit_port):
                self._wait_for(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._process is not None:
            # Servers have children in their own session; all of them are ours.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 15)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, 9)
                self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self) -> str:
        """Everything that it has written down."""
        logs = [self.directory / name for name in ("output.txt", "spool/mainlog", "postfix.log")]
        return "\n".join(path.read_text(errors="replace") for path in logs if path.is_file())

    def refusals(self, expected: int = 0) -> int:
        """How many refused logins it has written down. It gets a while for those expected, and for one more."""
        until = time.monotonic() + LOG_SECONDS
        while expected and self.log().count(self.refusal_mark) < expected and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(AFTERWARDS_SECONDS)
        return self.log().count(self.refusal_mark)

    def _wait_for(self, port: int) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"{type(self).__name__} does not answer at port {port}:\n{self.log()}")


class Exim(RealServer):
    """Exim, whose answers have no enhanced codes."""

    refusal_mark = "535 Incorrect authentication"

    @staticmethod
    def missing() -> str:
        if os.geteuid() != 0:
            return "Exim needs root to start"
        return "" if os.path.exists(EXIM) else "Exim is not installed (tests/setup/mail-servers.sh)"

    def prepare(self) -> None:
        spool = self.directory / "spool"
        spool.mkdir()
        owner = pwd.getpwnam("Debian-exim")
        os.chown(spool, owner.pw_uid, owner.pw_gid)
        for path in (self.key, self.certificate):
            copy = shutil.copy(path, self.directory)
            os.chown(copy, owner.pw_uid, owner.pw_gid)
        (self.directory / "exim.conf").write_text(
            f"""\
primary_hostname = mail.example.test
spool_directory = {spool}
log_file_path = {spool}/%slog
pid_file_path = {spool}/exim.pid
keep_environment =
local_interfaces = <; 127.0.0.1
daemon_smtp_ports = {self.starttls_port} : {self.implicit_port}
tls_on_connect_ports = {self.implicit_port}
tls_advertise_hosts = *
tls_certificate = {self.directory / self.certificate.name}
tls_privatekey = {self.directory / self.key.name}
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = check_rcpt
message_size_limit = 2M
begin acl
check_rcpt:
  deny message = Sender is not allowed for this login
       condition = ${{if and{{{{def:authenticated_id}}{{!eq{{$sender_address}}{{$authenticated_id}}}}}}}}
  accept authenticated = *
  deny message = relay not permitted
begin routers
everything:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = User Name : Password
  server_condition = ${{if and{{{{eq{{$auth1}}{{{USER}}}}}{{eq{{$auth2}}{{{PASSWORD}}}}}}}}}
  server_set_id = $auth1
"""
        )

    def command(self) -> list[str]:
        return [EXIM, "-C", str(self.directory / "exim.conf"), "-bdf"]


class Postfix(RealServer):
    """Postfix, unpacked into a directory of its own or installed, with Cyrus SASL and a password file."""

    @staticmethod
    def missing() -> str:
        if os.geteuid() != 0:
            return "Postfix needs root to start"
        if not _postfix_prefix():
            return "Postfix is not there (tests/setup/mail-servers.sh)"
        return "" if os.path.exists(SASLPASSWD) else "saslpasswd2 is not installed (tests/setup/mail-servers.sh)"

    def prepare(self) -> None:
        owner = pwd.getpwnam("postfix")
        queue = self.directory / "queue"
        for name in _POSTFIX_QUEUES:
            (queue / name).mkdir(parents=True)
            os.chown(queue / name, owner.pw_uid, -1)
        (queue / "pid").mkdir()
        data = self.directory / "data"
        data.mkdir()
        os.chown(data, owner.pw_uid, 0)
        self._write_passwords(owner.pw_uid)
        self._write_configuration(queue, data)

    def command(self) -> list[str]:
        return [f"{_postfix_prefix()}/usr/lib/postfix/sbin/master", "-c", str(self.directory), "-s"]

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "LD_LIBRARY_PATH": f"{_postfix_prefix()}/usr/lib/postfix"}

    def _write_passwords(self, uid: int) -> None:
        name, _at, realm = USER.partition("@")
        subprocess.run(
            [SASLPASSWD, "-p", "-c", "-f", str(self.directory / "sasldb"), "-u", realm, name],
            input=PASSWORD.encode(),
            check=True,
        )
        os.chown(self.directory / "sasldb", uid, -1)
        sasl = self.directory / "sasl"
        sasl.mkdir()
        (sasl / "smtpd.conf").write_text(
            f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {self.directory}/sasldb\n"
            "mech_list: PLAIN LOGIN\n"
        )

    def _write_configuration(self, queue: Path, data: Path) -> None:
        prefix = _postfix_prefix()
        (self.directory / "senders").write_text(f"{USER} {USER}\n{FOREIGN} {FOREIGN}\n")
        (self.directory / "main.cf").write_text(
            f"""\
compatibility_level = 3.6
myhostname = mail.example.test
mydestination =
queue_directory = {queue}
data_directory = {data}
command_directory = {prefix}/usr/sbin
daemon_directory = {prefix}/usr/lib/postfix/sbin
shlib_directory = {prefix}/usr/lib/postfix
import_environment = LD_LIBRARY_PATH MAIL_CONFIG TZ
export_environment = LD_LIBRARY_PATH MAIL_CONFIG TZ
maillog_file = {self.directory}/postfix.log
maillog_file_prefixes = {self.directory}
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {self.certificate}
smtpd_tls_key_file = {self.key}
smtpd_sasl_auth_enable = yes
cyrus_sasl_config_path = {self.directory}/sasl
smtpd_sender_login_maps = texthash:{self.directory}/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_auth_rate_limit = 0
alias_maps =
local_recipient_maps =
default_transport = discard:
"""
        )
        services = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
        (self.directory / "master.cf").write_text(
            f"127.0.0.1:{self.starttls_port} inet n - n - - smtpd\n"
            f"127.0.0.1:{self.implicit_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n" + services
        )


def _postfix_prefix() -> str:
    """Where Postfix's files begin; empty when there is none. An installed one begins at the root, given as "/."."""
    for prefix in (str(POSTFIX_ROOT), "/."):
        if os.path.exists(f"{prefix}/usr/lib/postfix/sbin/master"):
            return prefix
    return ""


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _number in range(count)]
        return [listener.getsockname()[1] for listener in listeners]
