# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of a branch once its templates and vault values are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.fincon.mail.plugins.module_utils._core.findings import Finding, errors
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.check import (
    branch_findings,
    conforming,
    named_finding,
    paths_of,
    placed,
    schema_faults,
    shown_path,
)
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.fleet import Unreadable
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.marked import Marked
from ansible_collections.fincon.mail.plugins.plugin_utils._fleet.source import Source

#: A file, its data, and the path of the sections in it.
_Place = tuple[Source, Any, Sequence[str]]
_MISSING = object()


def rendered_findings(
    branch: Mapping[str, Any],
    files: Mapping[str, str],
    raw: Mapping[str, Any] | None = None,
    problems: Sequence[tuple[Sequence[Any], str]] = (),
    read: Callable[[str], str] | None = None,
    origin: Callable[[Any], str] = lambda _value: "",
) -> list[Finding]:
    """Check the rendered records of a branch.

    :param branch: ``installation``, ``smtp_servers`` and ``users``. Hold secrets.
    :param files: the ``branch`` and ``fleet`` file that they come from, if they come from a fleet.
    :param raw: the same before rendering, to tell whether a value is that of the files.
    :param problems: path and sentence of each value that could not be rendered, and is not among them.
    :param read: returns the text of a file; by default that on disk.
    :param origin: returns the place of a raw value that is not of the files, or an empty text.
    :return: the errors, each with the place where its value was written, where that is known.
    """
    # Plain host variables were never files of a fleet, and a template renders to anything: the schema judges here too.
    data = {"branch": "rendered", **{name: value for name, value in branch.items() if value is not None}}
    unrendered = [tuple(path) for path, _message in problems]
    faults = schema_faults("branch", data, unrendered)
    sound = conforming(data, (path for path, _finding in faults))
    whole = {
        "installation": sound.get("installation", {}),
        "smtp_servers": sound.get("smtp_servers", []),
        "users": sound.get("users", []),
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
    places = list(_places(files, read or _on_disk))
    return [
        _with_place(finding, places, _value(raw or branch, path), raw is not None, origin) for path, finding in found
    ]


def _on_disk(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _places(files: Mapping[str, str], read: Callable[[str], str]) -> Iterator[_Place]:
    """The files of a branch, as far as they can be read here."""
    for name, prefix in (("branch", ()), ("fleet", ("defaults",))):
        try:
            source = Source(files[name], read(files[name]))
        except (KeyError, OSError, UnicodeDecodeError, Unreadable):
            continue
        data, found = source.load()
        if isinstance(data, dict) and not found:
            yield source, data, prefix


def _value(data: Any, path: Sequence[Any]) -> Any:
    """Return what stands at a path, or :data:`_MISSING`."""
    try:
        for step in path:
            data = data[step]
    except (KeyError, IndexError, TypeError):
        return _MISSING
    return data


def _with_place(
    finding: Finding, places: Sequence[_Place], value: Any, is_raw: bool, origin: Callable[[Any], str]
) -> Finding:
    """Give a finding the place where its value was written: in a file of the fleet that holds it, or where it is from.

    :param value: the value, rendered or not.
    """
    of_files = [
        (source, data, prefix)
        for source, data, prefix in places
        if any(_is_same(_value(data, path), value, is_raw) for path in paths_of(finding, data, prefix))
    ]
    return placed(finding, of_files) if of_files else replace(finding, file=origin(value))


def _is_same(written: Any, value: Any, is_raw: bool) -> bool:
    """Whether a value is what is written in a file.

    :param is_raw: whether the value has not been rendered.
    """
    if value is _MISSING or isinstance(value, (Mapping, list)):
        # It is about a field that is left out, or about a whole record: its place is that of the record.
        return True
    if isinstance(written, Marked) and not (is_raw and isinstance(value, str)):
        return True
    return not isinstance(written, Mapping) and written == value
