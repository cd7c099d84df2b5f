# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Version 1 of the protocol between the ``command`` backend and an adapter (docs/command-protocol.md). Pure.

Messages about a wrong answer name the place of the error and never the value, since any value may be a secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_mask
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import password_word
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    SMTP_SERVERS,
    USERS,
    Field,
    Resource,
    Section,
    normal_key,
    written_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import State, empty_value

VERSION = 1
CAPABILITIES = ("password_readback", "delete", "probe")
#: Codes of an adapter's ``error``.
UNREACHABLE = "unreachable"
ERROR_CODES = ("protocol", "verb", UNREACHABLE, "failed")

DONE = "done"
ERROR = "error"


class AnswerError(FinconError):
    """An answer that does not follow the protocol."""


@dataclass(frozen=True)
class About:
    """What an adapter reports about itself.

    :param name: its name.
    :param version: its version.
    :param capabilities: the members of :data:`CAPABILITIES` that it has.
    """

    name: str
    version: str
    capabilities: frozenset[str]

    @property
    def reads_back(self) -> bool:
        """Whether the adapter returns the passwords that are set."""
        return "password_readback" in self.capabilities


@dataclass(frozen=True)
class Reading:
    """All records of an installation.

    :param state: with words in place of passwords.
    :param passwords: the passwords themselves, by resource and normal key, where they can be read back. Never shown.
    """

    state: State
    passwords: Mapping[tuple[str, str], str]

    def __repr__(self) -> str:
        return "Reading()"


def encode(verb: str, members: Mapping[str, Any] | None = None, version: int = VERSION) -> bytes:
    """Return a request. It is pure ASCII, so that no code page on the way to the adapter can damage it."""
    return json.dumps({"protocol": version, "verb": verb, **(members or {})}).encode("ascii") + b"\n"


def decode(output: bytes) -> dict[str, Any]:
    """Return the answer from the output of an adapter.

    :raises AnswerError: when it is not one JSON object of this version of the protocol.
    """
    if not output.strip():
        raise AnswerError("nothing was printed on standard output; an answer is one JSON object")
    try:
        # PowerShell starts UTF-8 with a byte order mark.
        answer = json.loads(output.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as exc:
        raise AnswerError(f"standard output is not UTF-8 (byte {exc.start + 1})") from None
    except json.JSONDecodeError as exc:
        raise AnswerError(
            f"standard output is not JSON (line {exc.lineno}, column {exc.colno}); print one object there and "
            "everything else on standard error"
        ) from None
    except RecursionError:
        raise AnswerError("standard output is JSON that is nested too deeply") from None
    except ValueError:
        raise AnswerError("standard output holds a number that JSON does not know") from None
    if not isinstance(answer, dict):
        raise AnswerError("the answer is JSON, but not an object")
    _check_version(answer)
    return answer


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


def _check_version(answer: Mapping[str, Any]) -> None:
    version = answer.get("protocol")
    if version is None:
        raise AnswerError(f"the answer has no member protocol; it must be {VERSION}")
    if not _is_int(version):
        raise AnswerError(f"protocol must be the number {VERSION}")
    if version != VERSION:
        raise AnswerError(f"the adapter speaks version {version} of the protocol, this collection version {VERSION}")


def refusal(answer: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return code and message of an adapter's error, or ``None`` when the answer is not an error.

    :raises AnswerError: when the error has no message.
    """
    if "error" not in answer:
        return None
    error = answer["error"]
    if not isinstance(error, Mapping):
        raise AnswerError("error must be an object with code and message")
    return str(error.get("code") or "failed"), _text(error, "message", "error.")


def about(answer: Mapping[str, Any]) -> About:
    """Return the content of the answer to ``describe``.

    :raises AnswerError: when it has another form.
    """
    claimed = answer.get("capabilities")
    if not isinstance(claimed, Mapping):
        raise AnswerError("capabilities must be an object")
    for name in CAPABILITIES:
        if not isinstance(claimed.get(name, False), bool):
            raise AnswerError(f"capabilities.{name} must be true or false")
    has = frozenset(name for name in CAPABILITIES if claimed.get(name))
    return About(_text(answer, "name"), _text(answer, "version"), has)


def reading(answer: Mapping[str, Any], readback: bool) -> Reading:
    """Return the records in the answer to ``read``.

    :param readback: whether the adapter can read passwords back.
    :raises AnswerError: when a record does not have the shape that the protocol requires.
    """
    known = answer.get("all_users_known", True)
    if not isinstance(known, bool):
        raise AnswerError("all_users_known must be true or false")
    passwords: dict[tuple[str, str], str] = {}
    servers, users = (_records(answer, section, readback, passwords) for section in (SMTP_SERVERS, USERS))
    return Reading(State(servers, users, known), passwords)


def _records(
    answer: Mapping[str, Any], section: Section, readback: bool, passwords: dict[tuple[str, str], str]
) -> list[dict[str, Any]]:
    raws, resource = answer.get(section.name), section.resource
    if not isinstance(raws, list):
        raise AnswerError(f"{section.name} must be a list")
    records: dict[str, dict[str, Any]] = {}
    for number, raw in enumerate(raws):
        where = f"{section.name}[{number}]"
        name = _key(raw, resource, where)
        key = normal_key(resource, name)
        if key in records:
            raise AnswerError(
                f"{where}: {resource.key.name} is that of another record; names are compared without case"
            )
        records[key] = {resource.key.name: name}
        for field in section.fields:
            if field.secret:
                secret = _secret(raw, field, readback, where)
                records[key][field.name] = password_word(bool(secret))
                if isinstance(secret, str) and secret:
                    passwords[resource.name, key] = secret
            else:
                records[key][field.name] = _value(raw, field, where)
    return list(records.values())


def _key(raw: Any, resource: Resource, where: str) -> str:
    if not isinstance(raw, Mapping):
        raise AnswerError(f"{where} must be an object")
    name = raw.get(resource.key.name)
    if not isinstance(name, str) or not name.strip():
        raise AnswerError(f"{where}.{resource.key.name} must be the name of the record")
    return written_key(resource, _unicode(name, f"{where}.{resource.key.name}"))


def _secret(raw: Mapping[str, Any], field: Field, readback: bool, where: str) -> bool | str:
    """The password where it can be read back, else whether one is set. One of them is required: an adapter that leaves
    it out would get every password again in every run."""
    if not readback:
        flag = raw.get(f"{field.name}_set")
        if not isinstance(flag, bool):
            raise AnswerError(f"{where}.{field.name}_set must be true or false")
        return flag
    secret = raw.get(field.name)
    if not isinstance(secret, str):
        raise AnswerError(f"{where}.{field.name} must be text, since the adapter has the capability password_readback")
    if is_mask(secret):
        raise AnswerError(f"{where}.{field.name} is a mask, not a password; such an adapter has no password_readback")
    return _unicode(secret, f"{where}.{field.name}")


def _value(raw: Mapping[str, Any], field: Field, where: str) -> Any:
    value = raw.get(field.name)
    if value is None:
        return empty_value(field)
    kind, fits = _KINDS.get(field.kind, _KINDS["text"])
    if not fits(value):
        raise AnswerError(f"{where}.{field.name} must be {kind}")
    return _unicode(value, f"{where}.{field.name}") if isinstance(value, str) else value


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("a whole number", _is_int),
    "text": ("text", lambda value: isinstance(value, str)),
}


@dataclass(frozen=True)
class Progress:
    """The results of changes.

    :param done: how many are done, counted from the first.
    :param reason: why the next one is not done; empty when all are done.
    :param certain: whether the adapter itself reports this, so that the next one is certainly not done.
    """

    done: int
    reason: str = ""
    certain: bool = True


def progress(answer: Mapping[str, Any], ids: Sequence[Any]) -> Progress:
    """Return the content of the answer to ``apply``.

    :param ids: the ids of the changes, in their order.
    :raises AnswerError: when ``results`` is not a list. An error in one of the results becomes a reason in words,
        since the changes before it are done.
    """
    results = answer.get("results")
    if not isinstance(results, list):
        raise AnswerError("results must be a list")
    for done, (result, wanted) in enumerate(zip(results, ids)):
        fault = _fault(result, wanted, f"results[{done}]")
        if fault:
            return Progress(done, fault, certain=False)
        if result["status"] == ERROR:
            message = result.get("message")
            reason = message if isinstance(message, str) and message.strip() else "the adapter gave no reason"
            return Progress(done, reason)
    if len(results) > len(ids):
        return Progress(len(ids), f"results[{len(ids)}] answers a change that was not asked for")
    if len(results) < len(ids):
        return Progress(len(results), "there is no result for this change, though none before it failed", certain=False)
    return Progress(len(ids))


def _fault(result: Any, wanted: Any, where: str) -> str:
    """What is wrong with the shape of a result; empty when it is valid."""
    if not isinstance(result, Mapping):
        return f"{where} must be an object"
    if result.get("id") != wanted or isinstance(result.get("id"), bool):
        return f"{where} answers a change that was not asked for here (the id must be {wanted})"
    return "" if result.get("status") in (DONE, ERROR) else f"{where}.status must be {DONE} or {ERROR}"


def _text(holder: Mapping[str, Any], member: str, prefix: str = "") -> str:
    text = holder.get(member)
    if not isinstance(text, str) or not text.strip():
        raise AnswerError(f"{prefix}{member} must be text that is not empty")
    return text


def _unicode(text: str, where: str) -> str:
    """JSON can contain half of a surrogate pair, which no encoding can represent."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise AnswerError(f"{where} holds half of a surrogate pair, which is no character") from None
    return text
