# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated fleets of any size: the same data as fleet files, as host_vars, and as already installed records.

The text of the files is written as a person would write it, which is also a hundred times as fast as dumping it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    Field,
)

DEFINITION = "HQ relay"
JOB_TITLE = "Clerk"
#: An address without a server, for fleets that connect to none.
NOWHERE = "http://127.0.0.1:9"
REGIONS = 9

# Only for the stand-in; no real server accepts them.
_SERVER_PASSWORD = "benchmark-server"
_FINCON_PASSWORD = "bench123"
#: The password of each login that branches share.
RELAY_PASSWORD = "benchmark-relay"

Record = dict[str, Any]


@dataclass(frozen=True)
class Fleet:
    """A fleet to generate.

    :param branches: number of branches.
    :param users: number of users of each.
    :param own_logins: whether each user has their own login, or all share that of the definition.
    :param prefix: of the names of its branches and of their companies.
    :param logins: how many logins the branches share, in turn; 0 for that of the definition.
    :param mail_server: of the definition.
    :param port: of the mail server.
    :param layers: whether each region declares common values of its users in its layer of defaults.
    """

    branches: int
    users: int
    own_logins: bool = False
    prefix: str = "B"
    logins: int = 0
    mail_server: str = "smtp.example.co.za"
    port: int = 587
    layers: bool = False

    def names(self) -> list[str]:
        """The names of the branches, each also the name of its company."""
        return [f"{self.prefix}{number:04}" for number in range(1, self.branches + 1)]

    def definition(self) -> Record:
        """The SMTP definition that all branches share."""
        login = {} if self.own_logins else {"username": relay_login(), "password": "{{ relay_password }}"}
        server = {"mail_server": self.mail_server, "port": self.port, "use_tls": True, "authenticate": True}
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
                "job_title": JOB_TITLE,
                "telephone": f"+27 21 555 {number:04}",
                "email_enabled": True,
            }
            if self.own_logins:
                record |= {"username": email, "password": f"{{{{ user_passwords.{user.lower()} }}}}"}
            yield record

    def variables(self) -> Record:
        """The values that the templates of the records render to."""
        if not self.own_logins:
            return {"relay_password": RELAY_PASSWORD}
        users = (f"u{number:03}" for number in range(1, self.users + 1))
        return {"user_passwords": {user: f"benchmark-{user}" for user in users}}


def relay_login(number: int = 0) -> str:
    """The name of one of the logins that branches share."""
    return f"relay{number or ''}@example.co.za"


def write_fleet(fleet: Fleet, folder: Path, url: str) -> Path:
    """Write a fleet file and its branch files, and return the fleet file."""
    return _write_fleet(fleet, folder, _installation(url), "data_id: {}")


def write_attended_fleet(fleet: Fleet, folder: Path) -> Path:
    """Write the same for attended branches, with ledgers in the folder `ledgers` next to the fleet file."""
    return _write_fleet(fleet, folder, {"backend": "attended"}, "ledger: ledgers/{}.yml")


def _write_fleet(fleet: Fleet, folder: Path, installation: Record, own: str) -> Path:
    lines = [
        "plugin: fincon.mail.fleet",
        "branches: branches/*.yml",
        "defaults:",
        "  installation:",
        *_lines(installation, 4),
        "  smtp_servers:",
        *_item(fleet.definition(), 4),
        f"  user: {{smtp_server: {DEFINITION}}}",
        "  vars:",
        *_lines(fleet.variables(), 4),
    ]
    if fleet.layers:
        layer = {"user": {"job_title": JOB_TITLE}}
        lines += ["regions:", *_lines({f"r{number}": layer for number in range(min(REGIONS, fleet.branches))}, 2)]
    (folder / "branches").mkdir(parents=True)
    for number, branch in enumerate(fleet.names()):
        head = [f"branch: {branch}", f"region: r{number % REGIONS}", f"installation: {{{own.format(branch)}}}"]
        if fleet.logins:
            own_login = {"name": DEFINITION, "username": relay_login(number % fleet.logins)}
            head += ["smtp_servers:", *_item(own_login, 2)]
        users = (line for record in fleet.records(branch) for line in _item(_own(fleet, record), 2))
        _write(folder / "branches" / f"{branch}.yml", [*head, "users:", *users])
    return _write(folder / "fincon.yml", lines)


def _own(fleet: Fleet, record: Record) -> Record:
    """A user in the branch file."""
    return {name: value for name, value in record.items() if not (fleet.layers and name == "job_title")}


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
        # Without the plugin there are no defaults for users, so each user names the definition.
        records = ({**record, "smtp_server": DEFINITION} for record in fleet.records(branch))
        users = (line for record in records for line in _item(record, 2))
        installation = _lines({**_installation(url), "data_id": branch}, 2)
        _write(folder / "host_vars" / f"{branch}.yml", ["fincon_installation:", *installation, "fincon_users:", *users])
    return _write(folder / "hosts.yml", ["fincon:", "  hosts:", *(f"    {branch}:" for branch in fleet.names())])


def installed(*fleets: Fleet) -> dict[str, Any]:
    """The declared records of fleets as already installed: a site file of the stand-in."""
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
    return {"password": variables["user_passwords"][record["user"].lower()] if fleet.own_logins else RELAY_PASSWORD}


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
    # No value here has a quotation mark, and only these would not be read as text.
    return f'"{value}"' if str(value).startswith(("{", "+")) else str(value)


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
