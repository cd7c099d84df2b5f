# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads files and answers from outside, each through its Python interface: what is right, and how it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.fincon.mail.plugins.action.fincon_mail_import import _content
from ansible_collections.fincon.mail.plugins.module_utils._backends import fingerprints
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger as ledgers
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended import ledger_shape
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.csv_records import read_csv
from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_file import LedgerFile
from ansible_collections.fincon.mail.plugins.module_utils._backends.command import backend as command
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.adapter import Adapter
from ansible_collections.fincon.mail.plugins.module_utils._backends.command.process import Ended, Limits
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.backend import RestBackend
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import Answer, HttpClient, TimeLimits
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.records import MAIL_ENABLED, MAIL_USER, SMTP_SERVER
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._module.workflow import Request, write
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import make_document, merged_entries, to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import branch_entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.files import FORMATS, read_reports, write_report
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError

from .fleet_readers import (
    BRANCH,
    CANARY,
    CANARY_PART,
    FLEET,
    USERS,
    Refused,
    read_branch_file,
    read_fleet_file,
    read_users,
)

_PRINT = "scrypt$16$8$1$c2FsdHNhbHRzYWx0c2FsdA==$aGFzaA=="
_DAY = "2026-11-24T04:00:00Z"


@dataclass(frozen=True)
class Reader:
    """A way in for files or answers.

    :param samples: what is right.
    :param read: ``read(path)`` returns what the file holds, in a form that can be compared.
    :param errors: the product's own errors, which it may raise.
    :param place: how its sentences name the file: ``place(path)``.
    :param whole: whether a part of the file must never be taken for a file.
    """

    samples: tuple[bytes, ...] = field(repr=False)
    read: Callable[[Path], Any]
    errors: tuple[type[Exception], ...]
    place: Callable[[Path], str] = str
    whole: bool = True
    #: What of a password must not show. A text that the other side has changed is no longer a known password.
    secret: str = CANARY_PART


LEDGER = f"""\
# Our ledger.
ledger: 1

confirmed:  # by Thandi
  smtp_servers:
    - name: HQ relay
      mail_server: smtp.example.co.za
      authenticate: true
      username: hq
      password: set
      port: 25  # ask before this changes
      use_tls: true
      timeout: 30
  users:
    # --- front office
    - user: ANNA
      smtp_server: HQ relay
      password: unset
      sender_name: Anna
      sender_email: anna@example.co.za
      email_enabled: true
    - user: PIETER
      smtp_server: HQ relay
      password: {CANARY}
      sender_name: 'Pieter # the elder'
      sender_email: pieter@example.co.za

fingerprints:
  smtp_server/hq relay: {_PRINT}
  mail_user/PIETER: {CANARY}

ordered:
  number: 4
  date: '2026-11-24'
  items:
    - item: 2
      since: '2026-11-23'
      resource: mail_user
      name: PIETER
      action: update
      fields:
        - {{field: job_title, have: '', want: Clerk}}
        - {{field: password, have: unset, want: {CANARY}}}
  fingerprints:
    mail_user/PIETER: {_PRINT}

last_order: 14
last_confirmed:
  order: 14
  date: '2026-11-24'
  by: T. Nkosi
  items:
    - 1
  remaining:
    - 12
    - 13
"""


def _ledger_without_passwords() -> str:
    """People note passwords where none belongs; without them the ledger is right."""
    text = LEDGER.replace(f"want: {CANARY}", "want: set").replace(f"password: {CANARY}", "password: set")
    text = text.replace(f"/PIETER: {CANARY}", f"/PIETER: {_PRINT}")
    return ledgers.render(ledgers.parse(text.encode(), "ledger", "backup"), text)


def _read_ledger(path: Path) -> Any:
    file = LedgerFile(path)
    content = file.read()
    ledger = ledgers.parse(content, file.name, file.backup)
    # What can be read can be written, and is then the same.
    again = ledgers.render(ledger, ledgers.text_of(content))
    data = ledger_shape.write(ledger)
    assert ledger_shape.write(ledgers.parse(again.encode(), file.name, file.backup)) == data
    return data


CSV = (
    "resource;user;name;Mail Server;Authenticate;Username;Password;Port;Use TLS;Time Out (Seconds);smtp_server;"
    "sender_name;sender_email;email_enabled\r\n"
    "definition;;HQ relay;smtp.example.co.za;Y;hq;yes;587;Y;30;;;;\r\n"
    f"user;THANDI;;;;thandi@example.co.za;{CANARY};;;;HQ relay;Thandi;thandi@example.co.za;yes\r\n"
    'user;PIETER;;;;;no;;;;HQ relay;"Pieter; the ""elder""";pieter@example.co.za;no\r\n'
)


def _read_csv(path: Path) -> Any:
    return _records(read_csv([(str(path), _content(str(path)))]))


def _records(state: State) -> Any:
    return [state.records(SMTP_SERVER), state.records(MAIL_USER)]


PRINTS = json.dumps(
    {"combined": _PRINT, "fingerprints": {"smtp_server/hq relay": _PRINT, "mail_user/THANDI": _PRINT}}, indent=2
)


def _read_prints(path: Path) -> Any:
    # Each of them is compared with a password too, which computes with what the file says.
    kept = fingerprints.load(path)
    places = [tuple(place.split("/", 1)) for place in kept.stored if "/" in place]
    kept.declare(dict.fromkeys(places, "x"))
    known = [kept.compare(*place, "x") for place in places]
    return kept.stored, known


_ABOUT = {"protocol": 1, "name": "test", "version": "1.0", "capabilities": {"password_readback": True, "delete": True}}
_READ = {
    "protocol": 1,
    "smtp_servers": [
        {"name": "HQ relay", "mail_server": "smtp.example.co.za", "authenticate": True, "username": "hq",
         "password": CANARY, "port": 587, "use_tls": True, "timeout": 30},
    ],
    "users": [
        {"user": name, "smtp_server": "HQ relay", "username": "", "password": CANARY, "sender_name": name,
         "sender_email": f"{name}@example.co.za", "email_enabled": True}
        for name in ("THANDI", "PIETER")
    ],
    "all_users_known": True,
}  # fmt: skip
_DONE = {"protocol": 1, "results": [{"id": 1, "status": "done"}, {"id": 2, "status": "done"}]}
_FAILED = {"protocol": 1, "results": [{"id": 1, "status": "done"}, {"id": 2, "status": "error", "message": CANARY}]}
_ERROR = {"protocol": 1, "error": {"code": "failed", "message": "the company is not there"}}
_SETTINGS = {"command": ["/opt/adapter"], "command_timeout": 5.0, "output_limit": 2**24, "fingerprints": None}


def _wanted(**more: Any) -> tuple[DesiredRecord, ...]:
    values = {"mail_server": "smtp.example.co.za", "username": "hq", "password": CANARY, "timeout": 20, **more}
    return (
        DesiredRecord(SMTP_SERVER, "HQ relay", values),
        DesiredRecord(MAIL_USER, "THANDI", {"job_title": "Clerk", "password": CANARY}),
    )


def _read_adapter_answer(verb: str, path: Path) -> Any:
    """The file is the answer to a verb; all others are answered as they should be."""
    right = {"describe": _ABOUT, "read": _READ, "apply": _DONE}
    answers = {**{name: json.dumps(answer).encode() for name, answer in right.items()}, verb: path.read_bytes()}

    def run(_argv: Any, request: bytes, _limits: Any) -> Ended:
        return Ended(0, answers[json.loads(request)["verb"]], stderr=b"password=" + CANARY.encode())

    backend = command.CommandBackend(_SETTINGS)
    backend._adapter = Adapter(_SETTINGS["command"], Limits(5, 2**24), run)
    made = write(backend, Request(_wanted(password="other " + CANARY), verify="none"), check_mode=False)
    if made.failure:
        raise FinconError(made.failure)
    return json.dumps(made.as_dict(), ensure_ascii=False).encode()


class _Server(HttpClient):
    """Answers each method from a table, and a session to each login."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        super().__init__("http://127.0.0.1:4090", "/datasnap", TimeLimits(1, 1, 9), True, None)
        self._answers = answers

    def request(self, verb: str, path: str, headers: Any, body: bytes | None = None) -> Answer:
        (method,) = [name for name in self._answers if f"%22{name}%22" in path] or ["Logout"]
        text = self._answers.get(method, b'{"result":[{}]}').decode("utf-8", "replace")
        return Answer(200, {"content-type": "application/json", "retry-after": "0"}, text)

    def allow(self, seconds: float) -> None: ...

    def close(self) -> None: ...


_SERVER_ANSWERS: dict[str, dict[str, Any]] = {
    "Login": {"Connected": True, "ConnectID": "{1234-ABCD}", "APIVersion": "1.0.0.0", "ErrorInfo": ""},
    "GetSmtpDefinitions": {
        "Count": 1, "RecNo": 1,
        "SmtpDefinitions": [
            {"SMTPName": "HQ relay", "MailServer": "smtp.example.co.za", "Port": 25, "Username": "hq",
             "PasswordSet": "Y", "Password": CANARY, "Authenticate": "Y", "UseTLS": "Y", "TimeOut": 30, "BCC": ""},
        ],
    },
    "GetMailUsers": {
        "Count": 2, "RecNo": 2,
        "MailUsers": [
            {"UserName": name, "SMTPName": "HQ relay", "SMTPUsername": "", "SMTPPasswordSet": "N", "SenderName": name,
             "SenderEmail": f"{name}@example.co.za", "JobTitle": "", "Telephone": "", "MailEnabled": "Y"}
            for name in ("ANSIBLE", "THANDI")
        ],
    },
    "UpdateMailUser": {"MailUserInfo": {"UserName": "THANDI", "JobTitle": "Clerk", "SMTPPasswordSet": "Y"}},
    "SetMailEnabled": {"UserName": "THANDI", "MailEnabled": "N"},
    "UpdateSmtpDefinition": {"SmtpDefinitionInfo": {"SMTPName": "HQ relay", "TimeOut": 20, "PasswordSet": "Y"}},
}  # fmt: skip


def _envelope(answer: dict[str, Any]) -> bytes:
    return json.dumps({"result": [answer]}).encode()


def _read_server_answer(method: str, path: Path) -> Any:
    answers = {name: _envelope(answer) for name, answer in _SERVER_ANSWERS.items()}
    backend = RestBackend(
        {
            "url": "http://127.0.0.1:4090", "server_username": "api", "server_password": CANARY, "data_id": "MAIN",
            "username": "ANSIBLE", "password": CANARY, "alternate_extension": False, "validate_certs": True,
            "connect_timeout": 1.0, "timeout": 1.0, "total_timeout": 9.0, "session_wait": 0.0,
            "fingerprints": str(path.parent / "prints.json"),
        }
    )  # fmt: skip
    session = backend._server.session
    session._client = _Server({**answers, method: path.read_bytes()})
    session._sleep = lambda _seconds: None
    (path.parent / "prints.json").unlink(missing_ok=True)
    desired = (*_wanted(), DesiredRecord(MAIL_ENABLED, "THANDI", {"email_enabled": False}))
    made = write(backend, Request(desired, verify="none"), check_mode=False)
    if made.failure:
        raise FinconError(made.failure)
    return json.dumps(made.as_dict(), ensure_ascii=False).encode()


def _report() -> bytes:
    declared = {"records": {"smtp_servers": ["HQ"], "users": ["THANDI"]}, "unverified": [], "outcome": "planned"}
    fields = [{"field": "port", "have": 25, "want": 587}, {"field": "password", "have": "set", "want": CANARY}]
    change = {"resource": "smtp_server", "name": "HQ", "action": "update", "fields": fields}
    entries = [
        branch_entry("durban", {**declared, "changes": [change]}, _DAY, "coast", ["big"]),
        branch_entry(
            "cape-town",
            {**declared, "changes": [], "pending": [{"order": 3, "item": 1, "since": "2026-11-20", **change}]},
            _DAY,
        ),
        branch_entry("far", {"outcome": "unreachable", "msg": "10.1.2.3: no connection"}, _DAY),
    ]
    return to_json(make_document(entries, _DAY)).encode()


def _read_report(path: Path) -> Any:
    """Merge the report with itself, write every format of it, and use it as the report before."""
    documents = read_reports([str(path)])
    entries = merged_entries(documents)
    written = write_report(
        entries, max(document["generated"] for document in documents), str(path.parent / "merged"), FORMATS, str(path),
        check_mode=True,
    )  # fmt: skip
    assert not written.warnings
    return written.document["branches"]


_OURS = (FinconError,)
READERS: dict[str, Reader] = {
    "ledger": Reader((LEDGER.encode(),), _read_ledger, _OURS),
    "right ledger": Reader((_ledger_without_passwords().encode(),), _read_ledger, _OURS),
    "fleet": Reader((FLEET.encode(),), read_fleet_file, (Refused,), lambda path: str(path.parent), whole=False),
    "branch": Reader((BRANCH.encode(),), read_branch_file, (Refused,), lambda path: str(path.parent), whole=False),
    "users": Reader(
        (USERS.encode(), USERS.replace("vault_kgosi", CANARY).encode()),
        read_users,
        (Refused,),
        lambda path: str(path.parent),
        whole=False,
    ),
    "csv": Reader(
        (CSV.encode(), CSV.replace(CANARY, "yes").encode()), _read_csv, (FinconError, AnsibleError), whole=False
    ),
    "fingerprints": Reader((PRINTS.encode(), PRINTS.replace(_PRINT, CANARY, 1).encode()), _read_prints, _OURS),
    "report": Reader((_report(),), _read_report, (ReportError,)),
    **{
        f"adapter's {title}": Reader(
            (json.dumps(answer).encode(),),
            partial(_read_adapter_answer, verb),
            _OURS,
            lambda _path: "adapter ",
            secret=CANARY,
        )
        for title, verb, answer in (
            ("description", "describe", _ABOUT),
            ("records", "read", _READ),
            ("results", "apply", _DONE),
            ("failure", "apply", _FAILED),
            ("error", "read", _ERROR),
        )
    },
    **{
        f"server's {method}": Reader(
            (_envelope(answer),),
            partial(_read_server_answer, method),
            _OURS,
            lambda _path: "http://127.0.0.1:4090",
            secret=CANARY,
        )
        for method, answer in _SERVER_ANSWERS.items()
    },
}
