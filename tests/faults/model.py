# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small model of an installation: what it holds, and what declaring something makes of it. Pure.

It says the same as the product in a few lines, and shares none of its code but the names of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.purge import Purge
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_ENABLED,
    MAIL_USER,
    RESOURCES,
    SMTP_SERVER,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord
from hypothesis import strategies as st

Key = tuple[str, str]

SERVERS = ("HQ Relay", "Branch out")
USERS = ("THANDI", "PIETER", "AYESHA")
PASSWORDS = ("canary-one-1", "canary-two-2", "canary-three-3")
BY_HAND = "canary-hand-4"
#: All that a record of a kind holds besides its name and its password, when nothing was entered.
NOTHING: dict[str, dict[str, Any]] = {
    "smtp_server": {
        "mail_server": "", "authenticate": False, "username": "", "port": 0, "use_tls": False, "timeout": 0, "bcc": "",
    },
    "mail_user": {
        "smtp_server": "", "username": "", "sender_name": "", "sender_email": "", "job_title": "", "telephone": "",
        **{f"user_field_{number}": "" for number in range(1, 7)},
    },
}  # fmt: skip
NEW_SERVER = {"authenticate": True, "port": 587, "use_tls": True, "timeout": 30}


def key_of(resource: str, name: str) -> Key:
    """The key of a record; the switch is a field of the user."""
    return ("smtp_server", name.casefold()) if resource == "smtp_server" else ("mail_user", name.upper())


@dataclass
class Held:
    """What an installation holds: records with their names, and the passwords that are set."""

    records: dict[Key, dict[str, Any]] = field(default_factory=dict)
    passwords: dict[Key, str] = field(default_factory=dict)

    def copy(self) -> Held:
        return deepcopy(self)

    def put(self, key: Key, values: Mapping[str, Any]) -> None:
        """Change fields; links are compared without case, so they are kept without."""
        for name, value in values.items():
            if name == "password":
                self.set_password(key, value)
            else:
                self.records[key][name] = value.casefold() if name == "smtp_server" else value

    def set_password(self, key: Key, password: str) -> None:
        self.passwords.pop(key, None)
        if password:
            self.passwords[key] = password

    def remove(self, key: Key) -> None:
        self.records.pop(key, None)
        self.passwords.pop(key, None)

    def is_blank(self, key: Key) -> bool:
        """Whether a user has no mail setting."""
        record = self.records.get(key, {})
        return key not in self.passwords and all(
            record.get(name, "") == value for name, value in NOTHING["mail_user"].items()
        )


def unlike(found: Held, wanted: Held) -> list[str]:
    """Where two installations differ, in short; the passwords of the tests may show here."""
    places = [
        (key, name, found.records.get(key, {}).get(name), wanted.records.get(key, {}).get(name))
        for key in sorted({*found.records, *wanted.records})
        for name in sorted({*found.records.get(key, {}), *wanted.records.get(key, {})})
    ]
    places += [
        (key, "password", found.passwords.get(key), wanted.passwords.get(key))
        for key in sorted({*found.passwords, *wanted.passwords})
    ]
    return [f"{key} {name}: {have!r} and not {want!r}" for key, name, have, want in places if have != want]


@dataclass(frozen=True, repr=False)
class Wish:
    """What somebody declares in one run."""

    desired: tuple[DesiredRecord, ...]
    update_password: str = "on_change"
    purge: Purge | None = None

    def __repr__(self) -> str:
        """In short, for the steps of a failure."""
        desired = [(one.resource.name, one.name, dict(one.values) if one.present else "absent") for one in self.desired]
        return f"<{desired} {self.update_password}{' purge' if self.purge else ''}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: there is one object for each kind of record."""
        return _restored, (
            [(one.resource.name, one.name, dict(one.values), one.present) for one in self.desired],
            self.update_password,
        )

    def passwords(self) -> dict[Key, str]:
        """The declared passwords; "" where none shall be set."""
        return {
            key_of(one.resource.name, one.name): one.values["password"] if one.present else ""
            for one in self.desired
            if one.resource is not MAIL_ENABLED and (not one.present or one.values.get("password") is not None)
        }


def _restored(desired: list[tuple[str, str, dict[str, Any], bool]], update_password: str) -> Wish:
    return Wish(tuple(DesiredRecord(RESOURCES[kind], *rest) for kind, *rest in desired), update_password)


@dataclass
class Expected:
    """What a run without any fault leads to."""

    held: Held
    sent: dict[Key, str] = field(default_factory=dict)
    unverified: set[Key] = field(default_factory=set)
    possible: bool = True


def expected(held: Held, wish: Wish, vouched: Mapping[Key, str], all_users_known: bool = True) -> Expected:
    """Return what a wish makes of an installation.

    vouched: the passwords of which the product may know that it sent them, and nobody has told it otherwise.
    """
    found = Expected(held.copy())
    desired = [*wish.desired, *_purged(held, wish)]
    strangers = [
        one for one in desired if one.present and one.resource is not SMTP_SERVER
        and key_of("mail_user", one.name) not in held.records
    ]  # fmt: skip
    for one in desired:
        key = key_of(one.resource.name, one.name)
        if one.present:
            _declare(found, held, one, key, wish.update_password, vouched)
        elif one.resource is SMTP_SERVER:
            found.held.remove(key)
        elif key in found.held.records:
            found.held.put(key, {**NOTHING["mail_user"], "password": ""})
    concerned = {key_of(one.resource.name, one.name) for one in desired}
    found.possible = _is_possible(found.held, concerned) and not (strangers and all_users_known)
    return found


def _purged(held: Held, wish: Wish) -> Iterable[DesiredRecord]:
    if wish.purge is None:
        return
    declared = {key_of(one.resource.name, one.name) for one in wish.desired if one.resource is not MAIL_ENABLED}
    switched = {key_of(one.resource.name, one.name) for one in wish.desired if one.resource is MAIL_ENABLED}
    protected = {key_of(kind, name) for kind in NOTHING for name in wish.purge.protect}
    for key, record in held.records.items():
        is_user = key[0] == "mail_user"
        if key in declared | protected or (is_user and held.is_blank(key) and record["email_enabled"] is not True):
            continue
        resource = MAIL_USER if is_user else SMTP_SERVER
        yield DesiredRecord(resource, record[resource.key.name], present=False)
        if is_user and record["email_enabled"] is not False and key not in switched:
            yield DesiredRecord(MAIL_ENABLED, record["user"], {"email_enabled": False})


def _declare(
    found: Expected, before: Held, one: DesiredRecord, key: Key, update: str, vouched: Mapping[Key, str]
) -> None:
    values = {name: value for name, value in one.values.items() if value is not None}
    if key not in found.held.records:
        new = {"name": one.name, **NEW_SERVER} if one.resource is SMTP_SERVER else {"user": key[1]}
        found.held.records[key] = {**NOTHING[key[0]], **new}
    password = values.pop("password", None)
    found.held.put(key, values)
    if password is None:
        return
    if password == "" or key not in before.passwords or update == "always":
        send = password != before.passwords.get(key, "") or (update == "always" and password != "")
    else:
        send = update == "on_change" and vouched.get(key) != password
        if send and key not in vouched:
            found.unverified.add(key)
    if send:
        found.sent[key] = password
        found.held.set_password(key, password)


def _is_possible(held: Held, concerned: set[Key]) -> bool:
    """Whether no declared record breaks a rule."""
    for key, record in held.records.items():
        if key[0] == "smtp_server":
            if key in concerned and record["username"] and (not record["authenticate"] or key not in held.passwords):
                return False
            continue
        link = ("smtp_server", record["smtp_server"])
        if link[1] and {key, link} & concerned and not _has_login(held, key, link):
            return False
    return True


def _has_login(held: Held, user: Key, link: Key) -> bool:
    """Whether a user has the login that the definition asks for, and none that it does not."""
    server, own = held.records.get(link), held.records[user]["username"]
    if server is None or not server["authenticate"]:
        return server is not None and not own
    return user in held.passwords if own else bool(server["username"])


def after_change(held: Held, change: Mapping[str, Any], passwords: Mapping[Key, str]) -> Held:
    """What an installation holds once a change of a result is done, with the passwords that were declared."""
    later, key = held.copy(), key_of(change["resource"], change["name"])
    if change["action"] == "delete" and key[0] == "smtp_server":
        later.remove(key)
        return later
    if key not in later.records:
        later.records[key] = {**NOTHING[key[0]], "name" if key[0] == "smtp_server" else "user": change["name"]}
    for cell in change["fields"]:
        value = cell["want"]
        if cell["field"] == "password":
            value = "" if value == "unset" else passwords[key]
        later.put(key, {cell["field"]: value})
    return later


# What is declared, and what somebody does by hand


def _cased(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([name, name, name.lower(), name.upper()])


_PASSWORD = st.sampled_from([*PASSWORDS, *PASSWORDS, None])


@st.composite
def _server(draw: st.DrawFn, name: str) -> DesiredRecord:
    values = {
        "mail_server": draw(st.sampled_from(["smtp.example.co.za", "relay.example.co.za"])),
        "username": "hq",
        "password": draw(_PASSWORD),
        "port": draw(st.sampled_from([None, 587, 25])),
        "bcc": draw(st.sampled_from([None, "", "copy@example.co.za"])),
    }
    return DesiredRecord(SMTP_SERVER, draw(_cased(name)), values)


@st.composite
def _user(draw: st.DrawFn, name: str) -> list[DesiredRecord]:
    own = draw(st.sampled_from([None, "", "own"]))
    values = {
        "smtp_server": draw(_cased(draw(st.sampled_from([*SERVERS, SERVERS[0], SERVERS[0]])))),
        "sender_name": name.title(),
        "sender_email": f"{name.lower()}@example.co.za",
        "username": own,
        "password": draw(_PASSWORD) if own else own,
        "job_title": draw(st.sampled_from([None, "", "Clerk"])),
    }
    written, enabled = draw(_cased(name)), draw(st.sampled_from([None, True, False]))
    switch = [] if enabled is None else [DesiredRecord(MAIL_ENABLED, written, {"email_enabled": enabled})]
    return [DesiredRecord(MAIL_USER, written, values), *switch]


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Definitions and users, present, absent or not named; now and then with a purge."""
    desired: list[DesiredRecord] = []
    for name in SERVERS:
        fate = draw(st.sampled_from(["present"] * 5 + ["absent", "unnamed"]))
        if fate == "present":
            desired.append(draw(_server(name)))
        elif fate == "absent":
            desired.append(DesiredRecord(SMTP_SERVER, draw(_cased(name)), present=False))
    for name in USERS:
        fate = draw(st.sampled_from(["present", "present", "switch", "absent", "unnamed", "unnamed"]))
        if fate == "present":
            desired += draw(_user(name))
        elif fate == "switch":
            desired.append(DesiredRecord(MAIL_ENABLED, draw(_cased(name)), {"email_enabled": draw(st.booleans())}))
        elif fate == "absent":
            desired.append(DesiredRecord(MAIL_USER, draw(_cased(name)), present=False))
    update = draw(st.sampled_from(["on_change"] * 6 + ["always", "on_create"]))
    protect = draw(st.sampled_from([(), (), ("thandi", "hq relay")]))
    purge = Purge((SMTP_SERVER, MAIL_USER), protect, allow_empty=True)
    return Wish(tuple(desired), update, draw(st.sampled_from([None, None, None, purge])))


def a_branch(password: str, own: str = PASSWORDS[2], port: int = 587) -> Wish:
    """A definition and two users, one of them with a login of its own."""
    server = {"mail_server": "smtp.example.co.za", "username": "hq", "password": password, "port": port}
    sender = {"smtp_server": "HQ Relay", "sender_name": "N", "sender_email": "n@example.co.za"}
    return Wish(
        (
            DesiredRecord(SMTP_SERVER, "HQ Relay", server),
            DesiredRecord(MAIL_USER, "THANDI", {**sender, "job_title": f"Desk {port}"}),
            DesiredRecord(MAIL_USER, "PIETER", {**sender, "username": "own", "password": own}),
            DesiredRecord(MAIL_ENABLED, "PIETER", {"email_enabled": port != 587}),
        )
    )
