#!/usr/bin/env python3
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An adapter of the command backend that keeps the mail settings in a JSON file, in place of a Fincon.

    installation: {backend: command, command: [/usr/bin/python3, /opt/fincon/json_file.py, /var/lib/fincon/branch.json]}

The file lists the Fincon users beforehand, such as {"smtp_servers": [], "users": [{"user": "THANDI"}]}. It holds the
passwords in clear, so it has mode 0600. With --password-readback the adapter gives them back on request.

Replace the class Store by what drives your Fincon; the rest is the protocol, and can stay as it is.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Record = dict[str, Any]

VERSION = 1

# The type of each field of a record; a number has its smallest and its largest value.
TEXT, FLAG = "text", "flag"
SMTP_SERVER = {
    "mail_server": TEXT,
    "authenticate": FLAG,
    "username": TEXT,
    "password": TEXT,
    "port": (1, 65535),
    "use_tls": FLAG,
    "timeout": (1, 600),
    "bcc": TEXT,
}
MAIL_USER = {
    "smtp_server": TEXT,
    "username": TEXT,
    "password": TEXT,
    "sender_name": TEXT,
    "sender_email": TEXT,
    "job_title": TEXT,
    "telephone": TEXT,
    **{f"user_field_{number}": TEXT for number in range(1, 7)},
}
RESOURCES = {"smtp_server": SMTP_SERVER, "mail_user": MAIL_USER, "mail_enabled": {"email_enabled": FLAG}}


class Refused(Exception):
    """What cannot be done, and why. The text has no value, since it could be a secret."""

    def __init__(self, message: str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code


class Store:
    """The records in the file. A save replaces it in one step, so it is complete even if the program is killed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            data = json.loads(path.read_text("utf-8"))
        except OSError as exc:
            raise Refused(f"{path} cannot be read: {exc.strerror}", "unreachable") from exc
        self.servers: list[Record] = data["smtp_servers"]
        self.users: list[Record] = data["users"]

    def server(self, name: str) -> Record | None:
        """The definition of that name."""
        return next((one for one in self.servers if one["name"].casefold() == name.casefold()), None)

    def user(self, name: str) -> Record:
        """The user of that name."""
        for one in self.users:
            if one["user"].upper() == name.upper():
                return one
        raise Refused("Fincon has no such user")

    def save(self) -> None:
        """Replace the file."""
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"smtp_servers": self.servers, "users": self.users}, file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other calls out: a call that has timed out may still be running."""
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def answer(request: Any, path: Path, readback: bool) -> Record:
    """Return the answer to a request."""
    try:
        if not isinstance(request, dict) or request.get("protocol") != VERSION:
            raise Refused(f"only version {VERSION} of the protocol is spoken here", "protocol")
        verb = request.get("verb")
        if verb == "describe":
            return {"protocol": VERSION, **describe(readback)}
        if verb not in ("read", "apply"):
            raise Refused("unknown verb", "verb")
        with alone(path):
            store = Store(path)
            told = read(store, readback) if verb == "read" else apply(store, request.get("changes"))
        return {"protocol": VERSION, **told}
    except Refused as exc:
        return {"protocol": VERSION, "error": {"code": exc.code, "message": str(exc)}}


def describe(readback: bool) -> Record:
    """The answer to describe."""
    capabilities = {"password_readback": readback, "delete": True, "probe": False}
    return {"name": "json_file", "version": "1.0", "capabilities": capabilities}


def read(store: Store, readback: bool) -> Record:
    """The answer to read: every definition and every user."""
    servers = [_shown(one, "name", SMTP_SERVER, readback) for one in store.servers]
    users = [
        {**_shown(one, "user", MAIL_USER, readback), "email_enabled": one.get("email_enabled", False)}
        for one in store.users
    ]
    return {"smtp_servers": servers, "users": users, "all_users_known": True}


def _shown(record: Record, key: str, fields: Record, readback: bool) -> Record:
    """A record without its password, or with it if that is allowed. Fields without a value are left out."""
    shown = {name: record[name] for name in (key, *fields) if name in record and name != "password"}
    password = record.get("password", "")
    return {**shown, **({"password": password} if readback else {"password_set": bool(password)})}


def apply(store: Store, changes: Any) -> Record:
    """The answer to apply: a result for each change, up to the first that fails. Each is saved before the next."""
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise Refused("changes must be a list of objects")
    results: list[Record] = []
    for change in changes:
        try:
            apply_one(store, change)
        except Refused as exc:
            results.append({"id": change.get("id"), "status": "error", "message": str(exc)})
            break
        store.save()
        results.append({"id": change.get("id"), "status": "done"})
    return {"results": results}


def apply_one(store: Store, change: Record) -> None:
    """Carry out one change, completely or not at all."""
    resource, name, action = (change.get(part) for part in ("resource", "name", "action"))
    if resource not in RESOURCES or not isinstance(name, str) or not name.strip():
        raise Refused("unknown resource or name")
    if action not in ("create", "update", "delete"):
        raise Refused("unknown action")
    values = checked(RESOURCES[resource], change.get("values", {}))
    if resource != "smtp_server":
        change_user(store.user(name), resource, action, values)
    else:
        change_server(store, name.strip(), action, values)


def checked(fields: Record, values: Any) -> Record:
    """The values, if all of them are known and valid."""
    if not isinstance(values, dict):
        raise Refused("values must be an object")
    for name, value in values.items():
        if name not in fields:
            raise Refused(f"{name!a} is not a field of this record")
        if not fits(fields[name], value):
            raise Refused(f"{name} has a value of the wrong kind or out of range")
    return values


def fits(kind: Any, value: Any) -> bool:
    """Whether a value has a type."""
    if kind == TEXT:
        return isinstance(value, str)
    if kind == FLAG:
        return isinstance(value, bool)
    least, greatest = kind
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= greatest


def change_server(store: Store, name: str, action: str, values: Record) -> None:
    """Create, change or delete a definition."""
    record = store.server(name)
    if action == "create":
        if record is not None:
            raise Refused("there is a definition of this name already")
        store.servers.append({"name": name, **values})
    elif action == "update":
        if record is None:
            raise Refused("there is no definition of this name")
        record.update(values)
    elif record is not None:
        store.servers.remove(record)


def change_user(record: Record, resource: str, action: str, values: Record) -> None:
    """Change the settings of a user, or clear them; the user itself belongs to Fincon."""
    if action != "delete":
        record.update(values)
    elif resource == "mail_user":
        for name in MAIL_USER:
            record.pop(name, None)
    else:
        raise Refused("the switch of a user cannot be deleted")


def main() -> None:
    """Answer the request on standard input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--password-readback", action="store_true")
    arguments = parser.parse_args()
    try:
        request = json.loads(sys.stdin.buffer.read())
    except ValueError:
        # Without the exception's own text, which could quote the input.
        sys.exit("the request is not JSON")
    json.dump(answer(request, arguments.file, arguments.password_readback), sys.stdout)


if __name__ == "__main__":
    main()
