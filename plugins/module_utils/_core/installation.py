# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The table of the settings of an installation: the options of ``installation`` and ``fincon_installation``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    PLACEHOLDER_PROBLEM,
    is_placeholder,
    is_template,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import PLACEHOLDER, Finding, did_you_mean

#: From the backend that needs nothing from the vendor to the one that needs the most.
BACKENDS = ("attended", "command", "rest")

#: What is wrong with the path of a file.
IS_FOLDER = "ends with a slash, as a folder does; name a file"

_VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")


@dataclass(frozen=True)
class Setting:
    """One option of an installation.

    :param name: its name in YAML.
    :param type: its Ansible type: str, int, float, bool, path, dict or list (of texts).
    :param description: sentences for people.
    :param backends: the backends that use it.
    :param required: whether those backends need it.
    :param default: its value when it is left out.
    :param secret: whether it must never be shown.
    :param samples: values as people write them, which editors propose. Those of a secret are templates.
    :param minimum: smallest number allowed; ``None`` for settings that are not numbers.
    :param above: whether a number must be greater than ``minimum``, rather than at least ``minimum``.
    :param maximum: largest number allowed. Seconds are at most a day: the system takes no number of any size.
    :param is_file: whether a path is that of a file, and never that of a folder.
    """

    name: str
    type: str
    description: tuple[str, ...]
    backends: tuple[str, ...] = ("rest",)
    required: bool = False
    default: Any = None
    secret: bool = False
    samples: tuple[Any, ...] = ()
    minimum: float | None = None
    above: bool = True
    maximum: int = 86_400
    is_file: bool = False


SETTINGS = (
    Setting(
        "ledger",
        "path",
        (
            "The file that keeps what is confirmed and what is ordered, where the module runs. Made for git.",
            "A relative path starts at the folder of the host's inventory: for a branch of a fleet, that of the fleet "
            "file. V(~) and environment variables are those of the machine where the module runs.",
        ),
        ("attended",),
        required=True,
        samples=("../ledgers/{{ inventory_hostname }}.yml",),
        is_file=True,
    ),
    Setting(
        "lock_wait",
        "float",
        ("Longest wait for another run that works on the ledger, in seconds.",),
        ("attended",),
        default=60.0,
        minimum=0,
        above=False,
    ),
    Setting(
        "command",
        "list",
        ("The adapter program and its arguments. They are run unchanged, without a shell.",),
        ("command",),
        required=True,
        samples=(["/opt/fincon/adapter", "{{ inventory_hostname }}"],),
    ),
    Setting(
        "command_timeout",
        "float",
        ("Longest time for one call of the adapter, in seconds. Then its whole process group is ended.",),
        ("command",),
        default=300.0,
        minimum=0,
    ),
    Setting(
        "output_limit",
        "int",
        ("Most that one call of the adapter may print, in bytes.",),
        ("command",),
        default=16777216,
        minimum=0,
        maximum=2**30,
    ),
    Setting(
        "url",
        "str",
        ("Address of the Fincon REST server, such as V(https://10.1.2.3:4090).",),
        required=True,
        samples=("https://10.1.2.3:4090",),
    ),
    Setting(
        "server_username", "str", ("User of the REST server itself, for HTTP Basic.",), required=True, samples=("api",)
    ),
    Setting(
        "server_password",
        "str",
        ("Password of O(installation.server_username).",),
        required=True,
        secret=True,
        samples=("{{ vault_fincon_server }}",),
    ),
    Setting(
        "data_id",
        "str",
        ("The company on that server. Each company is a separate installation.",),
        required=True,
        samples=("MAIN",),
    ),
    Setting(
        "username",
        "str",
        ("The Fincon user to log in as. Not the user of the REST server.",),
        required=True,
        samples=("ANSIBLE",),
    ),
    Setting(
        "password",
        "str",
        ("Password of O(installation.username).",),
        required=True,
        secret=True,
        samples=("{{ vault_fincon_user }}",),
    ),
    Setting(
        "alternate_extension", "bool", ("Whether the company uses Fincon's alternate file extension.",), default=False
    ),
    Setting(
        "allow_http",
        "bool",
        (
            "Whether O(installation.url) may be plain HTTP to another machine.",
            "All passwords can then be read on the way, and each run warns of it.",
        ),
        default=False,
    ),
    Setting("validate_certs", "bool", ("Whether the certificate of the REST server is verified.",), default=True),
    Setting(
        "ca_path",
        "path",
        ("File or directory with certificates of the CA to trust, where the module runs.",),
        samples=("/etc/ssl/fincon-ca.pem",),
    ),
    Setting("connect_timeout", "float", ("Longest wait for the connection, in seconds.",), default=10.0, minimum=0),
    Setting("timeout", "float", ("Longest wait for a part of an answer, in seconds.",), default=30.0, minimum=0),
    Setting(
        "total_timeout", "float", ("Longest time for all work of one call, in seconds.",), default=300.0, minimum=0
    ),
    Setting(
        "session_wait",
        "float",
        ("Longest wait for a free session of the server, in seconds.",),
        default=60.0,
        minimum=0,
        above=False,
    ),
    Setting(
        "contract",
        "dict",
        (
            "Other names of methods and fields, where the server chose its own.",
            "A dictionary with V(methods) and V(fields), each from the name in the mail contract to the server's.",
        ),
        samples=({"methods": {"GetMailUsers": "GetEmailUsers"}},),
    ),
    Setting(
        "fingerprints",
        "path",
        (
            "File of mode 0600 that keeps salted fingerprints of the passwords that were sent.",
            "By default a file for each installation below V(~/.ansible/fincon_mail), where the module runs.",
        ),
        ("command", "rest"),
        samples=("/var/lib/fincon/{{ inventory_hostname }}.json",),
        is_file=True,
    ),
)


def findings(installation: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with a rendered installation: settings that its backend lacks or does not know.

    Values are never part of the sentences.
    """
    backend = installation.get("backend")
    if backend not in BACKENDS:
        choices = f"one of {', '.join(BACKENDS)}"
        guess = did_you_mean(backend, BACKENDS) if isinstance(backend, str) else ""
        return [_finding("backend", f"is needed: {choices}" if backend is None else f"must be {choices}{guess}")]
    by_name = {setting.name: setting for setting in SETTINGS}
    given = {name for name, value in installation.items() if value is not None and name != "backend"}
    found = [
        _finding(setting.name, f"is needed by the {backend} backend")
        for setting in SETTINGS
        if setting.required and backend in setting.backends and not installation.get(setting.name)
    ]
    found += [
        _finding(setting.name, PLACEHOLDER_PROBLEM, PLACEHOLDER)
        for setting in SETTINGS
        if setting.secret and is_placeholder(installation.get(setting.name))
    ]
    found += [
        _finding(setting.name, IS_FOLDER)
        for setting in SETTINGS
        if setting.is_file and str(installation.get(setting.name) or "").endswith("/")
    ]
    found += _url_findings(installation) + _number_findings(installation)
    for name in sorted(given):
        if name not in by_name:
            found.append(_finding(name, "is not a setting of an installation"))
        elif backend not in by_name[name].backends and by_name[name].default is None:
            # A setting with a default always has a value once the options are validated.
            found.append(_finding(name, f"is not a setting of the {backend} backend"))
    return found


def unset_variable_problem(path: str) -> str | None:
    """Return what is wrong with a path that still names a variable after replacement: that variable is not set."""
    found = _VARIABLE.search(path)
    return f"names the environment variable {found[1] or found[2]}, which is not set" if found else None


def unset_variables(installation: Mapping[str, Any]) -> list[Finding]:
    """Return a finding for each path of an installation that names an environment variable that is not set.

    :param installation: as a module gets it, with the variables that are set replaced.
    """
    paths = [(setting.name, installation.get(setting.name)) for setting in SETTINGS if setting.type == "path"]
    problems = [(name, unset_variable_problem(path)) for name, path in paths if isinstance(path, str)]
    return [_finding(name, problem) for name, problem in problems if problem]


def _finding(setting: str, message: str, code: str = "") -> Finding:
    return Finding(message, path=f"installation.{setting}", code=code)


def _url_findings(installation: Mapping[str, Any]) -> list[Finding]:
    url = installation.get("url")
    if not url or is_template(url):
        return []
    try:
        address = urls.parse(str(url))
    except ValueError as exc:
        return [_finding("url", str(exc))]
    if not address.exposes or installation.get("allow_http"):
        return []
    return [
        _finding(
            "url",
            "is plain http to another machine, so that all passwords can be read on the way; use https, or set "
            "allow_http",
        )
    ]


def _number_findings(installation: Mapping[str, Any]) -> list[Finding]:
    found = []
    for setting in SETTINGS:
        value = installation.get(setting.name)
        if setting.minimum is None or isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        # Every comparison with a NaN is false.
        fits = value > setting.minimum if setting.above else value >= setting.minimum
        if not fits or value > setting.maximum:
            words = "more than" if setting.above else "at least"
            found.append(_finding(setting.name, f"must be {words} {setting.minimum:g} and at most {setting.maximum}"))
    return found
