# Copyright (c) 2026, fincon.mail contributors
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file that notes what was applied last to an installation from this machine. It holds no password.

No run fails because of it: if it cannot be read or written, the report just does not say where a difference comes from.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from ansible_collections.fincon.mail.plugins.module_utils._core.last_applied import Noted
from ansible_collections.fincon.mail.plugins.module_utils._core.records import RESOURCES
from ansible_collections.fincon.mail.plugins.module_utils._io import files

_ENDING = ".last-applied"


class LastAppliedFile:
    """What was applied last to one installation.

    :param beside: the file that it is next to; ``None`` to keep nothing.
    """

    def __init__(self, beside: Path | None) -> None:
        self._path = beside and beside.with_name(beside.name + _ENDING)

    def read(self) -> Noted | None:
        """Return the notes; ``None`` when there are none, or when they cannot be read."""
        if self._path is None or not os.access(self._path.parent, os.W_OK):
            # A file that cannot be updated would be wrong after the next run.
            return None
        try:
            found = json.loads(files.read(self._path))
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) and all(map(_is_sound, found.items())) else None

    def written_at(self) -> float | None:
        """Return the time of the notes, in seconds since 1970; ``None`` when there are none."""
        try:
            return self._path.stat().st_mtime if self._path else None
        except OSError:
            return None

    def write(self, noted: Noted, before: Noted | None) -> None:
        """Note what was applied, unless the file already holds it.

        :param before: what the file holds.
        """
        if self._path is None or noted == before:
            return
        text = json.dumps(noted, indent=1, sort_keys=True) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # One fixed name, so that the next writer removes what a killed run left there.
            files.replace(self._path, text.encode(), 0o600, temporary=f"{self._path}.tmp", durable=False)
        except OSError:
            # No note is better than an outdated one.
            with suppress(OSError):
                self._path.unlink()


def _is_sound(entry: tuple[str, object]) -> bool:
    key, last = entry
    return key.partition("/")[0] in RESOURCES and (last is None or last is False or isinstance(last, dict))
