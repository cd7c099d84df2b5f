# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: starts a stand-in, prints its addresses, and serves until it gets SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .certificates import load_identity
from .contract import ContractError
from .control import BANNER
from .handle import LOOPBACK, StandIn
from .site import SiteError, generated, read_json

if TYPE_CHECKING:
    from .mail import MailHandle

_ENDING = frozenset({signal.SIGTERM, signal.SIGINT})
_DEMO = Path(__file__).parent / "sites" / "demo.json"
_EPILOG = """\
examples:
  python tests/standin                                    the demonstration: three branches
  python tests/standin --branches 200 --users 20          B0001 ... B0200 with U001 ... U020 each
  python tests/standin --tls --smtp --ready-file r.json   with https and a mail server; r.json says where
  python tests/standin --published                        a server as published, without the mail methods

ask the address of the control side (GET /) what tests can do to a running standin: read the request log, play faults,
change settings behind the collection's back, move the clock.
"""


def parser() -> argparse.ArgumentParser:
    """The options of `python tests/standin`."""
    result = argparse.ArgumentParser(
        prog="python tests/standin",
        description=f"{BANNER}. It speaks the vendor's REST wire protocol and the mail contract, version 1, strictly.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    content = result.add_argument_group("what it holds")
    content.add_argument("--site", metavar="FILE", help="site file in JSON (default: the demonstration's)")
    content.add_argument("--branches", type=_positive, metavar="N", help="generate N companies in place of the site's")
    content.add_argument(
        "--users", type=_positive, default=20, metavar="M", help="users of each (default: %(default)s)"
    )
    content.add_argument("--db", default=":memory:", metavar="FILE", help="SQLite file to keep it in (default: memory)")
    content.add_argument("--contract", metavar="FILE", help='renames, JSON: {"methods": {...}, "fields": {...}}')
    content.add_argument("--published", action="store_true", help="leave the mail methods out")

    address = result.add_argument_group("where it serves")
    address.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    address.add_argument("--port", type=_port, default=0, help="Fincon side, 0 for a free one (default: %(default)s)")
    address.add_argument("--admin-port", type=_port, default=0, metavar="PORT", help="control side, always on loopback")
    address.add_argument("--tls", action="store_true", help="https, with a certificate of an own authority (trustme)")
    address.add_argument("--cert", metavar="FILE", help="https with this certificate (PEM); needs --key")
    address.add_argument("--key", metavar="FILE", help="its private key (PEM)")
    address.add_argument("--ca", metavar="FILE", help="the authority to report for --cert (default: the certificate)")
    address.add_argument("--smtp", action="store_true", help="also start the mail server (needs aiosmtpd, trustme)")
    address.add_argument("--ready-file", metavar="FILE", help="write all addresses here, as JSON, once it serves")

    limits = result.add_argument_group("its limits")
    limits.add_argument("--max-sessions", type=_positive, default=20, metavar="N", help="slots (default: %(default)s)")
    limits.add_argument(
        "--user-timeout", type=_positive, default=300, metavar="SECONDS", help="of a session (default: %(default)s)"
    )
    limits.add_argument("--page-cap", type=int, default=0, metavar="N", help="most records in an answer (0: no limit)")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal ends it. Returns 0 then, 2 when it cannot start."""
    options = parser().parse_args(arguments)
    try:
        with _signals_held(), ExitStack() as running:
            standin, mail = _start(options, running)
            addresses = _addresses(standin, mail)
            if options.ready_file:
                running.callback(Path(options.ready_file).unlink, missing_ok=True)
                _write_atomically(Path(options.ready_file), addresses)
            print(_greeting(standin, addresses), flush=True)
            signal.sigwait(_ENDING)
    except (SiteError, ContractError, OSError) as exc:
        print(f"standin: {exc}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as exc:
        print(f"standin: --tls and --smtp need the Python package {exc.name}", file=sys.stderr)
        return 2
    return 0


def _start(options: argparse.Namespace, running: ExitStack) -> tuple[StandIn, MailHandle | None]:
    site = read_json(options.site or _DEMO)
    server = site.get("server", {})
    if bool(options.cert) != bool(options.key):
        raise SiteError("--cert and --key belong together")
    standin = StandIn(
        generated(options.branches, options.users) if options.branches else site.get("companies", []),
        **{f"server_{name}": server[name] for name in ("username", "password") if name in server},
        host=options.host,
        port=options.port,
        admin_port=options.admin_port,
        tls=load_identity(options.cert, options.key, options.ca) if options.cert else options.tls,
        max_sessions=options.max_sessions,
        user_timeout=options.user_timeout,
        page_cap=options.page_cap,
        published=options.published,
        contract=read_json(options.contract) if options.contract else site.get("contract"),
        window=site.get("window"),
        database=options.db,
    )
    running.enter_context(standin)
    return standin, _start_mail(site.get("mail", {}), running) if options.smtp else None


def _start_mail(settings: Mapping[str, Any], running: ExitStack) -> MailHandle:
    # Imported here: without --smtp the stand-in runs on the standard library alone.
    from .mail import MailHandle

    host_name = {"host_name": settings["host_name"]} if "host_name" in settings else {}
    mail = MailHandle(settings.get("accounts", {}), may_send_as=settings.get("may_send_as"), **host_name)
    return running.enter_context(mail)


def _addresses(standin: StandIn, mail: MailHandle | None) -> dict[str, object]:
    addresses: dict[str, object] = {
        "about": BANNER,
        "pid": os.getpid(),
        "url": standin.url,
        "admin_url": standin.admin_url,
        "ca_path": standin.ca_path,
    }
    if mail is not None:
        addresses["smtp"] = {
            "host": mail.host,
            "host_name": mail.host_name,
            "starttls_port": mail.starttls_port,
            "tls_port": mail.tls_port,
            "ca_path": mail.ca_path,
        }
    return addresses


def _greeting(standin: StandIn, addresses: Mapping[str, Any]) -> str:
    companies = standin.companies()
    shown = ", ".join(companies[:5]) + (f", … ({len(companies)} in all)" if len(companies) > 5 else "")
    lines = [
        BANNER,
        f"  Fincon side    {addresses['url']}   (HTTP Basic user {standin.server_username})",
        f"  control side   {addresses['admin_url']}",
        f"  companies      {shown}",
    ]
    if addresses["ca_path"]:
        lines.append(f"  authority      {addresses['ca_path']}")
    if "smtp" in addresses:
        smtp = addresses["smtp"]
        lines.append(f"  SMTP           {smtp['host']}:{smtp['starttls_port']} STARTTLS, :{smtp['tls_port']} TLS")
        lines.append(f"  its authority  {smtp['ca_path']}")
    return "\n".join([*lines, "  Ctrl-C or SIGTERM ends it."])


def _write_atomically(path: Path, data: Mapping[str, Any]) -> None:
    """Write the file in one step: a waiting process sees all of it or none."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=2)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Keep the ending signals pending, in every thread started within the block, until `sigwait` takes them."""
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 expected, not {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port from 0 to 65535 expected, not {text!r}")
    return int(text)
