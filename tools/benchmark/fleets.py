# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated fleets of any size: the same data as fleet files, as host_vars, and as what is installed already.

The text of the files is written as a person would write it, which is also a hundred times as fast as dumping it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection import link_collection

sys.path.insert(0, str(link_collection()))

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    Field,
)

DEFINITION = "HQ relay"
REGIONS = 9

# Of the stand-in only; no server of anybody takes them.
_SERVER_PASSWORD = "benchmark-server"
_FINCON_PASSWORD = "bench123"
_RELAY_PASSWORD = "benchmark-relay"

Record = dict[str, Any]


@dataclass(frozen=True)
class Fleet:
    """A fleet to be generated.

    :param branches: number of branches.
    :param users: number of users of each.
    :param own_logins: whether each user has a login of their own, or all share that of the definition.
    :param prefix: what the names of its branches, and of their companies, begin with.
    """

    branches: int
    users: int
    own_logins: bool = False
    prefix: str = "B"

    def names(self) -> list[str]:
        """The names of the branches, each also the name of its company."""
        return [f"{self.prefix}{number:04}" for number in range(1, self.branches + 1)]

    def definition(self) -> Record:
        """The SMTP definition that all branches share."""
        login = {} if self.own_logins else {"username": "relay@example.co.za", "password": "{{ relay_password }}"}
        server = {"mail_server": "smtp.example.co.za", "port": 587, "use_tls": True, "authenticate": True}
        return {"name": DEFINITION, **server, "timeout": 30, **login}

    def records(self, branch: str) -> Iterator[Record]:
        """The users of a branch."""
        for number in range(1, self.users + 1):
            user = f"U{number:03}"
            email = f"{user}@{branch}.example.co.za".lower()
            record = {
                "user": user,
                "sender_name": f"Person {number} of {branch}",
                "sender_email": email,
                "job_title": "Clerk",
                "telephone": f"+27 21 555 {number:04}",
                "email_enabled": True,
            }
            if self.own_logins:
                record |= {"username": email, "password": f"{{{{ user_passwords.{user.lower()} }}}}"}
            yield record

    def variables(self) -> Record:
        """What the templates of the records render to."""
        if not self.own_logins:
            return {"relay_password": _RELAY_PASSWORD}
        users = (f"u{number:03}" for number in range(1, self.users + 1))
        return {"user_passwords": {user: f"benchmark-{user}" for user in users}}


def write_fleet(fleet: Fleet, folder: Path, url: str) -> Path:
    """Write a fleet file and its branch files, and return the fleet file."""
    lines = [
        "plugin: fincon.mail.fleet",
        "branches: branches/*.yml",
        "defaults:",
        "  installation:",
        *_lines(_installation(url), 4),
        "  smtp_servers:",
        *_item(fleet.definition(), 4),
        f"  user: {{smtp_server: {DEFINITION}}}",
        "  vars:",
        *_lines(fleet.variables(), 4),
    ]
    (folder / "branches").mkdir(parents=True)
    for number, branch in enumerate(fleet.names()):
        head = [f"branch: {branch}", f"region: r{number % REGIONS}", f"installation: {{data_id: {branch}}}"]
        users = (line for record in fleet.records(branch) for line in _item(record, 2))
        _write(folder / "branches" / f"{branch}.yml", [*head, "users:", *users])
    return _write(folder / "fincon.yml", lines)


def write_host_vars(fleet: Fleet, folder: Path, url: str) -> Path:
    """Write the same as a static inventory with host_vars, and return the file of the hosts."""
    (folder / "host_vars").mkdir(parents=True)
    (folder / "group_vars").mkdir()
    shared = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    _write(
        folder / "group_vars" / "fincon.yml",
        [*_lines({**shared, **fleet.variables()}, 0), "fincon_smtp_servers:", *_item(fleet.definition(), 2)],
    )
    for branch in fleet.names():
        # Without a plugin there are no defaults for each user, so each names the definition.
        records = ({**record, "smtp_server": DEFINITION} for record in fleet.records(branch))
        users = (line for record in records for line in _item(record, 2))
        installation = _lines({**_installation(url), "data_id": branch}, 2)
        _write(folder / "host_vars" / f"{branch}.yml", ["fincon_installation:", *installation, "fincon_users:", *users])
    return _write(folder / "hosts.yml", ["fincon:", "  hosts:", *(f"    {branch}:" for branch in fleet.names())])


def installed(*fleets: Fleet) -> dict[str, Any]:
    """What fleets declare, as installed already: a site file of the stand-in."""
    companies = [_company(fleet, branch) for fleet in fleets for branch in fleet.names()]
    return {"server": {"username": "api", "password": _SERVER_PASSWORD}, "companies": companies}


def _company(fleet: Fleet, branch: str) -> dict[str, Any]:
    users: list[dict[str, Any]] = [
        {"user": "ANSIBLE", "password": _FINCON_PASSWORD, "mail_enabled": "N"},
        {"user": "PASSME", "mail_enabled": "N"},
    ]
    for record in fleet.records(branch):
        settings = {"smtp_server": DEFINITION, **record, **_rendered(fleet, record)}
        mail = _wire(settings, MAIL_USER.fields)
        users.append({"user": record["user"], "mail": mail, "mail_enabled": "Y" if record["email_enabled"] else "N"})
    server = {**fleet.definition(), **_rendered(fleet, fleet.definition())}
    return {"data_id": branch, "users": users, "smtp_servers": [_wire(server, (SMTP_SERVER.key, *SMTP_SERVER.fields))]}


def _rendered(fleet: Fleet, record: Mapping[str, Any]) -> Record:
    if "password" not in record:
        return {}
    variables = fleet.variables()
    return {"password": variables["user_passwords"][record["user"].lower()] if fleet.own_logins else _RELAY_PASSWORD}


def _wire(record: Mapping[str, Any], fields: tuple[Field, ...]) -> Record:
    """The record with the names and flags of the mail contract."""
    flags = {True: "Y", False: "N"}
    return {
        field.wire: flags[record[field.name]] if field.kind == "flag" else record[field.name]
        for field in fields
        if field.name in record
    }


def _installation(url: str) -> Record:
    return {
        "backend": "rest",
        "url": url,
        "server_username": "api",
        "server_password": _SERVER_PASSWORD,
        "username": "ANSIBLE",
        "password": _FINCON_PASSWORD,
    }


def _item(record: Mapping[str, Any], indent: int) -> list[str]:
    first, *rest = _lines(record, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *rest]


def _lines(record: Mapping[str, Any], indent: int) -> list[str]:
    lines = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            lines += [f"{' ' * indent}{name}:", *_lines(value, indent + 2)]
        else:
            lines.append(f"{' ' * indent}{name}: {_scalar(value)}")
    return lines


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # Nothing here holds a quotation mark, and only these begin like something else than text.
    return f'"{value}"' if str(value).startswith(("{", "+")) else str(value)


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
