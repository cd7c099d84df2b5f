# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installations for the tests, and the judge of each: what it really holds, whatever the product says."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import random
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from ansible_collections.fincon.mail.plugins.module_utils._backends.base import Backend
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.backend import CommandBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Ended, Limits
from ansible_collections.fincon.mail.plugins.module_utils._backends.registry import backend_of
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import matches
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.tests.faults.model import BY_HAND, NOTHING, PASSWORDS, USERS, Held, Key, key_of
from ansible_collections.fincon.mail.tests.standin import StandIn

EXAMPLE = Path(__file__).parents[2] / "examples" / "adapters" / "json_file.py"
CANDIDATES = (*PASSWORDS, BY_HAND)
_FIELDS = {"smtp_server": SMTP_SERVER.fields, "mail_user": (*MAIL_USER.fields, *MAIL_ENABLED.fields)}
_SECTIONS = {"smtp_server": "smtp_servers", "mail_user": "users"}


def stored_fingerprints(path: Path) -> dict[str, str]:
    """What a file of fingerprints keeps, read without the product; an error when it is torn."""
    return json.loads(path.read_text("utf-8"))["fingerprints"] if path.exists() else {}


def vouching(stored: Mapping[str, str]) -> dict[Key, str]:
    """Which password each fingerprint vouches for; "?" for one that nobody ever used."""
    return {
        (kind, name): next((one for one in CANDIDATES if matches(one, made)), "?")
        for key, made in stored.items()
        for kind, _slash, name in [key.partition("/")]
    }


class RestSite:
    """A company of a stand-in."""

    all_users_known = True
    #: Faults of the stand-in that an honest server or what is before it could have: whether it took effect first.
    FAULTS = (
        ("http", {"status": 503, "retry_after": 0}), ("http", {"status": 503, "retry_after": 0, "after": True}),
        ("http", {"status": 500}), ("http", {"status": 500, "after": True}), ("not_json", {}),
        ("not_json", {"after": True}), ("truncated_json", {}), ("cut", {}), ("close", {}), ("close", {"after": True}),
        ("session_expired", {}), ("session_expired", {"after": True}), ("invalid_connect_id", {}),
        ("error_info", {}), ("sessions_exhausted", {}), ("redirect", {}),
    )  # fmt: skip
    METHODS = (
        None, "Login", "GetSmtpDefinitions", "GetMailUsers", "CreateSmtpDefinition", "UpdateSmtpDefinition",
        "DeleteSmtpDefinition", "UpdateMailUser", "ClearMailUser", "SetMailEnabled", "Logout",
    )  # fmt: skip

    def __init__(self, standin: StandIn, company: str, folder: Path, **settings: Any) -> None:
        self.standin, self.company = standin, company
        #: Whom Fincon knows us as. Whoever removes that user ends all runs, so nobody does.
        self.login = standin.fincon_username
        self.fingerprints = folder / f"{company}.json"
        users = [{"user": standin.fincon_username, "password": standin.fincon_password}]
        standin.add_company({"data_id": company, "users": [*users, *({"user": name} for name in USERS)]})
        self.settings = rest_settings(standin, company, self.fingerprints, **settings)

    def backend(self) -> Backend:
        return backend_of(self.settings)

    def writes(self) -> int:
        """How many requests wanted to write so far."""
        return len(self.standin.requests(company=self.company, writes=True))

    def held(self) -> Held:
        """What the company holds."""
        found, state = Held(), self.standin.state(self.company)
        for kind, section in _SECTIONS.items():
            for name, row in state["smtp_servers" if kind == "smtp_server" else "users"].items():
                key = key_of(kind, name)
                found.records[key] = {section[:-1] if kind == "mail_user" else "name": name, **NOTHING[kind]}
                found.put(key, {one.name: _read(one, row[one.wire]) for one in _FIELDS[kind] if not one.secret})
                found.set_password(key, self._password(kind, name))
        return found

    def _password(self, kind: str, name: str) -> str:
        place = "user" if kind == "mail_user" else kind
        for candidate in ("", *CANDIDATES):
            if self.standin.password_is(self.company, place, name, candidate):
                return candidate
        return "?"

    def by_hand(self, kind: str, name: str, values: Mapping[str, Any] | None) -> None:
        """What somebody does at Fincon's windows: fields of a record, or None to remove it."""
        target = {"user" if kind == "mail_user" else kind: name}
        if values is None:
            self.standin.tamper(self.company, **target, remove=True)
            return
        wires = {one.name: one for one in _FIELDS[kind]}
        fields = {wires[name].wire: _written(wires[name], value) for name, value in values.items()}
        self.standin.tamper(self.company, **target, fields=fields)

    def fault(self, chance: random.Random) -> str:
        """Ask for a fault in a request to come."""
        kind, options = chance.choice(self.FAULTS)
        method = chance.choice(self.METHODS)
        if method == "Login" and options.get("after"):
            options = {**options, "after": False}
        self.standin.fault(kind, company=self.company, method=method, times=chance.choice([1, 1, 1, 2]), **options)
        return f"{kind} {options} at {method}"

    def clear(self) -> None:
        self.standin.clear_faults()


def rest_settings(standin: StandIn, company: str, fingerprints: Path, **settings: Any) -> dict[str, Any]:
    """The complete settings of an installation on a stand-in."""
    return {
        "backend": "rest", "url": standin.url, "server_username": standin.server_username,
        "server_password": standin.server_password, "data_id": company, "username": standin.fincon_username,
        "password": standin.fincon_password, "alternate_extension": False, "validate_certs": True,
        "ca_path": standin.ca_path, "connect_timeout": 2.0, "timeout": 5.0, "total_timeout": 20.0,
        "session_wait": 0.0, "contract": None, "fingerprints": str(fingerprints), **settings,
    }  # fmt: skip


def _read(field: Any, value: Any) -> Any:
    return value == "Y" if field.kind == "flag" else value


def _written(field: Any, value: Any) -> Any:
    return ("Y" if value else "N") if field.kind == "flag" else value


def command_settings(store: Path, fingerprints: Path, *arguments: str, program: Path = EXAMPLE) -> dict[str, Any]:
    """The complete settings of an installation of the example adapter."""
    command = [str(program), str(store), *arguments]
    return {
        "backend": "command", "command": command, "command_timeout": 20.0, "output_limit": 1000000,
        "fingerprints": str(fingerprints),
    }  # fmt: skip


def new_store(path: Path) -> None:
    """Begin the file of the example adapter, with the users of the tests."""
    path.write_text(json.dumps({"smtp_servers": [], "users": [{"user": name} for name in USERS]}))


def held_in(store: Path) -> Held:
    """What the file of the example adapter holds."""
    found, data = Held(), json.loads(store.read_text("utf-8"))
    for kind, section in _SECTIONS.items():
        own = "user" if kind == "mail_user" else "name"
        for row in data[section]:
            key = key_of(kind, row[own])
            switch = {"email_enabled": False} if kind == "mail_user" else {}
            found.records[key] = {own: row[own], **NOTHING[kind], **switch}
            found.put(key, {name: value for name, value in row.items() if name != own})
    return found


class CommandSite:
    """The example adapter with its file, called in this process."""

    all_users_known = True
    FAULTS = ("exit before", "killed between", "killed after", "no answer", "half an answer", "refused", "too late")

    def __init__(self, folder: Path, name: str, readback: bool) -> None:
        self.store, self.fingerprints = folder / f"{name}.store", folder / f"{name}.json"
        self.login = ""
        new_store(self.store)
        self.readback = readback
        self.settings = command_settings(self.store, self.fingerprints, *["--password-readback"] * readback)
        self._adapter = _module(EXAMPLE)
        self._writes = 0
        self._fault: tuple[str, str, int] | None = None

    def backend(self) -> Backend:
        backend = CommandBackend(self.settings)
        backend._adapter._runner = self._run
        return backend

    def writes(self) -> int:
        return self._writes

    def held(self) -> Held:
        return held_in(self.store)

    def by_hand(self, kind: str, name: str, values: Mapping[str, Any] | None) -> None:
        data = json.loads(self.store.read_text("utf-8"))
        section, own = _SECTIONS[kind], "user" if kind == "mail_user" else "name"
        found = [row for row in data[section] if key_of(kind, row[own]) == key_of(kind, name)]
        if values is None:
            data[section].remove(found[0])
        elif found:
            found[0].update(values)
        else:
            data[section].append({own: name, **values})
        self.store.write_text(json.dumps(data))

    def fault(self, chance: random.Random) -> str:
        verb = chance.choice(["read", "apply", "apply", "apply"])
        self._fault = (verb, chance.choice(self.FAULTS), chance.randint(0, 3))
        return repr(self._fault)

    def clear(self) -> None:
        self._fault = None

    def _run(self, _argv: Sequence[str], request: bytes, _limits: Limits) -> Ended:
        asked = json.loads(request)
        verb, kind, number = self._fault or ("", "", 0)
        self._writes += asked["verb"] == "apply"
        if asked["verb"] != verb:
            return Ended(0, self._answer(asked))
        self._fault = None
        if kind in ("exit before", "refused"):
            refusal = json.dumps({"protocol": 1, "error": {"code": "failed", "message": "not today"}}).encode()
            return Ended(1) if kind == "exit before" else Ended(0, refusal)
        if kind == "killed between" and verb == "apply":
            self._answer({**asked, "changes": asked["changes"][:number]})
            return Ended(-signal.SIGKILL)
        answer = self._answer(asked)
        return {
            "killed after": Ended(-signal.SIGKILL, answer),
            "no answer": Ended(0),
            "half an answer": Ended(0, answer[: len(answer) // 2]),
            "too late": Ended(-signal.SIGTERM, stopped="timeout"),
        }.get(kind, Ended(0, answer))

    def _answer(self, asked: Any) -> bytes:
        return json.dumps(self._adapter.answer(asked, self.store, self.readback)).encode()


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


_EMPTY = {"confirmed": {"smtp_servers": [], "users": []}, "fingerprints": {}, "ordered": None, "last_order": 0}


@functools.lru_cache(maxsize=64)
def _as_json(content: bytes) -> str:
    """A ledger as JSON, which is read a hundred times as fast."""
    return json.dumps(yaml.load(content, yaml.CSafeLoader) or _EMPTY, default=str)


class AttendedSite:
    """A ledger, and the Fincon into which a person types its work orders."""

    all_users_known = False

    def __init__(self, ledger: Path, lock_wait: float = 60.0) -> None:
        self.ledger = ledger
        self.settings = {"backend": "attended", "ledger": str(ledger), "lock_wait": lock_wait}
        self.fincon = Held()

    def backend(self) -> Backend:
        return backend_of(self.settings)

    def content(self) -> bytes:
        return self.ledger.read_bytes() if self.ledger.exists() else b""

    def data(self) -> dict[str, Any]:
        """The ledger, read without the product; an error when it is torn."""
        return json.loads(_as_json(self.content()))

    def items(self) -> list[dict[str, Any]]:
        """The open items of the work order."""
        return (self.data()["ordered"] or {"items": []})["items"]

    def confirmed(self) -> Held:
        """What the ledger says that Fincon holds; a password that is set is "set"."""
        found, data = Held(), self.data()["confirmed"]
        for kind, section in _SECTIONS.items():
            own = "user" if kind == "mail_user" else "name"
            for row in data[section]:
                key = key_of(kind, row[own])
                found.records[key] = {own: row[own], **NOTHING[kind]}
                found.put(key, {name: value for name, value in row.items() if name not in (own, "password")})
                found.set_password(key, "set" if row.get("password") == "set" else "")
        return found

    def note_by_hand(self, kind: str, name: str, values: Mapping[str, Any]) -> None:
        """Somebody changes a record in Fincon, and notes it in the ledger as the documentation says."""
        data, own = self.data(), "user" if kind == "mail_user" else "name"
        (row,) = [one for one in data["confirmed"][_SECTIONS[kind]] if key_of(kind, one[own]) == key_of(kind, name)]
        noted = dict(values)
        if "password" in noted:
            data["fingerprints"].pop("/".join(key_of(kind, name)), None)
            noted["password"] = "set"
        row.update(noted)
        self.ledger.write_text(yaml.safe_dump(data, sort_keys=False))
        self.fincon.put(key_of(kind, name), values)


def left_over(folder: Path) -> list[str]:
    """Files that nobody asked for: neither a lock nor a backup nor what is named in the settings."""
    return sorted(name for name in os.listdir(folder) if name.startswith(".") or name.endswith(".tmp"))
