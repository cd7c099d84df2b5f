# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a message may show about hosts, from their variables. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import UPDATE
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import PRESENT
from ansible_collections.fincon.mail.plugins.module_utils._core.times import utc_text
from ansible_collections.fincon.mail.plugins.module_utils._smtp.providers import find
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.trust import Relay, Trust, hosts_of
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.verdicts import DeclaredBranch, DeclaredUser

#: Returns a rendered value, or ``None`` when it cannot be rendered.
Render = Callable[[Any], Any]

_SERVER_FIELDS = ("name", "state", "mail_server", "use_tls", "authenticate", "username")
_USER_FIELDS = ("user", "state", "smtp_server", "username", "sender_name", "sender_email", "email_enabled")


def declared_branch(
    host: str, data: Mapping[str, Any], render: Render, period: tuple[str, str], pending: Iterable[Mapping[str, Any]]
) -> DeclaredBranch:
    """Return the declaration of a branch. No password is rendered.

    :param data: ``smtp_servers`` and ``users``, rendered or not.
    :param period: ``since`` and ``settled`` of :class:`DeclaredBranch`.
    :param pending: the open items of its work order.
    """
    servers = {
        _key(SMTP_SERVER.name, one["name"]): one for one in _records(data.get("smtp_servers"), _SERVER_FIELDS, render)
    }
    waiting = _pending(pending)
    users = []
    for record in _records(data.get("users"), _USER_FIELDS, render):
        link = _key(SMTP_SERVER.name, record["smtp_server"])
        key = _key(MAIL_USER.name, record["user"])
        fields = waiting.get((MAIL_USER.name, key), frozenset()) | waiting.get((SMTP_SERVER.name, link), frozenset())
        if record["sender_email"]:
            users.append(_user(record, servers.get(link, {}), fields))
    found = (str(one["mail_server"]) for one in servers.values() if one["mail_server"])
    return DeclaredBranch(host, tuple(users), tuple(dict.fromkeys(found)), *period)


def _user(record: Mapping[str, Any], server: Mapping[str, Any], pending: frozenset[str]) -> DeclaredUser:
    authenticate = server.get("authenticate")
    own = record["username"]
    return DeclaredUser(
        str(record["user"]),
        str(record["sender_email"]),
        record["sender_name"],
        server.get("mail_server"),
        server.get("use_tls"),
        authenticate,
        None if authenticate is False else own or server.get("username"),
        not own,
        record["email_enabled"],
        pending,
    )


def _records(value: Any, names: Sequence[str], render: Render) -> list[dict[str, Any]]:
    """Return some fields of the present records of a list, which may be a template itself or contain templates."""
    items = value if isinstance(value, list) else render(value)
    records = [item if isinstance(item, Mapping) else render(item) for item in items or ()]
    made = [{name: render(record.get(name)) for name in names} for record in records if isinstance(record, Mapping)]
    return [record for record in made if record["state"] in (None, PRESENT) and record[names[0]]]


def _key(resource: str, name: Any) -> str:
    return normal_key(RESOURCES[resource], name) if isinstance(name, str) else ""


def _pending(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the fields that will change, by record; for a new record, all of its fields."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for item in items:
        resource = RESOURCES[item["resource"]]
        changing = item["fields"] if item["action"] == UPDATE else [{"field": one.name} for one in resource.fields]
        # The switch of a user is a separate record, but in evidence a field of the user.
        name = MAIL_USER.name if resource.key is MAIL_USER.key else resource.name
        key = (name, _key(resource.name, item["name"]))
        found[key] = found.get(key, frozenset()) | {cell["field"] for cell in changing}
    return found


def period_of(confirmed: str) -> tuple[str, str]:
    """Return the UTC times at which the day of a confirmation, here, begins and ends; empty without one.

    :param confirmed: ``CCYY-MM-DD``, or empty.
    """
    if not confirmed:
        return "", ""
    begin = date.fromisoformat(confirmed)
    return utc_text(datetime.combine(begin, time()).astimezone()), utc_text(
        datetime.combine(begin + timedelta(days=1), time()).astimezone()
    )


def trust_of(
    servers: Iterable[str],
    relays: Iterable[Mapping[str, Any]],
    clients: Iterable[str],
    branches: Sequence[DeclaredBranch],
) -> Trust:
    """Return what to trust in messages.

    :param servers: the mailbox's own servers.
    :param relays: how declared mail servers appear, the fields of ``RELAY`` in ``_core/evidence.py``. A server that is
        not in it appears with its own name, and counts as shared with strangers if it belongs to a known provider.
    :param clients: where Fincon runs.
    :param branches: the whole fleet.
    """
    said = {str(relay["mail_server"]).lower(): relay for relay in relays}
    names = sorted({name for branch in branches for name in branch.mail_servers})
    logins = {user.username.lower() for branch in branches for user in branch.users if user.username}
    return Trust(
        hosts_of(servers),
        tuple(_relay(name, said.get(name.lower(), {})) for name in names),
        hosts_of(clients),
        frozenset(logins),
    )


def unused_relays(relays: Iterable[Mapping[str, Any]], branches: Sequence[DeclaredBranch]) -> list[str]:
    """Return the mail servers of relays that no definition declares, so that what is said about them has no effect.

    :param relays: as in :func:`trust_of`.
    :param branches: the whole fleet.
    """
    declared = {name.lower() for branch in branches for name in branch.mail_servers}
    named = [str(relay["mail_server"]) for relay in relays]
    return [name for name in named if name.lower() not in declared]


def _relay(mail_server: str, said: Mapping[str, Any]) -> Relay:
    shared = said.get("shared")
    return Relay(
        mail_server,
        hosts_of(said.get("seen_as") or [mail_server]),
        find(mail_server) is not None if shared is None else bool(shared),
    )
