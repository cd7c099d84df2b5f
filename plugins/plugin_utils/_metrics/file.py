# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing the file of the metrics, for the textfile collector of Prometheus' node_exporter."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io import locks
from ansible_collections.fincon.mail.plugins.module_utils._io.files import read, replace
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.sources import kind_of
from ansible_collections.fincon.mail.plugins.plugin_utils._metrics.text import PREFIX, Family, name_of, to_text

#: The collector reads no files with another suffix.
SUFFIX = ".prom"
#: Largest file that is read, in bytes; a file of 1,000 branches has some 2 million.
_LARGEST = 64 * 1024**2
#: How long a run waits for another one that writes the same file, in seconds.
_LOCK_WAIT = 60.0


def write_metrics(path: str, families: Sequence[Family], check_mode: bool = False) -> bool:
    """Replace the metrics of one kind in a file with those of this run. Metrics of other kinds stay.

    The file is replaced in one step. Every user may read it, since the collector must.

    :param path: the file; relative to the working directory.
    :param families: metrics of one kind.
    :param check_mode: write nothing.
    :return: whether the content of the file changes, or would change.
    :raises FinconError: when it cannot be written, or is not a metrics file of this collection.
    """
    target = os.path.abspath(os.path.expanduser(path))
    if not target.endswith(SUFFIX):
        raise FinconError(f"{path}: the name of the file must end with {SUFFIX}, or the collector does not read it")
    try:
        with contextlib.nullcontext() if check_mode else _alone(os.path.dirname(target)):
            before = _content(target)
            content = merged(before, families, target)
            if content != before and not check_mode:
                replace(target, content.encode("utf-8", "backslashreplace"), 0o644, durable=False)
    except OSError as exc:
        raise FinconError(f"{exc.filename or target}: the metrics cannot be written ({exc.strerror})") from exc
    return content != before


def merged(before: str, families: Sequence[Family], path: str) -> str:
    """Return the content of the file with new metrics of one kind.

    :param before: its content.
    :raises FinconError: when it has metrics of other programs, or no metrics at all.
    """
    own = f"{PREFIX}{kind_of(families)}_"
    kept = []
    for line in before.splitlines():
        name = name_of(line)
        if not name.startswith(PREFIX):
            raise FinconError(f"{path}: is not a file of this collection's metrics, and is left as it is; name another")
        if not name.startswith(own):
            kept.append(f"{line}\n")
    return "".join(kept) + to_text(families)


def _content(path: str) -> str:
    try:
        return read(path, _LARGEST).decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as exc:
        raise FinconError(f"{path}: is not a file of this collection's metrics: it is not UTF-8") from exc


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Keep other runs out of the folder, which is made if needed, if its file system supports locks."""
    os.makedirs(folder, exist_ok=True)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locks.acquire_folder(folder, wait=_LOCK_WAIT))
        except locks.Busy as exc:
            raise FinconError(f"{folder}: another run has been writing there for {_LOCK_WAIT:g} seconds") from exc
        except OSError:
            pass  # Some network file systems do not support this lock. The file is still complete.
        yield
