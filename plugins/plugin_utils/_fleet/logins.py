# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins that are declared with two passwords: at one mail server, a user name has only one. Pure."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import value_problem
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    RESOURCES,
    SMTP_SERVER,
    SMTP_SERVERS,
    USERS,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import PRESENT

#: Returns a rendered value, or ``None`` when it cannot be rendered.
Render = Callable[[Any], Any]

_PASSWORD = "password"
#: Passwords are compared by their keyed hash, which is useless outside of this process.
_KEY = secrets.token_bytes(32)


@dataclass(frozen=True)
class Login:
    """A login of a definition or a user with a password.

    :param account: equal for two logins with one password: mail server and user name, without case.
    :param branch: name of the branch.
    :param resource: name of the resource.
    :param name: name of the record.
    :param password: as it is declared, rendered or not.
    """

    account: tuple[str, str]
    branch: str
    resource: str
    name: str
    password: Any = field(repr=False)


def logins_of(branch: str, data: Mapping[str, Any], render: Render) -> Iterator[Login]:
    """Yield the logins of one branch whose server is known.

    The same user name at another server is another account, for example while a fleet moves between providers. An
    absent record is not sent, and a password without a user name is not used.

    :param data: ``smtp_servers`` and ``users``, with the defaults filled in.
    """
    servers = _records(data.get(SMTP_SERVERS.name), render)
    hosts = {
        _key(render(server.get(SMTP_SERVERS.key.name))): _host(render(server.get("mail_server"))) for server in servers
    }
    for section, records in ((SMTP_SERVERS, servers), (USERS, _records(data.get(USERS.name), render))):
        for record in records:
            # An empty one is passed over later: asking whether a vault value is empty would decrypt it.
            if record.get(_PASSWORD) is None or render(record.get("state", PRESENT)) != PRESENT:
                continue
            username, name = render(record.get("username")), render(record.get(section.key.name))
            host = hosts.get(_key(name if section is SMTP_SERVERS else render(record.get("smtp_server"))))
            if host and isinstance(username, str) and username.strip() and isinstance(name, str):
                account = (host, username.strip().casefold())
                yield Login(account, branch, section.resource.name, name, record[_PASSWORD])


def _records(value: Any, render: Render) -> list[Mapping[str, Any]]:
    """The records of a list that may be a template itself or contain templates."""
    items = value if isinstance(value, list) else render(value)
    items = items if isinstance(items, list) else []
    made = [item if isinstance(item, Mapping) else render(item) for item in items]
    return [record for record in made if isinstance(record, Mapping)]


def _key(name: Any) -> str:
    return normal_key(SMTP_SERVER, name) if isinstance(name, str) else ""


def _host(mail_server: Any) -> str:
    return mail_server.strip("[]").rstrip(".").casefold() if isinstance(mail_server, str) else ""


def clashes(logins: Iterable[Login], password_of: Callable[[Login], Any]) -> Iterator[tuple[Login, Login]]:
    """Yield the first login with each further password of an account, and the first login of the account.

    An invalid password is not compared.

    :param password_of: returns the password of a login, or ``None`` when it is not known. It is only called for logins
        whose account appears more than once.
    """
    accounts: dict[tuple[str, str], list[Login]] = {}
    for login in logins:
        accounts.setdefault(login.account, []).append(login)
    for same in accounts.values():
        first: dict[bytes, Login] = {}
        for login in same if len(same) > 1 else []:
            password = password_of(login)
            if password and not value_problem(RESOURCES[login.resource].field(_PASSWORD), password):
                first.setdefault(_hash(password), login)
        logins_with_own = list(first.values())
        yield from ((other, logins_with_own[0]) for other in logins_with_own[1:])


def _hash(password: str) -> bytes:
    return hashlib.blake2b(password.encode("utf-8", "surrogatepass"), key=_KEY).digest()


def clash_finding(login: Login, other: Login, place: str) -> Finding:
    """Return the finding that a login has a different password from an earlier login of its account.

    :param place: of the earlier login, ``file:line:column``, or empty.
    """
    where = f"{other.resource} {other.name}, {place}" if place else f"{other.resource} {other.name}"
    text = (
        f"in branch {login.branch} this login has another password than in branch {other.branch} ({where}); "
        "one of the two is wrong"
    )
    return Finding(text, login.resource, login.name, _PASSWORD, branch=login.branch)
