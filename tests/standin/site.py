# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Site files: what a stand-in starts with. JSON, so that the HTTP part needs nothing but the standard library.

    {
      "server": {"username": "api", "password": "…"},
      "companies": [
        {
          "data_id": "CAPETOWN",
          "users": [{"user": "ANSIBLE", "password": "…"}, {"user": "THANDI", "mail": {"SenderName": "Thandi"}}],
          "smtp_servers": [{"SMTPName": "HQ relay", "MailServer": "smtp.example.co.za", "Port": 587, "UseTLS": "Y"}],
          "locations": [], "reps": []
        }
      ],
      "window": {"from": "02:00", "to": "03:00", "answer": "error_info"},
      "contract": {"methods": {"GetMailUsers": "ListMailUsers"}, "fields": {"SmtpDefinitions": {"MailServer": "Host"}}}
    }

`password` of a user is the one to log in to Fincon with (a user without one cannot log in); mail passwords are among
the fields of `mail` and `smtp_servers`, which have the names of the mail contract. `window` and `contract` may be left
out; `answer` is `error_info` or `http_503`. `mail` beside `companies` is for the SMTP companion: `accounts` (address →
password), `may_send_as` (login → further addresses), `host_name`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from .contract import MAIL_USER, SMTP_DEFINITION, Contract, Field, Record
from .server import Window
from .store import Row, Store
from .wire import RefusedError, check_field

# Demonstration values; every page that shows them says so.
SERVER_USERNAME = "api"
SERVER_PASSWORD = "demo-server"
FINCON_USER = "ANSIBLE"
FINCON_PASSWORD = "demo1234"

_WINDOW_ANSWERS = ("error_info", "http_503")
# Names that are in files but not in answers: the login of a Fincon user, at most 8 characters (the vendor's help).
_LOGIN = Field("password", limit=8)


class SiteError(ValueError):
    """A site file that cannot be used; the text says where and why."""


def read_json(path: str | Path) -> dict[str, Any]:
    """A JSON file's object. Raises SiteError."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as exc:
        raise SiteError(f"{path}: {exc.strerror}") from None
    except ValueError as exc:
        raise SiteError(f"{path}: not JSON: {exc}") from None
    if not isinstance(data, dict):
        raise SiteError(f"{path}: a JSON object expected")
    return data


def company(data_id: str, users: Iterable[str]) -> dict[str, Any]:
    """A company as after installation, with these additional users: PASSME exists, and ANSIBLE can log in.

    Neither of the two sends e-mail.
    """
    logins = [
        {"user": FINCON_USER, "password": FINCON_PASSWORD, "mail_enabled": "N"},
        {"user": "PASSME", "mail_enabled": "N"},
    ]
    return {"data_id": data_id, "users": [*logins, *({"user": user} for user in users)], "smtp_servers": []}


def generated(branches: int, users: int) -> list[dict[str, Any]]:
    """Companies B0001, B0002, … with users U001, U002, …"""
    names = [f"U{number:03}" for number in range(1, users + 1)]
    return [company(f"B{number:04}", names) for number in range(1, branches + 1)]


def read_window(data: Mapping[str, str] | None) -> Window | None:
    """The "Don't run" window of a site file. Raises SiteError."""
    if not data:
        return None
    try:
        start, end = (time_of_day.fromisoformat(data[name]) for name in ("from", "to"))
    except (KeyError, ValueError, TypeError):
        raise SiteError("window: from and to are times such as 02:00") from None
    answer = data.get("answer", "error_info")
    if answer not in _WINDOW_ANSWERS:
        raise SiteError(f"window: answer is one of {', '.join(_WINDOW_ANSWERS)}")
    return Window(start, end, answer)


def read_contract(data: Mapping[str, Mapping[str, Any]] | None, published: bool) -> Contract:
    """The names of a site's mail contract. Raises SiteError, or ContractError for a name that does not exist."""
    data = data or {}
    unknown = set(data) - {"methods", "fields"}
    if unknown:
        raise SiteError(f"contract: unknown: {', '.join(sorted(unknown))}; known are methods, fields")
    return Contract(data.get("methods", {}), data.get("fields", {}), published)


def load_companies(store: Store, companies: Iterable[Mapping[str, Any]]) -> None:
    """Add companies to the store; an existing one (in a database file) is not changed. Raises SiteError."""
    for number, data in enumerate(companies):
        data_id = data.get("data_id")
        if not isinstance(data_id, str) or not data_id:
            raise SiteError(f"companies[{number}]: data_id is missing")
        if store.find_company(data_id) is None:
            _load_company(store, data_id, data)


def _load_company(store: Store, data_id: str, data: Mapping[str, Any]) -> None:
    store.add_company(data_id, {name: data.get(name, []) for name in ("locations", "reps")})
    for fields in data.get("smtp_servers", []):
        put_record(store, data_id, SMTP_DEFINITION, str(fields.get("SMTPName", "")), fields)
    for entry in data.get("users", []):
        fields = {**entry.get("mail", {}), "MailEnabled": entry.get("mail_enabled", "Y")}
        put_record(store, data_id, MAIL_USER, str(entry.get("user", "")), fields, str(entry.get("password", "")))


def put_record(store: Store, data_id: str, record: Record, name: str, fields: Row, login: str | None = None) -> None:
    """Create or change a record, like a person in the window, without the contract's rules across records.

    `login` is the password of a Fincon user. Raises SiteError for a field that does not exist or cannot hold the value.
    """
    known = {item.name: item for item in record.fields}
    values: Row = {**fields, record.key: name}
    where = f"{data_id}: {record.key} {name}"
    try:
        for field_name, value in values.items():
            if field_name not in known:
                raise SiteError(f"{where}: there is no field {field_name!r}; known are {', '.join(known)}")
            check_field(known[field_name], value)
        if login:
            check_field(_LOGIN, login)
    except RefusedError as exc:
        raise SiteError(f"{where}: {exc.text}") from None
    if not name:
        raise SiteError(f"{data_id}: {record.key} is missing")
    if store.find(data_id, record, name):
        store.update(data_id, record, name, values)
    else:
        store.create(data_id, record, values)
    if login is not None:
        store.set_login(data_id, name, login)
