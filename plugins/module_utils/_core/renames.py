# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Definitions that have a new name. Pure.

No backend can rename a definition in place: neither the mail contract nor the adapter protocol offers this, and it is
not documented for Fincon's window. So the new definition is created, every user is linked to it, and then the old one
is deleted. If the changes stop half-way, each user is still linked to a definition that exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding
from ansible_collections.fincon.mail.plugins.module_utils._core.passwords import UNSET
from ansible_collections.fincon.mail.plugins.module_utils._core.records import (
    MAIL_USER,
    SMTP_SERVER,
    normal_key,
)
from ansible_collections.fincon.mail.plugins.module_utils._core.state import DesiredRecord, State
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import RENAMED_FROM


def former_names(desired_records: Iterable[DesiredRecord]) -> dict[str, str]:
    """Return the new name of each definition that is declared with a former name, by the normal key of the former."""
    return {
        normal_key(SMTP_SERVER, desired.renamed_from): desired.name
        for desired in desired_records
        if desired.present and desired.renamed_from
    }


def rename_findings(desired_records: Iterable[DesiredRecord]) -> list[Finding]:
    """Return what is wrong with the former names of declared definitions, without looking at what is installed."""
    servers = [desired for desired in desired_records if desired.resource is SMTP_SERVER]
    declared = {desired.key: desired for desired in servers}
    found: list[Finding] = []
    taken: dict[str, DesiredRecord] = {}
    for desired in servers:
        if not desired.present or not desired.renamed_from:
            continue
        key = normal_key(SMTP_SERVER, desired.renamed_from)
        if key == desired.key:
            text = "is the same name, since names are compared without case; take this line out"
            found.append(_finding(text, desired))
        elif key in declared:
            old = declared[key].name
            text = f"is {old!r}, which is declared too; take one of the two out: a rename deletes the old definition"
            found.append(_finding(text, desired, (SMTP_SERVER.name, old)))
        elif key in taken:
            other = taken[key].name
            text = f"is the former name of {other!r} too; only one definition can take over"
            found.append(_finding(text, desired, (SMTP_SERVER.name, other, RENAMED_FROM.name)))
        taken.setdefault(key, desired)
    return found


def with_renames(
    current: State, desired_records: Sequence[DesiredRecord]
) -> tuple[Sequence[DesiredRecord], list[Finding]]:
    """Return the desired records with the changes that their renames need, and the renames that cannot be made.

    Each user who is linked to the old definition is linked to the new one, even an undeclared user: no user loses
    their e-mail. If the old definition is gone, there is nothing to do.

    :param current: what is installed.
    """
    new_names = {
        key: name for key, name in former_names(desired_records).items() if current.get(SMTP_SERVER, key) is not None
    }
    if not new_names:
        return desired_records, []
    renamed = {normal_key(SMTP_SERVER, name) for name in new_names.values()}
    found: list[Finding] = []
    made: list[DesiredRecord] = []
    for desired in desired_records:
        if desired.resource is SMTP_SERVER and desired.key in renamed:
            desired, missing = _taking_over(current, desired)
            found += missing
        elif desired.resource is MAIL_USER and desired.present and "smtp_server" not in desired.values:
            desired = replace(desired, values={**desired.values, **_new_link(current, desired.name, new_names)})
        made.append(desired)
    known = {desired.key for desired in desired_records if desired.resource is MAIL_USER}
    others = (user["user"] for user in current.records(MAIL_USER) if normal_key(MAIL_USER, user["user"]) not in known)
    links = ((name, _new_link(current, name, new_names)) for name in others)
    made += [DesiredRecord(MAIL_USER, name, link) for name, link in links if link]
    old_names = (server["name"] for server in current.records(SMTP_SERVER))
    gone = [name for name in old_names if normal_key(SMTP_SERVER, name) in new_names]
    return [*made, *(DesiredRecord(SMTP_SERVER, name, present=False) for name in gone)], found


def _finding(text: str, desired: DesiredRecord, related: tuple[str, ...] = ()) -> Finding:
    return Finding(text, SMTP_SERVER.name, desired.name, RENAMED_FROM.name, related=related)


def _taking_over(current: State, desired: DesiredRecord) -> tuple[DesiredRecord, list[Finding]]:
    """The new definition with the settings of the old one, unless it already exists.

    A password cannot be read back, so a password that is set must be declared.
    """
    old = current.get(SMTP_SERVER, desired.renamed_from)
    if old is None or current.get(SMTP_SERVER, desired.name) is not None:
        return desired, []
    kept: dict[str, Any] = {}
    missing = []
    for field in SMTP_SERVER.fields:
        if field.secret and old.get(field.name, UNSET) != UNSET and field.name not in desired.values:
            text = f"is needed to rename {old['name']!r}, whose password cannot be read back"
            missing.append(Finding(text, SMTP_SERVER.name, desired.name, field.name))
        elif not field.secret and old.get(field.name) is not None:
            kept[field.name] = old[field.name]
    return replace(desired, values={**kept, **desired.values}), missing


def _new_link(current: State, user: str, new_names: Mapping[str, str]) -> dict[str, str]:
    """The link of an installed user to a definition under its new name; nothing for any other user."""
    link = (current.get(MAIL_USER, user) or {}).get("smtp_server") or ""
    new = new_names.get(normal_key(SMTP_SERVER, link))
    return {"smtp_server": new} if new else {}
