# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts records that were read into records as a branch file declares them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import (
    PLACEHOLDER_MARK,
    is_template,
    value_problem,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import SET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    USER_FIELDS,
    Field,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import empty_value, is_blank
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Unsafe

Record = Mapping[str, Any]


def declared_servers(records: Iterable[Record], placeholders: bool = True) -> list[dict[str, Any]]:
    """Return definitions as a file declares them, in the order and with the fields of the records table.

    :param records: as ``fincon_mail_info`` returns them.
    :param placeholders: whether a password that is set becomes a placeholder, rather than being left out.
    """
    return [_declared((SMTP_SERVER.key, *SMTP_SERVER.fields), record, placeholders) for record in records]


def declared_users(
    records: Iterable[Record], placeholders: bool = True, blank_users: bool = False
) -> list[dict[str, Any]]:
    """Return users as a file declares them, like :func:`declared_servers`.

    :param blank_users: whether users without any mail setting are included.
    """
    fields = (MAIL_USER.key, *USER_FIELDS)
    return [_declared(fields, record, placeholders) for record in records if blank_users or not is_blank(record)]


def _declared(fields: Sequence[Field], record: Record, placeholders: bool) -> dict[str, Any]:
    declared: dict[str, Any] = {}
    for field in fields:
        value = record.get(field.name, empty_value(field))
        if field.secret:
            if value != SET:
                declared[field.name] = ""
            elif placeholders:
                declared[field.name] = placeholder(str(record[fields[0].name]))
        elif not _says_nothing(field, value):
            declared[field.name] = literal(value)
    return declared


def _says_nothing(field: Field, value: Any) -> bool:
    """Whether the field is empty and a file cannot declare that: then it is left out, and so left alone."""
    return value is None or (value == empty_value(field) and value_problem(field, value) is not None)


def placeholder(whose: str) -> str:
    """Return the placeholder for a password that an administrator fills in later.

    :param whose: the record or the setting it belongs to; written so that nothing in it can be a template.
    """
    return PLACEHOLDER_MARK + re.sub(r"[^\w.@-]+", "-", whose)


def literal(value: Any) -> Any:
    """Return a value that Ansible never renders: a value that was read must not run as a template."""
    return Unsafe(value) if is_template(value) else value
