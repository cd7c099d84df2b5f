# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The wire protocol of FinconRESTServer: addresses, envelopes, both logins, sessions.

Source: the vendor's "Fincon REST API Server, version 5.285.002". What the manual does not document (the texts of most
errors, the answers in the daily "Don't run" window) is matched loosely.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.http import (
    Answer,
    ConnectionLostError,
    HttpClient,
)
from ansible_collections.fincon.mail.plugins.module_utils._core import urls
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import (
    FinconError,
    UncertainError,
    UnreachableError,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.scrub import Scrubber, clean_all

_T = TypeVar("_T")

BASE_PATH = urls.DEFAULT_PATH

_INVALID_SESSION = re.compile(r"invalid\s+connect\s*id|session\s*expired", re.I)
_NO_SESSION_FREE = re.compile(r"maximum\s+number\s+of\s+sessions|too\s+many\s+sessions", re.I)
_DONT_RUN = re.compile(r"don.?t\s+run|not\s+available\s+(between|from|until)|outside\s+.*hours", re.I)
_NO_METHOD = re.compile(
    r"(method|command)\b.*\b(not\s+found|unknown|not\s+exist)|unknown\s+(server\s+)?(method|command)", re.I
)
_SURROGATE = re.compile(r"\\u[Dd][89A-Fa-f]")
_NO_RECORDS = re.compile(r"no\s+records?\s+found", re.I)

#: Answers of a gateway after which a read may be repeated.
_PASSING = (502, 503, 504)
_READ_TRIES = 3
_MAX_RETRY_AFTER = 10.0
_SESSION_POLL = 2.0
_LOGOUT_SECONDS = 5.0


class MethodMissingError(FinconError):
    """The server does not know the method."""


class _UnavailableError(UnreachableError, UncertainError):
    """The server, or a gateway in front of it, cannot answer now."""


class _SessionGoneError(FinconError):
    """The session is no longer valid."""


class _NoSessionFreeError(FinconError):
    """All sessions of the server are in use."""


class DataSnapSession:
    """A logged-in session. It logs in with the first call and logs out with :meth:`close`.

    :param client: the connection to the server.
    :param server_login: user and password of the REST server, for HTTP Basic.
    :param fincon_login: DataID, Fincon user, its password, and whether the alternate file extension is used.
    :param session_wait: seconds to wait for a free session.
    :param clock: a monotonic clock, in seconds.
    :param sleep: waits some seconds.
    """

    def __init__(
        self,
        client: HttpClient,
        server_login: tuple[str, str],
        fincon_login: tuple[str, str, str, bool],
        session_wait: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._secrets: tuple[str, ...] = (server_login[1], fincon_login[2])
        self._server_login = Scrubber(*server_login)
        self._server_user = server_login[0]
        self._fincon_login = fincon_login
        self._session_wait = session_wait
        self._clock, self._sleep = clock, sleep
        token = base64.b64encode(":".join(server_login).encode("utf-8")).decode("ascii")
        self._server_login.add_encoded(token)
        self._headers = {"Authorization": f"Basic {token}", "Accept": "application/json", "Connection": "keep-alive"}
        self._connect_id = ""
        self.api_version = ""
        self.where = f"{client.where} (company {fincon_login[0]})"

    def hide(self, secrets: Iterable[str]) -> None:
        """Hide these secrets too, in case the server's text repeats what was sent to it."""
        self._secrets = (*self._secrets, *secrets)

    def read(self, method: str, *parameters: Any) -> dict[str, Any] | None:
        """Call a method that only reads; ``None`` when it answers that there are no records."""
        return self._in_session(lambda: self._get(method, (self._connect_id, *parameters)))

    def write(self, method: str, *parameters: Any) -> dict[str, Any]:
        """Call a method that changes something, with all parameters in the body and nothing in the address.

        :raises UncertainError: when the answer does not show whether the change took effect.
        """
        if self._connect_id:
            with contextlib.suppress(_SessionGoneError):
                return self._post(method, (self._connect_id, *parameters))
            return self._write_again(method, parameters)
        self._login()
        return self._post(method, (self._connect_id, *parameters))

    def _write_again(self, method: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
        """Log in again, since the server has forgotten the session, perhaps after it carried out the request."""
        try:
            self._login()
            return self._post(method, (self._connect_id, *parameters))
        except MethodMissingError:
            raise
        except FinconError as exc:
            raise UncertainError(str(exc)) from exc

    def close(self) -> None:
        """Log out, so that the session is free for others at once, and close the connection. Does not raise."""
        if self._connect_id:
            # A session without a logout blocks a slot for others, so the logout gets time beyond that of the work.
            self._client.allow(_LOGOUT_SECONDS)
            with contextlib.suppress(FinconError):
                self._log_out()
            self._connect_id = ""
        self._client.close()

    def _log_out(self) -> None:
        try:
            self._post("Logout", (self._connect_id,))
        except ConnectionLostError:
            # A server may close a kept connection just as it is used again; a second logout does no harm.
            self._post("Logout", (self._connect_id,))

    def _in_session(self, call: Callable[[], _T]) -> _T:
        """Log in if needed, and again when the server has forgotten the session in the meantime."""
        if self._connect_id:
            with contextlib.suppress(_SessionGoneError):
                return call()
        self._login()
        return call()

    def _login(self) -> None:
        self._connect_id = ""
        ends = self._clock() + self._session_wait
        while True:
            try:
                answer = self._post("Login", self._fincon_login)
                break
            except _NoSessionFreeError as exc:
                if self._clock() + _SESSION_POLL > ends:
                    raise UnreachableError(
                        f"{self.where}: all sessions of the server were in use for {self._session_wait:g} seconds; "
                        "try later, raise session_wait, or raise the maximum in FinconRESTConfig"
                    ) from exc
                self._sleep(_SESSION_POLL)
        if answer.get("Connected") is not True or not isinstance(answer.get("ConnectID"), str):
            raise FinconError(f"{self.where}: Login answered without a session; check the server")
        self._connect_id = answer["ConnectID"]
        self.api_version = self._shown(str(answer.get("APIVersion") or ""))

    def _get(self, method: str, parameters: tuple[Any, ...]) -> dict[str, Any] | None:
        path = f"/%22{method}%22/" + "".join(f"{quote(str(value), safe='')}/" for value in parameters)
        for attempt in range(1, _READ_TRIES + 1):
            last = attempt == _READ_TRIES
            try:
                answer = self._client.request("GET", path, self._headers)
            except ConnectionLostError:
                if last:
                    raise
                continue
            if _says_no_records(answer):
                return None
            pause = _retry_after(answer.headers, attempt)
            passing = answer.status in _PASSING and not _DONT_RUN.search(answer.text)
            if last or not passing or not self._client.pause(pause):
                return self._result(method, answer)
            self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _post(self, method: str, parameters: tuple[Any, ...]) -> dict[str, Any]:
        body = json.dumps({"_parameters": list(parameters)}).encode("utf-8")
        headers = {**self._headers, "Content-Type": "application/json"}
        return self._result(method, self._client.request("POST", f"/%22{method}%22/", headers, body))

    def _result(self, method: str, answer: Answer) -> dict[str, Any]:
        """Return the object in the envelope; a non-blank ErrorInfo is a failure even with HTTP 200."""
        if answer.status == 401:
            raise FinconError(
                f"{self.where}: the REST server refused server_username {self._server_user} or its server_password "
                "(401); they are those of FinconRESTConfig, not of the Fincon user"
            )
        data = _json(answer.text)
        text = _error_text(data) if data is not None else answer.text
        if answer.status == 200 and data is not None and not text:
            return _unwrap(data, self.where, method)
        raise self._failure(method, answer, data, text)

    def _failure(self, method: str, answer: Answer, data: dict[str, Any] | None, text: str) -> FinconError:
        shown = self._shown(text)
        if _INVALID_SESSION.search(text):
            return _SessionGoneError(
                f"{self.where}: {method}: the server has ended the session ({shown}) twice; try again"
            )
        if _NO_SESSION_FREE.search(text):
            return _NoSessionFreeError(f"{self.where}: {shown}")
        # A gateway's page may contain any words, and may come after the change was made.
        is_own = data is not None or 400 <= answer.status < 500
        if _DONT_RUN.search(text):
            closed = UnreachableError if is_own else _UnavailableError
            return closed(
                f'{self.where}: the server is in its daily "Don\'t run" window ({shown}); run it outside that window'
            )
        if is_own and _NO_METHOD.search(text):
            return MethodMissingError(f"{self.where}: the server does not know the method {method}")
        if answer.status == 403:
            return FinconError(
                f"{self.where}: {method}: access was denied (403: {shown}); check the rights of the login"
            )
        if 300 <= answer.status < 400:
            # Web programs answer like this after they carried out a request (RFC 9110, section 15.4.4).
            return UncertainError(
                f"{self.where}: {method}: redirected (HTTP {answer.status}); give the final address in url"
            )
        if data is not None:
            kind = FinconError if _refuses(answer.status, data) else UncertainError
            return kind(f"{self.where}: {method} failed: {shown or f'HTTP {answer.status}'}")
        if answer.status == 503:
            return _UnavailableError(
                f"{self.where}: the server is not available (HTTP 503: {shown or 'no text'}); "
                'perhaps it is in its daily "Don\'t run" window'
            )
        content = self._shown(answer.headers.get("content-type", "no content type"))
        return UncertainError(
            f"{self.where}: {method}: the answer is not JSON (HTTP {answer.status}, {content}): {shown or 'empty'}; "
            "is this the address of a Fincon REST server?"
        )

    def _shown(self, text: str) -> str:
        """A text of the server in one short line, with our secrets replaced if it repeats them."""
        return clean_all(text, self._secrets, self._server_login)


def _json(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
        if _SURROGATE.search(text):
            # A surrogate pair is a character; half a pair is not (RFC 8259, section 8.2), and cannot be sent or shown.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _refuse_constant(name: str) -> Any:
    """JSON knows neither NaN nor Infinity (RFC 8259, section 6)."""
    raise ValueError(name)


def _says_no_records(answer: Answer) -> bool:
    data = _json(answer.text)
    return data is not None and _NO_RECORDS.search(_error_text(data)) is not None


def _first(data: dict[str, Any]) -> dict[str, Any] | None:
    result = data.get("result")
    return result[0] if isinstance(result, list) and result and isinstance(result[0], dict) else None


def _error_text(data: dict[str, Any]) -> str:
    """Return the error of an answer: a server exception, a session that expired, or a non-blank ErrorInfo."""
    if "error" in data:
        return str(data["error"] or "error")
    if "SessionExpired" in data:
        # Only the name is documented, so the name is recognised, whatever the text says.
        return f"SessionExpired: {data['SessionExpired']}"
    return str((_first(data) or {}).get("ErrorInfo") or "").strip()


def _refuses(status: int, data: dict[str, Any]) -> bool:
    """Whether an error shows that nothing was done: a status of 4xx, or an ErrorInfo as the manual describes it.

    An error of the server itself, or of a gateway, may come after the change was made.
    """
    return 400 <= status < 500 or (status < 400 and isinstance((_first(data) or {}).get("ErrorInfo"), str))


def _unwrap(data: dict[str, Any], where: str, method: str) -> dict[str, Any]:
    result = _first(data)
    if result is None:
        raise UncertainError(
            f'{where}: {method}: the answer has no {{"result":[{{...}}]}}; is this a Fincon REST server?'
        )
    return result


def _retry_after(headers: Mapping[str, str], attempt: int) -> float:
    asked = headers.get("retry-after", "")
    return min(float(asked), _MAX_RETRY_AFTER) if asked.isascii() and asked.isdigit() else float(attempt)
