# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: the edge at which documents are read from and written to a folder."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.fincon.mail.plugins.module_utils._io import locks
from ansible_collections.fincon.mail.plugins.module_utils._io.files import read, replace
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document, make_document, to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError, read_report

# The next run reads the JSON for its history, so it comes last: it is there only when all others are.
_FORMATS = {
    "html": ("drift-report.html", to_html),
    "junit": ("drift-report.xml", to_junit),
    "markdown": ("drift-report.md", to_markdown),
    "json": ("drift-report.json", to_json),
}
FORMATS = tuple(_FORMATS)

#: How long a run waits for another that writes into the same folder, in seconds.
_LOCK_WAIT = 60.0
#: Bytes of the largest report that is read; one of 1,000 branches of 50 users has some 10 million.
_LARGEST = 64 * 1024**2


@dataclass(frozen=True)
class Written:
    """A report that was made.

    :param document: the report.
    :param files: the files that hold it.
    :param changed: whether a file has, or would get, another content.
    :param warnings: sentences for the user.
    """

    document: Document
    files: list[str]
    changed: bool
    warnings: list[str]


def now() -> str:
    """Return the present time in UTC, as reports hold it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_report(
    entries: Iterable[Entry],
    generated: str,
    dest: str,
    formats: Sequence[str] = FORMATS,
    previous: str | None = None,
    check_mode: bool = False,
) -> Written:
    """Make the report of a fleet and write it.

    :param entries: one for each branch.
    :param generated: when the report was made.
    :param dest: the folder, which is made if need be.
    :param formats: of :data:`FORMATS`.
    :param previous: the JSON of the report before; by default the one that is in the folder. One that cannot be used is
        a warning and no failure, since the drift of today does not depend on it.
    :param check_mode: write nothing.
    :raises ReportError: when a file cannot be written.
    """
    folder = os.path.abspath(os.path.expanduser(dest))
    with contextlib.nullcontext(False) if check_mode else _alone(folder) as alone:
        before, warnings = _previous(previous, os.path.join(folder, _FORMATS["json"][0]))
        document = make_document(entries, generated, before)
        wanted = {os.path.join(folder, name): render for key, (name, render) in _FORMATS.items() if key in formats}
        changed = False
        for path, render in wanted.items():
            # A text from outside may hold half a character, which UTF-8 cannot; in JSON this is its proper spelling.
            content = render(document).encode("utf-8", "backslashreplace")
            if _content(path) != content:
                changed = True
                if not check_mode:
                    _write(path, content, alone)
    return Written(document, list(wanted), changed, warnings)


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[bool]:
    """Keep other runs out of a folder, so that all of its files are those of one report; whether that can be done.

    :raises ReportError: when it cannot be made, or another run writes into it for too long.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as exc:
        raise ReportError(f"{exc.filename or folder}: the report cannot be written ({exc.strerror})") from exc
    with contextlib.ExitStack() as held:
        alone = True
        try:
            held.enter_context(locks.acquire_folder(folder, wait=_LOCK_WAIT))
        except locks.Busy as exc:
            raise ReportError(
                f"{folder}: another run has been writing its report there for {_LOCK_WAIT:g} seconds; let it end"
            ) from exc
        except OSError:
            # Some network file systems have no such lock. Each file is whole nevertheless.
            alone = False
        yield alone


def read_reports(patterns: Sequence[str]) -> list[Document]:
    """Return the reports in the files that the patterns lead to, each file once.

    :raises ReportError: when a pattern leads to no file, or a file is not a report.
    """
    files: dict[str, None] = {}
    for pattern in patterns:
        found = sorted(glob.glob(os.path.expanduser(pattern), recursive=True))
        if not found:
            raise ReportError(
                f"{pattern}: leads to no file in {os.getcwd()}; give the JSON reports that are to be merged"
            )
        files.update(dict.fromkeys(found))
    return [_read(path) for path in files]


def _read(path: str) -> Document:
    try:
        return read_report(read(path, _LARGEST).decode("utf-8"), path)
    except OSError as exc:
        raise ReportError(f"{path}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise ReportError(f"{path}: is not a drift report: it is not UTF-8") from exc


def _previous(named: str | None, default: str) -> tuple[Document | None, list[str]]:
    path = os.path.expanduser(named) if named else default
    if not named and not os.path.exists(path):
        return None, []
    try:
        return _read(path), []
    except ReportError as exc:
        return None, [f"{exc}; this report cannot show what is new or resolved"]


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _write(path: str, content: bytes, alone: bool) -> None:
    """Replace a file in one step, so that nobody reads half of it. It gets the rights of any new file."""
    folder, name = os.path.split(path)
    # A run that was killed leaves its half there, which the next one that is alone clears away.
    temporary = os.path.join(folder, f".{name}.tmp") if alone else None
    try:
        replace(path, content, temporary=temporary, durable=False)
    except OSError as exc:
        raise ReportError(f"{exc.filename or path}: the report cannot be written ({exc.strerror})") from exc
