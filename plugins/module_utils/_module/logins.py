# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which logins must be verified at a mail server, and the combined result of their verifications. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import (
    DELETE,
    Change,
    DesiredRecord,
    Record,
    State,
)
from ansible_collections.fincon.mail.plugins.module_utils._smtp.settings import ProbeSettings, reaches

LEVELS = ("none", "connect", "tls", "auth", "envelope")


@dataclass(frozen=True)
class Login:
    """One login to verify.

    :param settings: the settings of the probe.
    :param level: how far the probe goes.
    :param smtp_server: name of the definition.
    :param users: the users whom it concerns; none when only the definition's own login is meant.
    :param reduced: why it does not go as far as requested; empty when it does.
    """

    settings: ProbeSettings
    level: str
    smtp_server: str
    users: tuple[str, ...] = ()
    reduced: str = ""

    @property
    def label(self) -> tuple[str, ...]:
        """The definition or users that it concerns, for messages."""
        return self.users or (self.smtp_server,)


def declared_passwords(desired_records: Iterable[DesiredRecord]) -> dict[tuple[str, str], str]:
    """Return the passwords that the desired records declare, by resource and key. Secrets: never shown."""
    return {
        (desired.resource.name, desired.key): desired.values["password"]
        for desired in desired_records
        if desired.values.get("password")
    }


def logins_of_changes(
    after: State,
    changes: Sequence[Change],
    passwords: Mapping[tuple[str, str], str],
    level: str,
    options: Mapping[str, Any],
) -> list[Login]:
    """Return the logins that the changes touch.

    :param after: the state that the changes lead to.
    :param passwords: from :func:`declared_passwords`.
    :param level: one of :data:`LEVELS`.
    :param options: further settings of the probe, such as ``ca_path``.
    """
    touched = [change for change in changes if change.action != DELETE and is_probed(change)]
    servers = {normal_key(SMTP_SERVER, change.name) for change in touched if change.resource == SMTP_SERVER.name}
    users = {normal_key(MAIL_USER, change.name) for change in touched if change.resource == MAIL_USER.name}
    return _checks(after, servers, users, passwords, level, options)


def logins_of_records(
    state: State, passwords: Mapping[tuple[str, str], str], level: str, options: Mapping[str, Any]
) -> list[Login]:
    """Return all logins of declared records, for a verification apart from any change."""
    servers = {normal_key(SMTP_SERVER, record["name"]) for record in state.records(SMTP_SERVER)}
    return _checks(state, servers, set(), passwords, level, options)


def is_probed(change: Change) -> bool:
    """Whether a mail server can notice the change."""
    return any(RESOURCES[change.resource].field(item.field).probed for item in change.fields)


def _checks(
    state: State,
    servers: set[str],
    users: set[str],
    passwords: Mapping[tuple[str, str], str],
    level: str,
    options: Mapping[str, Any],
) -> list[Login]:
    if level == "none":
        return []
    found: dict[tuple[ProbeSettings, str, str], Login] = {}
    for server in state.records(SMTP_SERVER):
        key = normal_key(SMTP_SERVER, server["name"])
        linked = [
            user
            for user in state.users_of(server["name"])
            if key in servers or normal_key(MAIL_USER, user["user"]) in users
        ]
        # A definition that no user is linked to is verified with its own login.
        alone: list[Record | None] = [None] if key in servers else []
        for user in linked or alone:
            login = _login(server, user, passwords, level, options)
            same = (login.settings, login.level, login.smtp_server)
            known = found.get(same)
            found[same] = replace(known, users=known.users + login.users) if known else login
    return list(found.values())


def _login(
    server: Record,
    user: Record | None,
    passwords: Mapping[tuple[str, str], str],
    level: str,
    options: Mapping[str, Any],
) -> Login:
    username, password, reduced = "", "", ""
    if server.get("authenticate") and reaches(level, "auth"):
        username, password, reduced = _credentials(server, user, passwords)
    # Only the level envelope needs the sender: at other levels, users who share a login are verified once.
    sender = str((user or {}).get("sender_email") or "") if reaches(level, "envelope") else ""
    settings = ProbeSettings(
        mail_server=server["mail_server"],
        port=server["port"],
        use_tls=bool(server.get("use_tls")),
        authenticate=bool(username),
        username=username,
        password=password,
        timeout=float(server.get("timeout") or 30),
        sender_email=sender,
        **options,
    )
    reached = "tls" if reduced else "auth" if reaches(level, "envelope") and not sender else level
    return Login(settings, reached, server["name"], (user["user"],) if user else (), reduced)


def _credentials(server: Record, user: Record | None, passwords: Mapping[tuple[str, str], str]) -> tuple[str, str, str]:
    """Return user name and password of a login; or nothing, and why the login cannot be tried."""
    own = user is not None and bool(user.get("username"))
    resource, holder = (MAIL_USER, user) if own and user else (SMTP_SERVER, server)
    name = holder[resource.key.name]
    username, password = holder.get("username") or "", passwords.get((resource.name, normal_key(resource, name)), "")
    if username and password:
        return username, password, ""
    if not username:
        return "", "", f"no login is declared for {(user or server)[MAIL_USER.key.name if user else 'name']}"
    return "", "", f"the password of {name} is not declared and cannot be read back"


def summary(logins: Sequence[Login], verifications: Sequence[Mapping[str, Any]], level: str) -> dict[str, Any] | None:
    """Return one verification for all logins: the first that failed, or else the first.

    Every login is in ``targets``, with the definition and the users that it concerns.
    """
    if not logins:
        return None
    targets = [
        {**verification, "smtp_server": login.smtp_server, "users": list(login.users)}
        for login, verification in zip(logins, verifications)
    ]
    speaker = next((item for item in verifications if not item["ok"]), verifications[0])
    return {**speaker, "level": level, "ok": all(item["ok"] for item in verifications), "targets": targets}
