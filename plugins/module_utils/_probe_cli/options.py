# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The options of ``fincon-probe``. Those that are fields of a definition come from the records table. Pure."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_USER, SMTP_SERVER, Field
from ansible_collections.fincon.mail.plugins.module_utils._module.argspec import PROBED_FIELDS
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import LEVELS, TLS_MODES

#: The settings of a login that are fields of the records table, by name.
FIELDS: dict[str, Field] = {
    **{name: SMTP_SERVER.field(name) for name in PROBED_FIELDS},
    "sender_email": MAIL_USER.field("sender_email"),
}

#: The other settings: choices, or None for any text, and what they are for.
OTHERS: dict[str, tuple[Sequence[str] | None, str]] = {
    "level": (LEVELS, "How far to go. connect: the greeting; tls: the certificate; auth: the login (the default); "
              "envelope: sender and recipient, nothing is sent; send: one test message is sent."),
    "send_to": (None, "Recipient of the envelope and of the test message. By default the sender's own address."),
    "tls_mode": (TLS_MODES, "How TLS is spoken. auto (the default): from the first byte at port 465, else STARTTLS."),
    "validate_certs": (("yes", "no"), "Whether the server's certificate is verified. By default yes."),
    "ca_path": (None, "File with the certificates of a private authority to trust."),
    "ehlo_name": (None, "Name that the probe gives itself. By default this machine's full name."),
}  # fmt: skip

_DESCRIPTION = """\
Tries e-mail settings at the mail server, from this machine, and says what is wrong, why, and what to do.
It changes nothing, and tries one login once. Only --level send sends a message.
"""

_EPILOG = """\
The password is never an option, where other people on this machine could read it. The program asks for it. A script
gives it by --password-file, or with all settings as JSON: --settings - reads standard input.

  fincon-probe.pyz --mail-server smtp.example.co.za --username thandi@example.co.za
  fincon-probe.pyz --settings - --json < settings.json
  {"mail_server": "smtp.example.co.za", "port": 587, "username": "thandi@example.co.za", "password": "..."}

In place of one login the JSON may hold the records of a branch, as smtp_servers and users: each login is tried once.

Exit status: 0 every login passed, 1 a login failed, 2 the options or settings are wrong and nothing was tried.
"""


_PASSWORD_FILE = "File whose first line is the password; - is standard input."
_SETTINGS = "File with all settings as JSON; - is standard input. An option goes before the same setting in it."


class UsageError(Exception):
    """Options or settings are wrong. The text is a sentence without any value that could be a secret."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see --help")


def parse(arguments: Sequence[str], version: str) -> argparse.Namespace:
    """Return the options; a setting that is not given is None.

    :param version: what ``--version`` prints.
    :raises UsageError: when they are wrong.
    :raises SystemExit: after ``--help`` and ``--version``.
    """
    options, rest = _parser(version).parse_known_args(list(arguments))
    if rest:
        # This may be a password in the wrong place, so only text that looks like an option's name is repeated.
        names = [part.partition("=")[0] for part in rest if part.startswith("--")]
        what = f"{names[0]} is not an option" if names else "there is a word that belongs to no option"
        note = "; the password is never an option" if "--password" in names else ""
        raise UsageError(f"{what}{note}; see --help")
    return options


def given_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the options give, with the types that they would have in JSON."""
    given = {name: getattr(options, name) for name in (*FIELDS, *OTHERS) if getattr(options, name, None) is not None}
    return {name: _typed(name, text) for name, text in given.items()}


def option_name(name: str) -> str:
    """Return the option for a setting."""
    return f"--{name.replace('_', '-')}"


def _parser(version: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fincon-probe.pyz",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=version)
    settings = parser.add_argument_group("settings of the login, as Fincon has them")
    for name, field in FIELDS.items():
        if not field.secret:
            settings.add_argument(option_name(name), metavar=_metavar(field), help=_help(field))
    settings.add_argument("--password-file", metavar="FILE", help=_PASSWORD_FILE)
    settings.add_argument("--settings", metavar="FILE", help=_SETTINGS)
    how = parser.add_argument_group("how to probe")
    for name, (choices, text) in OTHERS.items():
        how.add_argument(option_name(name), choices=choices, metavar=None if choices else name.upper(), help=text)
    output = parser.add_argument_group("what to print")
    output.add_argument("--json", action="store_true", help="Print the report as JSON, and nothing else.")
    output.add_argument("--output", metavar="FILE", help="Write the report as JSON into this file, too.")
    return parser


def _metavar(field: Field) -> str:
    return {"flag": "yes|no", "integer": "NUMBER"}.get(field.kind, field.name.upper())


def _help(field: Field) -> str:
    label = f" Fincon: {field.label}." if field.label else ""
    default = {True: "yes", False: "no"}.get(field.default, field.default) if field.default != "" else ""
    return f"{field.description}{label}" + (f" By default {default}." if default else "")


def _typed(name: str, text: str) -> Any:
    """The value that the text means. Other text is returned as it is, and the check of the field refuses it."""
    kind = FIELDS[name].kind if name in FIELDS else "flag" if OTHERS[name][0] == ("yes", "no") else "text"
    if kind == "flag":
        return {"yes": True, "no": False, "true": True, "false": False}.get(text.lower(), text)
    if kind == "integer" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return text
