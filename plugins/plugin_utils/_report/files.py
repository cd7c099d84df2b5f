# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a report: reading documents from a folder and writing them to it."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.fincon.mail.plugins.module_utils._core.times import utc_text
from ansible_collections.fincon.mail.plugins.module_utils._io import locks
from ansible_collections.fincon.mail.plugins.module_utils._io.files import read, replace
from ansible_collections.fincon.mail.plugins.module_utils._io.progress import counted
from ansible_collections.fincon.mail.plugins.plugin_utils._report.document import Document, make_document, to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._report.entry import Entry
from ansible_collections.fincon.mail.plugins.plugin_utils._report.junit import to_junit
from ansible_collections.fincon.mail.plugins.plugin_utils._report.markdown import to_markdown
from ansible_collections.fincon.mail.plugins.plugin_utils._report.page import to_html
from ansible_collections.fincon.mail.plugins.plugin_utils._report.reading import ReportError, read_report

# The next run reads the JSON for its history, so it is written last: if it exists, all other files do.
_FORMATS = {
    "html": ("drift-report.html", to_html),
    "junit": ("drift-report.xml", to_junit),
    "markdown": ("drift-report.md", to_markdown),
    "json": ("drift-report.json", to_json),
}
FORMATS = tuple(_FORMATS)
#: The JSON of the report that was set aside when a run began. No pattern for reports matches it.
_SET_ASIDE = ".drift-report.previous"

#: How long a run waits for another one that writes into the same folder, in seconds.
_LOCK_WAIT = 60.0
#: Largest report that is read, in bytes; a report of 1,000 branches of 50 users has some 10 million.
_LARGEST = 64 * 1024**2


@dataclass(frozen=True)
class Written:
    """A report that was made.

    :param document: the report.
    :param files: the files that hold it.
    :param changed: whether the content of a file changed, or would change.
    :param warnings: sentences for the user.
    """

    document: Document
    files: list[str]
    changed: bool
    warnings: list[str]


def now() -> str:
    """Return the current time in UTC, in the form of reports."""
    return utc_text(datetime.now(UTC))


def begin_report(dest: str, check_mode: bool = False) -> list[str]:
    """Set the previous run's report aside, so that it is not mistaken for that of a run in progress or a failed run.

    Its JSON is kept for the history.

    :param dest: the folder.
    :param check_mode: leave the files where they are.
    :return: the files that were, or would be, removed.
    :raises ReportError: when this is not possible.
    """
    folder = _folder(dest)
    if not os.path.isdir(folder):
        return []
    with _alone(folder):
        paths = [os.path.join(folder, name) for name, _render in _FORMATS.values()]
        found = [path for path in paths if os.path.exists(path)]
        for path in found * (not check_mode):
            try:
                if path == _json(folder):
                    os.replace(path, os.path.join(folder, _SET_ASIDE))
                else:
                    os.remove(path)
            except OSError as exc:
                raise ReportError(f"{path}: the report of the run before cannot be set aside ({exc.strerror})") from exc
    return found


def _folder(dest: str) -> str:
    return os.path.abspath(os.path.expanduser(dest))


def _json(folder: str) -> str:
    return os.path.join(folder, _FORMATS["json"][0])


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
    :param dest: the folder, which is made if needed.
    :param formats: some of :data:`FORMATS`.
    :param previous: the JSON of the previous report; by default the one in the folder. If it cannot be used, this is a
        warning and not a failure, since the current drift does not depend on it.
    :param check_mode: write nothing.
    :raises ReportError: when a file cannot be written.
    """
    folder = _folder(dest)
    with contextlib.nullcontext(False) if check_mode else _alone(folder) as alone:
        before, warnings = _previous(previous, folder)
        document = make_document(entries, generated, before)
        wanted = {os.path.join(folder, name): render for key, (name, render) in _FORMATS.items() if key in formats}
        changed = False
        for path, render in counted(list(wanted.items()), "files of the report"):
            # A text from outside may hold half a character, which UTF-8 cannot represent; JSON writes it like this.
            content = render(document).encode("utf-8", "backslashreplace")
            if _content(path) != content:
                changed = True
                if not check_mode:
                    _write(path, content, alone)
    return Written(document, list(wanted), changed, warnings)


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[bool]:
    """Keep other runs out of a folder, so that all its files belong to one report. Return whether this is possible.

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
            # Some network file systems do not support this lock. Each file is still complete.
            alone = False
        yield alone


def read_reports(patterns: Sequence[str]) -> list[Document]:
    """Return the reports in the files that match the patterns, each file once.

    :raises ReportError: when a pattern matches no file, or a file is not a report.
    """
    files: dict[str, None] = {}
    for pattern in patterns:
        found = sorted(glob.glob(os.path.expanduser(pattern), recursive=True))
        if not found:
            raise ReportError(f"{pattern}: no file matches in {os.getcwd()}; give the JSON reports to merge")
        files.update(dict.fromkeys(found))
    return [_read(path) for path in files]


def _read(path: str) -> Document:
    try:
        return read_report(read(path, _LARGEST).decode("utf-8"), path)
    except OSError as exc:
        raise ReportError(f"{path}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise ReportError(f"{path}: is not a drift report: it is not UTF-8") from exc


def _previous(named: str | None, folder: str) -> tuple[Document | None, list[str]]:
    own = next(filter(os.path.exists, (_json(folder), os.path.join(folder, _SET_ASIDE))), "")
    path = os.path.expanduser(named) if named else own
    if not os.path.exists(path) and os.path.abspath(path) == _json(folder):
        path = own
    if not path:
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
    """Replace a file in one step, so that no reader sees half of it. It gets the mode of any new file."""
    folder, name = os.path.split(path)
    # A killed run leaves an incomplete file there. The next run that has the folder to itself removes it.
    temporary = os.path.join(folder, f".{name}.tmp") if alone else None
    try:
        replace(path, content, temporary=temporary, durable=False)
    except OSError as exc:
        raise ReportError(f"{exc.filename or path}: the report cannot be written ({exc.strerror})") from exc
