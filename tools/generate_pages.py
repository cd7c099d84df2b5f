# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of fields in the documentation: a separate page, and parts of pages that people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._backends.attended.orders import is_needed
from ansible_collections.fincon.mail.plugins.module_utils._core.evidence import EVIDENCE, MAILBOX, RELAY
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES, SECTIONS, SOURCES, Field
from ansible_collections.fincon.mail.plugins.module_utils._core.statements import FILE_STATEMENTS, STATEMENTS
from collection import ROOT

DOCS = ROOT / "docs"


def render() -> dict[Path, str]:
    """Return the pages."""
    return {
        DOCS / "fields.md": field_tables(),
        DOCS / "attended.md": _with_part(DOCS / "attended.md", "columns", csv_columns()),
        DOCS / "fleet-files.md": _with_part(DOCS / "fleet-files.md", "evidence", evidence_keys()),
    }


def _with_part(page: Path, name: str, part: str) -> str:
    """The page, with a new text between the two marks of a part."""
    begin, end = f"<!-- generated: {name} -->\n", "<!-- end of generated -->"
    return re.sub(f"(?s){begin}.*?{end}", lambda _found: f"{begin}{part}{end}", page.read_text("utf-8"), count=1)


def evidence_keys() -> str:
    """Return the tables of the keys of the setting ``evidence`` of a fleet file."""
    parts = (("evidence", EVIDENCE), ("evidence.mailbox", MAILBOX), ("evidence.relays", RELAY))
    lines: list[str] = []
    for place, fields in parts:
        lines += [*([""] if lines else []), f"| In `{place}` | Values | Default | What it is |", "|---|---|---|---|"]
        lines += [
            f"| `{field.name}` | {_kind(field)} | {_own_default(field)} | {field.description} |" for field in fields
        ]
    return "\n".join(lines) + "\n"


def _kind(field: Field) -> str:
    if field.minimum is not None:
        return f"{field.minimum} to {field.maximum} {field.unit}".strip()
    return "a list" if field.kind == "names" else _values(field).replace("email", "e-mail address")


def _own_default(field: Field) -> str:
    if field.default in ("", None):
        return ""
    return f"`{str(field.default).lower() if field.kind == 'flag' else field.default}`"


def csv_columns() -> str:
    """Return the table of the columns of CSV files."""
    lines = ["| Column | In files of | Content |", "|---|---|---|"]
    for files, content, fields in _csv_groups():
        names = ", ".join(f"`{field.name}`" for field in fields)
        lines.append(f"| {names} | {files} | {content} |")
    lines.append("| `resource` | a file of both | in each row: `smtp_server` or `mail_user` |")
    return "\n".join(lines) + "\n"


def _csv_groups() -> Iterator[tuple[str, str, list[Field]]]:
    for section, files in zip(SECTIONS.values(), ("definitions", "users"), strict=True):
        yield files, f"{section.key.description.rstrip('.')}; makes a file one of {files}", [section.key]
        groups: dict[str, list[Field]] = {}
        for field in section.fields:
            groups.setdefault(_csv_content(field), []).append(field)
        for content, fields in groups.items():
            yield files, content, fields


def _csv_content(field: Field) -> str:
    if field.secret:
        return "`yes` or `no`: whether one is set. Never the password itself"
    if is_needed(field):
        return "required: copy what the window shows"
    if field.kind == "flag":
        return "`yes` or `no`; empty when nobody knows"
    return (
        "the definition that the user is linked to; it must be in one of the files"
        if field.kind == "name"
        else "may be empty"
    )


def field_tables() -> str:
    """Return the page with the fields of all records."""
    lines = [
        "<!-- Written by tools/generate.py from the records table. Do not edit. -->",
        "",
        "# Fields of the records",
        "",
        "The label is Fincon's own where it is publicly documented. The mark of a source says how much is known: "
        "**S** seen in the source, **I** inferred, **U** not publicly documented. REST is the name in the mail "
        "contract of the rest backend.",
    ]
    for resource in RESOURCES.values():
        lines += ["", f"## {resource.title[0].upper()}{resource.title[1:]} (`{resource.name}`)", ""]
        lines += [
            "| Field | Type | Fincon's label | Limits | New record | What it is | REST | Source |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [_table_row(field, field is resource.key) for field in (resource.key, *resource.fields)]
    lines += [
        "",
        "## What a declaration says besides",
        "",
        "These are no fields of Fincon's. `docs/people.md` shows them at work.",
        "",
        "| Key | Records | Values | What it is |",
        "|---|---|---|---|",
    ]
    for section, statements in STATEMENTS.items():
        lines += [f"| `{item.name}` | `{section}` | {_values(item)} | {item.description} |" for item in statements]
    for section, statements in FILE_STATEMENTS.items():
        lines += [
            f"| `{item.name}` | `{section}`, in fleet files only | {_values(item)} | {item.description} |"
            for item in statements
        ]
    lines += ["", "## Sources", "", *(f"- `{name}`: {text}" for name, text in SOURCES.items()), ""]
    return "\n".join(lines)


def _rest_names(field: Field) -> str:
    return f"`{field.wire}`, in answers `{field.wire_set}`" if field.secret else f"`{field.wire}`"


def _table_row(field: Field, is_key: bool) -> str:
    limits = f"{field.minimum} to {field.maximum} {field.unit}".strip() if field.minimum is not None else ""
    if field.max_length:
        limits = f"{field.max_length} characters{' (warning)' if field.soft_limit else ''}"
    new = (
        "key"
        if is_key
        else "required"
        if field.required
        else "left alone"
        if field.default is None
        else _default(field)
    )
    cells = (
        f"`{field.name}`",
        field.kind,
        field.label or "not documented",
        limits,
        new,
        field.description,
        _rest_names(field),
        field.source,
    )
    return f"| {' | '.join(cells)} |"


def _values(statement: Field) -> str:
    """The values of a statement, the default first."""
    return " or ".join(f"`{choice}`" for choice in statement.choices) or statement.kind


def _default(field: Field) -> str:
    return "empty" if field.default == "" else f"`{str(field.default).lower()}`"
