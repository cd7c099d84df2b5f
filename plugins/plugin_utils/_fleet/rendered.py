# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of a branch after its templates and vault values are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.checks import is_template
from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    branch_findings,
    conforming,
    named_finding,
    schema_faults,
    shown_path,
    value_at,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.evidence import KEY as EVIDENCE
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Marked
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.placing import Place, paths_of, placed, places_of
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source, Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.user_rows import UserTable, read_user_table

_MISSING = object()


def rendered_findings(
    branch: Mapping[str, Any],
    files: Mapping[str, Any],
    raw: Mapping[str, Any] | None = None,
    problems: Sequence[tuple[Sequence[Any], str]] = (),
    read: Callable[[str], str] | None = None,
    origin: Callable[[Any], str] = lambda _value: "",
) -> list[Finding]:
    """Check the rendered records of a branch.

    :param branch: ``installation``, ``smtp_servers``, ``users``, and ``evidence`` with the ``bcc`` of the fleet. They
        hold secrets.
    :param files: the ``branch`` and ``fleet`` file that they come from, and the CSV files of ``users``, if they come
        from a fleet.
    :param raw: the same before rendering, to find out whether a value comes from the files.
    :param problems: path and message of each value that could not be rendered and is therefore missing in them.
    :param read: returns the text of a file; by default the file on disk.
    :param origin: returns the place of a raw value that does not come from the files, or an empty text.
    :return: the errors, each with the place where its value was written, if known.
    """
    # Host variables were never checked as files, and a template may render to anything: so the schema checks here too.
    records = {name: value for name, value in branch.items() if value is not None and name != EVIDENCE}
    data = {"branch": "rendered", **records}
    unrendered = [tuple(path) for path, _message in problems]
    faults = schema_faults("host", data, unrendered)
    sound = conforming(data, (path for path, _finding in faults))
    whole = {
        "installation": sound.get("installation", {}),
        "smtp_servers": sound.get("smtp_servers", []),
        "users": sound.get("users", []),
        EVIDENCE: branch.get(EVIDENCE),
    }
    found = [
        (list(path), named_finding(Finding(message, path=shown_path(path)), data, path)) for path, message in problems
    ]
    found += faults
    known = {shown_path(path) for path, _finding in found}
    for finding in errors(branch_findings(whole, lambda value: True)):
        path = next(iter(paths_of(finding, whole, ())), [])
        if shown_path(path) not in known:
            found.append((path, finding))
    # A fleet's CSV file may be long, and this runs for every branch.
    places = _places(files, read or _on_disk) if found else []
    failed = set(map(tuple, unrendered))
    return [
        _with_place(
            finding if tuple(path) in failed else _of_template(finding, value_of(raw, path)),
            places,
            value_of(raw or branch, path),
            raw is not None,
            origin,
        )
        for path, finding in found
    ]


def _of_template(finding: Finding, value: Any) -> Finding:
    """Say that a finding is about what a template gives, and not about the text at its place."""
    if not is_template(value):
        return finding
    return replace(finding, message=f"{finding.message} (this is about what its template gives)")


def located(
    finding: Finding, files: Mapping[str, Any], value: Any, read: Callable[[str], str], origin: Callable[[Any], str]
) -> Finding:
    """Give a finding about one value of a branch the place where the value was written.

    :param files: of the branch, as for :func:`rendered_findings`.
    :param value: the value before rendering.
    :param read: returns the text of a file.
    :param origin: returns the place of a value that does not come from the files, or an empty text.
    """
    return _with_place(finding, _places(files, read), value, True, origin)


def _on_disk(path: str) -> str:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return file.read()


def _places(files: Mapping[str, Any], read: Callable[[str], str]) -> list[Place]:
    """The layers of a branch, the nearest first, as far as their files can be read here."""
    nothing: tuple[Source, Any] = (Source("", ""), {})
    branch = _yaml(files.get("branch"), read) or nothing
    tables = list(_tables(files.get("users") or (), str(branch[1].get("branch")), read))
    places = places_of(branch, _yaml(files.get("fleet"), read) or nothing, tables)
    return [place for place in places if place[0].file]


def _yaml(file: str | None, read: Callable[[str], str]) -> tuple[Source, Any] | None:
    text = _text(file, read)
    if file is None or text is None:
        return None
    source = Source(file, text)
    data, found = source.load()
    return (source, data) if isinstance(data, dict) and not found else None


def _tables(files: Sequence[str], branch: str, read: Callable[[str], str]) -> Iterator[UserTable]:
    """The users of a branch in CSV files."""
    for file in files:
        text = _text(file, read)
        if text is not None:
            table = read_user_table(file, text)
            yield table.of(branch) if table.has_branches else table


def _text(file: str | None, read: Callable[[str], str]) -> str | None:
    try:
        return read(file) if file else None
    except (KeyError, OSError, UnicodeDecodeError, Unreadable):
        return None


def value_of(data: Any, path: Sequence[Any]) -> Any:
    """Return the value at a path, or :data:`_MISSING`."""
    try:
        return value_at(data, path)
    except (LookupError, TypeError):
        return _MISSING


def _with_place(
    finding: Finding, places: Sequence[Place], value: Any, is_raw: bool, origin: Callable[[Any], str]
) -> Finding:
    """Give a finding the place where its value was written: in a file of the fleet that holds it, or at its origin.

    :param value: the value, rendered or not.
    """
    of_files = [
        (source, data, prefix)
        for source, data, prefix in places
        if any(_is_same(value_of(data, path), value, is_raw) for path in paths_of(finding, data, prefix))
    ]
    return placed(finding, of_files) if of_files else replace(finding, file=origin(value))


def _is_same(written: Any, value: Any, is_raw: bool) -> bool:
    """Whether a value is the one that is written in a file.

    :param is_raw: whether the value has not been rendered.
    """
    if value is _MISSING or isinstance(value, (Mapping, list)):
        # It is about an omitted field or a whole record, so its place is that of the record.
        return True
    if isinstance(written, Marked) and not (is_raw and isinstance(value, str)):
        return True
    return not isinstance(written, Mapping) and written == value
