# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reply to a work order, and its reading from JSON. Pure.

Replies come from outside: their size is limited, a schema checks their shape, and their texts are plain data that
cannot act on a terminal, a template or a ledger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.ledger_shape import is_day
from ansible_collections.fincon.mail.plugins.module_utils._core.texts import visible
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.reply import LARGEST, VERSION, reply_schema
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import (
    TYPE_WORDS,
    MissingLibraries,
    SchemaCheck,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

#: How many errors of one reply are reported.
_NAMED = 5


class ReplyError(Exception):
    """The input is not a reply; the message says why."""


@dataclass(frozen=True)
class Reply:
    """A person's report on a work order.

    :param branch: name of the host.
    :param order: number of the work order.
    :param done: numbers of the items that are done; ``None`` for all except those that are not.
    :param not_done: items that are not done, each with the reason, which may be empty.
    :param ordered: the day of the order, ``CCYY-MM-DD``; empty when not given.
    :param by: who did the work; may be empty.
    :param date: the day of the work; may be empty.
    :param remarks: may be empty.
    """

    branch: str
    order: int
    done: tuple[int, ...] | None = None
    not_done: tuple[tuple[int, str], ...] = ()
    ordered: str = ""
    by: str = ""
    date: str = ""
    remarks: str = ""

    def says_done(self, item: int) -> bool:
        """Whether the person reports an item as done."""
        if self.done is None:
            return item not in dict(self.not_done)
        return item in self.done


_CHECK = SchemaCheck(reply_schema)


def from_json(text: str) -> Reply:
    """Return the reply from a file that a page saved.

    :raises ReplyError: when the text is not a reply.
    """
    if len(text) > LARGEST:
        raise ReplyError(f"is longer than {LARGEST} characters, which no reply is")
    try:
        data = json.loads(text)
    except RecursionError:
        raise ReplyError("is not a reply: it is nested too deeply") from None
    except ValueError as exc:
        place = f" (line {exc.lineno}, column {exc.colno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise ReplyError(f"is not JSON{place}; have the reply saved and sent again") from None
    if not isinstance(data, dict) or "reply" not in data:
        raise ReplyError("is not a reply of a work order: it names no version")
    if data["reply"] != VERSION or isinstance(data["reply"], bool):
        raise ReplyError(f"is a reply of version {shown(data['reply'])}, and this collection reads version {VERSION}")
    _refuse_other_shapes(data)
    return from_data(data)


def from_data(data: Mapping[str, Any]) -> Reply:
    """Return the reply from data of the right shape.

    :raises ReplyError: when they contradict themselves.
    """
    not_done = tuple((entry["item"], clean(entry.get("reason", ""))) for entry in data["not_done"])
    both = sorted({item for item, _reason in not_done} & set(data["done"]))
    if both:
        raise ReplyError(f"says of item {', '.join(map(str, both))} that it is done and that it is not")
    for key in ("ordered", "date"):
        if not is_day(data[key]):
            raise ReplyError(f"{key} must be a day, such as 2026-11-24, not {shown(data[key])}")
    return Reply(
        data["branch"],
        data["order"],
        tuple(sorted(set(data["done"]))),
        not_done,
        data["ordered"],
        clean(data["by"]),
        data["date"],
        clean(data["remarks"]),
    )


def clean(text: str) -> str:
    """Return a text on one line, with control characters and half characters made visible."""
    whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return visible(re.sub(r"[ \t\r\n\xa0]+", " ", whole).strip())


def shown(value: Any) -> str:
    """Return a value from outside for an error message: short, and with all characters visible."""
    text = clean(value if isinstance(value, str) else json.dumps(value, default=str))
    return repr(text[:40] + ("…" if len(text) > 40 else "")) if isinstance(value, str) else text[:40]


def _refuse_other_shapes(data: Any) -> None:
    try:
        errors = _CHECK.errors(data)
    except MissingLibraries as exc:
        raise ReplyError(f"cannot be read. {exc}") from exc
    found = list(dict.fromkeys(clean(_sentence(error)) for error in errors))
    if found:
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise ReplyError(f"is not a reply: {'; '.join(found[:_NAMED])}{more}")


def _sentence(error: ValidationError) -> str:
    path = error.json_path.removeprefix("$").removeprefix(".")[:60] or "the reply"
    wanted = error.validator_value
    if error.validator == "required":
        return f"{path} has no {', '.join(key for key in wanted if key not in error.instance)}"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        return f"{path} has unknown keys: {', '.join(shown(key) for key in error.instance if key not in known)}"
    if error.validator == "type":
        return f"{path} must be {TYPE_WORDS[wanted]}"
    if error.validator in ("minimum", "maximum"):
        return f"{path} must be at {'least' if error.validator == 'minimum' else 'most'} {wanted}"
    if error.validator == "pattern":
        return f"{path} must be a day, such as 2026-11-24"
    return f"{path} is too long" if error.validator == "maxLength" else f"{path} must not be empty"
