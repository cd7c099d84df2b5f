# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The program ``fincon-probe``: settings in, a verdict out. It runs where Ansible does not, on a branch's machine."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import socket
import ssl
import sys
import warnings
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, TextIO

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._io import files
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import Params
from ansible_collections.fincon.mail.plugins.module_utils._module.probe_report import make_report
from ansible_collections.fincon.mail.plugins.module_utils._module.probing import requested_logins
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import probe_logins
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.lines import lines, use_colours
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.options import (
    FIELDS,
    UsageError,
    given_settings,
    parse,
)
from ansible_collections.fincon.mail.plugins.module_utils._probe_cli.settings import LIMIT, checked, read_json
from ansible_collections.fincon.mail.plugins.module_utils._smtp.batch import probe_all
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import reaches

PASSED, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def main(release: str, arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status.

    :param release: version of the collection.
    :param arguments: by default those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A code page of Windows does not have every character of a server's answer.
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(release, sys.argv[1:] if arguments is None else arguments)
    except UsageError as exc:
        _say(sys.stderr, *(f"fincon-probe: {line}" for line in str(exc).split("\n")))
        return WRONG_USE
    except SystemExit:  # after --help and --version
        return PASSED
    except KeyboardInterrupt:
        _say(sys.stderr, "fincon-probe: interrupted")
        return INTERRUPTED


def _run(release: str, arguments: Sequence[str]) -> int:
    options = parse(arguments, _version(release))
    params, notes = checked(*_settings(options))
    logins = requested_logins(_with_password(params))
    if not logins:
        raise UsageError("smtp_servers: holds no definition, so there is nothing to try")
    _say(sys.stderr, *(f"fincon-probe: warning: {note}" for note in notes))
    found = probe_logins(logins, probe_all)
    now = datetime.now(timezone.utc)
    report = json.dumps(make_report(logins, found, params["level"], release, socket.gethostname(), now), indent=2)
    if options.output:
        _write(options.output, report)
    if options.json:
        _say(sys.stdout, report)
    else:
        colours = use_colours(sys.stdout.isatty(), os.environ, sys.platform)
        _say(sys.stdout, *lines(logins, found, colours))
    return _status(found)


def _version(release: str) -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return f"fincon-probe {release} (Python {python}, {ssl.OPENSSL_VERSION})"


def _settings(options: argparse.Namespace) -> tuple[dict[str, Any], set[str]]:
    """The settings of all sources, and the names of those given by an option: options take precedence over the file."""
    if options.settings == options.password_file == "-":
        raise UsageError("--settings and --password-file cannot both read standard input")
    given = read_json(_content("--settings", options.settings)) if options.settings else {}
    by_option = given_settings(options)
    if options.password_file:
        by_option["password"] = _first_line(_content("--password-file", options.password_file))
    return {**given, **by_option}, set(by_option)


def _content(option: str, name: str) -> bytes:
    """The content of a file, cut when it is too long. The name is not shown: it may be a secret in the wrong place."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(LIMIT + 1)
        with open(name, "rb") as stream:
            return stream.read(LIMIT + 1)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "this cannot be the name of a file"
        raise UsageError(f"{option}: the file cannot be read: {reason}") from None


def _first_line(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("--password-file: the file is not text in UTF-8") from None
    return text.split("\n", 1)[0].rstrip("\r")


def _with_password(params: Params) -> Params:
    """The parameters with the password of the single login. Asks for a password that is needed and not given."""
    one_login = params["smtp_servers"] is None
    wanted = one_login and params["authenticate"] and reaches(params["level"], "auth")
    if not wanted or not params["username"] or params["password"]:
        return params
    password = _ask()
    problem = value_problem(FIELDS["password"], password)
    if problem:
        raise UsageError(f"password: {problem}")
    return {**params, "password": password}


def _ask() -> str:
    try:
        # Without a terminal, getpass on Windows would wait forever.
        if sys.stdin is not None and sys.stdin.isatty():
            with warnings.catch_warnings():
                # It would go on and show the password on the screen.
                warnings.simplefilter("error", getpass.GetPassWarning)
                return getpass.getpass("Password: ")
    except (EOFError, OSError, getpass.GetPassWarning):
        pass
    raise UsageError(
        "the password is needed, and there is no terminal to ask for it; give --password-file, or --settings"
    )


def _write(name: str, text: str) -> None:
    try:
        files.replace(name, text.encode("ascii") + b"\n", 0o600, durable=False)
    except OSError as exc:
        raise UsageError(f"--output: the file cannot be written: {exc.strerror}") from None


def _say(stream: TextIO, *texts: str) -> None:
    for text in texts:
        stream.write(f"{text}\n")
    stream.flush()


def _status(found: Sequence[dict[str, Any]]) -> int:
    failed = [verification for verification in found if not verification["ok"]]
    if not failed:
        return PASSED
    # What the engine refuses before the first byte is a wrong setting, not a finding about the server.
    return WRONG_USE if all(item["failed_stage"] == "settings" for item in failed) else FAILED
