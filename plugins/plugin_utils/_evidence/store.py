# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a fleet's evidence: mode 0600, replaced in one step."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ansible_collections.fincon.mail.plugins.module_utils._core.errors import FinconError
from ansible_collections.fincon.mail.plugins.module_utils._io import files, locks
from ansible_collections.fincon.mail.plugins.plugin_utils._evidence.records import FleetEvidence, from_json, to_json
from ansible_collections.fincon.mail.plugins.plugin_utils._paths import site_path
from ansible_collections.fincon.mail.plugins.plugin_utils._schemas.validation import MissingLibraries

#: The default file, next to the fleet file.
DEFAULT_FILE = "evidence.json"

#: Largest file that is read, in bytes; 1,000 branches of 50 users have some 30 million.
_LARGEST = 256 * 1024**2
#: How long a run waits for another one that reads the same mailbox, in seconds.
_LOCK_WAIT = 60.0


def file_of(named: str | None, folder: str | None) -> str:
    """Return the path of the file.

    :param named: the fleet's setting (``fincon_evidence_file``), if there is one.
    :param folder: of the inventory.
    :raises FinconError: when it names an environment variable that is not set.
    """
    try:
        return site_path(named or DEFAULT_FILE, folder)
    except ValueError as exc:
        raise FinconError(f"fincon_evidence_file {exc}") from exc


def load(path: str) -> FleetEvidence | None:
    """Return the evidence in a file; ``None`` when there is no file.

    :raises FinconError: when it cannot be read, or is damaged.
    """
    try:
        return from_json(files.read(path, _LARGEST).decode("utf-8"), path)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise FinconError(f"{path}: the evidence cannot be read ({exc.strerror}); check its rights") from exc
    except UnicodeDecodeError:
        raise FinconError(
            f"{path}: the evidence is not UTF-8; remove the file, and the mailbox is read from its beginning"
        ) from None
    except MissingLibraries as exc:
        raise FinconError(str(exc)) from exc


def save(path: str, evidence: FleetEvidence) -> None:
    """Replace the file, readable only by its owner. The caller keeps other writers out with :func:`alone`.

    :raises FinconError: when it cannot be written.
    """
    try:
        files.replace(path, to_json(evidence).encode("utf-8"), 0o600, temporary=f"{path}.tmp")
    except OSError as exc:
        raise FinconError(f"{path}: the evidence cannot be written ({exc.strerror}); check its rights") from exc


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """Keep out other runs that would write the same file, and make its folder if needed.

    :raises FinconError: when another run works on it for too long, or it cannot be locked.
    """
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        lock = locks.acquire(f"{path}.lock", wait=_LOCK_WAIT)
    except locks.Busy as exc:
        raise FinconError(
            f"{path}: another run has been reading the mailbox for {_LOCK_WAIT:g} seconds; let it end"
        ) from exc
    except OSError as exc:
        raise FinconError(f"{path}: the evidence cannot be locked ({exc.strerror}); check the rights") from exc
    with lock:
        yield
