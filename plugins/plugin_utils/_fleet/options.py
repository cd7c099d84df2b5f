# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the variables that people set: the options of the role, of its entry points and of the playbooks.

A wrong value is found where it is written, before a playbook has changed anything. Only the shape is checked here; the
modules check the rest. What Ansible would convert is right, such as ``"yes"`` for a flag.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import EVIDENCE
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import did_you_mean
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE_KEY
from ansible_collections.fincon.mail.plugins.plugin_utils._work_order.view import MOST_DAYS

PREFIX = "fincon_"

#: Kinds of values.
FLAG, NUMBER, TEXT, LIST, MAPPING = "flag", "number", "text", "list", "mapping"
#: For options of several shapes, which a module or a playbook checks.
ANY = "any"
#: More of anything is a mistake: of days, of seconds, of records.
_LARGEST = 1_000_000


@dataclass(frozen=True)
class Option:
    """What an option may be.

    :param kind: the kind of its value.
    :param choices: for a text, the words that it may be.
    :param minimum: for a number, the smallest one.
    :param maximum: for a number, the largest one.
    """

    kind: str
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = _LARGEST


_BY_KIND = {
    FLAG: (
        "adopt_blank_users", "adopt_overwrite", "adopt_placeholders", "fail_on_pending", "fail_on_silent", "purge",
        "purge_empty", "smtp_validate_certs", "work_order_keepass", "work_order_secrets", "work_order_slips",
    ),
    NUMBER: (
        "evidence_wait", "fail_on_pending_days", "purge_limit", "verification_max_age", "verify_arrival",
    ),
    TEXT: (
        "adopt_dir", "branch", "confirmed_by", "conformance_user", "evidence_address", "hosts", "metrics_file",
        "region", "reminder_file", "reminder_to", "report_dir", "report_previous", "smtp_ca_path", "status_file",
        "title", "user", "verification_file", "work_order_company", "work_order_dir",
        "work_order_keepass_passphrase", "work_order_path", "work_order_switch_window", "work_order_template_html",
        "work_order_template_markdown", "work_order_user_window",
    ),
    LIST: (
        "fleet_findings", "import_csv", "items", "purge_protect", "report_formats", "reports", "smtp_servers", "tags",
        "users", "work_order_user_order",
    ),
    MAPPING: ("files", "installation", "work_order", "work_order_contact", "work_order_labels"),
    ANY: ("adapter", "replies", "wave"),
}  # fmt: skip

_CHOICES = {
    "faulty_branches": ("stop", "set_aside"),
    "smtp_tls_mode": ("auto", "starttls", "implicit", "none"),
    "undeclared": ("drift", "warning", "ignore"),
    "update_password": ("on_change", "always", "on_create"),
    "verify": ("none", "connect", "tls", "auth", "envelope"),
    "verify_failure": ("fail", "warn", "skip"),
    "verify_level": ("connect", "tls", "auth", "envelope", "send"),
}

#: What the inventory plugin makes of ``evidence`` in a fleet file, where it is checked.
EVIDENCE_OPTIONS = frozenset(
    f"{PREFIX}{EVIDENCE_KEY}_{name}" for name in (*(field.name for field in EVIDENCE), "mailbox", "relays")
)

OPTIONS: Mapping[str, Option] = {
    **{name: Option(ANY) for name in EVIDENCE_OPTIONS},
    **{f"{PREFIX}{name}": Option(kind) for kind, names in _BY_KIND.items() for name in names},
    **{f"{PREFIX}{name}": Option(TEXT, choices=choices) for name, choices in _CHOICES.items()},
    f"{PREFIX}order": Option(NUMBER, minimum=1),
    f"{PREFIX}work_order_due_days": Option(NUMBER, maximum=MOST_DAYS),
}

_FLAGS = re.compile("1|0|y|yes|n|no|t|true|f|false|on|off", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?[0-9]+\s*")


def option_problem(name: str, value: Any) -> str | None:
    """Return what is wrong with the value of an option, or ``None``.

    The sentence does not have the value in it, which may be a password in the wrong place. What is not known yet, a
    template or a vault text, is not judged. Without a value an option has its default.

    :param name: the name of a variable, with its prefix.
    """
    option = OPTIONS.get(name, Option(ANY))
    if option.kind == ANY or not isinstance(value, (bool, int, float, str, list, dict)) or is_template(value):
        return None
    if option.kind == FLAG:
        return None if _is_flag(value) else "must be true or false"
    if option.kind == NUMBER:
        number = _number(value)
        fits = number is not None and option.minimum <= number <= option.maximum
        return None if fits else f"must be a whole number from {option.minimum} to {option.maximum}"
    if option.kind == LIST:
        return "must be a list" if isinstance(value, dict) else None
    if option.kind == MAPPING:
        # With -e a mapping may come as text that a module understands.
        return None if isinstance(value, (dict, str)) else "must be a mapping of names to values"
    if isinstance(value, (list, dict)):
        return "must be text"
    return _choice_problem(option.choices, value)


def _is_flag(value: Any) -> bool:
    if isinstance(value, str):
        return _FLAGS.fullmatch(value.strip()) is not None
    return isinstance(value, (bool, int, float)) and value in (0, 1)


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        # Python refuses to read a number of thousands of digits.
        return int(value) if len(value) < 20 and _NUMBER.fullmatch(value) else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choice_problem(choices: tuple[str, ...], value: Any) -> str | None:
    if not choices or value in choices:
        return None
    guess = did_you_mean(value, choices) if isinstance(value, str) else ""
    return f"must be {', '.join(choices[:-1])} or {choices[-1]}{guess}"
