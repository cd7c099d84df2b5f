# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods: each takes the session and its checked parameters, and returns the answer or raises RefusedError.

If the vendor does not document the text of a refusal, it is our own. "Invalid connect ID", "No records found" and
"Maximum number of sessions exceeded." were seen on a real server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .contract import API_VERSION, MAIL_USER, SMTP_DEFINITION, Contract, Record
from .sessions import TOO_MANY, Session, Sessions
from .store import Row, Store
from .wire import RefusedError

Answer = dict[str, object]

NO_RECORDS = "No records found"
NO_DEFINITION = "SMTP definition not found"
NO_USER = "User not found"


@dataclass(frozen=True)
class Methods:
    """Runs methods by name. `page_cap` is the largest number of records in one answer (0: no limit).

    With a cap, fewer records than requested no longer mean the end: a client must ask again to find out.
    """

    store: Store
    sessions: Sessions
    contract: Contract
    page_cap: int = 0

    def log_in(self, data_id: str, user: str, password: str, _use_alternate_extension: bool) -> Answer:
        """Open a session. The alternate extension selects other data files; the stand-in has only one set."""
        company = self.store.find_company(data_id)
        if company is None:
            raise RefusedError("Invalid DataID")
        if not self.store.may_log_in(company, user, password):
            raise RefusedError("Invalid user name or password")
        connect_id = self.sessions.open(company, user.upper())
        if connect_id is None:
            raise RefusedError(TOO_MANY)
        return {"Connected": True, "ConnectID": connect_id, "APIVersion": API_VERSION}

    def run(self, name: str, session: Session, parameters: list[Any]) -> Answer:
        """Run a method of a session; `parameters` without the ConnectID."""
        return _RUNNERS[name](self, session, *parameters)

    # The published methods

    def _log_out(self, session: Session) -> Answer:
        self.sessions.close(session.connect_id)
        return {"Disconnected": True}

    def _keep_alive(self, _session: Session) -> Answer:
        return {}

    def _session_info(self, _session: Session) -> Answer:
        return {
            "MaxConfig": self.sessions.maximum,
            "InUse": len(self.sessions.live()),
            "MaxUsed": self.sessions.max_used,
        }

    def _kill_users(self, session: Session, everyone: bool) -> Answer:
        """End sessions: all, or the other sessions of the caller's user (which ones it ends is not documented)."""
        if everyone:
            self.sessions.close_all()
            return {}
        for other in self.sessions.live():
            mine = (other.company, other.user) == (session.company, session.user)
            if mine and other.connect_id != session.connect_id:
                self.sessions.close(other.connect_id)
        return {}

    def _sales_reps(self, session: Session, low: str, high: str, after: int, count: int) -> Answer:
        """The fields other than EMail do not come from the manual."""
        reps = [rep for rep in self.store.extras(session.company, "reps") if _between(str(rep["RepCode"]), low, high)]
        limit = self._limit(count)
        rows = reps[after : after + limit] if limit else reps[after:]
        return _page("Reps", rows, after + len(rows))

    def _locations(self, session: Session) -> Answer:
        return {"Locations": self.store.extras(session.company, "locations")}

    # The mail contract

    def _list(self, record: Record, session: Session, low: str, high: str, after: int, count: int) -> Answer:
        page = self.store.page(session.company, record, low, high, after, self._limit(count))
        if page is None:
            raise RefusedError("Invalid RecNo")
        rows, last = page
        return _page(record.listed, [self.contract.outward(record, row) for row in rows], last)

    def _definitions(self, session: Session, *page: Any) -> Answer:
        return self._list(SMTP_DEFINITION, session, *page)

    def _users(self, session: Session, *page: Any) -> Answer:
        return self._list(MAIL_USER, session, *page)

    def _create_definition(self, session: Session, body: Row) -> Answer:
        name = str(body["SMTPName"])
        if self.store.find(session.company, SMTP_DEFINITION, name):
            raise RefusedError("SMTP definition already exists")
        self.store.create(session.company, SMTP_DEFINITION, body)
        return self._info(SMTP_DEFINITION, session, name)

    def _update_definition(self, session: Session, body: Row) -> Answer:
        return self._update(SMTP_DEFINITION, session, body, NO_DEFINITION)

    def _delete_definition(self, session: Session, name: str) -> Answer:
        if not self.store.find(session.company, SMTP_DEFINITION, name):
            raise RefusedError(NO_DEFINITION)
        if self.store.users_of(session.company, name):
            raise RefusedError("SMTP definition is in use")
        self.store.delete(session.company, SMTP_DEFINITION, name)
        return {"Deleted": True}

    def _update_user(self, session: Session, body: Row) -> Answer:
        linked = body.get("SMTPName")
        if linked:
            definition = self.store.find(session.company, SMTP_DEFINITION, str(linked))
            if definition is None:
                raise RefusedError(NO_DEFINITION)
            body = {**body, "SMTPName": definition["SMTPName"]}
        return self._update(MAIL_USER, session, body, NO_USER)

    def _clear_user(self, session: Session, user: str) -> Answer:
        """Clear the mail settings and the mail password, but not the switch that enables e-mail."""
        blank = {item.name: "" for item in MAIL_USER.fields if item.name not in ("UserName", "MailEnabled")}
        self._update(MAIL_USER, session, {"UserName": user, **blank}, NO_USER)
        return {"Cleared": True}

    def _set_mail_enabled(self, session: Session, user: str, enabled: str) -> Answer:
        self._update(MAIL_USER, session, {"UserName": user, "MailEnabled": enabled}, NO_USER)
        return {"MailEnabled": enabled}

    def _update(self, record: Record, session: Session, body: Row, missing: str) -> Answer:
        name = str(body[record.key])
        if not self.store.find(session.company, record, name):
            raise RefusedError(missing)
        if len(body) == 1:
            raise RefusedError(f"{record.info}: no field to change")
        self.store.update(session.company, record, name, body)
        return self._info(record, session, name)

    def _info(self, record: Record, session: Session, name: str) -> Answer:
        return {record.info: self.contract.outward(record, self.store.find(session.company, record, name) or {})}

    def _limit(self, count: int) -> int:
        return min(filter(None, (count, self.page_cap)), default=0)


def _page(name: str, rows: list[Row], last: int) -> Answer:
    if not rows:
        raise RefusedError(NO_RECORDS)
    return {"Count": len(rows), "RecNo": last, name: rows}


def _between(key: str, low: str, high: str) -> bool:
    return (not low or key >= low) and (not high or key <= high)


_RUNNERS: dict[str, Callable[..., Answer]] = {
    "Logout": Methods._log_out,
    "KeepAlive": Methods._keep_alive,
    "GetSessionInfo": Methods._session_info,
    "KillUsers": Methods._kill_users,
    "GetSalesReps": Methods._sales_reps,
    "GetLocations": Methods._locations,
    "GetSmtpDefinitions": Methods._definitions,
    "CreateSmtpDefinition": Methods._create_definition,
    "UpdateSmtpDefinition": Methods._update_definition,
    "DeleteSmtpDefinition": Methods._delete_definition,
    "GetMailUsers": Methods._users,
    "UpdateMailUser": Methods._update_user,
    "ClearMailUser": Methods._clear_user,
    "SetMailEnabled": Methods._set_mail_enabled,
}
