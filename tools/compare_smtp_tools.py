# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run swaks, check_smtp, openssl s_client and our probe against the same servers, and record their answers.

The broken servers are those of the unit tests (scripted_smtp.py), the real ones those of tests/integration/smtp, all on
loopback. tests/setup/mail-servers.sh installs the tools; it and tests/setup/more-mail-servers.sh install the servers.
The result is docs/smtp-comparison.md.
"""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from collection import ROOT, link_collection

sys.path.insert(0, str(link_collection()))
sys.path.insert(0, str(ROOT / "tests"))

from ansible_collections.fincon.mail.plugins.module_utils._smtp.probe import probe
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings
from integration.smtp.node_servers import Haraka, SmtpServer
from integration.smtp.real_servers import PASSWORD, USER, Exim, Postfix, RealServer
from integration.smtp.unpacked_servers import Courier, Dovecot, OpenSMTPD, Sendmail
from scripted_smtp import EHLO_WITH_LOGIN, Script, ScriptedServer

PAGE = ROOT / "docs" / "smtp-comparison.md"
CHECK_SMTP = Path("/usr/lib/nagios/plugins/check_smtp")
#: The longest wait of each tool, in seconds.
PATIENCE = 5
#: Seconds after which a running tool is stopped.
LIMIT = 20

INTRODUCTION = """\
{swaks}, {check_smtp}, s_client of {openssl} and the probe of this collection were run against the same scripted
servers. Each was asked to use STARTTLS, to log in and to name a sender; each was allowed {patience} seconds. swaks
was asked to verify certificates, which it does not do by itself; check_smtp has no option for that. s_client knows
TLS and no more: it neither logs in nor names a sender, and was asked to verify the certificate and its name. In
brackets: how many logins the server counted, where it was more than one, and how long it took, where that was
longer than allowed. PORT stands for the port."""

REAL = """\
## The same tools against real mail servers

Each server has one account, and a port for STARTTLS besides one for TLS from the first byte. Everything is right but
for what the first column says. check_smtp knows STARTTLS alone, and was asked for that in each row."""


@dataclass(frozen=True)
class Case:
    """A broken server, and how to query it."""

    title: str
    script: Script
    context: str = "right"
    mode: str = "starttls"
    password: str = PASSWORD
    closed: bool = False


@dataclass(frozen=True)
class Answer:
    """The answer of a tool to a case."""

    verdict: str
    output: str
    seconds: float
    logins: int


@dataclass
class Material:
    """Certificates for the servers, and the authority that the tools trust."""

    ca_path: str
    contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)


CASES = (
    Case("Nothing is wrong", Script()),
    Case("The password is wrong", Script(refusal="535 Incorrect authentication data"), password="wrong"),
    Case(
        "Microsoft 365 has SMTP AUTH switched off",
        Script(
            refusal="535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
            "Visit https://aka.ms/smtp_auth_disabled for more information."
        ),
        password="wrong",
    ),
    Case("The certificate is for another name", Script(), context="other name"),
    Case("The certificate has expired", Script(), context="expired"),
    Case("The certificate's issuer is unknown", Script(), context="unknown"),
    Case("STARTTLS is wanted, the port speaks TLS from the first byte", Script(implicit=True)),
    Case("STARTTLS has been stripped on the way", Script(before_tls=EHLO_WITH_LOGIN)),
    Case("A firewall masks the greeting", Script(banner="220 " + "*" * 40, before_tls="250-mail\r\n250 8BITMIME")),
    Case("Words are injected after STARTTLS", Script(after_starttls=b"250 ok\r\n")),
    Case("The port is a relay port: no login", Script(after_tls="250 mail.example.test")),
    Case("Only XOAUTH2 is offered", Script(after_tls="250-mail.example.test\r\n250 AUTH XOAUTH2")),
    Case(
        "The sender's address belongs to another user, refused at RCPT",
        Script(replies={"RCPT": "553 5.7.1 <alice@example.test>: Sender address rejected: not owned by user alice"}),
    ),
    Case("The server greylists", Script(replies={"RCPT": "450 4.2.0 Greylisted, please try again later"})),
    Case(
        "The name given in EHLO is refused at RCPT, with the code of greylisting",
        Script(replies={"RCPT": "450 4.7.1 <pc1.branch.local>: Helo command rejected: Host not found"}),
    ),
    Case(
        "A policy refuses the mail; the enhanced code is not the first word",
        Script(replies={"RCPT": "450 filter_x 4.7.1 <alice@example.test>: Recipient address rejected: Policy- Abuse."}),
    ),
    Case("The server is short of disk", Script(replies={"MAIL": "452 4.3.1 Insufficient system resources"})),
    Case(
        "The server behind the relay is down",
        Script(replies={"MAIL": "421 4.4.0 localhost Failed to connect to relay server (connect)"}),
    ),
    Case(
        "The account has used up what it may send",
        Script(replies={"AUTH": "451 Authentication failed: Maximum credits exceeded"}),
    ),
    Case(
        "Google wants an app password",
        Script(
            refusal="535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
            "535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp"
        ),
        password="wrong",
    ),
    Case("The server demands a client certificate", Script(), context="client certificate"),
    Case("The server hangs up at MAIL FROM", Script(hang_up_at="MAIL")),
    Case("The greeting drips, one byte in half a second", Script(banner="220-" + "x" * 200, drip=0.5)),
    Case("The port belongs to an IMAP server", Script(banner="* OK [CAPABILITY IMAP4rev1] ready.")),
    Case("Nothing listens there", Script(), closed=True),
)


#: The case for each real server.
REAL_CASES = (
    Case("nothing is wrong", Script()),
    Case("the password is wrong", Script(), password="wrong"),
    Case("TLS from the first byte, at the port for STARTTLS", Script(), mode="implicit"),
)
SERVERS: tuple[type[RealServer], ...] = (Courier, Dovecot, Exim, Haraka, OpenSMTPD, Postfix, Sendmail, SmtpServer)


def ask_swaks(case: Case, port: int, ca_path: str) -> tuple[str, str]:
    """swaks up to RCPT, with verification of the certificate."""
    tls = "--tls-on-connect" if case.mode == "implicit" else "--tls"
    command = ["swaks", "--server", "127.0.0.1", "--port", str(port), tls, "--tls-verify", "--tls-ca-path", ca_path]
    command += ["--auth", "--auth-user", USER, "--auth-password", case.password, "--from", USER, "--to", USER]
    command += ["--quit-after", "RCPT", "--timeout", str(PATIENCE), "--helo", "client.example.test"]
    status, output = _run(command)
    lines = [line for line in output.splitlines() if re.match(r"\*\*\*|<(\*|~)\*", line)]
    lines = [re.sub(r"^\S+\s+", "", line) for line in lines if "221 bye" not in line]
    return f"exit {status}" if status else "passes", "; ".join(lines[-2:] if status else [])


def ask_check_smtp(case: Case, port: int, _ca_path: str) -> tuple[str, str]:
    """check_smtp with STARTTLS, a login and a sender. It has no option for an authority."""
    command = [str(CHECK_SMTP), "-H", "127.0.0.1", "-p", str(port), "-S", "-A", "LOGIN", "-U", USER]
    command += ["-P", case.password, "-f", USER, "-t", str(PATIENCE), "-F", "client.example.test"]
    status, output = _run(command)
    line = next(iter(output.splitlines()), "").partition("|")[0]
    line = re.sub(r"[,-] [0-9.]+ sec\. response time", "", line)
    return {0: "OK", 1: "WARNING", 2: "CRITICAL"}.get(status, f"exit {status}"), line


def ask_s_client(case: Case, port: int, ca_path: str) -> tuple[str, str]:
    """openssl s_client up to the end of the handshake: the greeting, STARTTLS and the certificate."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", ca_path, "-verify_return_error"]
    command += ["-verify_ip", "127.0.0.1", "-brief", *([] if case.mode == "implicit" else ["-starttls", "smtp"])]
    status, output = _run(command, PATIENCE)
    found = [line for line in output.splitlines() if re.search(r"error|fail|refused|still running|anyway", line, re.I)]
    found = [re.sub(r"^[0-9A-F]{8,}:error:[^:]*:|:\.\./\S*|$", "", line) for line in found]
    return f"exit {status}" if status else "passes", "; ".join(found[:2])


def ask_ours(case: Case, port: int, ca_path: str) -> tuple[str, str]:
    """The probe at the level envelope."""
    found = probe(
        ProbeSettings(
            mail_server="127.0.0.1",
            port=port,
            use_tls=True,
            authenticate=True,
            username=USER,
            password=case.password,
            timeout=PATIENCE,
            sender_email=USER,
            tls_mode=case.mode,
            ca_path=ca_path,
            ehlo_name="client.example.test",
            deadline=PATIENCE * 1.25,
        ),
        "envelope",
        # Programs at the usual ports of this machine have nothing to do with the broken servers.
        usual_ways=(),
    )
    if found["ok"]:
        return "passes", "; ".join(f"warning `{note['id']}`: {note['cause']}" for note in found["warnings"])
    diagnosis = found["diagnosis"]
    words = " ".join(str(found[name]) for name in ("code", "enhanced_code", "server_text") if found[name])
    parts = [words + "." if words and not words.endswith(".") else words, diagnosis["cause"], diagnosis["hint"]]
    return f"`{diagnosis['id']}` at {found['failed_stage']}", " ".join(filter(None, parts))


TOOLS: dict[str, Callable[[Case, int, str], tuple[str, str]]] = {
    "swaks": ask_swaks,
    "check_smtp": ask_check_smtp,
    "openssl s_client": ask_s_client,
    "fincon_smtp_probe": ask_ours,
}


def main() -> int:
    """Compare, and write the page. Returns the exit status."""
    missing = [
        name for name, found in (("swaks", shutil.which("swaks")), ("check_smtp", CHECK_SMTP.exists())) if not found
    ]
    if missing:
        print(f"{' and '.join(missing)} not found: run tests/setup/mail-servers.sh as root", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as directory:
        material = _material(Path(directory))
        rows = [(case.title, [_ask(tool, case, material) for tool in TOOLS]) for case in CASES]
        real = [row for kind in SERVERS for row in _real_rows(kind, Path(directory), material)]
    PAGE.write_text(_page(rows, real), encoding="utf-8")
    return 0


def _real_rows(kind: type[RealServer], directory: Path, material: Material) -> list[tuple[str, list[Answer]]]:
    """The answers about one real server; each tool gets a server that has just been started."""
    if kind.missing():
        raise SystemExit(f"{kind.__name__}: {kind.missing()}")
    rows: dict[str, list[Answer]] = {case.title: [] for case in REAL_CASES}
    for ask in TOOLS.values():
        for case in REAL_CASES:
            with kind(directory / "server.pem", directory / "key.pem") as server:
                started = time.monotonic()
                verdict, output = ask(case, server.starttls_port, material.ca_path)
                seconds = time.monotonic() - started
            output = output.replace(str(server.starttls_port), "PORT")
            rows[case.title].append(Answer(verdict, output, seconds, 0))
    return [(f"{kind.__name__}: {title}", answers) for title, answers in rows.items()]


def _ask(tool: str, case: Case, material: Material) -> Answer:
    with ScriptedServer(case.script, material.contexts[case.context]) as server:
        port = _closed_port() if case.closed else server.port
        started = time.monotonic()
        verdict, output = TOOLS[tool](case, port, material.ca_path)
        seconds = time.monotonic() - started
        return Answer(verdict, output.replace(str(port), "PORT"), seconds, server.logins)


def _run(command: Sequence[str], limit: float = LIMIT) -> tuple[int, str]:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, f"*** still running after {limit} seconds, stopped"
    return done.returncode, done.stdout + done.stderr


def _material(directory: Path) -> Material:
    authority = trustme.CA(organization_name="Example Authority")
    authority.cert_pem.write_to_path(directory / "ca.pem")
    now = datetime.now(UTC)
    long_ago = {"not_before": now - timedelta(days=90), "not_after": now - timedelta(days=3)}
    contexts = {
        "right": _context(authority, "127.0.0.1"),
        "other name": _context(authority, "localhost"),
        "expired": _context(authority, "127.0.0.1", **long_ago),
        "client certificate": _context(authority, "127.0.0.1"),
        "unknown": _context(trustme.CA(organization_name="Somebody Else"), "127.0.0.1"),
    }
    contexts["client certificate"].verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(contexts["client certificate"])
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(directory / "server.pem")
    issued.private_key_pem.write_to_path(directory / "key.pem")
    directory.chmod(0o755)  # a server that drops root privileges also reads them
    return Material(str(directory / "ca.pem"), contexts)


def _context(authority: trustme.CA, name: str, **validity: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)
    return context


def _closed_port() -> int:
    with ScriptedServer() as server:
        return server.port


#: The title of each row, and the answers of the tools.
Rows = Sequence[tuple[str, Sequence[Answer]]]


def _page(rows: Rows, real: Rows) -> str:
    lines = [
        "<!-- Written by tools/compare_smtp_tools.py. Do not edit. -->",
        "",
        "# Four tools against the same servers",
        "",
        INTRODUCTION.format(
            swaks=_version(["swaks", "--version"]),
            check_smtp=_version([str(CHECK_SMTP), "--version"]),
            openssl=_version(["openssl", "version"]),
            patience=PATIENCE,
        ),
        "",
        *_table("What is wrong", rows),
        "",
        REAL,
        "",
        *_table("Server, and what is done", real),
    ]
    return "\n".join(lines) + "\n"


def _table(heading: str, rows: Rows) -> list[str]:
    head = [f"| {heading} | " + " | ".join(TOOLS) + " |", "|---|" + "---|" * len(TOOLS)]
    return head + [f"| {title} | " + " | ".join(map(_cell, answers)) + " |" for title, answers in rows]


def _cell(answer: Answer) -> str:
    output = re.sub(r"\s+", " ", answer.output).replace("|", "\\|").replace("*", "\\*")
    parts = [f"**{answer.verdict}**" + (f": {output}" if output else "")]
    if answer.logins > 1:
        parts.append(f"({answer.logins} logins)")
    if answer.seconds > PATIENCE + 2:
        parts.append(f"({answer.seconds:.0f} seconds)")
    return " ".join(parts)


def _version(command: Sequence[str]) -> str:
    first = _run(command)[1].splitlines()[0]
    return re.sub(r"\s*\(.*\)", "", first)


if __name__ == "__main__":
    sys.exit(main())
