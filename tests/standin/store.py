# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the companies: Fincon users, their mail settings and the SMTP definitions, in SQLite.

A password is stored as a salted hash and never returned; a candidate can only be compared with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Mapping

from .contract import MAIL_USER, SMTP_DEFINITION, Record

Row = dict[str, object]

_TABLES = {SMTP_DEFINITION.listed: "smtp_definition", MAIL_USER.listed: "mail_user"}
_SHOWN = {
    record.listed: ", ".join(
        f"CASE \"{item.name}\" WHEN '' THEN 'N' ELSE 'Y' END" if item.kind == "secret" else f'"{item.name}"'
        for item in record.fields
    )
    for record in (SMTP_DEFINITION, MAIL_USER)
}
# Cheap on purpose: the store only holds demonstration passwords, and must not slow down two hundred branches.
_SCRYPT = {"n": 2**6, "r": 8, "p": 1, "dklen": 32}


def hash_password(password: str) -> str:
    """A salted hash of a password; an empty password counts as none and gives an empty string."""
    if not password:
        return ""
    salt = os.urandom(16)
    return (salt + hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT)).hex()


def password_matches(stored: str, candidate: str) -> bool:
    """Whether the candidate is the password that was hashed; "" matches only if no password is set."""
    if not stored or not candidate:
        return not stored and not candidate
    raw = bytes.fromhex(stored)
    return hmac.compare_digest(raw[16:], hashlib.scrypt(candidate.encode(), salt=raw[:16], **_SCRYPT))


def normal_key(record: Record, name: str) -> str:
    """The form in which keys are compared: user names in upper case, names of definitions without case."""
    return name.upper() if record is MAIL_USER else name.casefold()


class Store:
    """The companies of one server. Not thread-safe: the caller holds one lock around each call."""

    def __init__(self, path: str = ":memory:"):
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # A stand-in may lose its last seconds in a power failure; waiting for the disk on each write would cost more.
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS company (data_id TEXT PRIMARY KEY, extras TEXT NOT NULL)")
        for record in (SMTP_DEFINITION, MAIL_USER):
            columns = ", ".join(f'"{item.name}" NOT NULL' for item in record.fields)
            login = ", login TEXT NOT NULL DEFAULT ''" if record is MAIL_USER else ""
            self._db.execute(
                f"CREATE TABLE IF NOT EXISTS {_TABLES[record.listed]} (recno INTEGER PRIMARY KEY AUTOINCREMENT,"
                f" company TEXT NOT NULL, key TEXT NOT NULL, {columns}{login}, UNIQUE (company, key))"
            )

    def close(self) -> None:
        self._db.close()

    # Companies

    def add_company(self, data_id: str, extras: Mapping[str, object]) -> None:
        """Add an empty company; `extras` holds the lists that only reading methods show."""
        self._db.execute("INSERT INTO company VALUES (?, ?)", (data_id, json.dumps(extras)))

    def companies(self) -> list[str]:
        return [row["data_id"] for row in self._db.execute("SELECT data_id FROM company ORDER BY data_id")]

    def find_company(self, data_id: str) -> str | None:
        """The DataID in its stored form, looked up without case."""
        row = self._db.execute("SELECT data_id FROM company WHERE upper(data_id)=?", (data_id.upper(),)).fetchone()
        return row["data_id"] if row else None

    def extras(self, company: str, name: str) -> list[Row]:
        row = self._db.execute("SELECT extras FROM company WHERE data_id=?", (company,)).fetchone()
        rows: list[Row] = json.loads(row["extras"]).get(name, [])
        return rows

    # Logins

    def set_login(self, company: str, user: str, password: str) -> None:
        """Set the password with which a Fincon user logs in."""
        self._db.execute(
            "UPDATE mail_user SET login=? WHERE company=? AND key=?", (hash_password(password), company, user.upper())
        )

    def may_log_in(self, company: str, user: str, password: str) -> bool:
        """Whether this user exists and has this password."""
        stored = self._column(company, MAIL_USER, user, "login")
        return bool(stored) and password_matches(str(stored), password)

    # Records

    def find(self, company: str, record: Record, name: str) -> Row | None:
        """One record in the form of answers, by its key; None when there is none."""
        rows = self._select(record, ["company=?", "key=?"], [company, normal_key(record, name)])
        return rows[0][1] if rows else None

    def page(
        self, company: str, record: Record, low: str = "", high: str = "", after: int = 0, limit: int = 0
    ) -> tuple[list[Row], int] | None:
        """Records in the order of their keys, between two bounds, after a record number (0: from the start).

        Returns the rows and the number of the last one (0 for no rows), or None when `after` is no record's number.
        """
        conditions: list[str] = ["company=?"]
        values: list[object] = [company]
        if after:
            last = self._select(record, ["company=?", "recno=?"], [company, after])
            if not last:
                return None
            conditions.append("key>?")
            values.append(normal_key(record, str(last[0][1][record.key])))
        for operator, bound in ((">=", low), ("<=", high)):
            if bound:
                conditions.append(f"key{operator}?")
                values.append(normal_key(record, bound))
        rows = self._select(record, conditions, values, limit)
        return [row for _number, row in rows], rows[-1][0] if rows else 0

    def _select(
        self, record: Record, conditions: list[str], values: list[object], limit: int = 0
    ) -> list[tuple[int, Row]]:
        """Records with their numbers, in the order of their keys. Hashes of passwords stay in the database."""
        query = (
            f"SELECT recno, {_SHOWN[record.listed]} FROM {_TABLES[record.listed]}"
            f" WHERE {' AND '.join(conditions)} ORDER BY key LIMIT {limit or -1}"
        )
        return [(row[0], dict(zip(record.shown, row[1:], strict=True))) for row in self._db.execute(query, values)]

    def create(self, company: str, record: Record, values: Mapping[str, object]) -> None:
        """Add a record; omitted fields take their defaults."""
        row = _stored(record, {**{item.name: item.default for item in record.fields}, **values})
        if record is MAIL_USER:
            row[record.key] = str(row[record.key]).upper()
        row |= {"company": company, "key": normal_key(record, str(row[record.key]))}
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self._db.execute(f"INSERT INTO {_TABLES[record.listed]} ({names}) VALUES ({marks})", list(row.values()))

    def update(self, company: str, record: Record, name: str, values: Mapping[str, object]) -> None:
        """Change only the given fields; the key keeps its stored form."""
        row = _stored(record, {field: value for field, value in values.items() if field != record.key})
        if not row:
            return
        changes = ", ".join(f'"{field}"=?' for field in row)
        self._db.execute(
            f"UPDATE {_TABLES[record.listed]} SET {changes} WHERE company=? AND key=?",
            [*row.values(), company, normal_key(record, name)],
        )

    def delete(self, company: str, record: Record, name: str) -> None:
        self._db.execute(
            f"DELETE FROM {_TABLES[record.listed]} WHERE company=? AND key=?", (company, normal_key(record, name))
        )

    def users_of(self, company: str, definition: str) -> list[str]:
        """The users who are linked to a definition."""
        wanted = normal_key(SMTP_DEFINITION, definition)
        rows = self._db.execute('SELECT key, "SMTPName" FROM mail_user WHERE company=?', (company,))
        return [row["key"] for row in rows if normal_key(SMTP_DEFINITION, row["SMTPName"]) == wanted]

    def password_is(self, company: str, record: Record, name: str, candidate: str) -> bool:
        """Whether a record's mail password is the candidate; "" asks whether none is set.

        Raises KeyError when there is no such record.
        """
        secret = next(item.name for item in record.fields if item.kind == "secret")
        stored = self._column(company, record, name, secret)
        if stored is None:
            raise KeyError(name)
        return password_matches(str(stored), candidate)

    def _column(self, company: str, record: Record, name: str, column: str) -> object | None:
        row = self._db.execute(
            f'SELECT "{column}" AS value FROM {_TABLES[record.listed]} WHERE company=? AND key=?',
            (company, normal_key(record, name)),
        ).fetchone()
        return row["value"] if row else None


def _stored(record: Record, values: Mapping[str, object]) -> Row:
    secrets = {item.name for item in record.fields if item.kind == "secret"}
    return {name: hash_password(str(value)) if name in secrets else value for name, value in values.items()}
